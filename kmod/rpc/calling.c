// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/calling.h"

#include <linux/err.h>
#include <linux/sched/task.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/parcel.h"
#include "core/trace.h"
#include "rpc/call.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"
#include "rpc/served.h"

static void release_request_slice(struct kipc_slice *slice,
				  struct kipc_pool *pool)
{
	kipc_call_put(container_of(slice, struct kipc_open_call,
				   request.delivery.slice));
}

/* What its server is to run at */
static void init_loan(struct kipc_open_call *call, u32 flags,
		      const struct kipc_node *node,
		      struct kipc_priority priority)
{
	bool exact = false;

	if (unlikely(flags & KIPC_CALL_NO_INHERIT ||
		     node->flags & KIPC_NODE_NO_INHERIT))
		priority.level = KIPC_LEVEL_NONE;
	if (unlikely(node->flags & KIPC_NODE_MIN_PRIORITY)) {
		exact = true;
		if (node->least.level < priority.level)
			priority = node->least;
	}
	kipc_loan_init(&call->loan, priority, exact);
}

/* Takes over the reference to @node, unless it returns NULL. */
static struct kipc_open_call *call_new(struct kipc_endpoint *caller,
				       const struct kipc_call *args,
				       struct kipc_node *node,
				       struct kipc_endpoint *target)
{
	struct kipc_priority priority = kipc_priority_of(current);
	struct kipc_open_call *call = kipc_call_alloc(caller);

	if (!call)
		return NULL;
	kipc_live_add(KIPC_LIVE_MESSAGES, 1);
	kipc_request_init(&call->request, &kipc_served_ops, priority.level,
			  node, target, release_request_slice);
	call->state = KIPC_CALL_QUEUED;
	call->abandoned = false;
	call->has_children = false;
	call->is_known = false;
	call->error = 0;
	call->stage = KIPC_STAGE_NOT_QUEUED;
	call->depth = 1;
	call->token = 0;
	call->deadline = args->deadline;
	call->caller = caller;
	call->task = current;
	call->to_wake = NULL;
	call->parent = NULL;
	kipc_lane_init(&call->nested, current, args->message);
	call->payer = NULL;
	call->files_payer = NULL;
	init_loan(call, args->flags, node, priority);
	call->takes_small = args->flags & KIPC_CALL_SMALL;
	call->borrows = NULL;
	kipc_delivery_init(&call->reply, kipc_call_release_reply);
	return call;
}

static noinline void trace_queued(const struct kipc_open_call *call)
{
	const struct kipc_request *request = &call->request;

	trace_kipc_call_queued(call->caller->id, request->target->id,
			       call->token,
			       call->parent ? call->parent->token : 0,
			       call->depth, request->node->id,
			       request->delivery.code, request->delivery.size);
}

/* It goes to @lane rather than to all who receive there, if that is open. */
static __always_inline int queue_locked(struct kipc_open_call *call,
					bool has_place, struct kipc_lane *lane,
					struct task_struct **receiver)
{
	struct kipc_request *request = &call->request;
	struct kipc_endpoint *target = request->target;
	struct kipc_queue *queue = &target->queue;
	int ret;

	ret = kipc_request_check_locked(request, has_place);
	if (ret)
		return ret;
	if (lane && !lane->open)
		lane = NULL;
	if (!kipc_queue_add_locked(queue,
				   lane ? &lane->entries : &queue->entries,
				   &request->entry))
		return -EOWNERDEAD;
	kipc_request_requeue_locked(request);
	if (unlikely(lane)) {
		if (lane->task)
			*receiver = get_task_struct(lane->task);
		return 0;
	}
	*receiver = kipc_queue_pick_locked(queue);
	if (!*receiver)
		target->starved++;
	return 0;
}

/*
 * Commits: the call is its target's from here on. To one that is frozen goes only
 * a call that waits.
 */
static __always_inline int queue_call(struct kipc_open_call *call, u32 flags,
				      bool has_place,
				      struct task_struct **receiver)
{
	struct kipc_endpoint *target = call->request.target;
	struct kipc_lane *lane = NULL;
	int ret;

	if (unlikely(call->parent))
		lane = kipc_chain_lane(call);
	spin_lock(&target->queue.lock);
	call->token = target->last_token + 1;
	if (unlikely(target->queue.frozen) && !(flags & KIPC_WAIT))
		ret = -EAGAIN;
	else
		ret = queue_locked(call, has_place, lane, receiver);
	if (!ret) {
		/* Of the queue. Nobody else has one yet. */
		refcount_set(&call->request.refs, 2);
		target->last_token++;
		if (trace_kipc_call_queued_enabled())
			trace_queued(call);
	}
	spin_unlock(&target->queue.lock);
	return ret;
}

/* There was no place in the queue. */
static noinline int queue_call_later(struct kipc_open_call *call, u32 flags,
				     struct task_struct **receiver)
{
	int ret;

	ret = kipc_request_wait(&call->request, flags, call->deadline);
	return ret ?: queue_call(call, flags, true, receiver);
}

static int commit(struct kipc_open_call *call, u32 flags,
		  struct task_struct **receiver)
{
	int ret;

	ret = queue_call(call, flags, false, receiver);
	if (unlikely(ret == -ENOSPC))
		ret = queue_call_later(call, flags, receiver);
	if (unlikely(ret))
		kipc_request_undo(&call->request);
	return ret;
}

static int prepare_content(struct kipc_open_call *call,
			   const struct kipc_call *args)
{
	const struct kipc_content content = {
		.code = args->code,
		.flags = args->flags,
		.attachment_count = args->attachment_count,
		.data = args->data,
		.data_size = args->data_size,
		.attachments = args->attachments,
		.borrows = &call->borrows,
	};

	return kipc_request_prepare(&call->request, call->caller, &content,
				    call->deadline);
}

static int prepare_small(struct kipc_open_call *call,
			 const struct kipc_call *args)
{
	struct kipc_delivery *delivery = &call->request.delivery;
	struct kipc_endpoint *target = call->request.target;
	int ret = 0;

	if (unlikely(call->caller->user != target->user))
		ret = kipc_delivery_find_share(delivery, target,
					       call->caller->user);
	return ret ?: kipc_delivery_bring_small(delivery, call->small,
						args->code, args->data,
						args->data_size);
}

/* Most calls have one buffer, and it is small. */
static int prepare(struct kipc_open_call *call, const struct kipc_call *args)
{
	u32 flags = call->request.node->flags;
	int ret;

	if (unlikely(args->attachment_count ||
		     args->flags & (KIPC_VEC | KIPC_CLEAR) ||
		     flags & KIPC_NODE_LABEL))
		return prepare_content(call, args);
	if (flags & KIPC_NODE_SMALL &&
	    kipc_size_is_small(args->data_size))
		return prepare_small(call, args);
	if (unlikely(args->flags & KIPC_WAIT))
		return prepare_content(call, args);
	ret = kipc_delivery_bring_buffer(&call->request.delivery, call->caller,
					 call->request.target, args->code,
					 args->data, args->data_size);
	if (ret)
		kipc_request_undo(&call->request);
	return ret;
}

/* Prepares the request and queues it. */
static struct kipc_open_call *make_call(struct kipc_endpoint *endpoint,
					const struct kipc_call *args,
					struct kipc_endpoint *target,
					struct kipc_node *node,
					struct task_struct **receiver)
{
	struct kipc_open_call *call;
	int ret;

	call = call_new(endpoint, args, node, target);
	if (!call) {
		kipc_object_put(&node->object);
		return ERR_PTR(-ENOMEM);
	}
	ret = args->parent ? kipc_chain_join(call, args) : 0;
	if (!ret)
		ret = prepare(call, args);
	if (!ret)
		ret = commit(call, args->flags, receiver);
	if (ret) {
		trace_kipc_call_refused(endpoint->id, target->id, node->id,
					args->code, ret);
		kipc_borrows_end(&call->borrows);
		kipc_call_put(call);
		return ERR_PTR(ret);
	}
	this_cpu_inc(endpoint->domain->traffic->calls);
	return call;
}

/**
 * kipc_call() - send a request and wait for its reply
 * @endpoint: who calls
 * @args: the ABI's command, checked; gets the results
 * @to_free: a claimed slice to be freed once the request is queued, or NULL
 * @awaited: gets what is in hand if it returns 0, for kipc_call_finish()
 *
 * @args->stage is %KIPC_STAGE_NOT_QUEUED if @to_free was not freed.
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_call(struct kipc_endpoint *endpoint, struct kipc_call *args,
	      struct kipc_slice *to_free, struct kipc_awaited *awaited)
{
	struct task_struct *receiver = NULL;
	struct kipc_endpoint *target;
	struct kipc_open_call *call;
	struct kipc_node *node;

	args->stage = KIPC_STAGE_NOT_QUEUED;
	node = kipc_node_find(endpoint, args->handle, false, &target);
	if (IS_ERR(node))
		return PTR_ERR(node);
	atomic_inc(&endpoint->calling);
	call = make_call(endpoint, args, target, node, &receiver);
	if (IS_ERR(call)) {
		atomic_dec(&endpoint->calling);
		kipc_endpoint_put(target);
		return PTR_ERR(call);
	}
	if (to_free)
		kipc_pool_free_claimed(&endpoint->pool, to_free);
	if (receiver && kipc_loan_is_wanted(&call->loan, receiver))
		kipc_thread_lend(call, receiver, false);
	kipc_queue_wake(&target->queue, receiver);
	return kipc_call_await(call, args, awaited);
}
