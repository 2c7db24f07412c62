/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pool is the receive buffer of an endpoint: the endpoint's process maps it
 * read-only, and the kernel copies into it what others send, once, from the
 * sender's memory to where the receiver reads it.
 *
 * It comes into being with the first mmap() and stays as large as that. Its
 * pages come when a slice needs them and go back when nothing needed them for a
 * while, so an idle pool holds none, however large it is. They are charged to
 * the memory cgroup of the process that mapped the pool.
 *
 * Locks. @lock protects the slices. @pages is read under RCU; a page is added
 * with @populate held. A page is taken away with @populate held, and out of
 * @pages with @lock held, after a look that no slice needs it:
 *
 *  - Who has a slice may use its pages without a lock: they cannot go.
 *  - A page that is taken away is unmapped from user space before @populate is
 *    dropped, so before another page can come to its place. Thus user space
 *    never sees an old page where there is a new one.
 *  - A fault maps a page with the page's lock held, after a look that it still
 *    is in @pages; taking away unmaps with the page's lock held, after it is
 *    out. Either the fault sees that it is gone, or the unmapping sees the
 *    mapping.
 *
 * A page that was taken away may still be pinned by its former user, who got it
 * from vmsplice(2), say. It is freed when the last one lets go, and never comes
 * back into a pool.
 */
#ifndef KIPC_RPC_POOL_H
#define KIPC_RPC_POOL_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "core/room.h"
#include "rpc/slice.h"

struct kipc_payload;
struct kipc_user;
struct mem_cgroup;
struct page;
struct vm_area_struct;

/**
 * struct kipc_pool - a receive buffer
 * @lock: protects what says so
 * @closed: its endpoint is gone; there is no room any more (@lock)
 * @size: in bytes; 0 until it is mapped, then constant (@lock)
 * @high: where the highest slice ended since the last trim (@lock)
 * @slices: the slices by offset (@lock)
 * @used: bytes in slices (@lock)
 * @recent: the page where a slice began that was freed lately, or NULL; it is in
 *	@pages (@lock)
 * @recent_offset: where that page begins (@lock)
 * @one_way: of those in one-way messages (@lock)
 * @room: who waits for a slice
 * @populate: protects the coming and going of pages
 * @pages: the pages by index
 * @mapping: through which user space maps them
 * @mappings: how many there are
 * @memcg: who is charged for them, referenced; or NULL
 * @user: who is charged for @size; the endpoint holds the reference
 * @trim: takes back pages that nothing needs
 */
struct kipc_pool {
	spinlock_t lock;	/* slices, and see above */
	bool closed;
	u32 size;
	u32 high;
	u32 used;
	struct page *recent;
	u32 recent_offset;
	u32 one_way;
	struct rb_root slices;
	struct kipc_room room;
	struct mutex populate;	/* coming and going of pages */
	struct xarray pages;
	struct address_space mapping;
	atomic_t mappings;
	struct mem_cgroup *memcg;
	struct kipc_user *user;
	struct delayed_work trim;
};

void kipc_pool_init(struct kipc_pool *pool, struct kipc_user *user,
		    struct inode *inode);
void kipc_pool_close(struct kipc_pool *pool);
void kipc_pool_deinit(struct kipc_pool *pool);
int kipc_pool_mmap(struct kipc_pool *pool, struct vm_area_struct *vma);

int kipc_pool_alloc(struct kipc_pool *pool, struct kipc_slice *slice, u32 size);
void kipc_pool_free(struct kipc_pool *pool, struct kipc_slice *slice);

struct kipc_slice *kipc_pool_claim(struct kipc_pool *pool, u64 offset);
void kipc_pool_unclaim(struct kipc_pool *pool, struct kipc_slice *slice);
void kipc_pool_free_claimed(struct kipc_pool *pool, struct kipc_slice *slice);

int kipc_pool_copy(struct kipc_pool *pool, struct kipc_slice *slice,
		   const void __user *from, u32 size);
int kipc_pool_copy_payload(struct kipc_pool *pool, struct kipc_slice *slice,
			   const struct kipc_payload *payload);
int kipc_pool_populate(struct kipc_pool *pool, u32 offset, u32 size);
void kipc_pool_write(struct kipc_pool *pool, u32 offset, const void *data,
		     u32 size);

/**
 * kipc_pool_limit() - how large a slice can ever be
 * @pool: the pool
 * @is_own: whether it is for the pool's own user
 * @one_way: whether it is for a one-way message
 *
 * Context: Any.
 * Return: The size in bytes; 0 if there is no pool yet.
 */
static inline u32 kipc_pool_limit(const struct kipc_pool *pool, bool is_own,
				  bool one_way)
{
	return READ_ONCE(pool->size) >> (!is_own + one_way);
}

/**
 * kipc_pool_deliver() - let the receiver free a slice
 * @slice: a pending slice; may be in no pool
 *
 * Context: Any. The receiver must not know its offset yet, or be the caller.
 */
static inline void kipc_pool_deliver(struct kipc_slice *slice)
{
	if (slice->state == KIPC_SLICE_NONE)
		return;
	/* Pairs with smp_load_acquire() in is_delivered(). */
	smp_store_release(&slice->state, KIPC_SLICE_DELIVERED);
}

#endif /* KIPC_RPC_POOL_H */
