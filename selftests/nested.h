/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that are made while another one is served, and threads that serve calls
 * while they wait for a reply.
 *
 * A waiter is a thread that makes one call, and gives a message for the call that
 * may come meanwhile. When KIPC_CALL returns the thread ends, and the test looks
 * at what came; waiter_resume() starts a thread that issues the same struct again.
 */
#ifndef NESTED_H
#define NESTED_H

#include "message.h"

/* The most endpoints of one chain */
#define PARTIES_MAX	5

/**
 * struct party - an endpoint that can call all others
 * @endpoint: the endpoint
 * @node: its node, whose cookie is COOKIE plus its number
 * @to: a handle to the node of each of the others; 0 for its own
 */
struct party {
	struct endpoint endpoint;
	__u32 node;
	__u32 to[PARTIES_MAX];
};

void parties_open(struct party *party, int count);

/**
 * struct waiter - a thread that makes a call and may get another one meanwhile
 * @caller: the call
 * @message: what came meanwhile
 */
struct waiter {
	struct caller caller;
	struct kipc_message message;
};

void waiter_start(struct waiter *waiter, struct endpoint *endpoint,
		  __u32 handle, __u64 parent);
void waiter_run(struct waiter *waiter);
int waiter_join(struct waiter *waiter);
__u64 waiter_nested(struct waiter *waiter);
void waiter_resume(struct waiter *waiter);

void caller_start_for(struct caller *caller, struct endpoint *endpoint,
		      __u32 handle, __u64 parent);
int call_serving(struct endpoint *endpoint, struct kipc_call *call,
		 void (*serve)(void *arg, const struct kipc_message *message),
		 void *arg);

void caller_leave(struct caller *caller);
void answer_in_vain(struct endpoint *server, __u64 token);
void check_canceled(struct endpoint *server, __u64 token, __u64 cookie);

#endif /* NESTED_H */
