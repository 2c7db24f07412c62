/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server's side of calls: taking them, and answering them.
 *
 * A call that was taken is in its endpoint's tree of served calls, by token,
 * until it is answered, or its caller is found to be gone, or the endpoint ends.
 * Tokens are never used twice, so an old one finds nothing.
 */
#ifndef KIPC_RPC_SERVED_H
#define KIPC_RPC_SERVED_H

#include <linux/kipc.h>

#include "rpc/call.h"
#include "rpc/node.h"

struct kipc_endpoint;
struct kipc_slice;
struct task_struct;

extern const struct kipc_request_ops kipc_served_ops;

struct kipc_open_call *kipc_served_find_locked(struct kipc_endpoint *endpoint,
					       u64 token);
void kipc_served_make_known(struct kipc_open_call *call);
bool kipc_served_abandon_locked(struct kipc_open_call *call,
				struct task_struct **receiver);
int kipc_reply(struct kipc_endpoint *endpoint, const struct kipc_reply *args,
	       struct kipc_slice *to_free);
void kipc_served_end(struct kipc_endpoint *endpoint);

/**
 * kipc_served_begin() - the running thread serves a call from here on
 * @call: a call that was delivered to it
 *
 * What it runs at can be lent by another call, which may end before this one.
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_served_begin(struct kipc_open_call *call)
{
	if (unlikely(call->request.node->flags & KIPC_NODE_CANCELED))
		kipc_served_make_known(call);
	if (unlikely(kipc_loan_is_wanted(&call->loan, current) ||
		     READ_ONCE(call->loan.thread) ||
		     current->sched_reset_on_fork))
		kipc_thread_lend(call, current, true);
}

#endif /* KIPC_RPC_SERVED_H */
