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
	queue->frozen = false;
	INIT_LIST_HEAD(&queue->entries);
	INIT_HLIST_HEAD(&queue->idle);
	INIT_HLIST_HEAD(&queue->held);
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

/* Before all that are as urgent, or less */
static void add_before(struct list_head *entries, struct kipc_entry *entry)
{
	struct list_head *link = entries->next;

	while (link != entries && kipc_entry_of(link)->level < entry->level)
		link = link->next;
	list_add_tail(&entry->link, link);
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
	added = kipc_queue_post_locked(queue, entry, &receiver);
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

static bool has_to_give(const struct kipc_queue *queue)
{
	return !list_empty(&queue->entries) && !queue->frozen;
}

/* How many receivers are idle, up to the number of entries */
static unsigned int count_wanted_locked(struct kipc_queue *queue)
{
	struct hlist_node *receiver = queue->idle.first;
	struct list_head *entry;
	unsigned int count = 0;

	list_for_each(entry, &queue->entries) {
		if (!receiver)
			break;
		receiver = receiver->next;
		count++;
	}
	return count;
}

static struct task_struct *pick_if_wanted(struct kipc_queue *queue)
{
	struct task_struct *receiver = NULL;

	spin_lock(&queue->lock);
	if (has_to_give(queue))
		receiver = kipc_queue_pick_locked(queue);
	spin_unlock(&queue->lock);
	return receiver;
}

static struct task_struct *pick_held(struct kipc_queue *queue)
{
	struct task_struct *task = NULL;
	struct kipc_receiver *held;

	spin_lock(&queue->lock);
	if (!hlist_empty(&queue->held) && !queue->frozen) {
		held = hlist_entry(queue->held.first, struct kipc_receiver,
				   link);
		hlist_del_init(&held->link);
		task = get_task_struct(held->task);
	}
	spin_unlock(&queue->lock);
	return task;
}

/**
 * kipc_queue_wake_thawed() - wake a receiver for each entry, and those who poll
 * @queue: a queue that was frozen until now
 *
 * Those who are held are woken all. What is posted meanwhile finds its receiver
 * as always. If others take what somebody was woken for, or the queue is frozen
 * again, that one becomes idle again.
 *
 * Context: Process context.
 */
void kipc_queue_wake_thawed(struct kipc_queue *queue)
{
	struct task_struct *task;
	unsigned int count;
	bool give;

	spin_lock(&queue->lock);
	give = has_to_give(queue);
	count = count_wanted_locked(queue);
	spin_unlock(&queue->lock);
	if (give)
		kipc_queue_wake(queue, NULL);
	for (; count; count--)
		kipc_wake(pick_if_wanted(queue));
	while ((task = pick_held(queue)))
		kipc_wake(task);
}

/*
 * Waits until there is an entry. The lock is held before and after, not
 * meanwhile. Whoever adds an entry needs the lock, so it either comes before the
 * look at the entries, or finds the receiver among the idle, in its task state.
 */
static int wait_locked(struct kipc_queue *queue, u64 deadline)
	__must_hold(&queue->lock)
{
	struct kipc_receiver self = { .task = current };
	int ret = 0;

	do {
		if (hlist_unhashed(&self.link))
			hlist_add_head(&self.link, &queue->idle);
		set_current_state(TASK_INTERRUPTIBLE);
		spin_unlock(&queue->lock);
		ret = kipc_sleep_until(deadline);
		__set_current_state(TASK_RUNNING);
		spin_lock(&queue->lock);
		if (has_to_give(queue)) {
			ret = fatal_signal_pending(current) ? -ERESTARTSYS : 0;
			break;
		}
	} while (!ret);
	hlist_del_init(&self.link);
	return ret;
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
	if (!has_to_give(queue))
		ret = nonblock ? -EAGAIN : wait_locked(queue, deadline);
	if (!ret)
		*entry = kipc_queue_take_locked(&queue->entries, message);
	else if (has_to_give(queue))
		other = kipc_queue_pick_locked(queue);
	spin_unlock(&queue->lock);
	kipc_wake(other);
	return ret;
}

/**
 * kipc_queue_untake() - put an entry in hand back to where it was
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
		add_before(&queue->entries, entry);
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
 * Return: Whether there is an entry to be taken; it may be gone the next moment.
 */
bool kipc_queue_has_entries(struct kipc_queue *queue)
{
	bool ret;

	spin_lock(&queue->lock);
	ret = has_to_give(queue);
	spin_unlock(&queue->lock);
	return ret;
}
