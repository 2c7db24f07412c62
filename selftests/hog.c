// SPDX-License-Identifier: GPL-2.0-only
/* A thread that does nothing but use up a CPU, at some priority. */
#include "hog.h"

#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"
/* A hog whose @begin is never set must end, too. */
#define LIFE_LIMIT	(20 * SECOND)

static char rt_runtime[32];

/* Makes the machine ready for hogs; false if it has only one CPU. */
bool hog_prepare(void)
{
	if (cpus() < 2)
		return false;
	must(file_read(RT_RUNTIME, rt_runtime, sizeof(rt_runtime)));
	must(file_write(RT_RUNTIME, "-1\n"));
	pin(0, TEST_CPU);
	return true;
}

void hog_restore(void)
{
	if (!rt_runtime[0])
		return;
	must(file_write(RT_RUNTIME, rt_runtime));
	pin(0, -1);
}

static bool is_set(int *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(int *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_RELEASE);
}

static void use_up(void *arg)
{
	struct hog *hog = arg;
	__u64 begin = 0, end;

	pin(0, HOG_CPU);
	policy_set(0, hog->policy);
	set(&hog->running);
	end = cpu_time() + LIFE_LIMIT;
	while (!is_set(&hog->stop) && cpu_time() < end) {
		if (begin || !is_set(&hog->begin))
			continue;
		begin = cpu_time();
		end = begin + hog->limit;
	}
	set(&hog->ended);
	/* Who wants to know how much it used needs the thread. */
	while (!is_set(&hog->stop))
		pause_ms(1);
}

/* Starts a hog, and waits until it uses the CPU. */
void hog_start(struct hog *hog, struct policy policy, __u64 limit)
{
	memset(hog, 0, sizeof(*hog));
	hog->policy = policy;
	hog->limit = limit;
	thread_start(&hog->thread, use_up, hog);
	while (!is_set(&hog->running))
		pause_ms(1);
}

void hog_stop(struct hog *hog)
{
	set(&hog->stop);
	thread_join(&hog->thread);
}
