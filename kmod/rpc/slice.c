// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/slice.h"

#include <linux/rbtree_augmented.h>

#define to_slice(n) rb_entry_safe(n, struct kipc_slice, node)

static inline u32 own_gap(struct kipc_slice *slice)
{
	return slice->gap;
}

RB_DECLARE_CALLBACKS_MAX(static, gap_callbacks, struct kipc_slice, node, u32,
			 max_gap, own_gap)

static u32 end_of(const struct kipc_slice *slice)
{
	return slice ? slice->offset + slice->size : 0;
}

static u32 max_gap_of(const struct rb_node *node)
{
	return node ? to_slice(node)->max_gap : 0;
}

/* The first slice that has a gap of @size or more before it, or NULL */
static struct kipc_slice *find_gap(const struct rb_root *root, u32 size)
{
	struct rb_node *node = root->rb_node;

	if (max_gap_of(node) < size)
		return NULL;
	/* It is in this subtree: to the left, here, or to the right. */
	while (max_gap_of(node->rb_left) >= size ||
	       to_slice(node)->gap < size)
		node = max_gap_of(node->rb_left) >= size ? node->rb_left :
							   node->rb_right;
	return to_slice(node);
}

static void link_before(struct rb_root *root, struct kipc_slice *slice,
			struct kipc_slice *next)
{
	struct rb_node **link = &root->rb_node;
	struct rb_node *parent = NULL;

	if (next) {
		parent = &next->node;
		link = &parent->rb_left;
	}
	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	slice->max_gap = slice->gap;
	rb_link_node(&slice->node, parent, link);
	gap_callbacks.propagate(parent, NULL);
	rb_insert_augmented(&slice->node, root, &gap_callbacks);
}

static void set_gap(struct kipc_slice *slice, u32 gap)
{
	slice->gap = gap;
	gap_callbacks.propagate(&slice->node, NULL);
}

static void insert_first(struct rb_root *root, struct kipc_slice *slice)
{
	slice->offset = 0;
	slice->gap = 0;
	slice->max_gap = 0;
	rb_link_node(&slice->node, NULL, &root->rb_node);
	rb_insert_color(&slice->node, root);
}

/**
 * kipc_slice_insert() - find a piece of the pool, and take it
 * @root: the slices of the pool
 * @pool_size: size of the pool
 * @slice: gets offset and size
 * @size: how large it is to be; not 0
 *
 * Takes the lowest piece, so that a pool that is little used stays small.
 *
 * Context: Any, with the pool's lock held.
 * Return: Whether there was room.
 */
bool kipc_slice_insert(struct rb_root *root, u32 pool_size,
		       struct kipc_slice *slice, u32 size)
{
	struct kipc_slice *next, *last;

	slice->size = size;
	if (RB_EMPTY_ROOT(root)) {
		if (size > pool_size)
			return false;
		insert_first(root, slice);
		return true;
	}
	next = find_gap(root, size);
	slice->gap = 0;
	if (next) {
		slice->offset = next->offset - next->gap;
		set_gap(next, next->gap - size);
	} else {
		last = to_slice(rb_last(root));
		if (pool_size - end_of(last) < size)
			return false;
		slice->offset = end_of(last);
	}
	link_before(root, slice, next);
	return true;
}

/**
 * kipc_slice_erase() - give a piece of the pool back
 * @root: the slices of the pool
 * @slice: one of them
 *
 * Context: Any, with the pool's lock held.
 */
void kipc_slice_erase(struct rb_root *root, struct kipc_slice *slice)
{
	struct kipc_slice *next;

	if (root->rb_node == &slice->node && !slice->node.rb_left &&
	    !slice->node.rb_right) {
		*root = RB_ROOT;
		return;
	}
	next = to_slice(rb_next(&slice->node));
	rb_erase_augmented(&slice->node, root, &gap_callbacks);
	if (next)
		set_gap(next, next->gap + slice->size + slice->gap);
}

/**
 * kipc_slice_find() - find a slice by its offset
 * @root: the slices of the pool
 * @offset: where it begins
 *
 * Context: Any, with the pool's lock held.
 * Return: The slice or NULL.
 */
struct kipc_slice *kipc_slice_find(const struct rb_root *root, u32 offset)
{
	struct rb_node *node = root->rb_node;

	while (node && to_slice(node)->offset != offset)
		node = offset < to_slice(node)->offset ? node->rb_left :
							 node->rb_right;
	return to_slice(node);
}

/**
 * kipc_slice_overlaps() - whether a part of the pool is in use
 * @root: the slices of the pool
 * @start: where the part begins
 * @end: where it ends
 *
 * Context: Any, with the pool's lock held.
 * Return: Whether a slice overlaps it.
 */
bool kipc_slice_overlaps(const struct rb_root *root, u32 start, u32 end)
{
	struct rb_node *node = root->rb_node;

	while (node) {
		const struct kipc_slice *slice = to_slice(node);

		if (end <= slice->offset)
			node = node->rb_left;
		else if (start >= end_of(slice))
			node = node->rb_right;
		else
			return true;
	}
	return false;
}
