// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/served.h"

#include <linux/sched.h>

#include "core/domain.h"
#include "core/payload.h"
#include "core/quota.h"
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
	kipc_request_taken_locked(&call->request);
	call->state = KIPC_CALL_RECEIVED;
	rb_add(&call->served, &call->request.target->served, older);
	call->request.target->serving++;
	message->kind = KIPC_MSG_CALL;
	message->token = call->token;
	message->deadline = call->deadline;
	message->depth = call->depth;
	if (call->request.delivery.is_small) {
		message->flags = KIPC_MSG_SMALL;
		memcpy(message->small, call->small, KIPC_SMALL_MAX);
	}
	/* While it is queued its caller waits, or is pinned. */
	kipc_sender_describe(&call->request.sender, kipc_ids_of(message));
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
	request->target->serving--;
	kipc_request_requeue_locked(request);
	call->state = KIPC_CALL_QUEUED;
	return true;
}

static void served_put(struct kipc_entry *entry)
{
	kipc_call_put(of_entry(entry));
}

static struct kipc_open_call *of_canceled(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_open_call, canceled);
}

static void canceled_take(struct kipc_entry *entry,
			  struct kipc_message *message)
{
	struct kipc_open_call *call = of_canceled(entry);

	refcount_inc(&call->request.refs);
	message->kind = KIPC_MSG_CANCELED;
	message->cookie = call->request.node->object.cookie;
	message->token = call->token;
}

static bool canceled_untake(struct kipc_entry *entry,
			    const struct kipc_message *message)
{
	return true;
}

static void canceled_put(struct kipc_entry *entry)
{
	kipc_call_put(of_canceled(entry));
}

static const struct kipc_entry_ops canceled_ops = {
	.take = canceled_take,
	.untake = canceled_untake,
	.put = canceled_put,
};

/**
 * kipc_served_make_known() - tell the server if the caller leaves, or has left
 * @call: a call that the server knows of
 *
 * Context: Process context.
 */
void kipc_served_make_known(struct kipc_open_call *call)
{
	struct kipc_queue *queue = &call->request.target->queue;
	struct task_struct *receiver = NULL;
	bool told = false;

	spin_lock(&queue->lock);
	if (call->state != KIPC_CALL_DONE) {
		kipc_entry_init(&call->canceled, &canceled_ops,
				KIPC_LEVEL_NOTICE);
		call->is_known = true;
		if (call->abandoned)
			told = kipc_queue_post_locked(queue, &call->canceled,
						      &receiver);
	}
	spin_unlock(&queue->lock);
	if (told)
		kipc_queue_wake(queue, receiver);
}

/*
 * What a user leaves unanswered takes a place in the queue, but of its own only. Or
 * it could close the queue to all.
 */
static void count_abandoned_locked(struct kipc_open_call *call, int sign)
{
	struct kipc_endpoint *target = call->request.target;
	struct kipc_share *share = call->request.delivery.slice.share;

	lockdep_assert_held(&target->queue.lock);

	target->abandoned += sign;
	if (!share)
		share = &target->shares.own;
	share->abandoned += sign;
}

/**
 * kipc_served_abandon_locked() - the caller of a received call leaves
 * @call: the call; the lock of its target's queue is held
 * @receiver: gets who is to be woken
 *
 * Context: Process context of the caller, with the lock held.
 * Return: Whether the server is told, and kipc_queue_wake() to be called.
 */
bool kipc_served_abandon_locked(struct kipc_open_call *call,
				struct task_struct **receiver)
{
	lockdep_assert_held(&call->request.target->queue.lock);

	call->abandoned = true;
	count_abandoned_locked(call, 1);
	call->payer = kipc_user_get(call->caller->user);
	kipc_quota_charge_over(call->payer, KIPC_QUOTA_MESSAGES, 1);
	return call->is_known &&
	       kipc_queue_post_locked(&call->request.target->queue,
				      &call->canceled, receiver);
}

/* Takes a call out of the tree for good. The caller of this calls put_ended(). */
static inline void end_locked(struct kipc_open_call *call, int error,
			      enum kipc_stage stage)
{
	struct kipc_endpoint *target = call->request.target;

	rb_erase(&call->served, &target->served);
	target->serving--;
	if (unlikely(call->is_known)) {
		list_del_init(&call->canceled.link);
		call->canceled.retired = true;
	}
	if (unlikely(call->abandoned))
		count_abandoned_locked(call, -1);
	kipc_call_complete_locked(call, error, stage);
}

/* Drops the reference of the tree, or of the queue. */
static inline void put_ended(struct kipc_open_call *call)
{
	if (unlikely(call->payer)) {
		kipc_room_given(&call->request.target->places);
		kipc_quota_release(call->payer, KIPC_QUOTA_MESSAGES, 1);
		kipc_user_put(call->payer);
	}
	kipc_call_put(call);
}

/* Nobody has answered: not while it is queued, and not in a receiver's hand */
static bool served_fail_locked(struct kipc_request *request, int error)
{
	struct kipc_open_call *call = of_request(request);

	if (call->state != KIPC_CALL_QUEUED &&
	    call->state != KIPC_CALL_RECEIVED)
		return false;
	if (call->state == KIPC_CALL_RECEIVED)
		end_locked(call, error, KIPC_STAGE_WITHDRAWN);
	else
		kipc_call_complete_locked(call, error, KIPC_STAGE_WITHDRAWN);
	trace_kipc_call_failed(request->target->id, call->token, call->stage,
			       error);
	return true;
}

static void served_failed(struct kipc_request *request)
{
	struct kipc_open_call *call = of_request(request);

	kipc_call_wake(call);
	put_ended(call);
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

/**
 * kipc_served_find_locked() - find a call that an endpoint has to answer
 * @endpoint: the endpoint; its queue's lock is held
 * @token: of the call
 *
 * Context: Process context, with the lock held.
 * Return: The call, or NULL if there is none, or somebody is answering it.
 */
struct kipc_open_call *kipc_served_find_locked(struct kipc_endpoint *endpoint,
					       u64 token)
{
	struct rb_node *node = rb_find(&token, &endpoint->served, compare);

	lockdep_assert_held(&endpoint->queue.lock);

	if (!node || of_node(node)->state != KIPC_CALL_RECEIVED)
		return NULL;
	return of_node(node);
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
	int ret = 0;

	spin_lock(&endpoint->queue.lock);
	call = kipc_served_find_locked(endpoint, token);
	if (!call) {
		ret = -ENXIO;
	} else if (call->abandoned) {
		end_locked(call, -ECANCELED, KIPC_STAGE_RECEIVED);
		ret = -ECANCELED;
	} else {
		/* The caller waits, or will resume: its endpoint is there. */
		*to = kipc_endpoint_get(call->caller);
		call->state = KIPC_CALL_REPLYING;
	}
	spin_unlock(&endpoint->queue.lock);
	*found = call;
	return ret;
}

static int bring_content(struct kipc_open_call *call,
			 struct kipc_endpoint *from, struct kipc_endpoint *to,
			 const struct kipc_reply *args)
{
	const struct kipc_content content = {
		.code = args->code,
		.flags = args->flags,
		.may_stay = READ_ONCE(call->nested.open),
		.attachment_count = args->attachment_count,
		.data = args->data,
		.data_size = args->data_size,
		.attachments = args->attachments,
	};
	struct kipc_payload payload;
	int ret;

	ret = kipc_delivery_import(&call->reply, from, to, &content, &payload);
	if (ret)
		return ret;
	if (content.may_stay && call->reply.attachments)
		ret = kipc_call_charge_files(call, to->user);
	if (!ret)
		ret = kipc_delivery_reserve(&call->reply, &to->pool);
	if (!ret)
		ret = kipc_delivery_bring(&call->reply, to, &payload);
	else if (ret == -ENOSPC || ret == -EDQUOT)
		ret = -EAGAIN;
	kipc_payload_deinit(&payload);
	return ret;
}

/* Most replies have one buffer, and it is small. */
static int bring_reply(struct kipc_open_call *call, struct kipc_endpoint *from,
		       struct kipc_endpoint *to, const struct kipc_reply *args)
{
	int ret;

	if (unlikely(args->attachment_count ||
		     args->flags & (KIPC_VEC | KIPC_CLEAR)))
		ret = bring_content(call, from, to, args);
	else if (call->takes_small && kipc_size_is_small(args->data_size))
		ret = kipc_delivery_bring_small(&call->reply, call->small,
						args->code, args->data,
						args->data_size);
	else
		ret = kipc_delivery_bring_buffer(&call->reply, from, to,
						 args->code, args->data,
						 args->data_size);
	if (unlikely(ret)) {
		kipc_delivery_undo(&call->reply, to);
		kipc_call_uncharge_files(call);
	}
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
 * @args: the ABI's command, checked
 * @to_free: a claimed slice to be freed if it returns 0 or -ECANCELED, or NULL
 *
 * Context: Process context. May sleep.
 * Return: 0, -ECANCELED if the caller is gone, or another error, and then the
 * call can be answered again.
 */
int kipc_reply(struct kipc_endpoint *endpoint, const struct kipc_reply *args,
	       struct kipc_slice *to_free)
{
	struct kipc_endpoint *to = NULL;
	struct kipc_open_call *call;
	int ret;

	ret = begin_reply(endpoint, args->token, &call, &to);
	if (ret == -ENXIO)
		return ret;
	if (!ret) {
		ret = bring_reply(call, endpoint, to, args);
		ret = end_reply(call, endpoint, ret);
		if (ret == -ECANCELED)
			kipc_delivery_undo(&call->reply, to);
	}
	if (trace_kipc_call_replied_enabled())
		trace_kipc_call_replied(endpoint->id, args->token, args->code,
					ret ? 0 : call->reply.size, ret);
	if (!ret || ret == -ECANCELED) {
		if (to_free)
			kipc_pool_free_claimed(&endpoint->pool, to_free);
		if (!ret) {
			this_cpu_inc(endpoint->domain->traffic->replies);
			kipc_call_wake(call);
		}
		/* The caller is woken first: this thread may have to wait now. */
		kipc_thread_repay(&call->loan);
		put_ended(call);
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
		kipc_thread_repay(&call->loan);
		put_ended(call);
		cond_resched();
	}
}
