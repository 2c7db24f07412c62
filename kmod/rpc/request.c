// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/request.h"

#include <linux/kipc.h>
#include <linux/sched/task.h>

#include "core/attach.h"
#include "core/label.h"
#include "core/limits.h"
#include "core/payload.h"
#include "core/quota.h"
#include "rpc/chain.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

/* What comes with few messages only */
static int charge_attachments(struct kipc_request *request,
			      struct kipc_user *user)
{
	struct kipc_attachments *attachments = request->delivery.attachments;
	u32 files, handles;
	int ret;

	request->charged_files = 0;
	request->charged_handles = 0;
	if (!attachments)
		return 0;
	files = attachments->file_count;
	handles = attachments->count - files;
	ret = kipc_quota_charge(user, KIPC_QUOTA_FILES, files);
	if (ret)
		return ret;
	ret = kipc_quota_charge(user, KIPC_QUOTA_ATTACHED_HANDLES, handles);
	if (ret) {
		kipc_quota_release(user, KIPC_QUOTA_FILES, files);
		return ret;
	}
	request->charged_files = files;
	request->charged_handles = handles;
	return 0;
}

/*
 * A call is not charged for itself and its payload: its thread waits, and the
 * receiver's pool bounds what lies there.
 */
static int charge(struct kipc_request *request, struct kipc_user *user,
		  bool one_way)
{
	u64 bytes = one_way ? request->delivery.size : 0;
	int ret;

	ret = kipc_quota_charge(user, KIPC_QUOTA_MESSAGES, one_way);
	if (ret)
		return ret;
	ret = kipc_quota_charge(user, KIPC_QUOTA_MESSAGE_BYTES, bytes);
	if (ret)
		goto err_messages;
	ret = charge_attachments(request, user);
	if (ret)
		goto err_bytes;
	request->charged = kipc_user_get(user);
	request->charged_messages = one_way;
	request->charged_bytes = bytes;
	return 0;

err_bytes:
	kipc_quota_release(user, KIPC_QUOTA_MESSAGE_BYTES, bytes);
err_messages:
	kipc_quota_release(user, KIPC_QUOTA_MESSAGES, one_way);
	return ret;
}

/**
 * kipc_request_uncharge() - the sender is no longer charged for a request
 * @request: one for which it is
 *
 * Context: Process context. May sleep.
 */
void kipc_request_uncharge(struct kipc_request *request)
{
	struct kipc_user *user = request->charged;

	kipc_quota_release(user, KIPC_QUOTA_MESSAGES,
			   request->charged_messages);
	kipc_quota_release(user, KIPC_QUOTA_MESSAGE_BYTES,
			   request->charged_bytes);
	kipc_quota_release(user, KIPC_QUOTA_FILES, request->charged_files);
	kipc_quota_release(user, KIPC_QUOTA_ATTACHED_HANDLES,
			   request->charged_handles);
	request->charged = NULL;
	kipc_user_put(user);
}

/**
 * struct waiting - a request for which there was no room
 * @waiter: its sender
 * @request: the request
 */
struct waiting {
	struct kipc_waiter waiter;
	struct kipc_request *request;
};

static struct kipc_request *of_waiter(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct waiting, waiter)->request;
}

/* Waits for room, if the sender wants to wait. */
static noinline int wait_for(struct kipc_request *request,
			     struct kipc_room *room,
			     int (*take)(struct kipc_waiter *waiter),
			     u32 flags, u64 deadline)
{
	struct waiting waiting = {
		.waiter = {
			.object = &request->node->object,
			.take = take,
		},
		.request = request,
	};

	if (!(flags & KIPC_WAIT))
		return -EAGAIN;
	return kipc_room_wait(room, &waiting.waiter, deadline);
}

static int take_slice(struct kipc_waiter *waiter)
{
	struct kipc_request *request = of_waiter(waiter);

	return kipc_delivery_reserve(&request->delivery,
				     &request->target->pool);
}

static int wait_for_slice(struct kipc_request *request,
			  const struct kipc_content *content, u64 deadline)
{
	return wait_for(request, &request->target->pool.room, take_slice,
			content->flags, deadline);
}

static int prepare(struct kipc_request *request, struct kipc_endpoint *from,
		   const struct kipc_content *content, u64 deadline)
{
	struct kipc_delivery *delivery = &request->delivery;
	struct kipc_payload payload;
	int ret;

	ret = kipc_delivery_import(delivery, from, request->target, content,
				   &payload);
	if (!ret) {
		ret = charge(request, from->user, content->one_way);
		if (!ret)
			ret = kipc_delivery_reserve(delivery,
						    &request->target->pool);
		if (unlikely(ret == -ENOSPC))
			ret = wait_for_slice(request, content, deadline);
		if (!ret)
			ret = kipc_delivery_bring(delivery, request->target,
						  &payload);
		kipc_payload_deinit(&payload);
	}
	if (ret)
		kipc_request_undo(request);
	return ret;
}

/* For a node that asks for the sender's security label */
static int prepare_labelled(struct kipc_request *request,
			    struct kipc_endpoint *from,
			    const struct kipc_content *content, u64 deadline)
{
	struct kipc_delivery *delivery = &request->delivery;
	struct kipc_label label;
	int ret;

	ret = kipc_label_init(&label);
	if (ret)
		return ret;
	delivery->tail = label.size;
	ret = prepare(request, from, content, deadline);
	if (!ret && label.size) {
		ret = kipc_delivery_write_label(delivery, request->target,
						&label);
		if (ret)
			kipc_request_undo(request);
	}
	kipc_label_deinit(&label);
	return ret;
}

/**
 * kipc_request_prepare() - do all that can fail
 * @request: begun
 * @from: the sender
 * @content: what is to be sent
 * @deadline: when to stop waiting for room, if it wants to wait; 0 means never
 *
 * Context: Process context of the sender. May sleep.
 * Return: 0, or what the ABI says of payloads, attachments, labels and quotas;
 * then nothing is left to undo.
 */
int kipc_request_prepare(struct kipc_request *request,
			 struct kipc_endpoint *from,
			 const struct kipc_content *content, u64 deadline)
{
	if (request->node->flags & KIPC_NODE_LABEL)
		return prepare_labelled(request, from, content, deadline);
	return prepare(request, from, content, deadline);
}

/* Whether the sender may have more there */
static bool share_allows(const struct kipc_endpoint *target,
			 const struct kipc_share *share, u32 attachments)
{
	if (share->is_own)
		return target->queued + share->abandoned < KIPC_QUEUED_MAX;
	return kipc_share_allows(KIPC_QUEUED_MAX,
				 target->queued + share->abandoned,
				 share->messages + share->abandoned, 1) &&
	       (!attachments ||
		kipc_share_allows(KIPC_QUEUED_ATTACHMENTS_MAX,
				  target->queued_attachments,
				  share->attachments, attachments));
}

/* What comes with attachments, or from another user, has to keep to more. */
static noinline bool has_room_for_all(const struct kipc_request *request)
{
	const struct kipc_endpoint *target = request->target;
	const struct kipc_share *share = request->delivery.slice.share;
	u32 attachments = kipc_delivery_attachment_count(&request->delivery);

	return (!attachments || target->queued_attachments + attachments <=
				KIPC_QUEUED_ATTACHMENTS_MAX) &&
	       share_allows(target, share ?: &target->shares.own, attachments);
}

static bool has_room(const struct kipc_request *request)
{
	const struct kipc_endpoint *target = request->target;
	const struct kipc_delivery *delivery = &request->delivery;

	if (likely(!delivery->slice.share && !delivery->attachments))
		return target->queued + target->shares.own.abandoned <
		       KIPC_QUEUED_MAX;
	return target->queued < KIPC_QUEUED_MAX && has_room_for_all(request);
}

/**
 * kipc_request_check_locked() - can it be queued?
 * @request: prepared; the lock of its target's queue is held
 * @has_place: by kipc_request_wait(); it gives that up for being queued now
 *
 * Context: Process context, with the lock held.
 * Return: 0, -ENOSPC (too much is queued there) or -EOWNERDEAD (the node or its
 * owner is).
 */
int kipc_request_check_locked(struct kipc_request *request, bool has_place)
{
	lockdep_assert_held(&request->target->queue.lock);

	if (has_place)
		kipc_request_count_all_locked(request, -1);
	if (request->node->queued_closed)
		return -EOWNERDEAD;
	return has_place || has_room(request) ? 0 : -ENOSPC;
}

/* Takes a place in the queue, where the request is not yet. */
static int take_place(struct kipc_waiter *waiter)
{
	struct kipc_request *request = of_waiter(waiter);
	struct kipc_queue *queue = &request->target->queue;
	int ret;

	spin_lock(&queue->lock);
	ret = kipc_request_check_locked(request, false);
	if (!ret)
		kipc_request_count_all_locked(request, 1);
	spin_unlock(&queue->lock);
	return ret;
}

/**
 * kipc_request_wait() - wait for a place in the target's queue
 * @request: prepared; there was no room for it
 * @flags: of the command: does it want to wait?
 * @deadline: when to stop waiting; 0 means never
 *
 * Context: Process context of the sender. Sleeps.
 * Return: 0 and it has a place, which it gives up in kipc_request_check_locked();
 * -EAGAIN, -EOWNERDEAD, -ERESTARTSYS or -ETIMEDOUT.
 */
int kipc_request_wait(struct kipc_request *request, u32 flags, u64 deadline)
{
	return wait_for(request, &request->target->places, take_place, flags,
			deadline);
}

/**
 * kipc_request_undo() - take back what it brought
 * @request: begun, perhaps prepared, not queued and not delivered
 *
 * Context: Process context. May sleep.
 */
void kipc_request_undo(struct kipc_request *request)
{
	kipc_delivery_undo(&request->delivery, request->target);
	kipc_room_given(&request->target->places);
	if (request->charged)
		kipc_request_uncharge(request);
}

/**
 * kipc_request_fail() - end a request that is in a receiver's hand
 * @request: taken, and neither delivered nor put back
 * @error: what its sender gets, if it waits
 *
 * Context: Process context of the receiver. May sleep.
 */
void kipc_request_fail(struct kipc_request *request, int error)
{
	const struct kipc_request_ops *ops = kipc_request_ops_of(request);
	struct kipc_queue *queue = &request->target->queue;
	bool failed;

	spin_lock(&queue->lock);
	failed = ops->fail_locked(request, error);
	spin_unlock(&queue->lock);
	kipc_request_undo(request);
	if (failed)
		ops->failed(request);
}
