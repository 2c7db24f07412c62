// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The producer's side of a ring. */
#include <string.h>

#include "ring.h"

void kipc_ring_publish(struct kipc_ring *ring)
{
	uint32_t *doorbell = &ring->shared->doorbell;
	unsigned int count = ring->unpublished ? ring->unpublished : 1;

	ring->unpublished = 0;
	/*
	 * Pairs with the consumers' look at the tail: they see the records. And with their
	 * store to the doorbell: either they see the tail, or this sees that they sleep.
	 */
	__atomic_store_n(&ring->lane->tail, ring->tail, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(doorbell, __ATOMIC_SEQ_CST))
		kipc_ring_wake(doorbell, count);
}

static bool has_room(const struct kipc_ring *ring, uint64_t need)
{
	return ring->tail + need - ring->head <= ring->size;
}

/* Looks where the consumers are */
static int look(struct kipc_ring *ring)
{
	/*
	 * Pairs with the consumers' move of the head: they have read what is overwritten now.
	 * And with their look at @hungry.
	 */
	uint64_t head = __atomic_load_n(&ring->lane->head, __ATOMIC_SEQ_CST);

	if (!kipc_ring_plausible(ring, head, ring->tail)) {
		/* If it was the tail that was spoiled: consumers go by it. */
		kipc_ring_publish(ring);
		return -EBADMSG;
	}
	ring->head = head;
	if (has_room(ring, ring->need))
		return 0;
	/* Consumers go by the tail: it may have been held back, or spoiled. */
	if (__atomic_load_n(&ring->lane->tail, __ATOMIC_RELAXED) != ring->tail)
		kipc_ring_publish(ring);
	return -EAGAIN;
}

/* Waits for room; if it has to, what was written so far is published */
static int make_room(struct kipc_ring *ring, uint64_t need, uint64_t deadline)
{
	int ret;

	ring->need = need;
	ret = look(ring);
	if (ret != -EAGAIN)
		return ret;
	return kipc_ring_wait(ring, &ring->lane->hungry, look, deadline);
}

/* Gets room for a record, and says how much is to be skipped before it */
static inline int get_room(struct kipc_ring *ring, size_t size,
			   uint64_t deadline, uint64_t *skip)
{
	uint64_t left = ring->size - (ring->tail & (ring->size - 1));
	uint64_t bytes;

	if (size > ring->record_max)
		return -EMSGSIZE;
	bytes = kipc_ring_record_bytes(size);
	*skip = bytes > left ? left : 0;
	bytes += *skip;
	return has_room(ring, bytes) ? 0 : make_room(ring, bytes, deadline);
}

static unsigned char *at(const struct kipc_ring *ring, uint64_t position)
{
	return ring->own + (position & (ring->size - 1));
}

/* Atomic, as all headers: one of several consumers may look too early, or too late */
static void set_header(unsigned char *header, uint32_t size)
{
	__atomic_store_n((uint32_t *)header, size, __ATOMIC_RELAXED);
}

/* Where the record's header is */
static inline unsigned char *skip_to(struct kipc_ring *ring, uint64_t skip)
{
	if (skip) {
		set_header(at(ring, ring->tail), KIPC_RING_SKIP);
		ring->tail += skip;
	}
	return at(ring, ring->tail);
}

/* The record is complete, but not published */
static inline void append(struct kipc_ring *ring, unsigned char *header,
			  size_t size)
{
	set_header(header, (uint32_t)size);
	ring->tail += kipc_ring_record_bytes(size);
	ring->unpublished++;
}

static inline int write_one(struct kipc_ring *ring, const void *data,
			    size_t size, uint64_t deadline)
{
	unsigned char *header;
	uint64_t skip;
	int ret = get_room(ring, size, deadline, &skip);

	if (ret)
		return ret;
	header = skip_to(ring, skip);
	if (size)
		memcpy(header + KIPC_RING_ALIGN, data, size);
	append(ring, header, size);
	return 0;
}

int kipc_ring_write(struct kipc_ring *ring, const void *data, size_t size,
		    unsigned int flags, uint64_t deadline)
{
	int ret;

	if (ring->role != KIPC_RING_PRODUCER)
		return -EPERM;
	if (flags & ~KIPC_RING_MORE)
		return -EINVAL;
	ring->reserved = 0;
	ret = write_one(ring, data, size, deadline);
	if (!ret && !(flags & KIPC_RING_MORE))
		kipc_ring_publish(ring);
	return ret;
}

int kipc_ring_write_batch(struct kipc_ring *ring, const struct iovec *records,
			  unsigned int count, uint64_t deadline)
{
	unsigned int done = 0;
	int ret = 0;

	if (ring->role != KIPC_RING_PRODUCER)
		return -EPERM;
	ring->reserved = 0;
	while (done < count && !ret) {
		ret = write_one(ring, records[done].iov_base,
				records[done].iov_len, deadline);
		done += !ret;
	}
	if (ring->unpublished)
		kipc_ring_publish(ring);
	return done ? (int)done : ret;
}

int kipc_ring_reserve(struct kipc_ring *ring, size_t size, uint64_t deadline,
		      void **data)
{
	int ret;

	if (ring->role != KIPC_RING_PRODUCER)
		return -EPERM;
	ring->reserved = 0;
	ret = get_room(ring, size, deadline, &ring->skip);
	if (ret)
		return ret;
	*data = at(ring, ring->tail + ring->skip) + KIPC_RING_ALIGN;
	ring->reserved = (uint64_t)size + 1;
	return 0;
}

int kipc_ring_commit(struct kipc_ring *ring, size_t size, unsigned int flags)
{
	if (ring->role != KIPC_RING_PRODUCER)
		return -EPERM;
	if (flags & ~KIPC_RING_MORE || size >= ring->reserved)
		return -EINVAL;
	ring->reserved = 0;
	append(ring, skip_to(ring, ring->skip), size);
	if (!(flags & KIPC_RING_MORE))
		kipc_ring_publish(ring);
	return 0;
}

int kipc_ring_flush(struct kipc_ring *ring)
{
	if (ring->role != KIPC_RING_PRODUCER)
		return -EPERM;
	ring->reserved = 0;
	if (ring->unpublished)
		kipc_ring_publish(ring);
	return 0;
}
