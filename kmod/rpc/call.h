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
 * References: the caller's until it has the result, or has given up; one for being
 * queued, and then for being in the target's tree of served calls; one while in a
 * receiver's hand; one for each of the two slices once delivered; and one of each
 * call that is made for it (see chain.h).
 *
 * A caller that calls again and again uses the memory of its calls in turn: what
 * its last reply was in is kept as the endpoint's spare when that is freed.
 *
 * @caller is followed only while the call is neither abandoned nor DONE, under the
 * lock: the caller's system call is in progress then, or the call is suspended and
 * the endpoint, when it closes, abandons it first. A server that begins to reply
 * takes a reference to it, whoever completes the call one to @task.
 *
 * A call that can be suspended (its lane is open) can have a reply that nobody takes.
 * Then files that could hold the endpoint are refused in it, and the caller's user
 * is charged for all others until the call is freed.
 *
 * A call that was abandoned stays with its server, which still has to answer it.
 * Until then it counts as if it were queued, and its caller's user is charged for
 * a message, or a server that never answers could be made to hold any number. A
 * server that asks for it (KIPC_NODE_CANCELED) gets a notice, which is part of the
 * call; not before it knows of the call itself, though.
 */
#ifndef KIPC_RPC_CALL_H
#define KIPC_RPC_CALL_H

#include <linux/kipc.h>
#include <linux/rbtree.h>
#include <linux/sched/task.h>

#include "core/wait.h"
#include "rpc/chain.h"
#include "rpc/endpoint.h"
#include "rpc/request.h"
#include "rpc/thread.h"

struct kipc_borrow;

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
 * @has_children: calls were made for it (target's queue lock, and the caller once
 *	it is DONE)
 * @is_known: its server knows of it, and is to be told if it is abandoned
 *	(target's queue lock)
 * @error: the result, if it is not a reply (constant once DONE)
 * @stage: how far it got then (constant once DONE)
 * @depth: how many calls the chain is long (constant)
 * @token: its number with the target (constant once queued)
 * @deadline: the caller's, or of a call further up (constant once queued)
 * @served: in the target's tree (target's queue lock)
 * @caller: who made it
 * @task: the thread that waits, NULL if none does (target's queue lock)
 * @to_wake: the same with a reference, if it is to be woken (of whoever completes
 *	the call)
 * @parent: the call for which it is made, referenced; or NULL (constant once
 *	queued)
 * @nested: where calls to the caller wait that belong to the same chain
 * @id: its number while it is suspended (caller's queue lock)
 * @suspended: in the caller's tree (caller's queue lock)
 * @canceled: the notice that the caller has left; valid if @is_known
 * @payer: the caller's user, referenced, who is charged for having left; else NULL
 *	(target's queue lock)
 * @files_payer: the caller's user, referenced, who is charged for the files of the
 *	reply; else NULL (of whoever answers the call, then of whoever frees it)
 * @files_charged: for how many
 * @loan: the priority that its server gets
 * @takes_small: the caller takes a small reply with the call (constant)
 * @borrows: what is lent with it (the caller's)
 * @reply: what the server answered (the caller's once DONE)
 * @small: the payload of the request, and then of the reply, where it is small
 *	(as what it belongs to)
 */
struct kipc_open_call {
	struct kipc_request request;
	enum kipc_call_state state;
	bool abandoned;
	bool has_children;
	bool is_known;
	int error;
	enum kipc_stage stage;
	u32 depth;
	u64 token;
	u64 deadline;
	struct rb_node served;
	struct kipc_endpoint *caller;
	struct task_struct *task;
	struct task_struct *to_wake;
	struct kipc_open_call *parent;
	struct kipc_lane nested;
	u64 id;
	struct rb_node suspended;
	struct kipc_entry canceled;
	struct kipc_user *payer;
	struct kipc_user *files_payer;
	u32 files_charged;
	struct kipc_loan loan;
	bool takes_small;
	struct kipc_borrow *borrows;
	struct kipc_delivery reply;
	u8 small[KIPC_SMALL_MAX];
};

struct kipc_open_call *kipc_call_alloc(struct kipc_endpoint *caller);
void kipc_call_free(struct kipc_open_call *call);
int kipc_call_charge_files(struct kipc_open_call *call, struct kipc_user *user);
void kipc_call_uncharge_files(struct kipc_open_call *call);
void kipc_call_put_kept(struct kipc_open_call *call,
			struct kipc_endpoint *caller);
void kipc_call_free_spare(struct kipc_endpoint *endpoint);
void kipc_call_release_reply(struct kipc_slice *slice, struct kipc_pool *pool);

/**
 * kipc_call_put() - drop a reference to a call
 * @call: the call
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_call_put(struct kipc_open_call *call)
{
	if (refcount_dec_and_test(&call->request.refs))
		kipc_call_free(call);
}

/**
 * kipc_call_complete_locked() - a call has its result
 * @call: the call; the lock of its target's queue is held
 * @error: 0 if there is a reply, else what the caller gets
 * @stage: how far it got
 *
 * The caller of this has a reference, and calls kipc_call_wake() without the
 * lock.
 *
 * Context: Process context, with the lock held.
 */
static inline void kipc_call_complete_locked(struct kipc_open_call *call,
					     int error, enum kipc_stage stage)
{
	lockdep_assert_held(&call->request.target->queue.lock);

	call->error = error;
	call->stage = stage;
	if (!call->abandoned && call->task)
		call->to_wake = get_task_struct(call->task);
	/* Pairs with smp_load_acquire() in kipc_call_is_done(). */
	smp_store_release(&call->state, KIPC_CALL_DONE);
}

/**
 * kipc_call_is_done() - whether a call has its result
 * @call: a call of which the caller of this has a reference
 *
 * Context: Any context.
 */
static inline bool kipc_call_is_done(const struct kipc_open_call *call)
{
	/* Pairs with smp_store_release() in kipc_call_complete_locked(). */
	return smp_load_acquire(&call->state) == KIPC_CALL_DONE;
}

/**
 * kipc_call_wake() - wake the caller, if it waits
 * @call: a call that this thread completed, and of which it has a reference
 *
 * Context: Process context.
 */
static inline void kipc_call_wake(struct kipc_open_call *call)
{
	kipc_wake(call->to_wake);
}

int kipc_call_cache_init(void);
void kipc_call_cache_exit(void);

#endif /* KIPC_RPC_CALL_H */
