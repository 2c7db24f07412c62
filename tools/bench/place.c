// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* sched_setaffinity() */
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

void place_on(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		err(EXIT_FAILURE, "cannot keep to CPU %u", cpu);
}

void place_anywhere(void)
{
	cpu_set_t set;

	/* The kernel leaves out the CPUs that are not there. */
	memset(&set, 0xff, sizeof(set));
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		err(EXIT_FAILURE, "cannot leave a CPU");
}
