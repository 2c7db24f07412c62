/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleeping and waking, one thread at a time.
 *
 * Whoever wakes somebody in kipc knows whom: the caller whose reply is there, or
 * the one receiver that is to take a message. So there are no wait queues but
 * those of poll: the waker picks the task under a lock that the sleeper needs to
 * leave, takes a reference to it, and wakes it without the lock.
 *
 * A waker is about to sleep, more often than not. It says so to the scheduler
 * (a "synchronous" wake-up), so that its CPU is handed over rather than another
 * one started.
 */
#ifndef KIPC_CORE_WAIT_H
#define KIPC_CORE_WAIT_H

#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

extern int kipc_sync_flags;

void kipc_wait_init(void);
int kipc_sleep_until_deadline(u64 deadline);

/**
 * kipc_sleep_until() - sleep until woken, a signal comes or a deadline passes
 * @deadline: when to stop, 0 for never
 *
 * The caller has set its task state and made sure that it will be woken.
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ERESTARTSYS if there is a signal already, or -ETIMEDOUT if the deadline
 * has passed.
 */
static inline int kipc_sleep_until(u64 deadline)
{
	if (signal_pending(current))
		return -ERESTARTSYS;
	if (deadline)
		return kipc_sleep_until_deadline(deadline);
	schedule();
	return 0;
}

/**
 * kipc_wake() - wake a thread, which is to run next
 * @task: the thread, with a reference, which is dropped; or NULL
 *
 * Context: Process context.
 */
static inline void kipc_wake(struct task_struct *task)
{
	struct wait_queue_entry entry;

	if (!task)
		return;
	/* All that is looked at */
	entry.private = task;
	default_wake_function(&entry, TASK_INTERRUPTIBLE, kipc_sync_flags,
			      NULL);
	put_task_struct(task);
}

#endif /* KIPC_CORE_WAIT_H */
