// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/awaiting.h"

#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "core/domain.h"
#include "core/parcel.h"
#include "core/quota.h"
#include "core/trace.h"
#include "core/wait.h"
#include "rpc/call.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"
#include "rpc/served.h"

/* Whether there is something to do for its caller: the result, or a nested call */
static bool has_news(const struct kipc_open_call *call)
{
	return kipc_call_is_done(call) || !list_empty(&call->nested.entries);
}

static int wait_for_news(struct kipc_open_call *call)
{
	int ret = 0;

	/*
	 * The barrier pairs with that in the wake-up, which is after DONE is set, or
	 * after the nested call was added.
	 */
	do {
		set_current_state(TASK_INTERRUPTIBLE);
		if (has_news(call))
			break;
		ret = kipc_sleep_until(call->deadline);
	} while (!ret && !has_news(call));
	__set_current_state(TASK_RUNNING);
	return has_news(call) ? 0 : ret;
}

/*
 * The caller stops waiting.
 *
 * Returns how far the call got: withdrawn, received, or done after all.
 */
static enum kipc_stage stop_waiting(struct kipc_open_call *call)
{
	struct kipc_queue *queue = &call->request.target->queue;
	struct task_struct *receiver = NULL;
	enum kipc_stage stage;
	bool told = false;

	spin_lock(&queue->lock);
	if (call->state == KIPC_CALL_QUEUED) {
		kipc_request_unqueue_locked(&call->request);
		call->state = KIPC_CALL_DONE;
		stage = KIPC_STAGE_WITHDRAWN;
	} else if (call->state == KIPC_CALL_DONE) {
		stage = KIPC_STAGE_DONE;
	} else {
		told = kipc_served_abandon_locked(call, &receiver);
		stage = KIPC_STAGE_RECEIVED;
	}
	spin_unlock(&queue->lock);

	if (told)
		kipc_queue_wake(queue, receiver);
	if (stage == KIPC_STAGE_WITHDRAWN) {
		kipc_request_undo(&call->request);
		/* The queue's reference */
		kipc_call_put(call);
	}
	return stage;
}

/* Ends the wait for a call, early or not. Returns how far it got. */
static enum kipc_stage end_wait(struct kipc_open_call *call)
{
	enum kipc_stage stage = KIPC_STAGE_DONE;

	if (!kipc_call_is_done(call))
		stage = stop_waiting(call);
	/* Who is not DONE can still get children. */
	if (unlikely(stage == KIPC_STAGE_RECEIVED || call->has_children))
		kipc_lane_close(&call->nested, call->caller);
	kipc_thread_repay(&call->loan);
	kipc_borrows_end(&call->borrows);
	if (stage != KIPC_STAGE_DONE)
		trace_kipc_call_given_up(call->request.target->id, call->token,
					 stage, 0);
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

/* The wait is over, with @ret. Tells the result, and the stage. */
static int get_result(struct kipc_open_call *call, struct kipc_call *args,
		      int ret)
{
	args->stage = end_wait(call);
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
		if (ret == -EDQUOT || ret == -EMFILE || ret == -ENOMEM)
			return ret;
		/* What a security module said */
		return -EACCES;
	}
	args->reply_flags = 0;
	if (reply->is_small) {
		args->reply_flags = KIPC_MSG_SMALL;
		memcpy(args->small, call->small, KIPC_SMALL_MAX);
	}
	args->reply_offset = reply->slice.offset;
	args->reply_size = reply->size;
	args->reply_code = reply->code;
	args->reply_attachment_count = kipc_delivery_attachment_count(reply);
	return 0;
}

/* Takes a nested call in hand, if there is one that can be taken. */
static bool take_nested(struct kipc_open_call *call,
			struct kipc_awaited *awaited)
{
	struct kipc_endpoint *endpoint = call->caller;
	struct kipc_hand *hand = &awaited->nested;
	struct kipc_lane *lane = &call->nested;

	spin_lock(&endpoint->queue.lock);
	hand->entry = NULL;
	if (!list_empty(&lane->entries) && !endpoint->queue.frozen)
		hand->entry = kipc_queue_take_locked(&lane->entries,
						     &awaited->message);
	spin_unlock(&endpoint->queue.lock);
	if (!hand->entry)
		return false;
	hand->request = container_of(hand->entry, struct kipc_request, entry);
	return true;
}

/* There is none yet. */
static void clear_reply(struct kipc_call *args)
{
	args->reply_flags = 0;
	args->reply_offset = 0;
	args->reply_size = 0;
	args->reply_code = 0;
	args->reply_attachment_count = 0;
}

/* From here on another thread can have the call. */
static void suspend(struct kipc_open_call *call, struct kipc_call *args,
		    struct kipc_awaited *awaited)
{
	awaited->call = NULL;
	awaited->id = kipc_chain_suspend(call);
	args->id = awaited->id;
	args->flags |= KIPC_CALL_RESUME;
	args->stage = KIPC_STAGE_NESTED;
	clear_reply(args);
}

/*
 * Lets the running thread serve a nested call, for which its user was charged. If it
 * cannot, nobody else could: the nested call fails, and the thread waits again.
 *
 * Returns 0, -ERESTARTNOINTR, or -EFAULT, and then neither the nested call nor its
 * own is the thread's any more.
 */
static int serve_nested(struct kipc_open_call *call, struct kipc_call *args,
			struct kipc_awaited *awaited)
{
	struct kipc_endpoint *endpoint = call->caller;
	int ret;

	ret = kipc_hand_open(endpoint, &awaited->nested, &awaited->message);
	suspend(call, args, awaited);
	if (ret)
		return kipc_hand_refuse(&awaited->nested, ret);
	if (!copy_to_user(u64_to_user_ptr(args->message), &awaited->message,
			  kipc_message_size(&awaited->message)))
		return 0;
	args->flags &= ~KIPC_CALL_RESUME;
	args->stage = KIPC_STAGE_RECEIVED;
	kipc_call_finish(endpoint, awaited, false);
	return -EFAULT;
}

/**
 * kipc_call_await() - wait for the result of a call, or for a nested one
 * @call: the call; the caller's reference to it is used up
 * @args: the ABI's command; gets the results
 * @awaited: gets what is in hand if it returns 0, for kipc_call_finish()
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_call_await(struct kipc_open_call *call, struct kipc_call *args,
		    struct kipc_awaited *awaited)
{
	struct kipc_endpoint *endpoint = call->caller;
	struct kipc_endpoint *target = call->request.target;
	int ret;

	for (;;) {
		ret = wait_for_news(call);
		if (!ret && fatal_signal_pending(current))
			ret = -ERESTARTSYS;
		if (ret || kipc_call_is_done(call))
			break;
		if (!take_nested(call, awaited)) {
			ret = kipc_lane_wait_thawed(call);
			if (ret)
				break;
			continue;
		}
		/* A call that nobody waits for counts as a message. */
		ret = kipc_quota_charge(endpoint->user, KIPC_QUOTA_MESSAGES,
					1);
		if (!ret)
			return serve_nested(call, args, awaited);
		kipc_hand_refuse(&awaited->nested, ret);
		break;
	}
	ret = get_result(call, args, ret);
	if (!ret)
		ret = receive_reply(endpoint, call, args);
	if (ret)
		this_cpu_inc(endpoint->domain->traffic->failed);
	if (trace_kipc_call_done_enabled())
		trace_kipc_call_done(target->id, call->token, args->stage, ret);
	atomic_dec(&endpoint->calling);
	kipc_endpoint_put(target);
	awaited->call = call;
	if (ret)
		kipc_call_put(call);
	return ret;
}

/**
 * kipc_call_resume() - wait again for the reply of a suspended call
 * @endpoint: who calls
 * @args: the ABI's command, checked; gets the results
 * @to_free: a claimed slice to be freed, or NULL
 * @awaited: gets what is in hand if it returns 0, for kipc_call_finish()
 *
 * @args->stage is %KIPC_STAGE_NOT_QUEUED if @to_free was not freed.
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_call_resume(struct kipc_endpoint *endpoint, struct kipc_call *args,
		     struct kipc_slice *to_free, struct kipc_awaited *awaited)
{
	struct kipc_open_call *call;

	args->stage = KIPC_STAGE_NOT_QUEUED;
	call = kipc_chain_unsuspend(endpoint, args->id);
	if (!call)
		return -ENXIO;
	if (to_free)
		kipc_pool_free_claimed(&endpoint->pool, to_free);
	kipc_chain_resume(call, args->message);
	return kipc_call_await(call, args, awaited);
}

/* Leaves a call that nobody waits for any more. */
static void give_up(struct kipc_open_call *call)
{
	struct kipc_endpoint *target = call->request.target;
	enum kipc_stage stage = end_wait(call);

	if (stage == KIPC_STAGE_DONE && !call->error) {
		stage = KIPC_STAGE_REPLY_LOST;
		kipc_delivery_undo(&call->reply, call->caller);
	}
	trace_kipc_call_done(target->id, call->token, stage, -EINTR);
	this_cpu_inc(call->caller->domain->traffic->failed);
	atomic_dec(&call->caller->calling);
	kipc_endpoint_put(target);
	kipc_call_put(call);
}

static void finish_nested(struct kipc_endpoint *endpoint,
			  struct kipc_awaited *awaited, bool delivered)
{
	struct kipc_open_call *call;

	kipc_hand_finish(endpoint, &awaited->nested, &awaited->message,
			 delivered);
	if (delivered)
		return;
	call = kipc_chain_unsuspend(endpoint, awaited->id);
	if (call)
		give_up(call);
}

/**
 * kipc_call_finish() - the caller knows of what it got, or could not be told
 * @endpoint: who called
 * @awaited: as kipc_call() or kipc_call_resume() left it
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_call_finish(struct kipc_endpoint *endpoint,
		      struct kipc_awaited *awaited, bool delivered)
{
	struct kipc_open_call *call = awaited->call;
	struct kipc_delivery *reply;
	bool has_slice;

	if (!call) {
		finish_nested(endpoint, awaited, delivered);
		return;
	}
	reply = &call->reply;
	has_slice = reply->slice.state != KIPC_SLICE_NONE;
	if (!delivered) {
		kipc_delivery_close_files(reply);
		kipc_delivery_undo(reply, endpoint);
		kipc_call_put(call);
		return;
	}
	/* The caller's reference becomes that of the slice. */
	kipc_delivery_finish(reply);
	if (!has_slice)
		kipc_call_put_kept(call, endpoint);
}

/**
 * kipc_awaiting_end() - leave the calls that an endpoint has suspended
 * @endpoint: the endpoint, of which no command is running any more
 *
 * Context: Process context. May sleep.
 */
void kipc_awaiting_end(struct kipc_endpoint *endpoint)
{
	struct kipc_open_call *call;

	while ((call = kipc_chain_unsuspend_first(endpoint))) {
		give_up(call);
		cond_resched();
	}
}
