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
 * A frozen queue takes entries and gives none: receivers wait, and nobody is
 * picked, until it is thawed.
 *
 * Entries are received in the order of their levels (core/priority.h), and within
 * one level in the order in which they were posted. Requests have the level of
 * who makes them, so that is also the cost of queueing: a step for each entry
 * that is less urgent.
 *
 * The queue's lock also protects what the entries' objects say it protects. It
 * nests inside objects' locks. It is never taken in interrupts.
 */
#ifndef KIPC_CORE_QUEUE_H
#define KIPC_CORE_QUEUE_H

#include <linux/kipc.h>
#include <linux/list.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "core/priority.h"

struct kipc_entry;

/**
 * struct kipc_entry_ops - what differs between kinds of entries
 * @take: describe the entry in @message (zeroed but for what comes with
 *	%KIPC_MSG_SMALL), take a reference, and note
 *	that it is in hand. Called with the queue's lock held.
 * @untake: undo that, except for the reference. Called with the queue's lock
 *	held. Returns whether the entry is to be put back.
 * @received: the receiver knows of a notice, which will not be put back; NULL if that
 *	does not matter
 * @put: drop the reference that @take took
 */
struct kipc_entry_ops {
	void (*take)(struct kipc_entry *entry, struct kipc_message *message);
	bool (*untake)(struct kipc_entry *entry,
		       const struct kipc_message *message);
	void (*received)(struct kipc_entry *entry);
	void (*put)(struct kipc_entry *entry);
};

/**
 * struct kipc_entry - what can be queued
 * @link: in the queue (protected by its lock); empty if not queued
 * @ops: constant
 * @retired: never to be queued again (protected by the queue's lock)
 * @level: the smaller, the earlier it is received (constant once posted)
 */
struct kipc_entry {
	struct list_head link;
	const struct kipc_entry_ops *ops;
	bool retired;
	u8 level;
};

/**
 * struct kipc_queue - what receivers wait on
 * @lock: protects all but @pollers
 * @closed: nothing can be posted any more
 * @frozen: nothing can be taken for the time being
 * @entries: what was posted and not yet taken
 * @idle: receivers that wait and were not picked; the last one comes first
 * @held: threads that receive elsewhere, and wait until it is thawed
 * @pollers: poll and epoll
 */
struct kipc_queue {
	spinlock_t lock;	/* see above */
	bool closed;
	bool frozen;
	struct list_head entries;
	struct hlist_head idle;
	struct hlist_head held;
	wait_queue_head_t pollers;
};

/**
 * struct kipc_receiver - a thread that waits to receive
 * @link: in the queue's idle ones, or the held ones; all members are protected by
 *	its lock
 * @task: the thread
 */
struct kipc_receiver {
	struct hlist_node link;
	struct task_struct *task;
};

void kipc_queue_init(struct kipc_queue *queue);
void kipc_queue_close(struct kipc_queue *queue);
void kipc_queue_wake_thawed(struct kipc_queue *queue);

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
 * @level: when it is received
 *
 * Context: Any.
 */
static inline void kipc_entry_init(struct kipc_entry *entry,
				   const struct kipc_entry_ops *ops, u8 level)
{
	INIT_LIST_HEAD(&entry->link);
	entry->ops = ops;
	entry->retired = false;
	entry->level = level;
}

static inline struct kipc_entry *kipc_entry_of(const struct list_head *link)
{
	return list_entry(link, struct kipc_entry, link);
}

/**
 * kipc_queue_add_locked() - put an entry where it belongs
 * @queue: the queue, whose lock is held
 * @entries: its entries, or another list that belongs to it
 * @entry: the entry; it may be queued already, and then stays where it is
 *
 * It goes behind all that are as urgent, or more. If it is put there, the caller
 * picks a receiver under the same lock, and wakes it once it has dropped the lock.
 *
 * Context: Process context, with the lock held.
 * Return: Whether the entry was put there now.
 */
static inline bool kipc_queue_add_locked(struct kipc_queue *queue,
					 struct list_head *entries,
					 struct kipc_entry *entry)
{
	struct list_head *link = entries->prev;

	lockdep_assert_held(&queue->lock);

	if (queue->closed || entry->retired || !list_empty(&entry->link))
		return false;
	while (link != entries && kipc_entry_of(link)->level > entry->level)
		link = link->prev;
	list_add(&entry->link, link);
	return true;
}

/**
 * kipc_queue_pick_locked() - who is to take an entry
 * @queue: the queue, whose lock is held
 *
 * Context: Process context, with the lock held.
 * Return: A task with a reference, for kipc_queue_wake(), or NULL if no receiver
 * is idle, or none may take anything.
 */
static inline struct task_struct *
kipc_queue_pick_locked(struct kipc_queue *queue)
{
	struct kipc_receiver *receiver;

	lockdep_assert_held(&queue->lock);

	if (hlist_empty(&queue->idle) || queue->frozen)
		return NULL;
	receiver = hlist_entry(queue->idle.first, struct kipc_receiver, link);
	hlist_del_init(&receiver->link);
	return get_task_struct(receiver->task);
}

/**
 * kipc_queue_post_locked() - queue an entry for all who receive, and pick one
 * @queue: the queue, whose lock is held
 * @entry: the entry; it may be queued already
 * @receiver: gets whom to wake, or NULL, if the entry was queued now
 *
 * Context: Process context, with the lock held.
 * Return: Whether it was queued now; then the caller calls kipc_queue_wake() once it
 * has dropped the lock.
 */
static inline bool kipc_queue_post_locked(struct kipc_queue *queue,
					  struct kipc_entry *entry,
					  struct task_struct **receiver)
{
	if (!kipc_queue_add_locked(queue, &queue->entries, entry))
		return false;
	*receiver = kipc_queue_pick_locked(queue);
	return true;
}

/**
 * kipc_queue_take_locked() - take the first entry of a list in hand
 * @entries: of a queue whose lock is held; not empty
 * @message: gets its description
 *
 * Context: Process context, with the lock held.
 * Return: The entry.
 */
static inline struct kipc_entry *
kipc_queue_take_locked(struct list_head *entries, struct kipc_message *message)
{
	struct kipc_entry *entry;

	entry = list_first_entry(entries, struct kipc_entry, link);
	list_del_init(&entry->link);
	memset(message, 0, offsetof(struct kipc_message, small));
	entry->ops->take(entry, message);
	return entry;
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
