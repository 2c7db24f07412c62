// SPDX-License-Identifier: GPL-2.0-only
/* Scheduling policies and priorities of threads, seen and set from outside. */
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "policy.h"

/* The kernel's struct sched_attr, in its first version */
struct attr {
	__u32 size;
	__u32 policy;
	__u64 flags;
	__s32 nice;
	__u32 priority;
	__u64 runtime;
	__u64 deadline;
	__u64 period;
};

static bool is_real_time(enum policy_class class)
{
	return class == CLASS_FIFO || class == CLASS_RR;
}

void policy_set_flags(pid_t tid, struct policy policy, __u64 flags)
{
	struct attr attr = {
		.size = sizeof(attr),
		.policy = policy.class,
		.flags = flags,
	};
	__u64 end = after(5 * SECOND);
	int ret;

	/* Who becomes idle keeps the nice value that it has. */
	if (policy.class == CLASS_IDLE)
		policy_set(tid, NICE(policy.value));
	if (is_real_time(policy.class)) {
		attr.priority = (__u32)policy.value;
	} else if (policy.class == CLASS_DEADLINE) {
		attr.runtime = 10 * MILLISECOND;
		attr.deadline = 100 * MILLISECOND;
		attr.period = 100 * MILLISECOND;
	} else {
		attr.nice = policy.value;
	}
	/*
	 * What a deadline task had of the CPU is free a bit later, or, if it slept
	 * when it became another, with 6.1 never: so take little of it.
	 */
	do
		ret = (int)syscall(SYS_sched_setattr, tid, &attr, 0);
	while (ret < 0 && errno == EBUSY && now() < end);
	must_errno(ret);
}

void policy_set(pid_t tid, struct policy policy)
{
	policy_set_flags(tid, policy, 0);
}

static void get(pid_t tid, struct attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	must_errno((int)syscall(SYS_sched_getattr, tid, attr, sizeof(*attr),
				0));
}

struct policy policy_get(pid_t tid)
{
	struct policy policy = { 0 };
	struct attr attr;

	get(tid, &attr);
	policy.class = attr.policy;
	if (is_real_time(policy.class))
		policy.value = (int)attr.priority;
	else if (policy.class != CLASS_DEADLINE)
		policy.value = attr.nice;
	return policy;
}

__u64 policy_flags(pid_t tid)
{
	struct attr attr;

	get(tid, &attr);
	return attr.flags;
}

static bool same(struct policy a, struct policy b)
{
	return a.class == b.class && a.value == b.value;
}

/* Whether the thread has that policy now; says what it has if not. */
bool policy_is(pid_t tid, struct policy policy)
{
	struct policy has = policy_get(tid);

	if (same(has, policy))
		return true;
	fprintf(stderr, "# class %d value %d, not class %d value %d\n",
		has.class, has.value, policy.class, policy.value);
	return false;
}

/* Whether the thread has that policy soon. */
bool policy_soon(pid_t tid, struct policy policy)
{
	__u64 end = after(10 * SECOND);

	while (now() < end) {
		if (same(policy_get(tid), policy))
			return true;
		pause_ms(1);
	}
	return policy_is(tid, policy);
}

/* Lets the thread run on that CPU only, or on all if it is negative. */
void pin(pid_t tid, int cpu)
{
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	for (i = 0; i < cpus(); i++) {
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &set);
	}
	must_errno(sched_setaffinity(tid, sizeof(set), &set));
}

int cpus(void)
{
	return (int)sysconf(_SC_NPROCESSORS_CONF);
}

static __u64 read_clock(clockid_t clock)
{
	struct timespec time;

	must_errno(clock_gettime(clock, &time));
	return (__u64)time.tv_sec * SECOND + (__u64)time.tv_nsec;
}

/* How much time of a CPU the running thread has used. */
__u64 cpu_time(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

__u64 thread_cpu_time(struct thread *thread)
{
	clockid_t clock;

	must(-pthread_getcpuclockid(thread->thread, &clock));
	return read_clock(clock);
}
