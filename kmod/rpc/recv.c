// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/recv.h"

#include <linux/kipc.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "core/trace.h"
#include "rpc/endpoint.h"
#include "rpc/request.h"
#include "rpc/served.h"
#include "rpc/stream.h"
#include "rpc/thread.h"

static struct kipc_request *request_of(struct kipc_entry *entry, u32 kind)
{
	if (kind != KIPC_MSG_CALL && kind != KIPC_MSG_SEND)
		return NULL;
	return container_of(entry, struct kipc_request, entry);
}

/* What the sender gets, if it waits */
static int refusal(int error)
{
	switch (error) {
	case -EOWNERDEAD:
		return error;
	case -EDQUOT:
	case -EMFILE:
	case -ENOMEM:
		return -EAGAIN;
	default:
		return -EACCES;
	}
}

/**
 * kipc_hand_refuse() - the receiver cannot take what is in hand
 * @hand: a request
 * @error: why: -EDQUOT, -EMFILE, -ENOMEM, -EOWNERDEAD, or what a security module
 *	says
 *
 * The files that came with it are closed when the thread returns to user space,
 * and not before. So it does that at once, and issues its command again.
 *
 * Context: Process context. May sleep.
 * Return: -ERESTARTNOINTR.
 */
int kipc_hand_refuse(struct kipc_hand *hand, int error)
{
	kipc_request_fail(hand->request, refusal(error));
	hand->entry->ops->put(hand->entry);
	return restart_syscall();
}

/*
 * For want of memory the request is put back. Otherwise it would be in the way of
 * all others, perhaps for ever: then it fails.
 */
static int refuse_files(struct kipc_endpoint *endpoint, struct kipc_hand *hand,
			const struct kipc_message *message, int error)
{
	if (error != -ENOMEM)
		return kipc_hand_refuse(hand, error);
	if (!kipc_queue_untake(&endpoint->queue, hand->entry, message))
		return kipc_hand_refuse(hand, -EOWNERDEAD);
	hand->entry->ops->put(hand->entry);
	return -ENOMEM;
}

static inline int hand_open(struct kipc_endpoint *endpoint,
			    struct kipc_hand *hand,
			    struct kipc_message *message)
{
	hand->request = request_of(hand->entry, message->kind);
	if (!hand->request)
		return 0;
	kipc_room_given(&endpoint->places);
	kipc_request_describe(hand->request, message);
	return kipc_delivery_receive_files(&hand->request->delivery, endpoint);
}

/**
 * kipc_hand_open() - describe what is in hand to the running thread
 * @endpoint: who received
 * @hand: its entry was taken
 * @message: as the entry was taken; gets the rest
 *
 * Context: Process context. May sleep.
 * Return: 0, or why the receiver cannot take its files: -EMFILE, -ENOMEM, or what a
 * security module says. Then it is still in hand.
 */
int kipc_hand_open(struct kipc_endpoint *endpoint, struct kipc_hand *hand,
		   struct kipc_message *message)
{
	return hand_open(endpoint, hand, message);
}

/**
 * kipc_recv() - take the next message in hand
 * @endpoint: who receives
 * @args: the ABI's command, checked; gets the message
 * @nonblock: do not wait
 * @hand: gets what is in hand, for kipc_hand_finish()
 *
 * Context: Process context. Sleeps.
 * Return: 0, -EAGAIN (nothing there), -ENOMEM, -ERESTARTNOINTR, -ERESTARTSYS or
 * -ETIMEDOUT.
 */
int kipc_recv(struct kipc_endpoint *endpoint, struct kipc_recv *args,
	      bool nonblock, struct kipc_hand *hand)
{
	struct kipc_message *message = &args->message;
	int ret;

	kipc_thread_settle(endpoint);
	ret = kipc_queue_take(&endpoint->queue, nonblock, args->deadline,
			      &hand->entry, message);
	if (ret)
		return ret;
	if (!kipc_queue_has_idle(&endpoint->queue))
		message->flags |= KIPC_MSG_NO_IDLE;
	ret = hand_open(endpoint, hand, message);
	return unlikely(ret) ? refuse_files(endpoint, hand, message, ret) : 0;
}

/**
 * kipc_hand_finish() - the receiver knows of its message, or could not be told
 * @endpoint: who received
 * @hand: what it has in hand
 * @message: its description
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_hand_finish(struct kipc_endpoint *endpoint, struct kipc_hand *hand,
		      const struct kipc_message *message, bool delivered)
{
	struct kipc_request *request = hand->request;
	bool again = false;

	if (delivered)
		trace_kipc_received(endpoint->id, message);
	if (delivered && !request) {
		if (hand->entry->ops->received)
			hand->entry->ops->received(hand->entry);
	} else if (delivered) {
		kipc_request_deliver(request);
		if (message->kind == KIPC_MSG_CALL)
			kipc_served_begin(container_of(request,
						       struct kipc_open_call,
						       request));
		else
			kipc_request_ops_of(request)->delivered(request);
	} else {
		if (request)
			kipc_delivery_close_files(&request->delivery);
		again = kipc_queue_untake(&endpoint->queue, hand->entry,
					  message);
		if (request && !again)
			kipc_request_fail(request, -EOWNERDEAD);
	}
	hand->entry->ops->put(hand->entry);
}

/* The first entry of the queue, if it is not a call */
static struct kipc_entry *take_first(struct kipc_queue *queue,
				     struct kipc_message *message)
{
	struct kipc_entry *entry;

	spin_lock(&queue->lock);
	entry = list_first_entry_or_null(&queue->entries, struct kipc_entry,
					 link);
	if (entry && (queue->frozen || entry->ops == &kipc_served_ops.entry))
		entry = NULL;
	if (entry)
		kipc_queue_take_locked(&queue->entries, message);
	spin_unlock(&queue->lock);
	return entry;
}

/*
 * What comes in a batch after what is in hand: the next message for the same node,
 * or what is next in the queue. What cannot be received ends it.
 */
static void take_next(struct kipc_endpoint *endpoint,
		      const struct kipc_hand *hand, struct kipc_hand *next,
		      struct kipc_message *message)
{
	int ret;

	if (hand->request)
		next->entry = kipc_stream_take_next(hand->request, message);
	if (!next->entry)
		next->entry = take_first(&endpoint->queue, message);
	if (!next->entry)
		return;
	ret = hand_open(endpoint, next, message);
	if (ret) {
		refuse_files(endpoint, next, message, ret);
		next->entry = NULL;
	}
}

/**
 * kipc_recv_batch() - take several messages
 * @endpoint: who receives
 * @args: the ABI's command, checked; gets how many
 * @nonblock: do not wait for the first one
 *
 * Context: Process context. Sleeps.
 * Return: 0, or as kipc_recv(), or -EFAULT, and then none was received.
 */
int kipc_recv_batch(struct kipc_endpoint *endpoint,
		    struct kipc_recv_batch *args, bool nonblock)
{
	struct kipc_message __user *to = u64_to_user_ptr(args->messages);
	struct kipc_recv recv = { .deadline = args->deadline };
	struct kipc_hand hand, next;
	struct kipc_message message;
	bool delivered;
	int ret;

	ret = kipc_recv(endpoint, &recv, nonblock, &hand);
	if (ret)
		return ret;
	message = recv.message;
	do {
		delivered = !copy_to_user(to + args->received, &message,
					  kipc_message_size(&message));
		recv.message = message;
		next.entry = NULL;
		if (delivered && ++args->received < args->count &&
		    message.kind != KIPC_MSG_CALL)
			take_next(endpoint, &hand, &next, &message);
		kipc_hand_finish(endpoint, &hand, &recv.message, delivered);
		hand = next;
	} while (hand.entry);
	return args->received ? 0 : -EFAULT;
}
