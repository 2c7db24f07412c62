// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that are made while another one is served, and threads that serve calls
 * while they wait for a reply.
 */
#include "interrupt.h"
#include "nested.h"

/* Opens endpoints, each of which has a handle to each other one's node. */
void parties_open(struct party *party, int count)
{
	int i, j;

	check(count <= PARTIES_MAX);
	for (i = 0; i < count; i++) {
		endpoint_open(&party[i].endpoint, POOL);
		party[i].node = node_create(&party[i].endpoint,
					    COOKIE + (__u64)i);
	}
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++) {
			party[i].to[j] = 0;
			if (i != j)
				party[i].to[j] =
					connect_to(&party[i].endpoint,
						   &party[j].endpoint,
						   party[j].node,
						   KIPC_RIGHTS_ALL);
		}
	}
}

/* Starts a thread that makes the call that stands in @waiter. */
void waiter_run(struct waiter *waiter)
{
	waiter->caller.call.message = PTR(&waiter->message);
	caller_run(&waiter->caller);
}

/* Starts a thread that makes an empty call, and serves one meanwhile. */
void waiter_start(struct waiter *waiter, struct endpoint *endpoint,
		  __u32 handle, __u64 parent)
{
	memset(waiter, 0, sizeof(*waiter));
	waiter->caller.endpoint = endpoint;
	waiter->caller.call.handle = handle;
	waiter->caller.call.parent = parent;
	waiter_run(waiter);
}

int waiter_join(struct waiter *waiter)
{
	return caller_join(&waiter->caller);
}

/* Waits until a call came to the thread, and returns that call's token. */
__u64 waiter_nested(struct waiter *waiter)
{
	must(waiter_join(waiter));
	check(waiter->caller.call.stage == KIPC_STAGE_NESTED);
	check(waiter->caller.call.flags & KIPC_CALL_RESUME);
	check(waiter->caller.call.id);
	check(waiter->message.kind == KIPC_MSG_CALL);
	check(waiter->message.token);
	return waiter->message.token;
}

/* Goes on waiting for the reply, in another thread. */
void waiter_resume(struct waiter *waiter)
{
	check(waiter->caller.call.flags & KIPC_CALL_RESUME);
	memset(&waiter->message, 0, sizeof(waiter->message));
	caller_run(&waiter->caller);
}

/* Starts a thread that makes an empty call which belongs to a chain. */
void caller_start_for(struct caller *caller, struct endpoint *endpoint,
		      __u32 handle, __u64 parent)
{
	memset(caller, 0, sizeof(*caller));
	caller->endpoint = endpoint;
	caller->call.handle = handle;
	caller->call.parent = parent;
	caller_run(caller);
}

/* Makes the call, and lets @serve answer all that come meanwhile. */
int call_serving(struct endpoint *endpoint, struct kipc_call *call,
		 void (*serve)(void *arg, const struct kipc_message *message),
		 void *arg)
{
	struct kipc_message message;
	int ret;

	call->message = PTR(&message);
	for (;;) {
		ret = kipc(endpoint->fd, KIPC_CALL, call);
		if (ret || call->stage != KIPC_STAGE_NESTED)
			return ret;
		serve(arg, &message);
	}
}

/* The caller of a call that was received leaves, by a signal. */
void caller_leave(struct caller *caller)
{
	interrupt(&caller->thread);
	check(caller_join(caller) == -EINTR);
	check(caller->call.stage == KIPC_STAGE_RECEIVED);
}

/* Answers a call whose caller has left: that uses up the token. */
void answer_in_vain(struct endpoint *server, __u64 token)
{
	check(reply_bytes(server, token, "x", 1) == -ECANCELED);
	check(reply_bytes(server, token, "x", 1) == -ENXIO);
}

/* The next message must be the notice that the caller has left. */
void check_canceled(struct endpoint *server, __u64 token, __u64 cookie)
{
	struct kipc_message message;

	must(recv_now(server, &message));
	check(message.kind == KIPC_MSG_CANCELED);
	check(message.token == token);
	check(message.cookie == cookie);
	check(!message.bits && !message.size && !message.attachment_count);
	check(!message.pid && !message.tid && !message.label_size);
}
