/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A queue is what the receivers of one endpoint wait on: a list of entries
 * (calls, one-way messages, notices), a spinlock, those who wait to receive,
 * and those who poll.
 *
 * An entry belongs to some other object (a call, a node, a watch) and is on the
 * queue at most once. It is posted without taking memory, so posting cannot
 * fail; on a closed queue it does nothing.
 *
 * Receiving goes in two steps, because the result has to be copied to a user
 * who may give a bad address. kipc_queue_take() removes the first entry and
 * describes it; then either ops->put() makes that final, or
 * kipc_queue_untake() puts the entry back to where it was. In between the entry
 * is "in hand", and a reference taken by ops->take() keeps it in existence; its
 * object can still retire it, after which it is not put back.
 *
 * Exactly one receiver is woken for an entry, the one that became idle last:
 * its cache and stack are the warmest. A receiver that was woken and cannot
 * take the entry (a signal) passes the wake-up on.
 *
 * The queue's lock also protects what the entries' objects say it protects. It
 * nests inside objects' locks. It is never taken in interrupts.
 */
#ifndef KIPC_CORE_QUEUE_H
#define KIPC_CORE_QUEUE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct kipc_entry;
struct kipc_message;

/**
 * struct kipc_entry_ops - what differs between kinds of entries
 * @take: describe the entry in @message (zeroed), take a reference, and note that it is
 *	in hand. Called with the queue's lock held.
 * @untake: undo that, except for the reference. Called with the queue's lock
 *	held. Returns whether the entry is to be put back.
 * @put: drop the reference that @take took
 */
struct kipc_entry_ops {
	void (*take)(struct kipc_entry *entry, struct kipc_message *message);
	bool (*untake)(struct kipc_entry *entry,
		       const struct kipc_message *message);
	void (*put)(struct kipc_entry *entry);
};

/**
 * struct kipc_entry - what can be queued
 * @link: in the queue (protected by its lock); empty if not queued
 * @ops: constant
 * @retired: never to be queued again (protected by the queue's lock)
 */
struct kipc_entry {
	struct list_head link;
	const struct kipc_entry_ops *ops;
	bool retired;
};

/**
 * struct kipc_queue - what receivers wait on
 * @lock: protects @entries and @closed
 * @closed: nothing can be posted any more
 * @entries: what was posted and not yet taken
 * @receivers: threads that wait; the last one to come is the first in line
 * @pollers: poll and epoll
 */
struct kipc_queue {
	spinlock_t lock;	/* closed, entries, and see above */
	bool closed;
	struct list_head entries;
	wait_queue_head_t receivers;
	wait_queue_head_t pollers;
};

void kipc_queue_init(struct kipc_queue *queue);
void kipc_queue_close(struct kipc_queue *queue);

void kipc_entry_init(struct kipc_entry *entry,
		     const struct kipc_entry_ops *ops);
bool kipc_queue_add_locked(struct kipc_queue *queue, struct kipc_entry *entry);
void kipc_queue_wake(struct kipc_queue *queue);
void kipc_queue_post(struct kipc_queue *queue, struct kipc_entry *entry);
void kipc_queue_retire(struct kipc_queue *queue, struct kipc_entry *entry);

struct kipc_entry *kipc_queue_take(struct kipc_queue *queue,
				   struct kipc_message *message);
bool kipc_queue_untake(struct kipc_queue *queue, struct kipc_entry *entry,
		       const struct kipc_message *message);
int kipc_queue_wait(struct kipc_queue *queue, u64 deadline);
bool kipc_queue_has_entries(struct kipc_queue *queue);
bool kipc_queue_is_idle(struct kipc_queue *queue);

#endif /* KIPC_CORE_QUEUE_H */
