// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/call.h"

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/trace.h"
#include "core/wait.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"
#include "rpc/served.h"

static struct kmem_cache *call_cache;

/**
 * kipc_call_cache_init() - make the cache of calls
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int kipc_call_cache_init(void)
{
	call_cache = kmem_cache_create("kipc_call",
				       sizeof(struct kipc_open_call), 0,
				       SLAB_ACCOUNT, NULL);
	return call_cache ? 0 : -ENOMEM;
}

/**
 * kipc_call_cache_exit() - end the cache of calls
 *
 * Context: Process context.
 */
void kipc_call_cache_exit(void)
{
	kmem_cache_destroy(call_cache);
}

/* Drops a reference. Returns whether it was the last, and only memory is left. */
static bool put_last(struct kipc_open_call *call)
{
	if (!refcount_dec_and_test(&call->request.refs))
		return false;
	kipc_request_deinit(&call->request);
	kipc_live_add(KIPC_LIVE_MESSAGES, -1);
	return true;
}

/**
 * kipc_call_put() - drop a reference to a call
 * @call: the call
 *
 * Context: Process context. May sleep.
 */
void kipc_call_put(struct kipc_open_call *call)
{
	if (put_last(call))
		kmem_cache_free(call_cache, call);
}

/**
 * kipc_call_free_spare() - free the memory that is kept for the next call
 * @endpoint: whose; nobody calls from there any more
 *
 * Context: Process context.
 */
void kipc_call_free_spare(struct kipc_endpoint *endpoint)
{
	if (endpoint->spare)
		kmem_cache_free(call_cache, endpoint->spare);
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
void kipc_call_complete_locked(struct kipc_open_call *call, int error,
			       enum kipc_stage stage)
{
	lockdep_assert_held(&call->request.target->queue.lock);

	call->error = error;
	call->stage = stage;
	if (!call->abandoned)
		call->to_wake = get_task_struct(call->task);
	/* Pairs with smp_load_acquire() in is_done(). */
	smp_store_release(&call->state, KIPC_CALL_DONE);
}

/**
 * kipc_call_wake() - wake the caller, if it waits
 * @call: a call that this thread completed, and of which it has a reference
 *
 * Context: Process context.
 */
void kipc_call_wake(struct kipc_open_call *call)
{
	kipc_wake(call->to_wake);
}

static void release_request_slice(struct kipc_slice *slice,
				  struct kipc_pool *pool)
{
	kipc_call_put(container_of(slice, struct kipc_open_call,
				   request.delivery.slice));
}

/* The pool is the caller's. */
static void release_reply_slice(struct kipc_slice *slice,
				struct kipc_pool *pool)
{
	struct kipc_open_call *call =
		container_of(slice, struct kipc_open_call, reply.slice);
	struct kipc_endpoint *caller =
		container_of(pool, struct kipc_endpoint, pool);

	if (!put_last(call))
		return;
	call = xchg(&caller->spare, call);
	if (call)
		kmem_cache_free(call_cache, call);
}

static struct kipc_open_call *call_new(struct kipc_endpoint *caller,
				       struct kipc_node *node,
				       struct kipc_endpoint *target,
				       u64 deadline)
{
	struct kipc_open_call *call;

	call = xchg(&caller->spare, NULL);
	if (!call)
		call = kmem_cache_alloc(call_cache, GFP_KERNEL);
	if (!call)
		return NULL;
	kipc_live_add(KIPC_LIVE_MESSAGES, 1);
	kipc_request_init(&call->request, &kipc_served_ops, node, target,
			  release_request_slice);
	call->state = KIPC_CALL_QUEUED;
	call->abandoned = false;
	call->error = 0;
	call->stage = KIPC_STAGE_NOT_QUEUED;
	call->token = 0;
	call->deadline = deadline;
	call->caller = caller;
	call->task = current;
	call->to_wake = NULL;
	kipc_delivery_init(&call->reply, release_reply_slice);
	return call;
}

/* Commits: the call is its target's from here on. */
static int queue_call(struct kipc_open_call *call,
		      struct task_struct **receiver)
{
	struct kipc_endpoint *target = call->request.target;
	int ret;

	/* Of the queue; dropped again if it does not get there. */
	refcount_inc(&call->request.refs);
	spin_lock(&target->queue.lock);
	call->token = target->last_token + 1;
	ret = kipc_request_queue_locked(&call->request, receiver);
	if (!ret)
		target->last_token++;
	spin_unlock(&target->queue.lock);
	if (!ret)
		return 0;
	refcount_dec(&call->request.refs);
	kipc_request_undo(&call->request);
	return ret;
}

static bool is_done(const struct kipc_open_call *call)
{
	/* Pairs with smp_store_release() in kipc_call_complete_locked(). */
	return smp_load_acquire(&call->state) == KIPC_CALL_DONE;
}

static int wait_until_done(struct kipc_open_call *call)
{
	int ret = 0;

	/* The barrier pairs with that in the wake-up, which is after DONE is set. */
	do {
		set_current_state(TASK_INTERRUPTIBLE);
		if (is_done(call))
			break;
		if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			ret = kipc_sleep_until(call->deadline);
	} while (!ret && !is_done(call));
	__set_current_state(TASK_RUNNING);
	return ret;
}

/*
 * The caller stops waiting.
 *
 * Returns how far the call got: withdrawn, received, or done after all.
 */
static enum kipc_stage stop_waiting(struct kipc_open_call *call)
{
	struct kipc_queue *queue = &call->request.target->queue;
	enum kipc_stage stage;

	spin_lock(&queue->lock);
	if (call->state == KIPC_CALL_QUEUED) {
		kipc_request_unqueue_locked(&call->request);
		call->state = KIPC_CALL_DONE;
		stage = KIPC_STAGE_WITHDRAWN;
	} else if (call->state == KIPC_CALL_DONE) {
		stage = KIPC_STAGE_DONE;
	} else {
		call->abandoned = true;
		stage = KIPC_STAGE_RECEIVED;
	}
	spin_unlock(&queue->lock);

	if (stage != KIPC_STAGE_DONE)
		trace_kipc_call_given_up(call->request.target->id, call->token,
					 stage, 0);
	if (stage == KIPC_STAGE_WITHDRAWN) {
		kipc_request_undo(&call->request);
		/* The queue's reference */
		kipc_call_put(call);
	}
	return stage;
}

/* What a wait that ended early means to the caller. */
static int wait_result(int ret, enum kipc_stage stage)
{
	/* What a server may have seen must not be sent again behind the back. */
	if (ret == -ERESTARTSYS && stage != KIPC_STAGE_WITHDRAWN)
		return -EINTR;
	return ret;
}

/* Waits for the result, and tells it and the stage. */
static int wait_for_result(struct kipc_open_call *call, struct kipc_call *args)
{
	int ret;

	args->stage = KIPC_STAGE_DONE;
	ret = wait_until_done(call);
	if (ret)
		args->stage = stop_waiting(call);
	if (args->stage != KIPC_STAGE_DONE)
		return wait_result(ret, args->stage);
	if (!call->error)
		return 0;
	args->stage = call->stage;
	return call->error;
}

/* The reply is there; make its files descriptors of the caller's. */
static int receive_reply(struct kipc_endpoint *endpoint,
			 struct kipc_open_call *call, struct kipc_call *args)
{
	struct kipc_delivery *reply = &call->reply;
	int ret;

	ret = kipc_delivery_receive_files(reply, endpoint);
	if (ret) {
		args->stage = KIPC_STAGE_REPLY_LOST;
		kipc_delivery_undo(reply, endpoint);
		/* Else it is what a security module said. */
		return ret == -EMFILE || ret == -ENOMEM ? ret : -EACCES;
	}
	args->reply_offset = reply->slice.offset;
	args->reply_size = reply->size;
	args->reply_code = reply->code;
	args->reply_attachment_count = kipc_delivery_attachment_count(reply);
	return 0;
}

/* Prepares the request and queues it. */
static struct kipc_open_call *make_call(struct kipc_endpoint *endpoint,
					const struct kipc_call *args,
					struct kipc_endpoint *target,
					struct kipc_node *node,
					struct task_struct **receiver)
{
	const struct kipc_content content = {
		.code = args->code,
		.is_vec = args->flags & KIPC_VEC,
		.attachment_count = args->attachment_count,
		.data = args->data,
		.data_size = args->data_size,
		.attachments = args->attachments,
	};
	struct kipc_open_call *call;
	int ret;

	call = call_new(endpoint, node, target, args->deadline);
	if (!call) {
		kipc_object_put(&node->object);
		return ERR_PTR(-ENOMEM);
	}
	ret = kipc_request_prepare(&call->request, endpoint, &content);
	if (!ret)
		ret = queue_call(call, receiver);
	if (ret) {
		kipc_call_put(call);
		return ERR_PTR(ret);
	}
	this_cpu_inc(endpoint->domain->traffic->calls);
	trace_kipc_call_queued(endpoint->id, target->id, call->token,
			       node->id, args->code,
			       call->request.delivery.size);
	return call;
}

static int run_call(struct kipc_endpoint *endpoint, struct kipc_call *args,
		    struct kipc_open_call *call)
{
	struct kipc_endpoint *target = call->request.target;
	int ret;

	ret = wait_for_result(call, args);
	if (!ret)
		ret = receive_reply(endpoint, call, args);
	if (ret)
		this_cpu_inc(endpoint->domain->traffic->failed);
	trace_kipc_call_done(target->id, call->token, args->stage, ret);
	return ret;
}

/**
 * kipc_call() - send a request and wait for its reply
 * @endpoint: who calls
 * @args: the ABI's command, checked; gets the results
 * @to_free: a claimed slice to be freed once the request is queued, or NULL
 * @reply: gets the call if there is a reply, for kipc_call_finish(); else NULL
 *
 * @args->stage is %KIPC_STAGE_NOT_QUEUED if @to_free was not freed.
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_call(struct kipc_endpoint *endpoint, struct kipc_call *args,
	      struct kipc_slice *to_free, struct kipc_open_call **reply)
{
	struct task_struct *receiver = NULL;
	struct kipc_endpoint *target;
	struct kipc_open_call *call;
	struct kipc_object *object;
	int ret;

	*reply = NULL;
	args->stage = KIPC_STAGE_NOT_QUEUED;
	object = kipc_table_resolve(&endpoint->table, args->handle,
				    KIPC_RIGHT_CALL, NULL);
	if (IS_ERR(object))
		return PTR_ERR(object);
	target = kipc_node_owner_get(kipc_node_of(object));
	if (!target) {
		kipc_object_put(object);
		return -EOWNERDEAD;
	}
	call = make_call(endpoint, args, target, kipc_node_of(object), &receiver);
	if (IS_ERR(call)) {
		kipc_endpoint_put(target);
		return PTR_ERR(call);
	}
	if (to_free)
		kipc_pool_free_claimed(&endpoint->pool, to_free);
	kipc_queue_wake(&target->queue, receiver);
	ret = run_call(endpoint, args, call);
	kipc_endpoint_put(target);
	if (ret)
		kipc_call_put(call);
	else
		*reply = call;
	return ret;
}

/**
 * kipc_call_finish() - the caller knows of its reply, or could not be told
 * @endpoint: who called
 * @call: the call, of which it has a reference that is dropped
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_call_finish(struct kipc_endpoint *endpoint,
		      struct kipc_open_call *call, bool delivered)
{
	struct kipc_delivery *reply = &call->reply;
	bool has_slice = reply->slice.state != KIPC_SLICE_NONE;

	if (!delivered) {
		kipc_delivery_close_files(reply);
		kipc_delivery_undo(reply, endpoint);
		kipc_call_put(call);
		return;
	}
	/* The caller's reference becomes that of the slice. */
	kipc_delivery_finish(reply);
	if (!has_slice)
		kipc_call_put(call);
}
