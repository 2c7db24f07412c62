// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/served.h"

#include <linux/sched.h>

#include "core/domain.h"
#include "core/payload.h"
#include "core/trace.h"
#include "rpc/call.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

static struct kipc_open_call *of_request(struct kipc_request *request)
{
	return container_of(request, struct kipc_open_call, request);
}

static struct kipc_open_call *of_entry(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_open_call, request.entry);
}

static struct kipc_open_call *of_node(const struct rb_node *node)
{
	return rb_entry(node, struct kipc_open_call, served);
}

static bool older(struct rb_node *a, const struct rb_node *b)
{
	return of_node(a)->token < of_node(b)->token;
}

static int compare(const void *key, const struct rb_node *node)
{
	u64 token = *(const u64 *)key;

	if (token == of_node(node)->token)
		return 0;
	return token < of_node(node)->token ? -1 : 1;
}

static void served_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_open_call *call = of_entry(entry);

	refcount_inc(&call->request.refs);
	kipc_request_unqueue_locked(&call->request);
	call->state = KIPC_CALL_RECEIVED;
	rb_add(&call->served, &call->request.target->served, older);
	message->kind = KIPC_MSG_CALL;
	message->token = call->token;
	message->deadline = call->deadline;
}

static bool served_untake(struct kipc_entry *entry,
			  const struct kipc_message *message)
{
	struct kipc_open_call *call = of_entry(entry);
	struct kipc_request *request = &call->request;

	if (call->state != KIPC_CALL_RECEIVED || call->abandoned ||
	    request->node->queued_closed)
		return false;
	rb_erase(&call->served, &request->target->served);
	kipc_request_requeue_locked(request);
	call->state = KIPC_CALL_QUEUED;
	return true;
}

static void served_put(struct kipc_entry *entry)
{
	kipc_call_put(of_entry(entry));
}

/* Nobody has answered: not while it is queued, and not in a receiver's hand */
static bool served_fail_locked(struct kipc_request *request, int error)
{
	struct kipc_open_call *call = of_request(request);

	if (call->state != KIPC_CALL_QUEUED &&
	    call->state != KIPC_CALL_RECEIVED)
		return false;
	if (call->state == KIPC_CALL_RECEIVED)
		rb_erase(&call->served, &request->target->served);
	kipc_call_complete_locked(call, error, KIPC_STAGE_WITHDRAWN);
	trace_kipc_call_failed(request->target->id, call->token, call->stage,
			       error);
	return true;
}

static void served_failed(struct kipc_request *request)
{
	struct kipc_open_call *call = of_request(request);

	kipc_call_wake(call);
	kipc_call_put(call);
}

const struct kipc_request_ops kipc_served_ops = {
	.entry = {
		.take = served_take,
		.untake = served_untake,
		.put = served_put,
	},
	.fail_locked = served_fail_locked,
	.failed = served_failed,
};

/* Takes a call out of the tree for good. The caller drops its reference. */
static void end_locked(struct kipc_open_call *call, int error,
		       enum kipc_stage stage)
{
	rb_erase(&call->served, &call->request.target->served);
	kipc_call_complete_locked(call, error, stage);
}

/*
 * Finds the call to be answered, and keeps others from answering it.
 *
 * Returns 0 with a reference to the caller's endpoint in @to, -ENXIO, or
 * -ECANCELED if the caller is gone.
 */
static int begin_reply(struct kipc_endpoint *endpoint, u64 token,
		       struct kipc_open_call **found, struct kipc_endpoint **to)
{
	struct kipc_open_call *call;
	struct rb_node *node;
	int ret = 0;

	spin_lock(&endpoint->queue.lock);
	node = rb_find(&token, &endpoint->served, compare);
	call = node ? of_node(node) : NULL;
	if (!call || call->state != KIPC_CALL_RECEIVED) {
		ret = -ENXIO;
	} else if (call->abandoned) {
		end_locked(call, -ECANCELED, KIPC_STAGE_RECEIVED);
		ret = -ECANCELED;
	} else {
		/* The caller is in its system call: its endpoint is there. */
		*to = kipc_endpoint_get(call->caller);
		call->state = KIPC_CALL_REPLYING;
	}
	spin_unlock(&endpoint->queue.lock);
	*found = call;
	return ret;
}

static int bring_reply(struct kipc_open_call *call, struct kipc_endpoint *from,
		       struct kipc_endpoint *to,
		       const struct kipc_content *content)
{
	struct kipc_payload payload;
	int ret;

	ret = kipc_delivery_import(&call->reply, from, to, content, &payload);
	if (ret) {
		kipc_delivery_undo(&call->reply, to);
		return ret;
	}
	ret = kipc_delivery_bring(&call->reply, to, &payload);
	kipc_payload_deinit(&payload);
	if (ret)
		kipc_delivery_undo(&call->reply, to);
	return ret;
}

/*
 * The reply was brought, or it was undone because of @error. Returns what
 * becomes of it. With an error other than -ECANCELED, another thread may answer
 * the call, and end it, as soon as the lock is dropped.
 */
static int end_reply(struct kipc_open_call *call,
		     struct kipc_endpoint *endpoint, int error)
{
	int ret = error;

	spin_lock(&endpoint->queue.lock);
	if (call->abandoned) {
		end_locked(call, -ECANCELED, KIPC_STAGE_RECEIVED);
		ret = -ECANCELED;
	} else if (error) {
		call->state = KIPC_CALL_RECEIVED;
	} else {
		end_locked(call, 0, KIPC_STAGE_DONE);
	}
	spin_unlock(&endpoint->queue.lock);
	return ret;
}

/**
 * kipc_reply() - answer a call
 * @endpoint: who answers
 * @token: of the call
 * @content: the answer
 * @to_free: a claimed slice to be freed if it returns 0 or -ECANCELED, or NULL
 *
 * Context: Process context. May sleep.
 * Return: 0, -ECANCELED if the caller is gone, or another error, and then the
 * call can be answered again.
 */
int kipc_reply(struct kipc_endpoint *endpoint, u64 token,
	       const struct kipc_content *content, struct kipc_slice *to_free)
{
	struct kipc_endpoint *to = NULL;
	struct kipc_open_call *call;
	int ret;

	ret = begin_reply(endpoint, token, &call, &to);
	if (ret == -ENXIO)
		return ret;
	if (!ret) {
		ret = bring_reply(call, endpoint, to, content);
		ret = end_reply(call, endpoint, ret);
		if (ret == -ECANCELED)
			kipc_delivery_undo(&call->reply, to);
	}
	trace_kipc_call_replied(endpoint->id, token, content->code, ret);
	if (!ret || ret == -ECANCELED) {
		if (to_free)
			kipc_pool_free_claimed(&endpoint->pool, to_free);
		if (!ret) {
			this_cpu_inc(endpoint->domain->traffic->replies);
			kipc_call_wake(call);
		}
		kipc_call_put(call);
	}
	if (to)
		kipc_endpoint_put(to);
	return ret;
}

/**
 * kipc_served_end() - fail the calls that an endpoint leaves unanswered
 * @endpoint: the endpoint, of which no command is running any more
 *
 * Context: Process context. May sleep.
 */
void kipc_served_end(struct kipc_endpoint *endpoint)
{
	struct kipc_open_call *call;
	struct rb_node *node;

	for (;;) {
		spin_lock(&endpoint->queue.lock);
		node = rb_first(&endpoint->served);
		call = node ? of_node(node) : NULL;
		if (call)
			end_locked(call, -EOWNERDEAD, KIPC_STAGE_RECEIVED);
		spin_unlock(&endpoint->queue.lock);
		if (!call)
			return;
		trace_kipc_call_failed(endpoint->id, call->token, call->stage,
				       -EOWNERDEAD);
		kipc_call_wake(call);
		kipc_call_put(call);
		cond_resched();
	}
}
