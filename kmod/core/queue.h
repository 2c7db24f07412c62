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
 * who may give a bad address. kipc_queue_take() waits for an entry, removes the
 * first one and describes it; then either ops->put() makes that final, or
 * kipc_queue_untake() puts the entry back to where it was. In between the entry
 * is "in hand", and a reference taken by ops->take() keeps it in existence; its
 * object can still retire it, after which it is not put back.
 *
 * Exactly one receiver is woken for an entry, the one that became idle last:
 * its cache and stack are the warmest. Whoever adds an entry picks it under the
 * lock, and wakes it without. One that was picked and cannot take the entry,
 * because it is being killed, picks the next.
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
struct task_struct;

/**
 * struct kipc_entry_ops - what differs between kinds of entries
 * @take: describe the entry in @message (zeroed), take a reference, and note
 *	that it is in hand. Called with the queue's lock held.
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
 * @lock: protects all but @pollers
 * @closed: nothing can be posted any more
 * @entries: what was posted and not yet taken
 * @idle: receivers that wait and were not picked; the last one comes first
 * @pollers: poll and epoll
 */
struct kipc_queue {
	spinlock_t lock;	/* see above */
	bool closed;
	struct list_head entries;
	struct hlist_head idle;
	wait_queue_head_t pollers;
};

void kipc_queue_init(struct kipc_queue *queue);
void kipc_queue_close(struct kipc_queue *queue);

bool kipc_queue_add_locked(struct kipc_queue *queue, struct kipc_entry *entry);
struct task_struct *kipc_queue_pick_locked(struct kipc_queue *queue);
void kipc_queue_wake(struct kipc_queue *queue, struct task_struct *receiver);
void kipc_queue_post_bits(struct kipc_queue *queue, struct kipc_entry *entry,
			  u64 *pending, u64 bits);
void kipc_queue_post(struct kipc_queue *queue, struct kipc_entry *entry);
void kipc_queue_retire(struct kipc_queue *queue, struct kipc_entry *entry);

int kipc_queue_take(struct kipc_queue *queue, bool nonblock, u64 deadline,
		    struct kipc_entry **entry, struct kipc_message *message);
bool kipc_queue_untake(struct kipc_queue *queue, struct kipc_entry *entry,
		       const struct kipc_message *message);
bool kipc_queue_has_entries(struct kipc_queue *queue);

/**
 * kipc_entry_init() - make an entry that is not queued
 * @entry: its memory
 * @ops: what it is
 *
 * Context: Any.
 */
static inline void kipc_entry_init(struct kipc_entry *entry,
				   const struct kipc_entry_ops *ops)
{
	INIT_LIST_HEAD(&entry->link);
	entry->ops = ops;
	entry->retired = false;
}

/**
 * kipc_queue_has_idle() - whether a thread waits to receive
 * @queue: the queue
 *
 * Context: Any.
 * Return: Whether there is one; it may be gone the next moment.
 */
static inline bool kipc_queue_has_idle(struct kipc_queue *queue)
{
	return !hlist_empty(&queue->idle);
}

#endif /* KIPC_CORE_QUEUE_H */
