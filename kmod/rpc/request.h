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
 *                            the handles; sleeps, holds no lock
 *   kipc_request_queue()     commit; cannot fail but for the node's death
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

#include <linux/refcount.h>

#include "core/queue.h"
#include "core/sender.h"
#include "rpc/delivery.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

struct kipc_user;
struct task_struct;

struct kipc_request;

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
 * @charged_files: what the sender is charged for, besides one message
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

void kipc_request_init(struct kipc_request *request,
		       const struct kipc_request_ops *ops,
		       struct kipc_node *node, struct kipc_endpoint *target,
		       void (*release)(struct kipc_slice *slice,
				       struct kipc_pool *pool));
int kipc_request_prepare(struct kipc_request *request,
			 struct kipc_endpoint *from,
			 const struct kipc_content *content);
int kipc_request_queue_locked(struct kipc_request *request,
			      struct task_struct **receiver);
void kipc_request_deliver(struct kipc_request *request);
void kipc_request_undo(struct kipc_request *request);
void kipc_request_fail(struct kipc_request *request, int error);
void kipc_request_deinit(struct kipc_request *request);
void kipc_request_describe(const struct kipc_request *request,
			   struct kipc_message *message);

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

/* What lies in the target's queue grows or shrinks by one request. */
static inline void kipc_request_count_locked(struct kipc_request *request,
					     int sign)
{
	struct kipc_endpoint *target = request->target;

	lockdep_assert_held(&target->queue.lock);

	target->queued += sign;
	target->queued_attachments +=
		sign * kipc_delivery_attachment_count(&request->delivery);
}

/**
 * kipc_request_unqueue_locked() - note that a request is not queued any more
 * @request: taken or not, but in its node's list; the queue's lock is held
 *
 * Context: Process context, with the lock held.
 */
static inline void kipc_request_unqueue_locked(struct kipc_request *request)
{
	list_del_init(&request->entry.link);
	hlist_del_init(&request->of_node);
	kipc_request_count_locked(request, -1);
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
	kipc_request_count_locked(request, 1);
}

#endif /* KIPC_RPC_REQUEST_H */
