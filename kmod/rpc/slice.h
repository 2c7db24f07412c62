/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slice is a piece of a pool. Slices are embedded in what they hold the
 * payload of, so a message needs no second allocation. This is the arithmetic
 * of who has which piece; struct kipc_pool adds the lock and the memory.
 *
 * The slices of a pool are in a red-black tree by offset. Each knows the gap
 * before it and the largest gap in its subtree, so the lowest gap that is large
 * enough is found in O(log n), however a sender tries to fragment the pool. (The
 * same augmentation that mm/mmap.c had for get_unmapped_area() up to Linux 6.0.)
 * The only slice of a pool, which is the usual case, is put there and taken away
 * without all that.
 */
#ifndef KIPC_RPC_SLICE_H
#define KIPC_RPC_SLICE_H

#include <linux/bits.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct kipc_pool;
struct page;
struct kipc_share;

/*
 * Flags of slices, beside KIPC_CLEAR
 *
 * KIPC_SLICE_ONE_WAY: of a one-way message.
 *
 * KIPC_SLICE_SPAM: with it its sender began to flood the receiver, and was not told
 * of it yet.
 */
#define KIPC_SLICE_ONE_WAY	BIT(16)
#define KIPC_SLICE_SPAM		BIT(17)

/**
 * enum kipc_slice_state - whose a slice is
 * @KIPC_SLICE_NONE: it is not in a pool
 * @KIPC_SLICE_PENDING: of a message that was not delivered yet
 * @KIPC_SLICE_DELIVERED: of the receiver, who may free it
 * @KIPC_SLICE_CLAIMED: of a command that is about to free it
 */
enum kipc_slice_state {
	KIPC_SLICE_NONE,
	KIPC_SLICE_PENDING,
	KIPC_SLICE_DELIVERED,
	KIPC_SLICE_CLAIMED,
};

/**
 * struct kipc_slice - a piece of a pool
 * @node: in the pool's tree; all members are protected by the pool's lock
 * @offset: where it begins, in bytes
 * @size: in bytes; a multiple of KIPC_SLICE_ALIGN
 * @gap: bytes between it and the slice before it
 * @max_gap: the largest gap in its subtree
 * @state: one of enum kipc_slice_state
 * @page: the page where it begins, if that is known, else NULL; cannot go while
 *	there is the slice (of whoever fills it)
 * @flags: KIPC_SLICE_*, and KIPC_CLEAR: wipe it before it is given back (of
 *	whoever has the slice)
 * @share: of whose share it is a part; NULL if that is not limited. A reference,
 *	of whoever has the slice, whether it is in a pool or not (constant while it
 *	is)
 * @release: called when its receiver, or the end of the pool, has freed it;
 *	drops the reference that the slice had to what it is embedded in
 */
struct kipc_slice {
	struct rb_node node;
	u32 offset;
	u32 size;
	u32 gap;
	u32 max_gap;
	enum kipc_slice_state state;
	struct page *page;
	u32 flags;
	struct kipc_share *share;
	void (*release)(struct kipc_slice *slice, struct kipc_pool *pool);
};

bool kipc_slice_insert(struct rb_root *root, u32 pool_size,
		       struct kipc_slice *slice, u32 size);
void kipc_slice_erase(struct rb_root *root, struct kipc_slice *slice);
struct kipc_slice *kipc_slice_find(const struct rb_root *root, u32 offset);
bool kipc_slice_overlaps(const struct rb_root *root, u32 start, u32 end);

#endif /* KIPC_RPC_SLICE_H */
