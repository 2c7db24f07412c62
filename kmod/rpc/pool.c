// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/pool.h"

#include <linux/kipc.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>

#include "core/compat.h"
#include "core/limits.h"
#include "core/live.h"
#include "core/quota.h"
#include "rpc/pool_page.h"
#include "rpc/share.h"

/**
 * kipc_pool_init() - make a pool of size 0
 * @pool: its memory
 * @user: who will be charged
 * @inode: of the device
 *
 * Context: Process context.
 */
void kipc_pool_init(struct kipc_pool *pool, struct kipc_user *user,
		    struct inode *inode)
{
	spin_lock_init(&pool->lock);
	pool->closed = false;
	pool->size = 0;
	pool->high = 0;
	pool->used = 0;
	pool->recent = NULL;
	pool->one_way = 0;
	pool->slices = RB_ROOT;
	kipc_room_init(&pool->room);
	mutex_init(&pool->populate);
	xa_init(&pool->pages);
	address_space_init_once(&pool->mapping);
	pool->mapping.host = inode;
	pool->mapping.a_ops = &empty_aops;
	atomic_set(&pool->mappings, 0);
	pool->memcg = NULL;
	pool->user = user;
	INIT_DELAYED_WORK(&pool->trim, kipc_pool_trim_work);
}

static struct kipc_slice *first_delivered(const struct kipc_pool *pool)
{
	struct kipc_slice *slice;
	struct rb_node *node;

	for (node = rb_first(&pool->slices); node; node = rb_next(node)) {
		slice = rb_entry(node, struct kipc_slice, node);
		if (slice->state == KIPC_SLICE_DELIVERED)
			return slice;
	}
	return NULL;
}

/**
 * kipc_pool_close() - free what was delivered, and have no more room
 * @pool: the pool; no command of its endpoint is running any more
 *
 * Slices of messages that are being sent, and their pages, are left to those
 * who send them. A sender can take its time; the pool's user does not pay.
 *
 * Context: Process context. May sleep.
 */
void kipc_pool_close(struct kipc_pool *pool)
{
	struct kipc_slice *slice;

	spin_lock(&pool->lock);
	pool->closed = true;
	while ((slice = first_delivered(pool))) {
		slice->state = KIPC_SLICE_CLAIMED;
		spin_unlock(&pool->lock);
		kipc_pool_free_claimed(pool, slice);
		cond_resched();
		spin_lock(&pool->lock);
	}
	spin_unlock(&pool->lock);
	kipc_pool_trim(pool, 0);
	kipc_quota_release(pool->user, KIPC_QUOTA_POOL_BYTES, pool->size);
}

/**
 * kipc_pool_deinit() - free a pool's memory
 * @pool: a closed pool, to which nobody sends any more
 *
 * Context: Process context. May sleep.
 */
void kipc_pool_deinit(struct kipc_pool *pool)
{
	cancel_delayed_work_sync(&pool->trim);
	kipc_room_deinit(&pool->room);
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&pool->slices));
	kipc_pool_free_pages(pool);
	xa_destroy(&pool->pages);
	mem_cgroup_put(pool->memcg);
}

/* The first mmap() decides the size. */
static int set_size(struct kipc_pool *pool, unsigned long size)
{
	struct mem_cgroup *memcg;
	int ret;

	ret = kipc_quota_charge(pool->user, KIPC_QUOTA_POOL_BYTES, size);
	if (ret)
		return ret;
	memcg = get_mem_cgroup_from_mm(current->mm);
	spin_lock(&pool->lock);
	if (pool->size) {
		/* Another thread was faster. */
		ret = size <= pool->size ? 0 : -EINVAL;
	} else {
		pool->memcg = memcg;
		pool->size = size;
		memcg = NULL;
		size = 0;
	}
	spin_unlock(&pool->lock);
	mem_cgroup_put(memcg);
	kipc_quota_release(pool->user, KIPC_QUOTA_POOL_BYTES, size);
	return ret;
}

/**
 * kipc_pool_mmap() - map the pool into a process
 * @pool: the pool
 * @vma: where
 *
 * Context: Process context, with the mmap lock held for writing.
 * Return: 0, -EBUSY (too many mappings), -EDQUOT, -EINVAL, or -EPERM (it is to
 * be writable).
 */
int kipc_pool_mmap(struct kipc_pool *pool, struct vm_area_struct *vma)
{
	unsigned long size = vma->vm_end - vma->vm_start;
	unsigned long pages = size >> PAGE_SHIFT;
	int ret;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (READ_ONCE(pool->size)) {
		if (vma->vm_pgoff >= pool->size >> PAGE_SHIFT ||
		    pages > (pool->size >> PAGE_SHIFT) - vma->vm_pgoff)
			return -EINVAL;
	} else {
		if (vma->vm_pgoff || size > KIPC_POOL_MAX)
			return -EINVAL;
		ret = set_size(pool, size);
		if (ret)
			return ret;
	}
	if (!atomic_add_unless(&pool->mappings, 1, KIPC_POOL_MAPPINGS_MAX))
		return -EBUSY;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_ops = &kipc_pool_vm_ops;
	vma->vm_private_data = pool;
	return 0;
}

/* One-way messages have half of the pool. */
static u32 one_way_total(const struct kipc_pool *pool)
{
	return pool->size / 2;
}

/* Whether one-way messages, and this user's, may have that many bytes more */
static bool allows_one_way(const struct kipc_pool *pool,
			   const struct kipc_share *share, u32 size)
{
	if (share->is_own)
		return pool->one_way + size <= one_way_total(pool);
	return kipc_share_allows(one_way_total(pool), pool->one_way,
				 share->one_way_bytes, size);
}

static bool allows(const struct kipc_pool *pool, const struct kipc_slice *slice,
		   u32 size)
{
	const struct kipc_share *share = slice->share;

	if (slice->flags & KIPC_SLICE_ONE_WAY &&
	    !allows_one_way(pool, share, size))
		return false;
	return share->is_own ||
	       kipc_share_allows(pool->size, pool->used, share->bytes, size);
}

/* Whether a user has so much on its way, or, with @part 2, half of it */
static bool has_much(const struct kipc_pool *pool,
		     const struct kipc_share *share, u32 part)
{
	return share->one_way > KIPC_SPAM_MESSAGES / part ||
	       share->one_way_bytes >
	       one_way_total(pool) / KIPC_SPAM_PART / part;
}

/* Its share has a slice more. */
static void count_locked(struct kipc_pool *pool, struct kipc_slice *slice)
{
	struct kipc_share *share = slice->share;

	share->bytes += slice->size;
	if (!(slice->flags & KIPC_SLICE_ONE_WAY))
		return;
	pool->one_way += slice->size;
	share->one_way_bytes += slice->size;
	share->one_way++;
	if (!share->is_flooding && has_much(pool, share, 1)) {
		share->is_flooding = true;
		slice->flags |= KIPC_SLICE_SPAM;
	}
}

/* Its share has a slice less. If its sender was not told, the next one is. */
static void uncount_locked(struct kipc_pool *pool, struct kipc_slice *slice)
{
	struct kipc_share *share = slice->share;

	share->bytes -= slice->size;
	if (!(slice->flags & KIPC_SLICE_ONE_WAY))
		return;
	pool->one_way -= slice->size;
	share->one_way_bytes -= slice->size;
	share->one_way--;
	if (slice->flags & KIPC_SLICE_SPAM || !has_much(pool, share, 2))
		share->is_flooding = false;
}

/**
 * kipc_pool_alloc() - take a slice
 * @pool: the pool
 * @slice: the slice, its share set; pending afterwards
 * @size: how many bytes it must have; not 0, a multiple of KIPC_SLICE_ALIGN, and
 *	within kipc_pool_limit()
 *
 * Context: Process context.
 * Return: 0, -ENOSPC (no room now) or -EOWNERDEAD (closed).
 */
int kipc_pool_alloc(struct kipc_pool *pool, struct kipc_slice *slice, u32 size)
{
	int ret = 0;

	spin_lock(&pool->lock);
	if (unlikely(pool->closed)) {
		ret = -EOWNERDEAD;
	} else if ((slice->share && !allows(pool, slice, size)) ||
		   !kipc_slice_insert(&pool->slices, pool->size, slice, size)) {
		ret = -ENOSPC;
	} else {
		slice->state = KIPC_SLICE_PENDING;
		slice->page = NULL;
		if ((slice->offset & PAGE_MASK) == pool->recent_offset)
			slice->page = pool->recent;
		pool->used += size;
		pool->high = max(pool->high, slice->offset + size);
		if (slice->share)
			count_locked(pool, slice);
	}
	spin_unlock(&pool->lock);
	return ret;
}

static void erase(struct kipc_pool *pool, struct kipc_slice *slice)
{
	if (unlikely(slice->flags & KIPC_CLEAR))
		kipc_pool_wipe(pool, slice->offset, slice->size);
	spin_lock(&pool->lock);
	kipc_slice_erase(&pool->slices, slice);
	if (slice->page) {
		pool->recent = slice->page;
		pool->recent_offset = slice->offset & PAGE_MASK;
	}
	pool->used -= slice->size;
	if (slice->share)
		uncount_locked(pool, slice);
	slice->state = KIPC_SLICE_NONE;
	spin_unlock(&pool->lock);
	kipc_room_given(&pool->room);
	kipc_pool_plan_trim(pool);
}

/**
 * kipc_pool_free() - free the slice of a message that is not delivered
 * @pool: the pool
 * @slice: the slice; may be in no pool
 *
 * Context: Process context.
 */
void kipc_pool_free(struct kipc_pool *pool, struct kipc_slice *slice)
{
	if (slice->state != KIPC_SLICE_NONE)
		erase(pool, slice);
}

static bool is_delivered(const struct kipc_slice *slice)
{
	enum kipc_slice_state state;

	/* Pairs with smp_store_release() in kipc_pool_deliver(). */
	state = smp_load_acquire(&slice->state);
	return state == KIPC_SLICE_DELIVERED;
}

/**
 * kipc_pool_claim() - find a slice that the receiver wants to free
 * @pool: the pool
 * @offset: of the slice
 *
 * Context: Process context.
 * Return: The slice, that nobody else can free now, or NULL.
 */
struct kipc_slice *kipc_pool_claim(struct kipc_pool *pool, u64 offset)
{
	struct kipc_slice *slice = NULL;

	spin_lock(&pool->lock);
	if (offset < pool->size)
		slice = kipc_slice_find(&pool->slices, offset);
	if (slice && !is_delivered(slice))
		slice = NULL;
	if (slice)
		slice->state = KIPC_SLICE_CLAIMED;
	spin_unlock(&pool->lock);
	return slice;
}

/**
 * kipc_pool_unclaim() - do not free it after all
 * @pool: the pool
 * @slice: a claimed slice
 *
 * Context: Process context.
 */
void kipc_pool_unclaim(struct kipc_pool *pool, struct kipc_slice *slice)
{
	spin_lock(&pool->lock);
	slice->state = KIPC_SLICE_DELIVERED;
	spin_unlock(&pool->lock);
}

/**
 * kipc_pool_free_claimed() - free a slice for its receiver
 * @pool: the pool
 * @slice: a claimed slice; what it is embedded in may be gone afterwards
 *
 * Context: Process context. May sleep.
 */
void kipc_pool_free_claimed(struct kipc_pool *pool, struct kipc_slice *slice)
{
	erase(pool, slice);
	slice->release(slice, pool);
}
