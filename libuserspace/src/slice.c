// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "endpoint.h"
#include "slice.h"
#include "sys.h"

static void free_now(struct kipc *endpoint, const struct kipc_slices *slices)
{
	uint64_t offsets[SLICES_MAX];
	struct kipc_free free = {
		.offsets = (uintptr_t)offsets,
		.count = slices->count,
	};

	for (unsigned int i = 0; i < slices->count; i++)
		offsets[i] = slices->slice[i].offset;
	kipc_sys_ioctl(endpoint->fd, KIPC_FREE, &free);
}

/**
 * kipc_slice_release() - a slice is no longer needed
 * @endpoint: the endpoint
 * @offset: where it begins
 * @size: its bytes
 */
void kipc_slice_release(struct kipc *endpoint, uint64_t offset, size_t size)
{
	struct kipc_slices *slices = &endpoint->slices;
	struct kipc_slices full;
	unsigned int count;

	full.count = 0;
	pthread_mutex_lock(&endpoint->lock);
	count = slices->count;
	slices->slice[count].offset = offset;
	slices->slice[count++].size = size;
	slices->bytes += size;
	if (count == SLICES_MAX || slices->bytes > endpoint->pool_size / 4) {
		memcpy(full.slice, slices->slice, count * sizeof(*full.slice));
		full.count = count;
		slices->bytes = 0;
		count = 0;
	}
	__atomic_store_n(&slices->count, count, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&endpoint->lock);

	if (full.count)
		free_now(endpoint, &full);
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
