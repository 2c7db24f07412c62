// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>
#include <time.h>

#include "counter.h"

#define NSEC_PER_SEC	1000000000ULL

/* Long enough that a timer tick or two in it do not matter. */
#define TRIAL_LOOPS		5000000ULL
#define TRIAL_INSTRUCTIONS	(2 * TRIAL_LOOPS)
/* How far off, in percent, the trial may be because of timer ticks. */
#define TRIAL_TOLERANCE		2

uint64_t counter_read(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		err(EXIT_FAILURE, "clock_gettime");
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

/* Execute exactly TRIAL_INSTRUCTIONS, and a few around them. */
static void execute_trial(void)
{
	uint64_t loops = TRIAL_LOOPS;

	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r" (loops) : : "cc");
}

bool counter_works(void)
{
	uint64_t start = counter_read();
	uint64_t counted;

	execute_trial();
	counted = counter_read() - start;

	return counted >= TRIAL_INSTRUCTIONS / 100 * (100 - TRIAL_TOLERANCE) &&
	       counted <= TRIAL_INSTRUCTIONS / 100 * (100 + TRIAL_TOLERANCE);
}
