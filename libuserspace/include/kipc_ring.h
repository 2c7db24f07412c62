/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Rings: records of any size from producers to consumers, through memory that they share,
 * mostly a region (see kipc.h, which includes this). As long as both sides run nobody enters
 * the kernel; it is there for who has to sleep, to be woken, and to notice that the other
 * side has died. The shortest producer and consumer:
 *
 *	const struct kipc_ring_options options = {
 *		.producers = 1, .consumers = 1, .size = 1 << 16,
 *	};
 *
 *	view = kipc_ring_create(NULL, "example.ring", 0600, &options);
 *	kipc_ring_open(view, KIPC_RING_PRODUCER, KIPC_FOREVER, &ring);
 *	kipc_ring_write(ring, "hello", 5, 0, KIPC_FOREVER);
 *
 *	view = kipc_region_wait(NULL, "example.ring",
 *				KIPC_REGION_READ | KIPC_REGION_WRITE, KIPC_FOREVER);
 *	kipc_ring_open(view, KIPC_RING_CONSUMER, KIPC_FOREVER, &ring);
 *	size = kipc_ring_read(ring, text, sizeof(text), KIPC_FOREVER);
 *
 * Order. Each producer has a lane of its own in the memory, so nobody waits for another
 * producer, be it slow, dead or hostile. Records of one producer come in the order in which
 * they were written; between producers there is no order, and consumers take turns with
 * them. Each record goes to one consumer.
 *
 * Death. A producer may be killed at any instruction: what it had not published by then is
 * not there, and its lane is for the next one that attaches. A consumer may be, too. What it
 * took shortly before, if it was the only one the ring was made for, may come once more to
 * its successor. Who waits for a side of which nobody lives any more gets -EPIPE, at latest
 * some 100 ms after the death; one that nobody has joined yet is waited for. A consumer that
 * is to wait for producers that come and go attaches as a producer, too: then there is always
 * one, as with a FIFO that is open for reading and writing.
 *
 * Processes that are in different PID namespaces cannot know of each other whether they live:
 * between them, a ring in a region with a view for each side does it (kipc_ring_open()).
 *
 * Hostile peers. Whoever can write to the memory can write anything there at any time. That
 * spoils messages: they can be lost, repeated, changed, or get -EBADMSG. Nothing else
 * happens to those who use these functions: whatever is read from the memory is read once
 * and checked, no access is outside of it, and no loop goes on longer than the deadline.
 * Records that are read in place (kipc_ring_peek()) can change while they are looked at:
 * what is checked must be copied first, as kipc_ring_read() does. The memory itself must
 * stay: a region that is not revoked, or what no peer can truncate.
 *
 * Threads. What kipc_ring_attach() gives is for one thread at a time, and for the process
 * that attached: each thread, and each child, attaches on its own. A place stays taken until
 * one detaches, or the process ends; another program that it executes does not end it.
 *
 * Errors that all functions on an attached ring may return besides those that they list:
 * -EPERM, if it is not attached in the role that the function is for. Those that wait also:
 *
 *	-EAGAIN		the deadline is KIPC_NO_WAIT, and it would have to wait
 *	-EBADMSG	what the other side wrote into the ring makes no sense; the ring goes on
 *	-EINTR		a signal came while it slept
 *	-EKEYREVOKED	the view with which it was opened was revoked, while it slept
 *	-EPIPE		nobody of the other side is there any more, and nothing is left to read
 *	-ETIMEDOUT	the deadline passed
 */
#ifndef KIPC_RING_H
#define KIPC_RING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Bytes that each producer has in a ring, records and 8 for each of them: a power of two */
#define KIPC_RING_SIZE_MIN	256U
#define KIPC_RING_SIZE_MAX	(1U << 30)
/* Most producers of a ring, and most consumers */
#define KIPC_RING_SIDE_MAX	256U

/* kipc_ring_write(), kipc_ring_commit(): more is to come; do not publish it yet */
#define KIPC_RING_MORE		0x1U

struct kipc;
/* A ring as one producer or one consumer has it */
struct kipc_ring;

/**
 * enum kipc_ring_role - what one does with a ring
 * @KIPC_RING_PRODUCER: write
 * @KIPC_RING_CONSUMER: read
 */
enum kipc_ring_role {
	KIPC_RING_PRODUCER,
	KIPC_RING_CONSUMER,
};

/**
 * struct kipc_ring_options - as what a ring is made
 * @producers: how many there can be at a time, 1 to KIPC_RING_SIDE_MAX
 * @consumers: likewise. With 1, records can be read in place.
 * @size: bytes for the records of each producer: a power of two, KIPC_RING_SIZE_MIN to
 *	KIPC_RING_SIZE_MAX. Half of it, less 8, is the size of the largest record.
 */
struct kipc_ring_options {
	unsigned int producers;
	unsigned int consumers;
	size_t size;
};

/**
 * kipc_ring_memory() - how much memory a ring takes
 * @options: as what it is to be made
 *
 * May be called from any thread.
 *
 * Return: Bytes, whole pages; 0 if @options make no sense.
 */
size_t kipc_ring_memory(const struct kipc_ring_options *options);

/**
 * kipc_ring_init() - make a ring in memory
 * @memory: where, aligned to 128 bytes; shared by all who are to use it, zeroed if they may
 *	come before it is done
 * @size: its size in bytes
 * @options: as what
 *
 * Nobody may be attached to it.
 *
 * Return: 0, or -EINVAL (@options make no sense, or the memory is not aligned), or -ENOSPC
 * (it is too small).
 */
int kipc_ring_init(void *memory, size_t size,
		   const struct kipc_ring_options *options);

/**
 * kipc_ring_attach() - become one of a ring's producers or consumers
 * @memory: where the ring is, aligned to 128 bytes
 * @size: how many bytes there are, at least as many as the ring takes
 * @role: which
 * @ring: gets it
 *
 * The memory must stay mapped until kipc_ring_detach().
 *
 * Return: 0, or -EBUSY (the ring has as many of these as it was made for, and all live),
 * -EINVAL (this is no ring, or the memory is not aligned), -ENODATA (there is no ring yet) or
 * -ENOMEM.
 */
int kipc_ring_attach(void *memory, size_t size, enum kipc_ring_role role,
		     struct kipc_ring **ring);

/**
 * kipc_ring_create() - make a region with a ring in it
 * @endpoint: in whose domain; NULL: that of the process
 * @name: the region's name, which must be new; NULL: it has none
 * @mode: the region's permission bits; who attaches must be able to read and write
 * @options: as what the ring is made
 *
 * Return: A descriptor of a view of the region, close-on-exec; or -EINVAL, or as
 * kipc_region_open() and kipc_region_map().
 */
int kipc_ring_create(struct kipc *endpoint, const char *name, mode_t mode,
		     const struct kipc_ring_options *options);

/**
 * kipc_ring_open() - map a region's view, and become a producer or consumer of its ring
 * @view: the view, to be read and written. It can be closed afterwards.
 * @role: which
 * @deadline: when to stop waiting for the ring to be made, if it is not there yet
 * @ring: gets it
 *
 * As kipc_ring_attach(), and who sleeps also notices that the view was revoked; or that it is
 * the only one left of the region, so that nobody of another PID namespace is there any more.
 * Each side needs a view of its own for that.
 *
 * Return: 0, or as kipc_ring_attach() and kipc_region_map(), or -EACCES (the view may not
 * write), -EMFILE, -EINTR or -ETIMEDOUT.
 */
int kipc_ring_open(int view, enum kipc_ring_role role, uint64_t deadline,
		   struct kipc_ring **ring);

/**
 * kipc_ring_detach() - leave a ring
 * @ring: which; may be NULL
 *
 * What a producer has committed is published, and stays to be read. It works as well in a
 * child of the process that attached: then it only gives up the child's copy.
 */
void kipc_ring_detach(struct kipc_ring *ring);

/**
 * kipc_ring_peers() - how many of the other side there are
 * @ring: which
 *
 * This looks whether they live, so it costs some system calls for each.
 *
 * Return: How many are attached, and live as far as can be known; or -EKEYREVOKED (the view
 * with which it was opened was revoked).
 */
int kipc_ring_peers(struct kipc_ring *ring);

/**
 * kipc_ring_record_max() - how large a record can be
 * @ring: in which ring
 *
 * Return: Bytes.
 */
size_t kipc_ring_record_max(const struct kipc_ring *ring);

/**
 * kipc_ring_write() - write a record
 * @ring: where
 * @data: what
 * @size: its size in bytes, 0 to kipc_ring_record_max()
 * @flags: 0; or KIPC_RING_MORE: consumers see it with the next record that is written without
 *	this flag, at kipc_ring_flush(), or when the producer has to wait for room
 * @deadline: when to stop waiting for room; KIPC_NO_WAIT: do not wait
 *
 * Return: 0, or -EINVAL (unknown flag), -EMSGSIZE, or what all get that wait.
 */
int kipc_ring_write(struct kipc_ring *ring, const void *data, size_t size,
		    unsigned int flags, uint64_t deadline);

/**
 * kipc_ring_write_batch() - write several records, and publish them at once
 * @ring: where
 * @records: a record each
 * @count: how many
 * @deadline: when to stop waiting for room; KIPC_NO_WAIT: do not wait
 *
 * Return: How many were written, from the first on; or if there is none, as
 * kipc_ring_write().
 */
int kipc_ring_write_batch(struct kipc_ring *ring, const struct iovec *records,
			  unsigned int count, uint64_t deadline);

/**
 * kipc_ring_reserve() - get room for a record, to write it in place
 * @ring: where
 * @size: the most it can be, 0 to kipc_ring_record_max()
 * @deadline: when to stop waiting for room; KIPC_NO_WAIT: do not wait
 * @data: gets where to write it, aligned to 8 bytes
 *
 * It is void, and nobody ever sees it, unless the next call on the ring is
 * kipc_ring_commit().
 *
 * Return: 0, or -EMSGSIZE, or what all get that wait.
 */
int kipc_ring_reserve(struct kipc_ring *ring, size_t size, uint64_t deadline,
		      void **data);

/**
 * kipc_ring_commit() - the reserved record is complete
 * @ring: where
 * @size: its size in bytes, at most what was reserved
 * @flags: as for kipc_ring_write()
 *
 * Return: 0, or -EINVAL (there is no reservation, it is smaller, or an unknown flag).
 */
int kipc_ring_commit(struct kipc_ring *ring, size_t size, unsigned int flags);

/**
 * kipc_ring_flush() - publish what was written with KIPC_RING_MORE
 * @ring: where
 *
 * Return: 0.
 */
int kipc_ring_flush(struct kipc_ring *ring);

/**
 * kipc_ring_read() - take the next record
 * @ring: from where
 * @data: where to put it
 * @size: how many bytes may be put there
 * @deadline: when to give up; KIPC_NO_WAIT: do not wait
 *
 * What is at @data is only valid if it succeeded. A record that does not fit stays where it
 * is; kipc_ring_record_max() is enough for each.
 *
 * Return: The record's size in bytes, or -EMSGSIZE, or what all get that wait.
 */
ssize_t kipc_ring_read(struct kipc_ring *ring, void *data, size_t size,
		       uint64_t deadline);

/**
 * struct kipc_ring_record - where to put a record
 * @data: where
 * @room: how many bytes may be put there
 * @size: gets its size in bytes
 */
struct kipc_ring_record {
	void *data;
	size_t room;
	size_t size;
};

/**
 * kipc_ring_read_batch() - take several records
 * @ring: from where
 * @records: where to put each of them
 * @count: how many at most
 * @deadline: when to give up waiting for the first; KIPC_NO_WAIT: do not wait
 *
 * It takes what is there, and waits only if that is nothing.
 *
 * Return: How many were taken; or if there is none, as kipc_ring_read().
 */
int kipc_ring_read_batch(struct kipc_ring *ring,
			 struct kipc_ring_record *records, unsigned int count,
			 uint64_t deadline);

/**
 * kipc_ring_peek() - look at the next record in place
 * @ring: from where; made for one consumer
 * @deadline: when to give up; KIPC_NO_WAIT: do not wait
 * @data: gets where it is, aligned to 8 bytes; valid until the next call on the ring
 *
 * The record stays until kipc_ring_release(). A hostile peer can change it at any time, also
 * between two looks at it.
 *
 * Return: The record's size in bytes, or -EOPNOTSUPP (the ring was made for several
 * consumers), or what all get that wait.
 */
ssize_t kipc_ring_peek(struct kipc_ring *ring, uint64_t deadline,
		       const void **data);

/**
 * kipc_ring_release() - the record that was looked at is done
 * @ring: from where
 *
 * It must be the next call on the ring after kipc_ring_peek().
 *
 * Return: 0, or -EINVAL (no record was looked at).
 */
int kipc_ring_release(struct kipc_ring *ring);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* KIPC_RING_H */
