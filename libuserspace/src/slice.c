// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "endpoint.h"
#include "slice.h"
#include "sys.h"

/**
 * kipc_slice_of_message() - the slice that a received message holds
 * @message: what the kernel says
 *
 * Return: the slice, which may be none.
 */
struct kipc_slice kipc_slice_of_message(const struct kipc_message *message)
{
	bool is_one_way = message->kind == KIPC_MSG_SEND;
	struct kipc_slice slice = {
		.offset = message->offset,
		.is_awaited = is_one_way,
	};

	if (message->flags & KIPC_MSG_SMALL)
		return slice;
	slice.size = message->size + message->label_size +
		     message->attachment_count * sizeof(struct kipc_attachment);
	/* One-way messages hold one even if they bring nothing */
	if (is_one_way && !slice.size)
		slice.size = 1;
	return slice;
}

/**
 * kipc_slice_of_reply() - the slice that the reply to a call holds
 * @offset: where it begins
 * @size: of the payload
 * @attachment_count: how many attachments
 *
 * Return: the slice, which may be none.
 */
struct kipc_slice kipc_slice_of_reply(uint64_t offset, size_t size,
				      size_t attachment_count)
{
	return (struct kipc_slice) {
		.offset = offset,
		.size = size +
			attachment_count * sizeof(struct kipc_attachment),
	};
}

/**
 * kipc_slices_free() - free slices at once
 * @endpoint: the endpoint
 * @slices: the slices, of which any can be none
 * @count: how many, at most SLICES_FREE_MAX
 */
void kipc_slices_free(struct kipc *endpoint, const struct kipc_slice *slices,
		      unsigned int count)
{
	uint64_t offsets[SLICES_FREE_MAX];
	struct kipc_free free = { .offsets = (uintptr_t)offsets };

	for (unsigned int i = 0; i < count; i++)
		if (slices[i].size)
			offsets[free.count++] = slices[i].offset;
	if (free.count)
		kipc_sys_ioctl(endpoint->fd, KIPC_FREE, &free);
}

/**
 * kipc_slice_release() - a slice is no longer needed
 * @endpoint: the endpoint
 * @slice: the slice; none does nothing
 */
void kipc_slice_release(struct kipc *endpoint, const struct kipc_slice *slice)
{
	struct kipc_slices *slices = &endpoint->slices;
	struct kipc_slices full;
	unsigned int count;

	if (!slice->size)
		return;
	full.count = 0;
	pthread_mutex_lock(&endpoint->lock);
	count = slices->count;
	slices->slice[count++] = *slice;
	slices->bytes += slice->size;
	if (count == SLICES_MAX || slices->bytes > endpoint->pool_size / 4 ||
	    slice->is_awaited) {
		memcpy(full.slice, slices->slice, count * sizeof(*full.slice));
		full.count = count;
		slices->bytes = 0;
		count = 0;
	}
	__atomic_store_n(&slices->count, count, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&endpoint->lock);

	kipc_slices_free(endpoint, full.slice, full.count);
}

/**
 * kipc_slice_take() - get a slice for a system call to free
 * @endpoint: the endpoint
 * @slice: where it goes; now the caller's to free or to release again
 *
 * Return: whether there was one.
 */
bool kipc_slice_take(struct kipc *endpoint, struct kipc_slice *slice)
{
	struct kipc_slices *slices = &endpoint->slices;
	bool found;

	if (!__atomic_load_n(&slices->count, __ATOMIC_RELAXED))
		return false;
	pthread_mutex_lock(&endpoint->lock);
	found = slices->count;
	if (found) {
		*slice = slices->slice[slices->count - 1];
		slices->bytes -= slice->size;
		__atomic_store_n(&slices->count, slices->count - 1,
				 __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&endpoint->lock);
	return found;
}
