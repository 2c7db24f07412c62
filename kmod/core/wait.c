// SPDX-License-Identifier: GPL-2.0-only
#include "core/wait.h"

#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/**
 * kipc_sleep_until() - sleep until woken, a signal comes or a deadline passes
 * @deadline: when to stop, 0 for never
 *
 * The caller has set its task state and made sure that it will be woken.
 *
 * Context: Process context. Sleeps.
 * Return: 0, or -ETIMEDOUT if the deadline has passed.
 */
int kipc_sleep_until(u64 deadline)
{
	ktime_t expires = ns_to_ktime(min_t(u64, deadline, KTIME_MAX));

	if (!deadline) {
		schedule();
		return 0;
	}
	if (schedule_hrtimeout_range(&expires, current->timer_slack_ns,
				     HRTIMER_MODE_ABS))
		return 0;
	return -ETIMEDOUT;
}
