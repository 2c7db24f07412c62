// SPDX-License-Identifier: GPL-2.0-only
#include "region/view.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/quota.h"
#include "core/sender.h"
#include "region/chunk.h"
#include "region/holder.h"
#include "region/memory.h"
#include "region/region.h"

/* Nothing is read or written through it: pages are shmem's. */
static const struct address_space_operations view_aops = { };

static void mapping_init(struct kipc_view *view)
{
	struct address_space *mapping = &view->mapping;

	address_space_init_once(mapping);
	init_rwsem(&mapping->invalidate_lock);
	mapping->a_ops = &view_aops;
	mapping_set_gfp_mask(mapping, GFP_HIGHUSER);
}

static void view_free(struct kref *refs)
{
	struct kipc_view *view = container_of(refs, struct kipc_view, refs);

	put_pid(view->pid);
	kipc_quota_release(view->user, KIPC_QUOTA_VIEWS, 1);
	kipc_user_put(view->user);
	kfree(view);
	kipc_live_add(KIPC_LIVE_VIEWS, -1);
}

/**
 * kipc_view_put() - drop a reference
 * @view: the view
 *
 * Context: Process context. May sleep.
 */
void kipc_view_put(struct kipc_view *view)
{
	kref_put(&view->refs, view_free);
}

static struct list_head *siblings_of(const struct kipc_view *view)
{
	return view->parent ? &view->parent->children : &view->region->tops;
}

static int insert_locked(struct kipc_view *view)
{
	struct kipc_region *region = view->region;
	int ret;

	lockdep_assert_held(&region->lock);

	if (view->parent) {
		if (view->parent->revoked)
			return -EKEYREVOKED;
		if (view->parent->depth == KIPC_DEPTH_MAX)
			return -ELOOP;
		view->depth = view->parent->depth + 1;
	}
	view->id = region->last_view + 1;
	ret = xa_insert(&region->views, view->id, view, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	region->last_view++;
	list_add_tail(&view->link, siblings_of(view));
	WRITE_ONCE(region->view_count, region->view_count + 1);
	if (region->view_count > 1 && !view->is_lent)
		WRITE_ONCE(region->had_peers, true);
	return 0;
}

static void remove_locked(struct kipc_view *view)
{
	struct kipc_region *region = view->region;

	lockdep_assert_held(&region->lock);

	xa_erase(&region->views, view->id);
	list_del(&view->link);
	WRITE_ONCE(region->view_count, region->view_count - 1);
}

/**
 * kipc_view_new() - make a view
 * @region: of which region; referenced by the view if it comes to be
 * @parent: from which view, or NULL
 * @user: who is charged for it
 * @offset: where in the region it begins
 * @size: bytes; both are checked
 * @flags: KIPC_REGION_WRITE, KIPC_REGION_OWN, KIPC_VIEW_LENT
 *
 * Context: Process context. May sleep.
 * Return: The view, or an ERR_PTR() of -EDQUOT, -EKEYREVOKED, -ELOOP or -ENOMEM.
 */
struct kipc_view *kipc_view_new(struct kipc_region *region,
				struct kipc_view *parent,
				struct kipc_user *user, u64 offset, u64 size,
				u32 flags)
{
	struct kipc_view *view;
	int ret;

	ret = kipc_quota_charge(user, KIPC_QUOTA_VIEWS, 1);
	if (ret)
		return ERR_PTR(ret);
	view = kzalloc(sizeof(*view), GFP_KERNEL_ACCOUNT);
	if (!view) {
		kipc_quota_release(user, KIPC_QUOTA_VIEWS, 1);
		return ERR_PTR(-ENOMEM);
	}
	kipc_live_add(KIPC_LIVE_VIEWS, 1);
	kref_init(&view->refs);
	view->region = region;
	view->user = kipc_user_get(user);
	view->offset = offset;
	view->size = size;
	view->may_write = flags & KIPC_REGION_WRITE;
	view->is_owner = flags & KIPC_REGION_OWN;
	view->is_lent = flags & KIPC_VIEW_LENT || (parent && parent->is_lent);
	view->is_huge = region->is_huge && IS_ALIGNED(offset, PMD_SIZE);
	view->pid = get_pid(task_tgid(current));
	view->uid = current_euid();
	view->parent = parent;
	INIT_LIST_HEAD(&view->children);
	init_rwsem(&view->gate);
	mapping_init(view);
	mutex_lock(&region->lock);
	ret = insert_locked(view);
	mutex_unlock(&region->lock);
	if (ret) {
		kipc_view_put(view);
		return ERR_PTR(ret);
	}
	kipc_object_get(&region->object);
	kipc_domain_opened(region->user->domain);
	return view;
}

/* What was made from it belongs to where it was made from. */
static void bequeath_locked(struct kipc_view *view)
{
	struct kipc_view *child;

	list_for_each_entry(child, &view->children, link)
		child->parent = view->parent;
	list_splice_tail_init(&view->children, siblings_of(view));
}

static void wake_pollers(struct kipc_region *region)
{
	wake_up_poll(&region->pollers, EPOLLHUP | EPOLLERR);
}

/**
 * kipc_view_close() - nobody has the view any more, or a mapping of it
 * @view: the view
 *
 * Context: Process context. May sleep.
 */
void kipc_view_close(struct kipc_view *view)
{
	struct kipc_region *region = view->region;
	struct kipc_domain *domain = region->user->domain;

	mutex_lock(&region->lock);
	if (!view->revoked) {
		WRITE_ONCE(view->revoked, true);
		kipc_holder_end_locked(view);
		bequeath_locked(view);
		remove_locked(view);
	}
	mutex_unlock(&region->lock);
	wake_pollers(region);
	kipc_view_put(view);
	/* The region keeps the domain. */
	kipc_domain_closed(domain);
	kipc_object_put(&region->object);
}

/* One from which none was made, or all that were are on the list */
static void condemn_locked(struct kipc_view *view, struct list_head *condemned)
{
	WRITE_ONCE(view->revoked, true);
	kipc_holder_end_locked(view);
	remove_locked(view);
	view->parent = NULL;
	kref_get(&view->refs);
	list_add_tail(&view->link, condemned);
}

static struct kipc_view *first_leaf(struct kipc_view *view)
{
	while (!list_empty(&view->children))
		view = list_first_entry(&view->children, struct kipc_view,
					link);
	return view;
}

/* Those made from a view before itself; no deeper than KIPC_DEPTH_MAX. */
static void condemn_tree_locked(struct kipc_view *view,
				struct list_head *condemned)
{
	struct kipc_view *leaf;

	do {
		leaf = first_leaf(view);
		condemn_locked(leaf, condemned);
		cond_resched();
	} while (leaf != view);
}

static void condemn_list_locked(struct list_head *views,
				const struct kipc_view *but,
				struct list_head *condemned)
{
	struct kipc_view *view, *next;

	list_for_each_entry_safe(view, next, views, link)
		if (view != but)
			condemn_tree_locked(view, condemned);
}

/* Takes the mappings of a condemned view away. */
static void unmap(struct kipc_view *view)
{
	/* Whoever was just mapping a page has done so; nobody begins to. */
	if (view->is_huge) {
		/* Pairs with that in lend_page(). */
		smp_mb();
		kipc_memory_wait_for_locks(view->region->memory, view->offset,
					   view->size);
	} else {
		down_write(&view->gate);
		up_write(&view->gate);
	}
	/* Copies that private mappings made are gone, too. */
	unmap_mapping_range(&view->mapping, 0, 0, 1);
}

static void unmap_all(struct list_head *condemned)
{
	struct kipc_view *view, *next;

	list_for_each_entry_safe(view, next, condemned, link) {
		unmap(view);
		kipc_view_put(view);
		cond_resched();
	}
}

/* Whether a view can revoke another, and sees it */
static bool controls_locked(const struct kipc_view *by,
			    const struct kipc_view *view)
{
	if (by->is_owner)
		return view != by;
	for (view = view->parent; view; view = view->parent)
		if (view == by)
			return true;
	return false;
}

static int condemn_by_id_locked(struct kipc_view *by, u64 id,
				struct list_head *condemned)
{
	struct kipc_region *region = by->region;
	struct kipc_view *view;

	if (by->revoked)
		return -EKEYREVOKED;
	if (!id) {
		if (by->is_owner)
			condemn_list_locked(&region->tops, by, condemned);
		condemn_list_locked(&by->children, NULL, condemned);
		return 0;
	}
	view = xa_load(&region->views, id);
	if (!view || !controls_locked(by, view))
		return -ENXIO;
	condemn_tree_locked(view, condemned);
	return 0;
}

/* Some of what was to be revoked may have been condemned by another just before. */
static void wait_for_others(struct kipc_region *region)
{
	down_write(&region->unmapping);
	up_write(&region->unmapping);
}

/* Takes away what was condemned with the region's locks held, and lets go of these. */
static void finish_revoking(struct kipc_region *region,
			    struct list_head *condemned, bool waits)
{
	mutex_unlock(&region->lock);
	unmap_all(condemned);
	up_read(&region->unmapping);
	if (waits)
		wait_for_others(region);
	wake_pollers(region);
}

/**
 * kipc_view_revoke() - take a view away, and all that were made from it
 * @by: the view through which that is asked for
 * @id: which; 0: all that it can revoke
 *
 * When it returns, no process has a mapping of it.
 *
 * Context: Process context, without the mmap lock. May sleep.
 * Return: 0, -EKEYREVOKED (@by is) or -ENXIO.
 */
int kipc_view_revoke(struct kipc_view *by, u64 id)
{
	struct kipc_region *region = by->region;
	LIST_HEAD(condemned);
	int ret;

	down_read(&region->unmapping);
	mutex_lock(&region->lock);
	ret = condemn_by_id_locked(by, id, &condemned);
	finish_revoking(region, &condemned, ret != -EKEYREVOKED);
	return ret;
}

/**
 * kipc_view_end() - revoke a view that was made to be revoked
 * @view: the view; it may have been revoked or closed
 *
 * When it returns, no process has a mapping of it, or of those made from it.
 *
 * Context: Process context, without the mmap lock. May sleep.
 */
void kipc_view_end(struct kipc_view *view)
{
	struct kipc_region *region = view->region;
	LIST_HEAD(condemned);

	down_read(&region->unmapping);
	mutex_lock(&region->lock);
	if (!view->revoked)
		condemn_tree_locked(view, &condemned);
	finish_revoking(region, &condemned, true);
}

/* Until they are allowed again, nobody can map it to write. */
static int deny_writers_locked(struct kipc_region *region)
{
	struct kipc_view *view;
	unsigned long id, failed;

	xa_for_each(&region->views, id, view) {
		if (mapping_deny_writable(&view->mapping)) {
			failed = id;
			goto undo;
		}
	}
	return 0;

undo:
	xa_for_each(&region->views, id, view) {
		if (id == failed)
			break;
		mapping_allow_writable(&view->mapping);
	}
	return -EBUSY;
}

static void allow_writers_locked(struct kipc_region *region)
{
	struct kipc_view *view;
	unsigned long id;

	xa_for_each(&region->views, id, view)
		mapping_allow_writable(&view->mapping);
}

static int seal_locked(struct kipc_view *by, u32 seals)
{
	struct kipc_region *region = by->region;
	int ret;

	if (by->revoked)
		return -EKEYREVOKED;
	if (!by->is_owner || !by->may_write ||
	    region->seals & KIPC_REGION_SEAL_SEAL)
		return -EPERM;
	if (!(seals & ~region->seals & KIPC_REGION_SEAL_WRITE)) {
		WRITE_ONCE(region->seals, region->seals | seals);
		return 0;
	}
	ret = deny_writers_locked(region);
	if (ret)
		return ret;
	/* Who maps it to write once they are allowed again sees the seal. */
	WRITE_ONCE(region->seals, region->seals | seals);
	/* For who increments what allow_writers_locked() increments first */
	smp_mb__before_atomic();
	allow_writers_locked(region);
	return 0;
}

/**
 * kipc_view_seal() - seal a region against writing
 * @by: a view of its owner
 * @seals: of enum kipc_region_seal
 *
 * Context: Process context. May sleep.
 * Return: 0, -EBUSY (it is mapped to be written), -EKEYREVOKED or -EPERM.
 */
int kipc_view_seal(struct kipc_view *by, u32 seals)
{
	struct kipc_region *region = by->region;
	int ret;

	/* Condemned views can still be mapped to write, and are not in the tree. */
	down_write(&region->unmapping);
	mutex_lock(&region->lock);
	ret = seal_locked(by, seals);
	mutex_unlock(&region->lock);
	up_write(&region->unmapping);
	return ret;
}

static u32 flags_of(const struct kipc_view *view)
{
	return KIPC_REGION_READ | (view->may_write ? KIPC_REGION_WRITE : 0) |
	       (view->is_owner ? KIPC_REGION_OWN : 0);
}

static void describe_locked(const struct kipc_view *view,
			    struct kipc_view_entry *entry)
{
	entry->id = view->id;
	entry->parent = view->parent ? view->parent->id : 0;
	entry->offset = view->offset;
	entry->size = view->size;
	entry->flags = flags_of(view);
	entry->uid = from_kuid_munged(current_user_ns(), view->uid);
	entry->pid = kipc_process_number(view->pid,
					 task_active_pid_ns(current));
}

/**
 * kipc_view_list() - the views that a view can revoke, in the order of their ids
 * @by: the view
 * @entries: where they go, zeroed
 * @count: room for how many
 * @cursor: behind which id to begin; gets where to go on, or 0 if these are all
 *
 * Context: Process context. May sleep.
 * Return: How many there are; or -EKEYREVOKED.
 */
int kipc_view_list(struct kipc_view *by, struct kipc_view_entry *entries,
		   u32 count, u64 *cursor)
{
	struct kipc_region *region = by->region;
	unsigned long id = *cursor;
	struct kipc_view *view;
	u32 listed = 0;
	int ret = -EKEYREVOKED;

	mutex_lock(&region->lock);
	if (by->revoked)
		goto out;
	*cursor = 0;
	xa_for_each_start(&region->views, id, view, id + 1) {
		if (!controls_locked(by, view))
			continue;
		if (listed == count) {
			*cursor = entries[listed - 1].id;
			break;
		}
		describe_locked(view, &entries[listed++]);
	}
	ret = listed;
out:
	mutex_unlock(&region->lock);
	return ret;
}

static void describe_chunks(struct kipc_view *view,
			    struct kipc_region_info *info)
{
	struct kipc_chunks *chunks = view->region->chunks;

	info->chunk_size = chunks->size;
	info->chunks = chunks->count;
	info->leases_max = chunks->leases_max;
	spin_lock(&chunks->lock);
	info->chunks_free = chunks->count - chunks->used;
	info->leases = view->holder ? view->holder->used : 0;
	spin_unlock(&chunks->lock);
}

/**
 * kipc_view_info() - tell of a view and its region
 * @view: the view
 * @info: where; zeroed
 *
 * Context: Process context.
 */
void kipc_view_info(struct kipc_view *view, struct kipc_region_info *info)
{
	const struct kipc_region *region = view->region;

	info->rights = flags_of(view);
	info->revoked = READ_ONCE(view->revoked);
	info->id = region->id;
	info->view = view->id;
	info->offset = view->offset;
	info->size = view->size;
	info->region_size = region->size;
	info->resident = kipc_region_resident(region);
	info->mode = region->mode;
	info->uid = from_kuid_munged(current_user_ns(), region->uid);
	info->gid = from_kgid_munged(current_user_ns(), region->gid);
	info->seals = READ_ONCE(region->seals);
	info->views = READ_ONCE(region->view_count);
	if (region->chunks)
		describe_chunks(view, info);
}

/**
 * kipc_view_events() - what poll() says of a view
 * @view: the view
 *
 * Context: Any.
 * Return: EPOLLERR if it is revoked, EPOLLHUP if it is the last one, EPOLLOUT if a chunk
 * can be loaned.
 */
__poll_t kipc_view_events(const struct kipc_view *view)
{
	const struct kipc_region *region = view->region;
	__poll_t events = 0;

	if (READ_ONCE(view->revoked))
		return EPOLLERR | EPOLLHUP;
	if (READ_ONCE(region->had_peers) && READ_ONCE(region->view_count) == 1)
		events |= EPOLLHUP;
	if (kipc_chunks_may_loan(view))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}
