// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/request.h"

#include <linux/kipc.h>

#include "core/attach.h"
#include "core/limits.h"
#include "core/payload.h"
#include "core/quota.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

/**
 * kipc_request_init() - begin a request
 * @request: its memory
 * @ops: what it is
 * @node: for which; the reference becomes the request's
 * @target: the node's owner, to which the caller has a reference
 * @release: called when the receiver has freed the slice
 *
 * Context: Process context of the sender.
 */
void kipc_request_init(struct kipc_request *request,
		       const struct kipc_request_ops *ops,
		       struct kipc_node *node, struct kipc_endpoint *target,
		       void (*release)(struct kipc_slice *slice,
				       struct kipc_pool *pool))
{
	kipc_entry_init(&request->entry, &ops->entry);
	refcount_set(&request->refs, 1);
	request->charged = NULL;
	request->node = node;
	INIT_HLIST_NODE(&request->of_node);
	request->target = target;
	kipc_sender_init(&request->sender);
	kipc_delivery_init(&request->delivery, release);
}

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

static int charge(struct kipc_request *request, struct kipc_user *user)
{
	u64 bytes = request->delivery.size;
	int ret;

	ret = kipc_quota_charge(user, KIPC_QUOTA_MESSAGES, 1);
	if (ret)
		return ret;
	ret = kipc_quota_charge(user, KIPC_QUOTA_MESSAGE_BYTES, bytes);
	if (ret)
		goto err_messages;
	ret = charge_attachments(request, user);
	if (ret)
		goto err_bytes;
	request->charged = kipc_user_get(user);
	request->charged_bytes = bytes;
	return 0;

err_bytes:
	kipc_quota_release(user, KIPC_QUOTA_MESSAGE_BYTES, bytes);
err_messages:
	kipc_quota_release(user, KIPC_QUOTA_MESSAGES, 1);
	return ret;
}

static void uncharge(struct kipc_request *request)
{
	struct kipc_user *user = request->charged;

	if (!user)
		return;
	kipc_quota_release(user, KIPC_QUOTA_MESSAGES, 1);
	kipc_quota_release(user, KIPC_QUOTA_MESSAGE_BYTES,
			   request->charged_bytes);
	if (request->charged_files)
		kipc_quota_release(user, KIPC_QUOTA_FILES,
				   request->charged_files);
	if (request->charged_handles)
		kipc_quota_release(user, KIPC_QUOTA_ATTACHED_HANDLES,
				   request->charged_handles);
	request->charged = NULL;
	kipc_user_put(user);
}

/**
 * kipc_request_prepare() - do all that can fail
 * @request: begun
 * @from: the sender
 * @content: what is to be sent
 *
 * Context: Process context of the sender. May sleep.
 * Return: 0, or what the ABI says of payloads, attachments and quotas; then
 * nothing is left to undo.
 */
int kipc_request_prepare(struct kipc_request *request,
			 struct kipc_endpoint *from,
			 const struct kipc_content *content)
{
	struct kipc_delivery *delivery = &request->delivery;
	struct kipc_payload payload;
	int ret;

	ret = kipc_delivery_import(delivery, from, request->target, content,
				   &payload);
	if (!ret) {
		ret = charge(request, from->user);
		if (!ret)
			ret = kipc_delivery_bring(delivery, request->target,
						  &payload);
		kipc_payload_deinit(&payload);
	}
	if (ret)
		kipc_request_undo(request);
	return ret;
}

static bool has_room(const struct kipc_request *request)
{
	const struct kipc_endpoint *target = request->target;
	u32 attachments = kipc_delivery_attachment_count(&request->delivery);

	return target->queued < KIPC_QUEUED_MAX &&
	       (!attachments || target->queued_attachments + attachments <=
				KIPC_QUEUED_ATTACHMENTS_MAX);
}

/**
 * kipc_request_queue_locked() - put it into its target's queue
 * @request: prepared; the queue's lock is held
 * @receiver: gets who is to be woken, if it is there
 *
 * Context: Process context, with the lock held.
 * Return: 0, -EAGAIN (too much is queued there) or -EOWNERDEAD (the node or its
 * owner is).
 */
int kipc_request_queue_locked(struct kipc_request *request,
			      struct task_struct **receiver)
{
	struct kipc_node *node = request->node;

	if (node->queued_closed)
		return -EOWNERDEAD;
	if (!has_room(request))
		return -EAGAIN;
	if (!kipc_queue_add_locked(&request->target->queue, &request->entry))
		return -EOWNERDEAD;
	kipc_request_requeue_locked(request);
	*receiver = kipc_queue_pick_locked(&request->target->queue);
	return 0;
}

/**
 * kipc_request_deliver() - what it brought is the receiver's now
 * @request: in the receiver's hand, its files received
 *
 * Context: Process context of the receiver. May sleep.
 */
void kipc_request_deliver(struct kipc_request *request)
{
	if (request->delivery.slice.state != KIPC_SLICE_NONE)
		refcount_inc(&request->refs);
	kipc_delivery_finish(&request->delivery);
	uncharge(request);
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
	uncharge(request);
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

/**
 * kipc_request_deinit() - end a request
 * @request: delivered or undone
 *
 * Context: Process context.
 */
void kipc_request_deinit(struct kipc_request *request)
{
	kipc_sender_deinit(&request->sender);
	kipc_object_put(&request->node->object);
}

/**
 * kipc_request_describe() - describe it to its receiver
 * @request: in the receiver's hand
 * @message: gets all but its kind
 *
 * Context: Process context of the receiver.
 */
void kipc_request_describe(const struct kipc_request *request,
			   struct kipc_message *message)
{
	const struct kipc_delivery *delivery = &request->delivery;

	message->cookie = request->node->object.cookie;
	message->code = delivery->code;
	message->size = delivery->size;
	message->offset = delivery->slice.offset;
	message->attachment_count = kipc_delivery_attachment_count(delivery);
	kipc_sender_describe(&request->sender, message);
}
