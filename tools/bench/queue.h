/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A queue that one process has for itself: it sends and receives, and nobody
 * is woken. What remains is what sending and receiving themselves cost.
 */
#ifndef BENCH_QUEUE_H
#define BENCH_QUEUE_H

#include <stddef.h>

struct queue;

/**
 * struct queue_ops - how to drive a queue
 * @name: what the system is called in the results
 * @state_size: size of its own state
 * @depth_max: the most messages that one can be made to hold, if it has
 *	priorities and this can be said; else 0
 * @open: make it, empty, with room for @depth messages. Returns 0, or -1 with
 *	errno set and nothing left to close.
 * @put: send a message; the room before it may be written, too. Where there are no
 *	priorities, it is 0.
 * @take: receive the next one into @data; returns its priority
 * @close: end it
 *
 * What goes wrong in @put and @take ends the process with a message.
 */
struct queue_ops {
	const char *name;
	size_t state_size;
	unsigned int depth_max;
	int (*open)(struct queue *queue);
	void (*put)(struct queue *queue, void *data, unsigned int priority);
	unsigned int (*take)(struct queue *queue, void *data);
	void (*close)(struct queue *queue);
};

/**
 * struct queue - one in use
 * @ops: of which system
 * @size: size of the payloads in bytes, at least 1
 * @depth: how many messages have to fit
 * @sent: memory of buffer_new() to send from
 * @received: likewise, to receive into
 * @state: the system's own state, all 0 at first
 */
struct queue {
	const struct queue_ops *ops;
	size_t size;
	unsigned int depth;
	void *sent;
	void *received;
	void *state;
};

/* Returns 0, or -1 with errno set if it is not to be had here. */
int queue_start(struct queue *queue, const struct queue_ops *ops, size_t size,
		unsigned int depth);

void queue_stop(struct queue *queue);

extern const struct queue_ops queue_mailbox;
extern const struct queue_ops queue_posix_mq;
extern const struct queue_ops queue_sysv_mq;
extern const struct queue_ops queue_pipe;
extern const struct queue_ops queue_unix_seqpacket;
extern const struct queue_ops queue_unix_dgram;

/* All of them, in the order of the results; ends with NULL. */
extern const struct queue_ops *const queues[];

#endif /* BENCH_QUEUE_H */
