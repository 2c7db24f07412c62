// SPDX-License-Identifier: GPL-2.0-only
#include "core/queue.h"

#include <linux/kipc.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "core/wait.h"

/**
 * kipc_queue_init() - make an empty queue
 * @queue: its memory
 *
 * Context: Any.
 */
void kipc_queue_init(struct kipc_queue *queue)
{
	spin_lock_init(&queue->lock);
	queue->closed = false;
	INIT_LIST_HEAD(&queue->entries);
	init_waitqueue_head(&queue->receivers);
	init_waitqueue_head(&queue->pollers);
}

/**
 * kipc_queue_close() - refuse new entries
 * @queue: the queue; what is still in it goes with the objects it belongs to
 *
 * Context: Any.
 */
void kipc_queue_close(struct kipc_queue *queue)
{
	spin_lock(&queue->lock);
	queue->closed = true;
	spin_unlock(&queue->lock);
}

/**
 * kipc_entry_init() - make an entry that is not queued
 * @entry: its memory
 * @ops: what it is
 *
 * Context: Any.
 */
void kipc_entry_init(struct kipc_entry *entry, const struct kipc_entry_ops *ops)
{
	INIT_LIST_HEAD(&entry->link);
	entry->ops = ops;
	entry->retired = false;
}

/**
 * kipc_queue_add_locked() - put an entry at the end of the queue
 * @queue: the queue, whose lock is held
 * @entry: the entry; it may be queued already, and then stays where it is
 *
 * The caller wakes a receiver once it has dropped the lock.
 *
 * Context: Any, with the lock held.
 * Return: Whether the entry was put there now.
 */
bool kipc_queue_add_locked(struct kipc_queue *queue, struct kipc_entry *entry)
{
	lockdep_assert_held(&queue->lock);

	if (queue->closed || entry->retired || !list_empty(&entry->link))
		return false;
	list_add_tail(&entry->link, &queue->entries);
	return true;
}

/**
 * kipc_queue_wake() - wake one receiver, and all who poll
 * @queue: the queue, whose lock is not held
 *
 * The waker is about to sleep, more often than not: tell the scheduler, so that
 * it hands over its CPU rather than start another one.
 *
 * Context: Process context.
 */
void kipc_queue_wake(struct kipc_queue *queue)
{
	/*
	 * The entry was added under the queue's lock, and a receiver looks for
	 * entries under it after it joined @receivers: one of the two sees the
	 * other. So it is with @pollers, who look after poll_wait(). The barrier
	 * in wq_has_sleeper() is for both.
	 */
	if (wq_has_sleeper(&queue->receivers))
		__wake_up_sync_key(&queue->receivers, TASK_INTERRUPTIBLE, NULL);
	/* After the barrier above */
	if (waitqueue_active(&queue->pollers))
		wake_up_interruptible_poll(&queue->pollers,
					   EPOLLIN | EPOLLRDNORM);
}

/**
 * kipc_queue_post() - queue an entry and wake a receiver
 * @queue: the queue
 * @entry: the entry; it may be queued already
 *
 * Context: Process context, spinlocks may be held.
 */
void kipc_queue_post(struct kipc_queue *queue, struct kipc_entry *entry)
{
	bool added;

	spin_lock(&queue->lock);
	added = kipc_queue_add_locked(queue, entry);
	spin_unlock(&queue->lock);
	if (added)
		kipc_queue_wake(queue);
}

/**
 * kipc_queue_retire() - see to it that an entry is not and will not be queued
 * @queue: the queue
 * @entry: the entry; it may be in hand
 *
 * Context: Process context, spinlocks may be held.
 */
void kipc_queue_retire(struct kipc_queue *queue, struct kipc_entry *entry)
{
	spin_lock(&queue->lock);
	entry->retired = true;
	list_del_init(&entry->link);
	spin_unlock(&queue->lock);
}

/**
 * kipc_queue_take() - take the first entry in hand
 * @queue: the queue
 * @message: gets its description, if there is one
 *
 * Context: Process context.
 * Return: The entry, or NULL if there is none.
 */
struct kipc_entry *kipc_queue_take(struct kipc_queue *queue,
				   struct kipc_message *message)
{
	struct kipc_entry *entry;

	spin_lock(&queue->lock);
	entry = list_first_entry_or_null(&queue->entries, struct kipc_entry,
					 link);
	if (entry) {
		list_del_init(&entry->link);
		memset(message, 0, sizeof(*message));
		entry->ops->take(entry, message);
	}
	spin_unlock(&queue->lock);
	return entry;
}

/**
 * kipc_queue_untake() - put an entry in hand back to the head
 * @queue: the queue that it was taken from
 * @entry: the entry; the caller still has the reference that came with it
 * @message: its description
 *
 * Context: Process context.
 * Return: Whether it is queued again.
 */
bool kipc_queue_untake(struct kipc_queue *queue, struct kipc_entry *entry,
		       const struct kipc_message *message)
{
	bool again;

	spin_lock(&queue->lock);
	again = !entry->retired && entry->ops->untake(entry, message);
	if (again && list_empty(&entry->link))
		list_add(&entry->link, &queue->entries);
	spin_unlock(&queue->lock);
	if (again)
		kipc_queue_wake(queue);
	return again;
}

/* Like prepare_to_wait_exclusive(), but the last to come is woken first. */
static void prepare_to_wait_first(wait_queue_head_t *head,
				  struct wait_queue_entry *wait)
{
	spin_lock_irq(&head->lock);
	if (list_empty(&wait->entry))
		__add_wait_queue_exclusive(head, wait);
	set_current_state(TASK_INTERRUPTIBLE);
	spin_unlock_irq(&head->lock);
}

/**
 * kipc_queue_has_entries() - whether there is something to receive
 * @queue: the queue
 *
 * Context: Process context, in any task state.
 * Return: Whether there is an entry; it may be gone the next moment.
 */
bool kipc_queue_has_entries(struct kipc_queue *queue)
{
	bool ret;

	spin_lock(&queue->lock);
	ret = !list_empty(&queue->entries);
	spin_unlock(&queue->lock);
	return ret;
}

/**
 * kipc_queue_wait() - wait until there is an entry
 * @queue: the queue
 * @deadline: absolute CLOCK_MONOTONIC nanoseconds; 0 means none
 *
 * Another receiver may take the entry before the caller does.
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ERESTARTSYS, or -ETIMEDOUT.
 */
int kipc_queue_wait(struct kipc_queue *queue, u64 deadline)
{
	DEFINE_WAIT(wait);
	int ret = 0;

	do {
		prepare_to_wait_first(&queue->receivers, &wait);
		if (kipc_queue_has_entries(queue))
			break;
		if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			ret = kipc_sleep_until(deadline);
	} while (!ret && !kipc_queue_has_entries(queue));
	finish_wait(&queue->receivers, &wait);

	/*
	 * A wake-up may have been meant for this thread just when it gave up:
	 * has_entries() came after, so either the entry was seen or somebody
	 * else took it. A fatal signal lets nobody come back for the entry.
	 */
	if (!ret || !kipc_queue_has_entries(queue))
		return ret;
	if (fatal_signal_pending(current)) {
		kipc_queue_wake(queue);
		return ret;
	}
	return 0;
}

/**
 * kipc_queue_is_idle() - whether a thread waits to receive
 * @queue: the queue
 *
 * Context: Any.
 * Return: Whether there is one; it may be gone the next moment.
 */
bool kipc_queue_is_idle(struct kipc_queue *queue)
{
	/* A hint: it needs no barrier. */
	return waitqueue_active(&queue->receivers);
}
