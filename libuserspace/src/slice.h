/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Slices of the pool on their way back to the kernel.
 *
 * A released slice is not worth a system call of its own: it goes on a short
 * list, and the endpoint's next call, send, reply or receive takes one along.
 * Only if the list is full, or holds a quarter of the pool, all of it is given
 * back at once.
 *
 * The endpoint's lock protects the list. Its count may be read without, as a
 * hint.
 */
#ifndef KIPC_SRC_SLICE_H
#define KIPC_SRC_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kipc.h>

#define SLICES_MAX	16

/**
 * struct kipc_slice - a piece of the pool that is held
 * @offset: where it begins
 * @size: bytes
 */
struct kipc_slice {
	uint64_t offset;
	size_t size;
};

/**
 * struct kipc_slices - those that were released
 * @count: how many
 * @bytes: their sizes together
 * @slice: the slices
 */
struct kipc_slices {
	unsigned int count;
	size_t bytes;
	struct kipc_slice slice[SLICES_MAX];
};

/* How much of the pool a message holds; 0 if it holds no slice */
static inline size_t kipc_slice_size(size_t payload, size_t attachment_count)
{
	return payload + attachment_count * sizeof(struct kipc_attachment);
}

void kipc_slice_release(struct kipc *endpoint, uint64_t offset, size_t size);
bool kipc_slice_take(struct kipc *endpoint, struct kipc_slice *slice);

#endif /* KIPC_SRC_SLICE_H */
