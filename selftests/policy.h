/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scheduling policies and priorities of threads, seen and set from outside.
 *
 * glibc has no sched_getattr(2), and the kernel's header does not go with that of
 * glibc, so what is needed of both stands here.
 */
#ifndef POLICY_H
#define POLICY_H

#include "task.h"

/* The policies of sched(7) */
enum policy_class {
	CLASS_OTHER = 0,
	CLASS_FIFO = 1,
	CLASS_RR = 2,
	CLASS_BATCH = 3,
	CLASS_IDLE = 5,
	CLASS_DEADLINE = 6,
};

/**
 * struct policy - policy and priority of a thread
 * @class: the policy
 * @value: the nice value, or the real-time priority; 0 with CLASS_DEADLINE
 */
struct policy {
	enum policy_class class;
	int value;
};

#define NICE(n)		((struct policy){ CLASS_OTHER, n })
#define FIFO(n)		((struct policy){ CLASS_FIFO, n })
#define RR(n)		((struct policy){ CLASS_RR, n })
#define BATCH(n)	((struct policy){ CLASS_BATCH, n })
#define IDLE(n)		((struct policy){ CLASS_IDLE, n })
#define DEADLINE	((struct policy){ CLASS_DEADLINE, 0 })

/* The thread's flag of sched_setattr(2): its children begin with nice 0 */
#define POLICY_RESET_ON_FORK	1ULL

void policy_set(pid_t tid, struct policy policy);
void policy_set_flags(pid_t tid, struct policy policy, __u64 flags);
struct policy policy_get(pid_t tid);
__u64 policy_flags(pid_t tid);
bool policy_is(pid_t tid, struct policy policy);
bool policy_soon(pid_t tid, struct policy policy);

void pin(pid_t tid, int cpu);
int cpus(void);
__u64 cpu_time(void);
__u64 thread_cpu_time(struct thread *thread);

#endif /* POLICY_H */
