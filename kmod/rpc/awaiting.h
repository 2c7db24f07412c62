/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for calls that were made: for their replies, and for nested calls, which
 * the thread serves meanwhile; giving up; waiting again.
 *
 * Like receiving it goes in two steps. kipc_call_await() and kipc_call_resume() come
 * back with the reply, or with a nested call, in hand; kipc_call_finish() makes
 * that final once the caller knows of it, or takes it back.
 */
#ifndef KIPC_RPC_AWAITING_H
#define KIPC_RPC_AWAITING_H

#include <linux/kipc.h>

#include "rpc/recv.h"

struct kipc_endpoint;
struct kipc_open_call;
struct kipc_slice;

/**
 * struct kipc_awaited - what a caller has in hand
 * @call: the call whose reply is there, with the caller's reference; NULL if there
 *	is a nested call instead
 * @id: of the call that is suspended because of that
 * @nested: the nested call
 * @message: its description
 */
struct kipc_awaited {
	struct kipc_open_call *call;
	u64 id;
	struct kipc_hand nested;
	struct kipc_message message;
};

int kipc_call_await(struct kipc_open_call *call, struct kipc_call *args,
		    struct kipc_awaited *awaited);
int kipc_call_resume(struct kipc_endpoint *endpoint, struct kipc_call *args,
		     struct kipc_slice *to_free, struct kipc_awaited *awaited);
void kipc_call_finish(struct kipc_endpoint *endpoint,
		      struct kipc_awaited *awaited, bool delivered);
void kipc_awaiting_end(struct kipc_endpoint *endpoint);

#endif /* KIPC_RPC_AWAITING_H */
