// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* SCHED_BATCH */
#include <err.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "setting.h"

#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"

static const char *const names[] = {
	[POLICY_CHEAPEST] = "cheapest",
	[POLICY_OTHER] = "other",
	[POLICY_BATCH] = "batch",
	[POLICY_FIFO] = "fifo",
};

int policy_parse(const char *name, enum policy *policy)
{
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i])) {
			*policy = (enum policy)i;
			return 0;
		}
	}
	return -1;
}

const char *policy_name(enum policy policy)
{
	return names[policy];
}

/* Without limit: real-time tasks would be held up once in a second. */
static int fifo(void)
{
	if (setting_write(RT_RUNTIME, -1) < 0)
		err(EXIT_FAILURE, RT_RUNTIME);
	return SCHED_FIFO;
}

static int choose(enum policy policy, bool preempts)
{
	switch (policy) {
	case POLICY_OTHER:
		return SCHED_OTHER;
	case POLICY_BATCH:
		return SCHED_BATCH;
	case POLICY_FIFO:
		return fifo();
	default:
		return preempts ? SCHED_OTHER : SCHED_BATCH;
	}
}

void policy_set(enum policy policy, bool preempts)
{
	int chosen = choose(policy, preempts);
	const struct sched_param param = {
		.sched_priority = chosen == SCHED_FIFO,
	};

	if (sched_setscheduler(0, chosen, &param) < 0)
		err(EXIT_FAILURE, "cannot change the scheduling policy");
}
