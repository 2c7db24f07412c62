// SPDX-License-Identifier: GPL-2.0-only
#include "region/holder.h"

#include <linux/hash.h>
#include <linux/kipc.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/pid.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>

#include "core/live.h"
#include "region/chunk.h"
#include "region/lent.h"
#include "region/region.h"
#include "region/view.h"

/*
 * A number of a hold is the number of its place, and above that how often that was taken. 0 is
 * none.
 */
#define PLACE_BITS	11
#define PLACE_MASK	(BIT(PLACE_BITS) - 1)

static struct rhashtable holders;

/* Nobody chooses where these are in memory. */
static u32 hash_key(const void *data, u32 size, u32 seed)
{
	const struct kipc_holder_key *key = data;

	return hash_64(((u64)key->region << 1 ^ (u64)key->process) + seed, 32);
}

static int compare_key(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct kipc_holder_key *key = arg->key;
	const struct kipc_holder *holder = object;

	return holder->key.region != key->region ||
	       holder->key.process != key->process;
}

static const struct rhashtable_params holders_params = {
	.hashfn = hash_key,
	.obj_cmpfn = compare_key,
	.key_len = sizeof(struct kipc_holder_key),
	.key_offset = offsetof(struct kipc_holder, key),
	.head_offset = offsetof(struct kipc_holder, node),
	.automatic_shrinking = true,
};

static struct kipc_holder *holder_new(struct kipc_view *view, u32 size,
				      u64 cookie)
{
	struct kipc_holder *holder;
	u32 i;

	BUILD_BUG_ON(KIPC_LEASES_MAX > PLACE_MASK);
	holder = kvzalloc(struct_size(holder, hold, size), GFP_KERNEL_ACCOUNT);
	if (!holder)
		return NULL;
	holder->key.region = view->region;
	holder->key.process = current->files;
	holder->view = view;
	holder->pid = get_pid(task_tgid(current));
	holder->cookie = cookie;
	holder->size = size;
	for (i = 0; i < size; i++) {
		holder->hold[i].holder = holder;
		/* So that none is ever 0 */
		holder->hold[i].id = i + 1;
		holder->hold[i].next = i + 1;
	}
	return holder;
}

/* Who has opened the region by its name is one with all others of the same user. */
static u32 reserved_by_name_locked(const struct kipc_view *view)
{
	const struct kipc_view *other;
	u32 sum = 0;

	if (uid_eq(view->uid, view->region->uid))
		return view->reserved;
	list_for_each_entry(other, &view->region->tops, link)
		if (!other->is_owner && uid_eq(other->uid, view->uid))
			sum += other->reserved;
	return sum;
}

static u32 reserved_locked(const struct kipc_view *view)
{
	return view->parent ? view->reserved : reserved_by_name_locked(view);
}

static bool may_reserve_locked(const struct kipc_view *view, u32 size)
{
	u32 max = view->region->chunks->leases_max;

	for (; view && !view->is_owner; view = view->parent)
		if (reserved_locked(view) + size > max)
			return false;
	return true;
}

static void reserve_locked(struct kipc_view *view, int size)
{
	for (; view && !view->is_owner; view = view->parent)
		view->reserved += size;
}

static int begin_locked(struct kipc_view *view, struct kipc_holder *holder)
{
	struct kipc_chunks *chunks = view->region->chunks;
	int ret;

	lockdep_assert_held(&view->region->lock);

	if (view->revoked)
		return -EKEYREVOKED;
	if (view->holder)
		return view->holder->key.process == holder->key.process ?
		       -EEXIST : -EBUSY;
	if (!may_reserve_locked(view, holder->size))
		return -EDQUOT;
	ret = rhashtable_lookup_insert_fast(&holders, &holder->node,
					    holders_params);
	/* The table is being made larger, or there is no memory for that. */
	if (ret)
		return ret == -EEXIST ? ret : -ENOMEM;
	reserve_locked(view, holder->size);
	spin_lock(&chunks->lock);
	WRITE_ONCE(view->holder, holder);
	spin_unlock(&chunks->lock);
	kipc_live_add(KIPC_LIVE_HOLDERS, 1);
	return 0;
}

/**
 * kipc_holder_begin() - let the running process have chunks
 * @view: through which view
 * @size: how many at once; checked
 * @cookie: its word for the region
 *
 * The caller sees to it that it is over at once if the process has no descriptor of the
 * view any more.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EBUSY, -EDQUOT, -EEXIST, -EKEYREVOKED, -ENOMEM or -EPROTOTYPE.
 */
int kipc_holder_begin(struct kipc_view *view, u32 size, u64 cookie)
{
	struct kipc_region *region = view->region;
	struct kipc_holder *holder;
	int ret;

	if (!region->chunks)
		return -EPROTOTYPE;
	holder = holder_new(view, size, cookie);
	if (!holder)
		return -ENOMEM;
	mutex_lock(&region->lock);
	ret = begin_locked(view, holder);
	mutex_unlock(&region->lock);
	if (ret) {
		put_pid(holder->pid);
		kvfree(holder);
	}
	return ret;
}

/* Returns whether no chunk of the region is in use any more. */
static bool release_all(struct kipc_view *view, struct kipc_holder *holder)
{
	struct kipc_chunks *chunks = view->region->chunks;
	bool unused = false;
	u32 i;

	spin_lock(&chunks->lock);
	WRITE_ONCE(view->holder, NULL);
	holder->ended = true;
	for (i = 0; i < holder->size && holder->used; i++)
		if (holder->hold[i].chunk)
			unused |= kipc_hold_put_locked(&holder->hold[i]);
	spin_unlock(&chunks->lock);
	return unused;
}

/**
 * kipc_holder_end_locked() - what is had through a view is over
 * @view: the view; the region's lock is held, and the caller has a reference to the region
 *
 * Context: Process context.
 */
void kipc_holder_end_locked(struct kipc_view *view)
{
	struct kipc_holder *holder = view->holder;

	lockdep_assert_held(&view->region->lock);

	if (!holder)
		return;
	reserve_locked(view, -(int)holder->size);
	rhashtable_remove_fast(&holders, &holder->node, holders_params);
	kipc_chunks_unused(view->region, release_all(view, holder));
	kipc_live_add(KIPC_LIVE_HOLDERS, -1);
	put_pid(holder->pid);
	kvfree_rcu(holder, rcu);
}

/**
 * kipc_holder_end() - a process has no chunks any more
 * @view: through which it had them
 * @process: the process, as its table of file descriptors
 *
 * Context: Process context. May sleep.
 * Return: 0, -EKEYREVOKED, or -ENOTCONN (it had none).
 */
int kipc_holder_end(struct kipc_view *view, fl_owner_t process)
{
	struct kipc_region *region = view->region;
	int ret = 0;

	mutex_lock(&region->lock);
	if (view->holder && view->holder->key.process == process)
		kipc_holder_end_locked(view);
	else
		ret = view->revoked ? -EKEYREVOKED : -ENOTCONN;
	mutex_unlock(&region->lock);
	return ret;
}

/**
 * kipc_holder_find_rcu() - the running process as a holder of a region
 * @region: the region
 *
 * Context: In an RCU read-side critical section.
 * Return: The holder, which may have ended; or NULL.
 */
struct kipc_holder *kipc_holder_find_rcu(const struct kipc_region *region)
{
	const struct kipc_holder_key key = {
		.region = region,
		.process = current->files,
	};

	return rhashtable_lookup(&holders, &key, holders_params);
}

/**
 * kipc_hold_error() - why nobody has anything through a view
 * @view: the view
 *
 * Context: Any.
 * Return: -EKEYREVOKED, or -ENXIO.
 */
int kipc_hold_error(const struct kipc_view *view)
{
	return READ_ONCE(view->revoked) ? -EKEYREVOKED : -ENXIO;
}

/**
 * kipc_hold_find_locked() - a loan or a lease of the running process
 * @view: through which; the lock of the region's chunks is held
 * @id: its number
 *
 * Context: Process context.
 * Return: What it is, or an ERR_PTR() of -EKEYREVOKED or -ENXIO.
 */
struct kipc_hold *kipc_hold_find_locked(struct kipc_view *view, u32 id)
{
	struct kipc_holder *holder = view->holder;
	u32 place = (id & PLACE_MASK) - 1;
	struct kipc_hold *hold;

	lockdep_assert_held(&view->region->chunks->lock);

	if (!holder || holder->key.process != current->files)
		return ERR_PTR(kipc_hold_error(view));
	if (place >= holder->size)
		return ERR_PTR(-ENXIO);
	hold = &holder->hold[array_index_nospec(place, holder->size)];
	return hold->chunk && hold->id == id ? hold : ERR_PTR(-ENXIO);
}

/**
 * kipc_hold_take_locked() - let a holder have a chunk
 * @holder: who; it has not ended
 * @chunk: the chunk; the reference becomes the hold's
 * @is_loan: whether to write to it
 *
 * Context: Process context, with the lock of the region's chunks held.
 * Return: The hold, or NULL: it has as many as it may.
 */
struct kipc_hold *kipc_hold_take_locked(struct kipc_holder *holder,
					struct kipc_chunk *chunk, bool is_loan)
{
	struct kipc_hold *hold;

	lockdep_assert_held(&chunk->region->chunks->lock);

	if (holder->free == holder->size)
		return NULL;
	hold = &holder->hold[holder->free];
	holder->free = hold->next;
	holder->used++;
	hold->chunk = chunk;
	hold->is_loan = is_loan;
	hold->id += PLACE_MASK + 1;
	hlist_add_head(&hold->of_chunk, &chunk->holds);
	kipc_live_add(KIPC_LIVE_LEASES, 1);
	return hold;
}

/**
 * kipc_hold_put_locked() - a loan or a lease is over
 * @hold: which
 *
 * Context: Any, with the lock of the region's chunks held.
 * Return: For kipc_chunks_unused().
 */
bool kipc_hold_put_locked(struct kipc_hold *hold)
{
	struct kipc_holder *holder = hold->holder;
	struct kipc_chunk *chunk = hold->chunk;

	if (unlikely(hold->lent)) {
		hold->lent->hold = NULL;
		hold->lent = NULL;
	}
	hlist_del(&hold->of_chunk);
	hold->chunk = NULL;
	hold->next = holder->free;
	holder->free = hold - holder->hold;
	holder->used--;
	kipc_live_add(KIPC_LIVE_LEASES, -1);
	return kipc_chunk_put_locked(chunk);
}

/**
 * kipc_holders_init() - prepare to have holders
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_holders_init(void)
{
	return rhashtable_init(&holders, &holders_params);
}

/**
 * kipc_holders_exit() - there are none, nor will be
 *
 * Context: Process context. May sleep.
 */
void kipc_holders_exit(void)
{
	rhashtable_destroy(&holders);
}
