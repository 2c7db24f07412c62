/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the processes of a session are scheduled, which decides who runs when one
 * wakes the other.
 *
 * Under SCHED_OTHER the one that is woken may preempt the other, or not: that
 * depends on how much each of them ran before, and can change in the middle of
 * a series. Under SCHED_BATCH it never does, and each side sleeps once in a
 * round trip; nor does it under SCHED_FIFO, where both have the same priority.
 */
#ifndef BENCH_POLICY_H
#define BENCH_POLICY_H

#include <stdbool.h>

/**
 * enum policy - what the user asked for
 * @POLICY_CHEAPEST: each system gets the one under which it costs least; if
 *	time is measured, all get SCHED_OTHER, which is what programs have
 * @POLICY_OTHER: SCHED_OTHER
 * @POLICY_BATCH: SCHED_BATCH
 * @POLICY_FIFO: SCHED_FIFO; nothing else runs meanwhile
 */
enum policy {
	POLICY_CHEAPEST,
	POLICY_OTHER,
	POLICY_BATCH,
	POLICY_FIFO,
};

/* Returns 0, or -1 if there is none of this name. */
int policy_parse(const char *name, enum policy *policy);

const char *policy_name(enum policy policy);

/*
 * Schedule this process and its future children so. @preempts says whether
 * SCHED_OTHER is the cheapest. Ends the program if it fails.
 */
void policy_set(enum policy policy, bool preempts);

#endif /* BENCH_POLICY_H */
