/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Priorities as one number, the level: what is smaller is more urgent.
 *
 * Levels are those of the scheduler. 0 to 98 are the real-time priorities 99 to
 * 1, 100 to 139 the nice values -20 to 19. A deadline task counts as the highest
 * real-time priority, an idle task as nice 19. The policies SCHED_FIFO and
 * SCHED_RR share the real-time levels.
 */
#ifndef KIPC_CORE_PRIORITY_H
#define KIPC_CORE_PRIORITY_H

#include <linux/sched.h>
#include <linux/sched/prio.h>

/*
 * What tells of something that others cannot bring about again and again: after
 * real-time, before all others
 */
#define KIPC_LEVEL_NOTICE	(MAX_RT_PRIO - 1)
/* What nobody waits for: one-way messages, and the other notices */
#define KIPC_LEVEL_ONE_WAY	DEFAULT_PRIO

/**
 * struct kipc_priority - how a thread is scheduled
 * @level: as above
 * @policy: SCHED_NORMAL, SCHED_FIFO or SCHED_RR
 */
struct kipc_priority {
	u8 level;
	u8 policy;
};

/**
 * kipc_level_of() - the level of a thread
 * @task: the thread; without what rt_mutexes lend it
 *
 * Context: Any. The thread may be changed at the same time.
 * Return: Its level.
 */
static inline u8 kipc_level_of(const struct task_struct *task)
{
	int level = READ_ONCE(task->normal_prio);

	if (unlikely(READ_ONCE(task->policy) == SCHED_IDLE))
		return MAX_PRIO - 1;
	return max(level, 0);
}

/**
 * kipc_priority_of() - how a thread is scheduled
 * @task: the thread
 *
 * Context: Any. The thread may be changed at the same time.
 * Return: Level and policy.
 */
static inline struct kipc_priority
kipc_priority_of(const struct task_struct *task)
{
	struct kipc_priority priority = { kipc_level_of(task), SCHED_NORMAL };

	if (unlikely(priority.level < MAX_RT_PRIO))
		priority.policy = READ_ONCE(task->policy) == SCHED_RR ?
				  SCHED_RR : SCHED_FIFO;
	return priority;
}

#endif /* KIPC_CORE_PRIORITY_H */
