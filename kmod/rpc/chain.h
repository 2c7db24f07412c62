/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chains of calls: A calls B, and for that B calls C, and C calls A back.
 *
 * Whoever makes a call for another one that it serves says so, by the token: that
 * one is the new call's parent. A call has a reference to its parent until its own
 * memory goes, so the way up is always there, and it never changes. It is at most
 * KIPC_DEPTH_MAX calls long.
 *
 * A nested call is one to an endpoint that waits in a call further up. It goes
 * to the thread that waits there, or A would need a second thread to answer itself.
 * Each call has a lane for that: a list beside the queue of its caller's
 * endpoint, under the same lock. What is in a lane is queued in every other
 * respect: it counts, it is in its node's list, and it can be withdrawn.
 *
 *   the lane of      is used by                     lock
 *   call A -> B      calls to A whose nearest       A's queue lock
 *                    ancestor made by A it is
 *
 * A lane is open from before its call is queued, if the caller serves nested
 * calls, until the caller has its result or gives up; then what is left in it
 * goes to the queue. A call in whose name none was made (@has_children) can have
 * nothing in its lane, so then nobody needs to look.
 *
 * While the endpoint is frozen nothing is taken from its lanes either. A thread that
 * finds something there waits until that is over.
 *
 * While the thread serves a nested call it is in user space, and its own call
 * goes on without it: it is suspended, in its endpoint's tree of those, until
 * some thread resumes it or the endpoint closes. Whoever takes it out of the tree
 * is its caller from then on.
 */
#ifndef KIPC_RPC_CHAIN_H
#define KIPC_RPC_CHAIN_H

#include <linux/list.h>
#include <linux/types.h>

struct kipc_call;
struct kipc_endpoint;
struct kipc_open_call;
struct task_struct;

/**
 * struct kipc_lane - where nested calls wait for the thread that is to serve them
 * @entries: those; all members are protected by the lock of the queue of the
 *	endpoint that made the call (the thread that waits looks without whether
 *	there is one)
 * @open: calls may be put here
 * @task: the thread, while it waits; NULL while the call is suspended
 */
struct kipc_lane {
	struct list_head entries;
	bool open;
	struct task_struct *task;
};

/**
 * kipc_lane_init() - make a lane
 * @lane: its memory
 * @task: the thread that will wait
 * @open: whether it serves nested calls
 *
 * Context: Any.
 */
static inline void kipc_lane_init(struct kipc_lane *lane,
				  struct task_struct *task, bool open)
{
	INIT_LIST_HEAD(&lane->entries);
	lane->open = open;
	lane->task = task;
}

int kipc_lane_wait_thawed(struct kipc_open_call *call);
void kipc_lane_close(struct kipc_lane *lane, struct kipc_endpoint *endpoint);

int kipc_chain_join(struct kipc_open_call *call, const struct kipc_call *args);
struct kipc_lane *kipc_chain_lane(const struct kipc_open_call *call);

u64 kipc_chain_suspend(struct kipc_open_call *call);
struct kipc_open_call *kipc_chain_unsuspend(struct kipc_endpoint *endpoint,
					    u64 id);
struct kipc_open_call *
kipc_chain_unsuspend_first(struct kipc_endpoint *endpoint);
void kipc_chain_resume(struct kipc_open_call *call, bool open);

#endif /* KIPC_RPC_CHAIN_H */
