/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request is a message for a node: the common part of calls and one-way
 * messages. It holds the sender's identity, the attachments, and the slice of
 * the receiver's pool that the payload was copied to.
 *
 * Its life:
 *
 *   kipc_request_init()      memory, and the identity of the sender
 *   kipc_request_prepare()   charge, take a slice, copy the payload, install
 *                            the handles; sleeps, holds no lock; with KIPC_WAIT
 *                            waits for a slice if there is none
 *   queueing it              commit; cannot fail but for the node's death
 *   taken                    it is in a receiver's hand
 *   kipc_request_deliver()   the slice and the handles are the receiver's
 *
 * or, at any point before it is delivered, kipc_request_undo(), which accepts a
 * half-prepared one.
 *
 * References: whoever has it as above, and its slice once that is delivered. A
 * call adds some. @target needs no reference: until the request is queued, its
 * sender has one, and afterwards only the target itself looks at it, or a caller
 * that has one.
 */
#ifndef KIPC_RPC_REQUEST_H
#define KIPC_RPC_REQUEST_H

#include <linux/kipc.h>
#include <linux/refcount.h>

#include "core/queue.h"
#include "core/sender.h"
#include "rpc/delivery.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

struct kipc_lane;
struct kipc_request;
struct kipc_user;
struct task_struct;

/**
 * struct kipc_request_ops - what differs between calls and one-way messages
 * @entry: as an entry of a queue
 * @fail_locked: see to it that it ends with @error unless it has a result
 *	already; called with the target's queue lock held, not queued. Returns
 *	whether that is so, and then @failed must be called.
 * @failed: tell its sender, and drop the reference of being queued or served
 * @delivered: it was delivered; drop that reference if nobody answers it; may be
 *	NULL
 */
struct kipc_request_ops {
	struct kipc_entry_ops entry;
	bool (*fail_locked)(struct kipc_request *request, int error);
	void (*failed)(struct kipc_request *request);
	void (*delivered)(struct kipc_request *request);
};

/**
 * struct kipc_request - a message for a node
 * @entry: in the target's queue
 * @refs: references
 * @charged_messages: what the sender is charged for
 * @charged_files: the same
 * @charged_handles: the same
 * @charged_bytes: the same
 * @charged: the sender's user, referenced; NULL if nothing is charged
 * @node: for which; referenced
 * @of_node: in the node's list while it is queued (target's queue lock)
 * @target: the node's owner
 * @sender: who sent it
 * @delivery: what it brings
 */
struct kipc_request {
	struct kipc_entry entry;
	refcount_t refs;
	u32 charged_messages;
	u32 charged_files;
	u32 charged_handles;
	u64 charged_bytes;
	struct kipc_user *charged;
	struct kipc_node *node;
	struct hlist_node of_node;
	struct kipc_endpoint *target;
	struct kipc_sender sender;
	struct kipc_delivery delivery;
};

int kipc_request_prepare(struct kipc_request *request,
			 struct kipc_endpoint *from,
			 const struct kipc_content *content, u64 deadline);
int kipc_request_wait(struct kipc_request *request, u32 flags, u64 deadline);
int kipc_request_check_locked(struct kipc_request *request, bool has_place);
void kipc_request_undo(struct kipc_request *request);
void kipc_request_fail(struct kipc_request *request, int error);
void kipc_request_uncharge(struct kipc_request *request);

/**
 * kipc_request_ops_of() - what a request is
 * @request: the request
 *
 * Context: Any.
 * Return: Its operations.
 */
static inline const struct kipc_request_ops *
kipc_request_ops_of(const struct kipc_request *request)
{
	return container_of(request->entry.ops, struct kipc_request_ops, entry);
}

/**
 * kipc_request_count_locked() - what counts as queued grows or shrinks
 * @request: by which request; the lock of its target's queue is held
 * @sign: 1 if it is one more, -1 if it is one less
 * @attachments: how many attachments it has there
 *
 * Context: Process context, with the lock held.
 */
static inline void kipc_request_count_locked(struct kipc_request *request,
					     int sign, u32 attachments)
{
	struct kipc_endpoint *target = request->target;
	struct kipc_share *share = request->delivery.slice.share;

	lockdep_assert_held(&target->queue.lock);

	target->queued += sign;
	target->queued_attachments += sign * attachments;
	if (share) {
		share->messages += sign;
		share->attachments += sign * attachments;
	}
}

static inline void kipc_request_count_all_locked(struct kipc_request *request,
						 int sign)
{
	const struct kipc_attachments *attachments =
		request->delivery.attachments;

	if (likely(!attachments))
		kipc_request_count_locked(request, sign, 0);
	else
		kipc_request_count_locked(request, sign, attachments->count);
}

/**
 * kipc_request_taken_locked() - note that a request was taken out of the queue
 * @request: in its node's list; the queue's lock is held
 *
 * Context: Process context, with the lock held.
 */
static inline void kipc_request_taken_locked(struct kipc_request *request)
{
	hlist_del_init(&request->of_node);
	kipc_request_count_all_locked(request, -1);
}

/**
 * kipc_request_unqueue_locked() - take a request out of the queue
 * @request: queued; the queue's lock is held
 *
 * Context: Process context, with the lock held.
 */
static inline void kipc_request_unqueue_locked(struct kipc_request *request)
{
	list_del_init(&request->entry.link);
	kipc_request_taken_locked(request);
}

/**
 * kipc_request_requeue_locked() - note that a request is queued again
 * @request: in a receiver's hand; the queue's lock is held
 *
 * Context: Process context, with the lock held.
 */
static inline void kipc_request_requeue_locked(struct kipc_request *request)
{
	hlist_add_head(&request->of_node, &request->node->queued);
	kipc_request_count_all_locked(request, 1);
}

/**
 * kipc_request_init() - begin a request
 * @request: its memory
 * @ops: what it is
 * @level: when it is received
 * @node: for which; the reference becomes the request's
 * @target: the node's owner, to which the caller has a reference
 * @release: called when the receiver has freed the slice
 *
 * Context: Process context of the sender.
 */
static inline void
kipc_request_init(struct kipc_request *request,
		  const struct kipc_request_ops *ops, u8 level,
		  struct kipc_node *node, struct kipc_endpoint *target,
		  void (*release)(struct kipc_slice *slice,
				  struct kipc_pool *pool))
{
	kipc_entry_init(&request->entry, &ops->entry, level);
	refcount_set(&request->refs, 1);
	request->charged = NULL;
	request->node = node;
	INIT_HLIST_NODE(&request->of_node);
	request->target = target;
	kipc_sender_init(&request->sender);
	kipc_delivery_init(&request->delivery, release);
}

/**
 * kipc_request_deliver() - what it brought is the receiver's now
 * @request: in the receiver's hand, its files received
 *
 * Context: Process context of the receiver. May sleep.
 */
static inline void kipc_request_deliver(struct kipc_request *request)
{
	if (request->delivery.slice.state != KIPC_SLICE_NONE)
		refcount_inc(&request->refs);
	kipc_delivery_finish(&request->delivery);
	if (request->charged)
		kipc_request_uncharge(request);
}

/**
 * kipc_request_deinit() - end a request
 * @request: delivered or undone
 *
 * Context: Process context.
 */
static inline void kipc_request_deinit(struct kipc_request *request)
{
	kipc_delivery_deinit(&request->delivery);
	kipc_sender_deinit(&request->sender);
	kipc_object_put(&request->node->object);
}

/**
 * kipc_request_describe() - describe it to its receiver
 * @request: in the receiver's hand
 * @message: gets all but its kind and its sender; zeroed
 *
 * Context: Process context of the receiver.
 */
static inline void kipc_request_describe(const struct kipc_request *request,
					 struct kipc_message *message)
{
	const struct kipc_delivery *delivery = &request->delivery;

	message->cookie = request->node->object.cookie;
	message->code = delivery->code;
	message->size = delivery->size;
	message->offset = delivery->slice.offset;
	if (unlikely(delivery->tail)) {
		message->attachment_count =
			kipc_delivery_attachment_count(delivery);
		message->label_size = delivery->tail -
				      message->attachment_count *
				      sizeof(struct kipc_attachment);
	}
}

#endif /* KIPC_RPC_REQUEST_H */
