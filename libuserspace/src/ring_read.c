// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The consumers' side of a ring. */
#include <sched.h>
#include <string.h>

#include "ring.h"

/* How often others may be faster before it lets them */
#define LOST_MAX	64

/**
 * struct record - a record in a lane
 * @data: its payload
 * @size: its size in bytes
 * @end: where the next one begins
 */
struct record {
	const unsigned char *data;
	size_t size;
	uint64_t end;
};

static bool alone(const struct kipc_ring *ring)
{
	return ring->consumers == 1;
}

/* The producer is woken when half of its lane is free, or all that was there is read */
static void feed(const struct kipc_ring *ring, struct kipc_ring_lane *lane,
		 uint64_t left)
{
	if (left <= ring->size / 2 &&
	    __atomic_load_n(&lane->hungry, __ATOMIC_SEQ_CST))
		kipc_ring_wake(&lane->hungry, 1);
}

/* Drops what is in a lane, and goes on where its producer says that it is */
static void follow(struct kipc_ring *ring, struct kipc_ring_lane *lane,
		   struct kipc_ring_position *position, uint64_t tail)
{
	uint64_t head = position->head;

	/* Both pair with the producer's look at the head. */
	if (alone(ring))
		__atomic_store_n(&lane->head, tail, __ATOMIC_SEQ_CST);
	else if (!__atomic_compare_exchange_n(&lane->head, &head, tail, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED))
		return;
	position->head = tail;
	position->tail = tail;
	feed(ring, lane, 0);
}

/*
 * Head and tail do not go together. That is reported once. If a single consumer, which knows
 * its head, sees the same tail again, the producer means it: it was the head that went
 * wrong, when the tail seemed to be further on.
 */
static int spoilt_lane(struct kipc_ring *ring, struct kipc_ring_lane *lane,
		       struct kipc_ring_position *position, uint64_t tail)
{
	bool again = position->spoilt == tail;

	position->spoilt = tail;
	position->tail = position->head;
	if (!(tail & (KIPC_RING_ALIGN - 1)) && (again || !alone(ring)))
		follow(ring, lane, position, tail);
	return again ? -EAGAIN : -EBADMSG;
}

/* A single consumer puts the head right that somebody spoiled: the producer goes by it. */
static int nothing(const struct kipc_ring *ring, struct kipc_ring_lane *lane,
		   const struct kipc_ring_position *position)
{
	if (alone(ring) &&
	    __atomic_load_n(&lane->head, __ATOMIC_RELAXED) != position->head)
		/* Pairs with the producer's look at the head. */
		__atomic_store_n(&lane->head, position->head, __ATOMIC_SEQ_CST);
	return -EAGAIN;
}

/*
 * Finds out where a lane's head and tail are. With several consumers the two belong together
 * only if the head is where it was after the tail was read: others may have moved on, and the
 * producer with them, by more than the lane's size. If they do so again and again, -EAGAIN.
 */
static int locate(const struct kipc_ring *ring,
		  const struct kipc_ring_lane *lane,
		  struct kipc_ring_position *position, uint64_t *tail)
{
	for (unsigned int i = 0; i < LOST_MAX; i++) {
		/* Pairs with advance() of the other consumers. */
		if (!alone(ring))
			position->head = __atomic_load_n(&lane->head,
							 __ATOMIC_SEQ_CST);
		/* Pairs with kipc_ring_publish(). */
		*tail = __atomic_load_n(&lane->tail, __ATOMIC_SEQ_CST);
		if (alone(ring) ||
		    kipc_ring_plausible(ring, position->head, *tail) ||
		    __atomic_load_n(&lane->head, __ATOMIC_SEQ_CST) ==
		    position->head)
			return 0;
	}
	return -EAGAIN;
}

/* Whether there is something to read in a lane */
static int look_at(struct kipc_ring *ring, unsigned int number)
{
	struct kipc_ring_position *position = &ring->positions[number];
	struct kipc_ring_lane *lane = &ring->lanes[number];
	uint64_t tail;

	if (locate(ring, lane, position, &tail))
		return -EAGAIN;
	if (tail == position->head)
		return nothing(ring, lane, position);
	if (!kipc_ring_plausible(ring, position->head, tail))
		return spoilt_lane(ring, lane, position, tail);
	position->tail = tail;
	return 0;
}

/*
 * Finds a lane with something to read, beginning behind the current one. With one consumer,
 * what was in the current one when it was found comes first.
 */
static int look(struct kipc_ring *ring)
{
	struct kipc_ring_position *position = &ring->positions[ring->current];
	unsigned int lane = ring->current;
	int ret;

	if (alone(ring) && position->head != position->tail)
		return 0;
	for (unsigned int i = 0; i < ring->producers; i++) {
		if (++lane == ring->producers)
			lane = 0;
		ret = look_at(ring, lane);
		if (ret == -EAGAIN)
			continue;
		ring->current = lane;
		return ret;
	}
	return -EAGAIN;
}

/* It may be overwritten meanwhile, see copy_contested() */
__attribute__((no_sanitize("thread")))
static inline uint32_t read_header(const unsigned char *header)
{
	return __atomic_load_n((const uint32_t *)header, __ATOMIC_RELAXED);
}

/*
 * The record that begins at @head, and ends before the lane's tail or there. Its header is
 * read nowhere else.
 */
static inline int parse(const struct kipc_ring *ring,
			const struct kipc_ring_position *position,
			uint64_t head, struct record *record)
{
	uint64_t offset = head & (ring->size - 1);
	uint64_t left = ring->size - offset;
	uint32_t size = read_header(position->bytes + offset);
	uint64_t length;

	if (size == KIPC_RING_SKIP) {
		/* There is a record behind what is skipped. */
		if (!offset || left >= position->tail - head)
			return -EBADMSG;
		head += left;
		left = ring->size;
		offset = 0;
		size = read_header(position->bytes);
	}
	if (size > ring->record_max)
		return -EBADMSG;
	length = kipc_ring_record_bytes(size);
	if (length > left || length > position->tail - head)
		return -EBADMSG;
	record->data = position->bytes + offset + KIPC_RING_ALIGN;
	record->size = size;
	record->end = head + length;
	return 0;
}

/*
 * Copies what a producer may be overwriting, because other consumers took it already:
 * then the copy is not used. Not memcpy(), which is not made for that; and ThreadSanitizer
 * would take it for a mistake.
 */
__attribute__((no_sanitize("thread")))
static void copy_contested(unsigned char *to, const unsigned char *from,
			   size_t size)
{
	uint64_t word;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		word = __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);
		__builtin_memcpy(to, &word, sizeof(word));
		to += sizeof(word);
		from += sizeof(word);
	}
	while (size--)
		*to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
}

static inline void copy(const struct kipc_ring *ring, void *to,
			const struct record *record)
{
	if (!alone(ring))
		copy_contested(to, record->data, record->size);
	else if (record->size)
		memcpy(to, record->data, record->size);
}

/*
 * A single consumer moves the head. It need not see at once that the producer is about to
 * sleep, as long as it does when it has read all.
 */
static void advance_alone(struct kipc_ring *ring, struct kipc_ring_lane *lane,
			  struct kipc_ring_position *position, uint64_t head)
{
	position->head = head;
	/* Both pair with the producer's look at the head. */
	if (head == position->tail)
		__atomic_store_n(&lane->head, head, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n(&lane->head, head, __ATOMIC_RELEASE);
	feed(ring, lane, position->tail - head);
}

/* Takes what lies before @head; false if another consumer was faster */
static bool advance(struct kipc_ring *ring, uint64_t head)
{
	struct kipc_ring_position *position = &ring->positions[ring->current];
	struct kipc_ring_lane *lane = &ring->lanes[ring->current];
	uint64_t old = position->head;

	ring->peeked = 0;
	if (alone(ring)) {
		advance_alone(ring, lane, position, head);
		return true;
	}
	/* What was copied was copied before; pairs with the producer's look at the head. */
	if (!__atomic_compare_exchange_n(&lane->head, &old, head, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	position->head = head;
	feed(ring, lane, position->tail - head);
	return true;
}

/* An error with the first record of a lane: it stays if it is too large, else all is dropped */
static int refuse(struct kipc_ring *ring, int error)
{
	struct kipc_ring_position *position = &ring->positions[ring->current];
	struct kipc_ring_lane *lane = &ring->lanes[ring->current];

	if (error != -EMSGSIZE)
		return advance(ring, position->tail) ? error : -EAGAIN;
	/* If somebody else took it, its size was not what it seemed. Pairs with advance(). */
	if (!alone(ring) && __atomic_load_n(&lane->head, __ATOMIC_SEQ_CST) !=
	    position->head)
		return -EAGAIN;
	return error;
}

/* Takes records from the current lane. Returns how many, or -EAGAIN if others were faster. */
static int take(struct kipc_ring *ring, struct kipc_ring_record *records,
		unsigned int count)
{
	const struct kipc_ring_position *position =
		&ring->positions[ring->current];
	uint64_t head = position->head;
	struct record record;
	unsigned int done = 0;
	int ret = 0;

	while (done < count && head != position->tail) {
		ret = parse(ring, position, head, &record);
		if (!ret && record.size > records[done].room)
			ret = -EMSGSIZE;
		if (ret)
			break;
		copy(ring, records[done].data, &record);
		records[done++].size = record.size;
		head = record.end;
	}
	if (!done)
		return refuse(ring, ret);
	return advance(ring, head) ? (int)done : -EAGAIN;
}

/* Others were faster very often: let them, but not for ever */
static int yield(uint64_t deadline)
{
	if (deadline == KIPC_NO_WAIT)
		return -EAGAIN;
	if (!kipc_deadline_remaining(deadline))
		return -ETIMEDOUT;
	sched_yield();
	return 0;
}

/* Finds a lane with something to read, and waits for it */
static int find(struct kipc_ring *ring, uint64_t deadline)
{
	int ret = ring->error;

	if (ret) {
		ring->error = 0;
		return ret;
	}
	ret = look(ring);
	if (ret != -EAGAIN)
		return ret;
	return kipc_ring_wait(ring, &ring->shared->doorbell, look, deadline);
}

/* Takes at least one record; from the lane where it finds one first */
static int take_first(struct kipc_ring *ring, struct kipc_ring_record *records,
		      unsigned int count, uint64_t deadline)
{
	unsigned int lost = 0;
	int ret;

	for (;;) {
		ret = find(ring, deadline);
		if (ret)
			return ret;
		ret = take(ring, records, count);
		if (ret != -EAGAIN)
			return ret;
		if (++lost % LOST_MAX)
			continue;
		ret = yield(deadline);
		if (ret)
			return ret;
	}
}

ssize_t kipc_ring_read(struct kipc_ring *ring, void *data, size_t size,
		       uint64_t deadline)
{
	struct kipc_ring_record record = { .data = data, .room = size };
	int ret;

	if (ring->role != KIPC_RING_CONSUMER)
		return -EPERM;
	ret = take_first(ring, &record, 1, deadline);
	return ret < 0 ? ret : (ssize_t)record.size;
}

/*
 * What is in other lanes, or came meanwhile, comes along. An error is kept for the next
 * call if there is something to return.
 */
int kipc_ring_read_batch(struct kipc_ring *ring,
			 struct kipc_ring_record *records, unsigned int count,
			 uint64_t deadline)
{
	unsigned int done;
	int ret;

	if (ring->role != KIPC_RING_CONSUMER)
		return -EPERM;
	if (!count)
		return 0;
	ret = take_first(ring, records, count, deadline);
	if (ret < 0)
		return ret;
	for (done = (unsigned int)ret; done < count; done += (unsigned int)ret) {
		ret = look(ring);
		if (!ret)
			ret = take(ring, records + done, count - done);
		if (ret < 0)
			break;
	}
	if (ret == -EBADMSG)
		ring->error = ret;
	return (int)done;
}

ssize_t kipc_ring_peek(struct kipc_ring *ring, uint64_t deadline,
		       const void **data)
{
	const struct kipc_ring_position *position;
	struct record record;
	int ret;

	if (ring->role != KIPC_RING_CONSUMER)
		return -EPERM;
	if (!alone(ring))
		return -EOPNOTSUPP;
	ret = find(ring, deadline);
	if (ret)
		return ret;
	position = &ring->positions[ring->current];
	ret = parse(ring, position, position->head, &record);
	if (ret)
		return refuse(ring, ret);
	ring->peeked = record.end;
	*data = record.data;
	return (ssize_t)record.size;
}

int kipc_ring_release(struct kipc_ring *ring)
{
	if (ring->role != KIPC_RING_CONSUMER)
		return -EPERM;
	if (!ring->peeked)
		return -EINVAL;
	advance(ring, ring->peeked);
	return 0;
}
