// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/pool_page.h"

#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "core/limits.h"
#include "core/live.h"
#include "core/payload.h"
#include "rpc/pool.h"

static struct page *page_new(struct kipc_pool *pool)
{
	struct mem_cgroup *old;
	struct page *page;

	/* A pool that is too large for its cgroup fails; it kills nobody. */
	old = set_active_memcg(pool->memcg);
	page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO |
			  __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	set_active_memcg(old);
	if (page)
		kipc_live_add(KIPC_LIVE_POOL_PAGES, 1);
	return page;
}

static void page_end(struct page *page)
{
	put_page(page);
	kipc_live_add(KIPC_LIVE_POOL_PAGES, -1);
}

/*
 * The memory is taken without the lock: a cgroup's limits can make that slow,
 * and others send to this pool too.
 */
static struct page *page_add(struct kipc_pool *pool, unsigned long index)
{
	struct page *new = page_new(pool), *page;

	if (!new)
		return NULL;
	mutex_lock(&pool->populate);
	page = xa_load(&pool->pages, index);
	if (!page && !xa_err(xa_store(&pool->pages, index, new, GFP_KERNEL))) {
		page = new;
		new = NULL;
	}
	mutex_unlock(&pool->populate);
	if (new)
		page_end(new);
	return page;
}

/* A page under a slice, made if it is not there; NULL without memory */
static struct page *page_get(struct kipc_pool *pool, unsigned long index)
{
	struct page *page = xa_load(&pool->pages, index);

	return likely(page) ? page : page_add(pool, index);
}

/* Bytes from @offset to the end of its page, or @size if that is less */
static u32 chunk_of(u32 offset, u64 size)
{
	return min_t(u64, size, PAGE_SIZE - offset_in_page(offset));
}

static int copy_segment(struct kipc_pool *pool, u32 offset,
			const void __user *from, u64 size)
{
	struct page *page;
	u32 n;

	while (size) {
		n = chunk_of(offset, size);
		page = page_get(pool, offset >> PAGE_SHIFT);
		if (!page)
			return -ENOMEM;
		if (copy_from_user(page_address(page) + offset_in_page(offset),
				   from, n))
			return -EFAULT;
		offset += n;
		from += n;
		size -= n;
		if (size && fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/**
 * kipc_pool_copy_payload() - copy a payload from user space into a slice
 * @pool: the pool
 * @offset: where the slice begins
 * @payload: what; the slice is large enough for it
 *
 * Context: Process context of the sender. May sleep, for as long as the
 * sender's own memory makes it.
 * Return: 0, -EFAULT, -EINTR (the sender is being killed) or -ENOMEM.
 */
int kipc_pool_copy_payload(struct kipc_pool *pool, u32 offset,
			   const struct kipc_payload *payload)
{
	const struct kipc_vec *vec = payload->vec;
	int ret;
	u32 i;

	for (i = 0; i < payload->count; i++) {
		ret = copy_segment(pool, offset, u64_to_user_ptr(vec[i].base),
				   vec[i].size);
		if (ret)
			return ret;
		offset += vec[i].size;
	}
	return 0;
}

/**
 * kipc_pool_populate() - see to it that a part of a slice has its pages
 * @pool: the pool
 * @offset: where the part begins
 * @size: its size
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_pool_populate(struct kipc_pool *pool, u32 offset, u32 size)
{
	unsigned long index = offset >> PAGE_SHIFT;

	for (; index < DIV_ROUND_UP(offset + size, PAGE_SIZE); index++)
		if (!page_get(pool, index))
			return -ENOMEM;
	return 0;
}

/**
 * kipc_pool_write() - write into a slice
 * @pool: the pool
 * @offset: where; populated
 * @data: what
 * @size: how much
 *
 * Context: Any.
 */
void kipc_pool_write(struct kipc_pool *pool, u32 offset, const void *data,
		     u32 size)
{
	struct page *page;
	u32 n;

	for (; size; offset += n, data += n, size -= n) {
		n = chunk_of(offset, size);
		page = xa_load(&pool->pages, offset >> PAGE_SHIFT);
		memcpy(page_address(page) + offset_in_page(offset), data, n);
	}
}

/* Where there is no slice there need not be a page: SIGBUS. */
static vm_fault_t pool_fault(struct vm_fault *vmf)
{
	struct kipc_pool *pool = vmf->vma->vm_private_data;
	struct page *page;

	rcu_read_lock();
	page = xa_load(&pool->pages, vmf->pgoff);
	if (page && !get_page_unless_zero(page))
		page = NULL;
	rcu_read_unlock();
	if (!page)
		return VM_FAULT_SIGBUS;

	/* It may have been taken away, and even be somebody else's by now. */
	lock_page(page);
	if (xa_load(&pool->pages, vmf->pgoff) != page) {
		unlock_page(page);
		put_page(page);
		return VM_FAULT_NOPAGE;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

const struct vm_operations_struct kipc_pool_vm_ops = {
	.fault = pool_fault,
};

/* Whether the page at @index is not needed; it is out of the pool then. */
static bool take_away(struct kipc_pool *pool, unsigned long index)
{
	u32 start = index << PAGE_SHIFT;
	bool unused;

	spin_lock(&pool->lock);
	unused = !kipc_slice_overlaps(&pool->slices, start, start + PAGE_SIZE);
	if (unused)
		xa_erase(&pool->pages, index);
	spin_unlock(&pool->lock);
	return unused;
}

/**
 * kipc_pool_trim() - take back unused pages
 * @pool: the pool
 * @first: index of the first page to look at
 *
 * Context: Process context. May sleep.
 */
void kipc_pool_trim(struct kipc_pool *pool, unsigned long first)
{
	unsigned long index;
	struct page *page;

	mutex_lock(&pool->populate);
	xa_for_each_start(&pool->pages, index, page, first) {
		if (!take_away(pool, index))
			continue;
		lock_page(page);
		unmap_mapping_pages(&pool->mapping, index, 1, false);
		unlock_page(page);
		page_end(page);
		cond_resched();
	}
	mutex_unlock(&pool->populate);
}

/**
 * kipc_pool_trim_work() - take back pages that nothing needed for a while
 * @work: the pool's
 *
 * Pages below the highest end of a slice since the last time are kept: they are
 * likely to be needed again soon. If there was no slice in that time, none is.
 *
 * Context: Workqueue. Sleeps.
 */
void kipc_pool_trim_work(struct work_struct *work)
{
	struct kipc_pool *pool = container_of(to_delayed_work(work),
					      struct kipc_pool, trim);
	u32 high;

	spin_lock(&pool->lock);
	high = pool->high;
	pool->high = 0;
	spin_unlock(&pool->lock);

	kipc_pool_trim(pool, DIV_ROUND_UP(high, PAGE_SIZE));
	if (high)
		kipc_pool_plan_trim(pool);
}

/**
 * kipc_pool_plan_trim() - look after a while whether pages are needed
 * @pool: the pool
 *
 * Context: Any.
 */
void kipc_pool_plan_trim(struct kipc_pool *pool)
{
	if (!delayed_work_pending(&pool->trim))
		schedule_delayed_work(&pool->trim,
				      msecs_to_jiffies(KIPC_POOL_TRIM_MS));
}

/**
 * kipc_pool_free_pages() - free all pages of a pool
 * @pool: a pool that nobody maps or uses
 *
 * Context: Process context. May sleep.
 */
void kipc_pool_free_pages(struct kipc_pool *pool)
{
	unsigned long index;
	struct page *page;

	xa_for_each(&pool->pages, index, page) {
		xa_erase(&pool->pages, index);
		page_end(page);
		cond_resched();
	}
}
