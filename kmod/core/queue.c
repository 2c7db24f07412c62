// SPDX-License-Identifier: GPL-2.0-only
#include "core/queue.h"

#include <linux/kipc.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
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
	INIT_HLIST_HEAD(&queue->idle);
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
 * kipc_queue_add_locked() - put an entry at the end of the queue
 * @queue: the queue, whose lock is held
 * @entry: the entry; it may be queued already, and then stays where it is
 *
 * If it is put there, the caller picks a receiver under the same lock, and wakes
 * it once it has dropped the lock.
 *
 * Context: Process context, with the lock held.
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

/* A thread that waits to receive */
struct receiver {
	struct hlist_node link;
	struct task_struct *task;
};

/**
 * kipc_queue_pick_locked() - who is to take an entry
 * @queue: the queue, whose lock is held
 *
 * Context: Process context, with the lock held.
 * Return: A task with a reference, for kipc_queue_wake(), or NULL if no receiver
 * is idle.
 */
struct task_struct *kipc_queue_pick_locked(struct kipc_queue *queue)
{
	struct receiver *receiver;

	lockdep_assert_held(&queue->lock);

	if (hlist_empty(&queue->idle))
		return NULL;
	receiver = hlist_entry(queue->idle.first, struct receiver, link);
	hlist_del_init(&receiver->link);
	return get_task_struct(receiver->task);
}

/**
 * kipc_queue_wake() - wake the receiver that was picked, and all who poll
 * @queue: the queue, whose lock is not held
 * @receiver: as picked
 *
 * Context: Process context.
 */
void kipc_queue_wake(struct kipc_queue *queue, struct task_struct *receiver)
{
	/*
	 * The barrier in wq_has_sleeper() is after the entry was added; whoever
	 * polls looks for entries after poll_wait(). One sees the other.
	 */
	if (wq_has_sleeper(&queue->pollers))
		wake_up_interruptible_poll(&queue->pollers,
					   EPOLLIN | EPOLLRDNORM);
	kipc_wake(receiver);
}

/**
 * kipc_queue_post_bits() - add to what an entry says, queue it, wake a receiver
 * @queue: the queue
 * @entry: the entry; it may be queued already
 * @pending: its word of bits, which the queue's lock protects
 * @bits: to be ORed into it
 *
 * Context: Process context, spinlocks may be held.
 */
void kipc_queue_post_bits(struct kipc_queue *queue, struct kipc_entry *entry,
			  u64 *pending, u64 bits)
{
	struct task_struct *receiver = NULL;
	bool added;

	spin_lock(&queue->lock);
	*pending |= bits;
	added = kipc_queue_add_locked(queue, entry);
	if (added)
		receiver = kipc_queue_pick_locked(queue);
	spin_unlock(&queue->lock);
	if (added)
		kipc_queue_wake(queue, receiver);
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
	u64 nothing = 0;

	kipc_queue_post_bits(queue, entry, &nothing, 0);
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

/*
 * Waits until there is an entry. The lock is held before and after, not
 * meanwhile. Whoever adds an entry needs the lock, so it either comes before the
 * look at the entries, or finds the receiver among the idle, in its task state.
 */
static int wait_locked(struct kipc_queue *queue, u64 deadline)
	__must_hold(&queue->lock)
{
	struct receiver self = { .task = current };
	int ret = 0;

	do {
		if (hlist_unhashed(&self.link))
			hlist_add_head(&self.link, &queue->idle);
		set_current_state(TASK_INTERRUPTIBLE);
		spin_unlock(&queue->lock);
		if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			ret = kipc_sleep_until(deadline);
		__set_current_state(TASK_RUNNING);
		spin_lock(&queue->lock);
	} while (!ret && list_empty(&queue->entries));
	hlist_del_init(&self.link);

	if (list_empty(&queue->entries))
		return ret;
	return fatal_signal_pending(current) ? -ERESTARTSYS : 0;
}

static struct kipc_entry *take_first_locked(struct kipc_queue *queue,
					    struct kipc_message *message)
{
	struct kipc_entry *entry;

	entry = list_first_entry(&queue->entries, struct kipc_entry, link);
	list_del_init(&entry->link);
	memset(message, 0, sizeof(*message));
	entry->ops->take(entry, message);
	return entry;
}

/**
 * kipc_queue_take() - take the first entry in hand
 * @queue: the queue
 * @nonblock: do not wait
 * @deadline: when to stop waiting; 0 means never
 * @entry: gets the entry
 * @message: gets its description
 *
 * Context: Process context. Sleeps.
 * Return: 0, -EAGAIN, -ERESTARTSYS or -ETIMEDOUT.
 */
int kipc_queue_take(struct kipc_queue *queue, bool nonblock, u64 deadline,
		    struct kipc_entry **entry, struct kipc_message *message)
{
	struct task_struct *other = NULL;
	int ret = 0;

	spin_lock(&queue->lock);
	if (list_empty(&queue->entries))
		ret = nonblock ? -EAGAIN : wait_locked(queue, deadline);
	if (!ret)
		*entry = take_first_locked(queue, message);
	else if (!list_empty(&queue->entries))
		other = kipc_queue_pick_locked(queue);
	spin_unlock(&queue->lock);
	kipc_wake(other);
	return ret;
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
	struct task_struct *receiver = NULL;
	bool again;

	spin_lock(&queue->lock);
	again = !entry->retired && entry->ops->untake(entry, message);
	if (again && list_empty(&entry->link))
		list_add(&entry->link, &queue->entries);
	if (again)
		receiver = kipc_queue_pick_locked(queue);
	spin_unlock(&queue->lock);
	if (again)
		kipc_queue_wake(queue, receiver);
	return again;
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
