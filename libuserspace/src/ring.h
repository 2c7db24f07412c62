/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A ring, in the memory that processes share, and as one of them has it.
 *
 * In the memory:
 *
 *	struct kipc_ring_shared		what the ring is, and the word consumers sleep on
 *	places				of the producers, then of the consumers (peer.h)
 *	struct kipc_ring_lane []	where each lane's producer and its consumers are
 *	bytes				the records of each lane
 *
 * A lane is the ring of one producer. Its positions, head and tail, count bytes since the
 * ring was made, are multiples of 8, and never wrap. The producer alone moves the tail,
 * after a record is complete: that is what publishes it. Consumers move the head. A record is
 * a header, its size in bytes, and the payload, up to the next multiple of 8. It does not go
 * round the end: a header that says KIPC_RING_SKIP fills what is left there.
 *
 * Who dies leaves nothing half done: before the tail is moved there is no record, and
 * before the head is moved it was not taken. With several consumers each copies first, and
 * takes what it copied by moving the head with a compare-and-exchange. If somebody else
 * was faster the copy is thrown away, and it does not matter that it may be garbage.
 *
 * Who trusts what. The shape of the ring is read once, when one attaches. A producer knows its
 * tail, and a single consumer all heads: they only write them, and put them right by that
 * after somebody spoiled them. Each position of the other side is read once and must lie
 * within a lane's size of one's own; each header is read once, and must fit between head and
 * tail. A lane that makes no sense is -EBADMSG, once; what it held is dropped, and reading
 * goes on where the producer says that it is.
 *
 * Sleeping. Who is to sleep stores 1 in a word, looks once more, and sleeps as long as it is
 * 1. Who moves a position looks at the word afterwards, and if it is 1, stores 0 and wakes.
 * All four are sequentially consistent, so one of the two sees the other. If the waker is
 * killed in between, or a sleeper that was woken on behalf of others, nobody wakes the
 * rest. So all sleep for a slice of time at most, then look for themselves, also whether the
 * others live.
 *
 * The word of a lane's producer is beside the head, because it is the consumer that looks
 * at it often. It is not woken for each record, but when half of the lane is free.
 */
#ifndef KIPC_SRC_RING_H
#define KIPC_SRC_RING_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <kipc.h>

/* What two CPUs do not share; many fetch lines of 64 bytes in pairs */
#define KIPC_RING_LINE		128
#define KIPC_RING_MAGIC		0x31474e52U
#define KIPC_RING_ALIGN		8U
/* As a record's size: what is left up to the lane's end is no record */
#define KIPC_RING_SKIP		UINT32_MAX

/* That there was a producer, or a consumer, at some time */
#define KIPC_RING_HAD(role)	(1U << (role))

/**
 * struct kipc_ring_shared - the beginning of the memory
 * @magic: KIPC_RING_MAGIC, stored last
 * @producers: how many lanes there are
 * @consumers: how many consumers there can be
 * @had: KIPC_RING_HAD()
 * @size: of a lane
 * @doorbell: 1 if a consumer may sleep
 * @places: of the producers, then of the consumers
 */
struct kipc_ring_shared {
	uint32_t magic;
	uint32_t producers;
	uint32_t consumers;
	uint32_t had;
	uint64_t size;

	uint32_t doorbell __attribute__((aligned(KIPC_RING_LINE)));
	uint64_t places[] __attribute__((aligned(KIPC_RING_LINE)));
};

/**
 * struct kipc_ring_lane - a lane
 * @tail: where the producer is
 * @head: where the consumers are
 * @hungry: 1 if the producer may sleep
 */
struct kipc_ring_lane {
	uint64_t tail __attribute__((aligned(KIPC_RING_LINE)));
	uint64_t head __attribute__((aligned(KIPC_RING_LINE)));
	uint32_t hungry;
};

/**
 * struct kipc_ring_position - a lane as a consumer knows it
 * @head: up to where it read; with several consumers, where @head was when it looked
 * @tail: up to where there was something to read, when it looked
 * @spoilt: a tail that made no sense, and was reported
 * @bytes: of the lane
 */
struct kipc_ring_position {
	uint64_t head;
	uint64_t tail;
	uint64_t spoilt;
	const unsigned char *bytes;
};

/**
 * struct kipc_ring - a ring as one producer or one consumer has it
 * @shared: the memory
 * @lanes: in it
 * @bytes: in it, the records of all lanes
 * @size: of a lane
 * @record_max: largest record
 * @producers: how many lanes there are
 * @consumers: how many consumers there can be
 * @role: which this is
 * @place: the number of its place; a producer's is also that of its lane
 * @mark: of this process, see peer.h
 * @spin: how often to look before it sleeps; adapts itself
 * @spin_max: at most
 * @view: the view by which it was opened, or -1
 * @mapped: how much of it was mapped, in bytes
 * @lane: (producer) its lane
 * @own: (producer) its lane's bytes
 * @tail: (producer) where it writes next, which is @lane's tail and what is not published
 * @head: (producer) where the consumers were when it looked
 * @unpublished: (producer) how many records are not published
 * @need: (producer) how much room it waits for, with what it has to skip
 * @reserved: (producer) the size of the record that was reserved, plus 1; 0: none
 * @skip: (producer) how much is to be skipped before that
 * @current: (consumer) which lane it reads from
 * @error: (consumer) what the next call returns, or 0
 * @peeked: (consumer) where the record ends that was looked at; 0: none
 * @positions: (consumer) of each lane
 */
struct kipc_ring {
	struct kipc_ring_shared *shared;
	struct kipc_ring_lane *lanes;
	unsigned char *bytes;
	uint64_t size;
	uint64_t record_max;
	unsigned int producers;
	unsigned int consumers;
	enum kipc_ring_role role;
	unsigned int place;
	uint64_t mark;
	unsigned int spin;
	unsigned int spin_max;
	int view;
	size_t mapped;

	struct kipc_ring_lane *lane;
	unsigned char *own;
	uint64_t tail;
	uint64_t head;
	unsigned int unpublished;
	uint64_t need;
	uint64_t reserved;
	uint64_t skip;

	unsigned int current;
	int error;
	uint64_t peeked;
	struct kipc_ring_position positions[];
};

/* A record's bytes, with its header */
static inline uint64_t kipc_ring_record_bytes(uint64_t size)
{
	return KIPC_RING_ALIGN +
	       ((size + KIPC_RING_ALIGN - 1) & ~(uint64_t)(KIPC_RING_ALIGN - 1));
}

/* Whether a producer can be at @to if consumers are at @from */
static inline bool kipc_ring_plausible(const struct kipc_ring *ring,
				       uint64_t from, uint64_t to)
{
	uint64_t used = to - from;

	return used <= ring->size && used % KIPC_RING_ALIGN == 0;
}

static inline unsigned char *kipc_ring_lane_bytes(const struct kipc_ring *ring,
						  unsigned int lane)
{
	return ring->bytes + lane * ring->size;
}

/**
 * kipc_ring_wait() - wait for the other side
 * @ring: where
 * @word: the word to sleep on
 * @ready: looks whether the wait is over: 0 if it is, -EAGAIN if not, or an error
 * @deadline: when to give up
 *
 * First it looks again and again for some microseconds, then it sleeps.
 *
 * Return: 0, or an error of @ready, -EAGAIN, -EINTR, -EKEYREVOKED, -EPIPE or -ETIMEDOUT.
 */
int kipc_ring_wait(struct kipc_ring *ring, uint32_t *word,
		   int (*ready)(struct kipc_ring *ring), uint64_t deadline);

/**
 * kipc_ring_ask_view() - what the kernel says of the view
 * @ring: of which ring
 *
 * Return: 0, also if there is no view; or -EKEYREVOKED, or -EPIPE if it is the only one left.
 */
int kipc_ring_ask_view(const struct kipc_ring *ring);

/**
 * kipc_ring_wake() - wake who sleeps on a word
 * @word: the word, that is not 0
 * @count: how many at most
 */
void kipc_ring_wake(uint32_t *word, unsigned int count);

/**
 * kipc_ring_publish() - move the tail of a producer's lane
 * @ring: which
 */
void kipc_ring_publish(struct kipc_ring *ring);

#endif /* KIPC_SRC_RING_H */
