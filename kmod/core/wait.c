// SPDX-License-Identifier: GPL-2.0-only
#include "core/wait.h"

#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

/* What makes a wake-up synchronous; the scheduler does not export its name. */
int kipc_sync_flags __ro_after_init;

static int note_flags(struct wait_queue_entry *entry, unsigned int mode,
		      int flags, void *key)
{
	kipc_sync_flags = flags;
	return 1;
}

/**
 * kipc_wait_init() - learn how to wake synchronously
 *
 * Context: Process context, when the module is loaded.
 */
void __init kipc_wait_init(void)
{
	struct wait_queue_entry probe;
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(head);

	init_waitqueue_func_entry(&probe, note_flags);
	add_wait_queue(&head, &probe);
	__wake_up_sync_key(&head, TASK_NORMAL, NULL);
	remove_wait_queue(&head, &probe);
}

/**
 * kipc_sleep_until_deadline() - the part of kipc_sleep_until() with a timer
 * @deadline: when to stop
 *
 * Context: Process context. Sleeps.
 * Return: 0, or -ETIMEDOUT if the deadline has passed.
 */
int kipc_sleep_until_deadline(u64 deadline)
{
	ktime_t expires = ns_to_ktime(min_t(u64, deadline, KTIME_MAX));

	if (schedule_hrtimeout_range(&expires, current->timer_slack_ns,
				     HRTIMER_MODE_ABS))
		return 0;
	return -ETIMEDOUT;
}
