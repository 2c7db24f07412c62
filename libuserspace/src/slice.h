/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Slices of the pool on their way back to the kernel.
 *
 * A released slice is not worth a system call of its own: it goes on a short
 * list, and the endpoint's next call, send, reply or receive takes one along.
 * Only if the list is full, or holds a quarter of the pool, all of it is given
 * back at once; and if it is the slice of a one-way message, because the kernel
 * holds back the next one for the same node until then, and there may be no next
 * system call before that comes.
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
/* Most that are given back at once */
#define SLICES_FREE_MAX	64

/**
 * struct kipc_slice - a piece of the pool that is held
 * @offset: where it begins
 * @size: bytes; 0 if there is no slice
 * @is_awaited: a message is held back until it is freed
 */
struct kipc_slice {
	uint64_t offset;
	size_t size;
	bool is_awaited;
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

struct kipc_slice kipc_slice_of_message(const struct kipc_message *message);
struct kipc_slice kipc_slice_of_reply(uint64_t offset, size_t size,
				      size_t attachment_count);
void kipc_slice_release(struct kipc *endpoint, const struct kipc_slice *slice);
void kipc_slices_free(struct kipc *endpoint, const struct kipc_slice *slices,
		      unsigned int count);
bool kipc_slice_take(struct kipc *endpoint, struct kipc_slice *slice);

#endif /* KIPC_SRC_SLICE_H */
