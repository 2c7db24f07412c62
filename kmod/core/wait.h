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

#include <linux/types.h>

struct task_struct;

void kipc_wait_init(void);
int kipc_sleep_until(u64 deadline);
void kipc_wake(struct task_struct *task);

#endif /* KIPC_CORE_WAIT_H */
