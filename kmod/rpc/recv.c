// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/recv.h"

#include <linux/kipc.h>

#include "core/trace.h"
#include "rpc/endpoint.h"
#include "rpc/request.h"

static struct kipc_request *request_of(struct kipc_entry *entry, u32 kind)
{
	if (kind != KIPC_MSG_CALL && kind != KIPC_MSG_SEND)
		return NULL;
	return container_of(entry, struct kipc_request, entry);
}

/*
 * The receiver cannot take the files of what is in hand.
 *
 * For want of memory the request is put back. Otherwise it would be in the way
 * of all others, perhaps for ever: then it fails.
 */
static int refuse_request(struct kipc_endpoint *endpoint,
			  const struct kipc_recv *args, struct kipc_hand *hand,
			  int error)
{
	int ret = 0;

	if (error == -EMFILE || error == -ENFILE) {
		kipc_request_fail(hand->request, -EAGAIN);
	} else if (error != -ENOMEM) {
		kipc_request_fail(hand->request, -EACCES);
	} else {
		ret = error;
		if (!kipc_queue_untake(&endpoint->queue, hand->entry,
				       &args->message))
			kipc_request_fail(hand->request, -EOWNERDEAD);
	}
	hand->entry->ops->put(hand->entry);
	hand->entry = NULL;
	return ret;
}

/* Describes what is in hand to the running thread. */
static int open_request(struct kipc_endpoint *endpoint, struct kipc_recv *args,
			struct kipc_hand *hand)
{
	struct kipc_request *request = hand->request;
	int ret;

	kipc_request_describe(request, &args->message);
	ret = kipc_delivery_receive_files(&request->delivery, endpoint);
	return ret ? refuse_request(endpoint, args, hand, ret) : 0;
}

/**
 * kipc_recv() - take the next message in hand
 * @endpoint: who receives
 * @args: the ABI's command, checked; gets the message
 * @nonblock: do not wait
 * @hand: gets what is in hand, for kipc_recv_finish()
 *
 * Context: Process context. Sleeps.
 * Return: 0, -EAGAIN (nothing there), -ENOMEM, -ERESTARTSYS or -ETIMEDOUT.
 */
int kipc_recv(struct kipc_endpoint *endpoint, struct kipc_recv *args,
	      bool nonblock, struct kipc_hand *hand)
{
	struct kipc_message *message = &args->message;
	int ret;

	do {
		ret = kipc_queue_take(&endpoint->queue, nonblock,
				      args->deadline, &hand->entry, message);
		if (ret)
			return ret;
		if (!kipc_queue_has_idle(&endpoint->queue))
			message->flags |= KIPC_MSG_NO_IDLE;
		hand->request = request_of(hand->entry, message->kind);
		if (hand->request)
			ret = open_request(endpoint, args, hand);
	} while (!ret && !hand->entry);
	return ret;
}

/**
 * kipc_recv_finish() - the receiver knows of its message, or could not be told
 * @endpoint: who received
 * @args: as kipc_recv() left it
 * @hand: as kipc_recv() left it
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_recv_finish(struct kipc_endpoint *endpoint,
		      const struct kipc_recv *args, struct kipc_hand *hand,
		      bool delivered)
{
	struct kipc_request *request = hand->request;
	const struct kipc_message *message = &args->message;
	bool again = false;

	if (delivered && request) {
		trace_kipc_received(endpoint->id, message->kind, message->token,
				    message->code, message->size);
		kipc_request_deliver(request);
		if (kipc_request_ops_of(request)->delivered)
			kipc_request_ops_of(request)->delivered(request);
	} else if (!delivered) {
		if (request)
			kipc_delivery_close_files(&request->delivery);
		again = kipc_queue_untake(&endpoint->queue, hand->entry,
					  message);
		if (request && !again)
			kipc_request_fail(request, -EOWNERDEAD);
	}
	hand->entry->ops->put(hand->entry);
}
