/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom to wake: found under the mailbox's lock, woken without it.
 */
#ifndef KIPC_MAILBOX_WAKES_H
#define KIPC_MAILBOX_WAKES_H

#include <linux/poll.h>
#include <linux/sched/task.h>

#include "core/wait.h"
#include "mailbox/mailbox.h"

/**
 * struct kipc_wakes - whom to wake
 * @receiver: a thread that got a letter, referenced; or NULL
 * @poster: a thread whose letter found a place, referenced; or NULL
 * @eventfd: of a notice, referenced; or NULL
 * @events: what those who poll are to look for; or 0
 */
struct kipc_wakes {
	struct task_struct *receiver;
	struct task_struct *poster;
	struct eventfd_ctx *eventfd;
	__poll_t events;
};

#define KIPC_READABLE	(EPOLLIN | EPOLLRDNORM)
#define KIPC_WRITABLE	(EPOLLOUT | EPOLLWRNORM)

void kipc_wakes_send_others(const struct kipc_wakes *wakes,
			    struct kipc_mailbox *mailbox);

/**
 * kipc_wakes_send() - wake them
 * @wakes: whom
 * @mailbox: of which; the caller has a reference
 *
 * Context: Process context, no spinlock held.
 */
static __always_inline void kipc_wakes_send(const struct kipc_wakes *wakes,
					    struct kipc_mailbox *mailbox)
{
	if (unlikely(wakes->events || wakes->eventfd || wakes->poster))
		kipc_wakes_send_others(wakes, mailbox);
	if (wakes->receiver)
		kipc_wake(wakes->receiver);
}

/**
 * kipc_wait_over() - end the wait of a thread
 * @done: what it looks at; what it gets was written before
 * @task: the thread
 *
 * Context: Mailbox's lock held, without which the thread cannot go away.
 * Return: The thread with a reference, to be woken without the lock.
 */
static inline struct task_struct *kipc_wait_over(bool *done,
						 struct task_struct *task)
{
	get_task_struct(task);
	/* Pairs with the acquire in kipc_wait_until(). */
	smp_store_release(done, true);
	return task;
}

/**
 * kipc_wait_until() - wait until somebody ends that
 * @done: what kipc_wait_over() sets
 * @deadline: when to stop waiting; 0 means never
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ERESTARTSYS or -ETIMEDOUT; and then it may be over nevertheless.
 */
static inline int kipc_wait_until(const bool *done, u64 deadline)
{
	int ret = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		/* Pairs with the release in kipc_wait_over(). */
		if (smp_load_acquire(done)) {
			ret = 0;
			break;
		}
		if (ret)
			break;
		ret = kipc_sleep_until(deadline);
	}
	__set_current_state(TASK_RUNNING);
	return ret;
}

#endif /* KIPC_MAILBOX_WAKES_H */
