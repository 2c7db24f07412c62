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
			  __GFP_NORETRY | __GFP_NOWARN);
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
	struct page *new, *page;

	new = page_new(pool);
	if (!new)
		return ERR_PTR(-ENOMEM);
	if (mutex_lock_killable(&pool->populate)) {
		page_end(new);
		return ERR_PTR(-EINTR);
	}
	page = xa_load(&pool->pages, index);
	if (!page) {
		page = xa_store(&pool->pages, index, new, GFP_KERNEL);
		if (!xa_is_err(page)) {
			page = new;
			new = NULL;
		} else {
			page = ERR_PTR(-ENOMEM);
		}
	}
	mutex_unlock(&pool->populate);
	if (new)
		page_end(new);
	return page;
}

/* A page under a slice, made if it is not there, or -ENOMEM or -EINTR */
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

/*
 * Not copy_from_user(): its check that the kernel's object is large enough cannot
 * tell more than that this is a page, and costs more than a small payload itself.
 */
static int copy_to_page(struct page *page, u32 offset, const void __user *from,
			u32 size)
{
	return _copy_from_user(page_address(page) + offset_in_page(offset),
			       from, size) ? -EFAULT : 0;
}

static int copy_segment(struct kipc_pool *pool, u32 offset,
			const void __user *from, u64 size)
{
	struct page *page;
	u32 n;

	while (size) {
		n = chunk_of(offset, size);
		page = page_get(pool, offset >> PAGE_SHIFT);
		if (IS_ERR(page))
			return PTR_ERR(page);
		if (copy_to_page(page, offset, from, n))
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
 * kipc_pool_copy() - copy from user space into a slice
 * @pool: the pool
 * @slice: the slice; @size bytes of it are there
 * @from: user address
 * @size: how many bytes; not 0
 *
 * Context: Process context of the sender. May sleep, for as long as the
 * sender's own memory makes it.
 * Return: 0, -EFAULT, -EINTR (the sender is being killed) or -ENOMEM.
 */
int kipc_pool_copy(struct kipc_pool *pool, struct kipc_slice *slice,
		   const void __user *from, u32 size)
{
	struct page *page = slice->page;

	if (unlikely(!page)) {
		page = page_get(pool, slice->offset >> PAGE_SHIFT);
		if (IS_ERR(page))
			return PTR_ERR(page);
		slice->page = page;
	}
	if (likely(offset_in_page(slice->offset) + size <= PAGE_SIZE))
		return copy_to_page(page, slice->offset, from, size);
	return copy_segment(pool, slice->offset, from, size);
}

/**
 * kipc_pool_copy_payload() - copy a payload from user space into a slice
 * @pool: the pool
 * @slice: the slice, which is large enough for it
 * @payload: what
 *
 * Context: As kipc_pool_copy().
 * Return: As kipc_pool_copy().
 */
int kipc_pool_copy_payload(struct kipc_pool *pool, struct kipc_slice *slice,
			   const struct kipc_payload *payload)
{
	const struct kipc_vec *vec = payload->vec;
	u32 offset = slice->offset;
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
 * Return: 0, -EINTR (the sender is being killed) or -ENOMEM.
 */
int kipc_pool_populate(struct kipc_pool *pool, u32 offset, u32 size)
{
	unsigned long index = offset >> PAGE_SHIFT;
	struct page *page;

	for (; index < DIV_ROUND_UP(offset + size, PAGE_SIZE); index++) {
		page = page_get(pool, index);
		if (IS_ERR(page))
			return PTR_ERR(page);
	}
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

/**
 * kipc_pool_wipe() - overwrite a slice with zeros
 * @pool: the pool
 * @offset: where the slice begins
 * @size: its size
 *
 * Where it has no page yet nothing was written.
 *
 * Context: Process context. May sleep. The slice is the caller's.
 */
void kipc_pool_wipe(struct kipc_pool *pool, u32 offset, u32 size)
{
	struct page *page;
	u32 n;

	for (; size; offset += n, size -= n) {
		n = chunk_of(offset, size);
		page = xa_load(&pool->pages, offset >> PAGE_SHIFT);
		if (page)
			memset(page_address(page) + offset_in_page(offset), 0,
			       n);
		cond_resched();
	}
}

/* Where there is no slice there need not be a page: SIGBUS. */
static vm_fault_t pool_fault(struct vm_fault *vmf)
{
	struct kipc_pool *pool = vmf->vma->vm_private_data;
	struct page *page;

	/* A page is taken away under this lock, and let go after it. */
	spin_lock(&pool->lock);
	page = xa_load(&pool->pages, vmf->pgoff);
	if (page)
		get_page(page);
	spin_unlock(&pool->lock);
	if (!page)
		return VM_FAULT_SIGBUS;

	/* It may have been taken away meanwhile. */
	lock_page(page);
	if (xa_load(&pool->pages, vmf->pgoff) != page) {
		unlock_page(page);
		put_page(page);
		return VM_FAULT_NOPAGE;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

static void pool_vma_open(struct vm_area_struct *vma)
{
	struct kipc_pool *pool = vma->vm_private_data;

	atomic_inc(&pool->mappings);
}

static void pool_vma_close(struct vm_area_struct *vma)
{
	struct kipc_pool *pool = vma->vm_private_data;

	atomic_dec(&pool->mappings);
}

/* Each mapping makes it more work to take a page away: they are counted. */
static int pool_vma_may_split(struct vm_area_struct *vma, unsigned long address)
{
	return -EINVAL;
}

const struct vm_operations_struct kipc_pool_vm_ops = {
	.open = pool_vma_open,
	.close = pool_vma_close,
	.may_split = pool_vma_may_split,
	.fault = pool_fault,
};

/* Takes the page at @index out of the pool, unless a slice needs it. */
static struct page *take_away(struct kipc_pool *pool, unsigned long index)
{
	u32 start = index << PAGE_SHIFT;
	struct page *page = NULL;

	spin_lock(&pool->lock);
	if (!kipc_slice_overlaps(&pool->slices, start, start + PAGE_SIZE))
		page = xa_erase(&pool->pages, index);
	if (page && page == pool->recent)
		pool->recent = NULL;
	spin_unlock(&pool->lock);
	return page;
}

static void trim_page(struct kipc_pool *pool, unsigned long index)
{
	struct page *page;

	mutex_lock(&pool->populate);
	page = take_away(pool, index);
	if (page) {
		lock_page(page);
		unmap_mapping_pages(&pool->mapping, index, 1, false);
		unlock_page(page);
		page_end(page);
	}
	mutex_unlock(&pool->populate);
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

	xa_for_each_start(&pool->pages, index, page, first) {
		trim_page(pool, index);
		cond_resched();
	}
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
		queue_delayed_work(system_unbound_wq, &pool->trim,
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
