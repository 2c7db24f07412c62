/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A call is a request that waits for a reply. struct kipc_open_call is one that
 * was made and is not over; the ABI's struct kipc_call is the command.
 *
 * Its states, and who moves it on (always under the lock of the target's queue,
 * so each step happens to exactly one of those who race for it):
 *
 *   QUEUED ---taken--> RECEIVED ---reply begins--> REPLYING
 *     |  ^------untaken---'  ^------reply failed-----'  |
 *     |                      |                          | reply is there
 *     | withdrawn, died      | died                     v
 *     '-------------------------------------------->  DONE
 *
 * The caller sleeps until it is DONE, or until a signal or its deadline:
 *
 *  - in QUEUED it withdraws the call: nobody saw it;
 *  - in RECEIVED and REPLYING it abandons it: @abandoned is set, and whoever
 *    answers finds that out, in vain but without harm;
 *  - in DONE the result came just before, and is taken.
 *
 * References: the caller's until it has the result; one for being queued, and
 * then for being in the target's tree of served calls; one while in a receiver's
 * hand; and one for each of the two slices once delivered.
 *
 * A caller that calls again and again uses the memory of its calls in turn: what
 * its last reply was in is kept as the endpoint's spare when that is freed.
 *
 * @caller and @task are looked at only while the call is neither abandoned nor
 * DONE, under the lock; the caller's system call is in progress then, so both
 * are there. A server that begins to reply takes a reference to the one, whoever
 * completes the call one to the other.
 *
 * Coming next, and foreseen here: the chain of nested calls (a parent link
 * beside @served), the caller's priority (beside @deadline; the queue becomes
 * ordered), messages for the waiting thread itself (@task is known already).
 */
#ifndef KIPC_RPC_CALL_H
#define KIPC_RPC_CALL_H

#include <linux/kipc.h>
#include <linux/rbtree.h>

#include "rpc/request.h"

/**
 * enum kipc_call_state - where a call is
 * @KIPC_CALL_QUEUED: in its target's queue
 * @KIPC_CALL_RECEIVED: with the server
 * @KIPC_CALL_REPLYING: the server is bringing the reply
 * @KIPC_CALL_DONE: there is a result
 */
enum kipc_call_state {
	KIPC_CALL_QUEUED,
	KIPC_CALL_RECEIVED,
	KIPC_CALL_REPLYING,
	KIPC_CALL_DONE,
};

/**
 * struct kipc_open_call - a call that is not over
 * @request: what was asked
 * @state: where it is (target's queue lock; the caller reads DONE without)
 * @abandoned: the caller has left (target's queue lock)
 * @error: the result, if it is not a reply (constant once DONE)
 * @stage: how far it got then (constant once DONE)
 * @token: its number with the target (constant once queued)
 * @deadline: the caller's (constant)
 * @served: in the target's tree (target's queue lock)
 * @caller: who made it
 * @task: the thread that called
 * @to_wake: the same with a reference, if it is to be woken (of whoever completes
 *	the call)
 * @reply: what the server answered (the caller's once DONE)
 */
struct kipc_open_call {
	struct kipc_request request;
	enum kipc_call_state state;
	bool abandoned;
	int error;
	enum kipc_stage stage;
	u64 token;
	u64 deadline;
	struct rb_node served;
	struct kipc_endpoint *caller;
	struct task_struct *task;
	struct task_struct *to_wake;
	struct kipc_delivery reply;
};

int kipc_call(struct kipc_endpoint *endpoint, struct kipc_call *args,
	      struct kipc_slice *to_free, struct kipc_open_call **reply);
void kipc_call_finish(struct kipc_endpoint *endpoint,
		      struct kipc_open_call *call, bool delivered);
void kipc_call_put(struct kipc_open_call *call);
void kipc_call_free_spare(struct kipc_endpoint *endpoint);
void kipc_call_complete_locked(struct kipc_open_call *call, int error,
			       enum kipc_stage stage);
void kipc_call_wake(struct kipc_open_call *call);

int kipc_call_cache_init(void);
void kipc_call_cache_exit(void);

#endif /* KIPC_RPC_CALL_H */
