// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "current.h"
#include "endpoint.h"
#include "late.h"
#include "sys.h"
#include "worker.h"

/**
 * kipc_worker_init() - make a worker
 * @worker: to be filled in
 * @endpoint: on which it is to work
 */
void kipc_worker_init(struct kipc_worker *worker, struct kipc *endpoint)
{
	worker->endpoint = endpoint;
	worker->slice.size = 0;
	memset(&worker->command, 0, sizeof(worker->command));
}

/* The last message's slice, if any, is freed along with the receipt */
static int issue(struct kipc_worker *worker, uint32_t flags, uint64_t deadline)
{
	struct kipc_recv *recv = &worker->command.recv;
	struct kipc_slice *slice = &worker->slice;
	int ret;

	recv->flags = flags;
	recv->deadline = deadline;
	if (!slice->size)
		kipc_slice_take(worker->endpoint, slice);
	if (slice->size) {
		recv->flags |= KIPC_FREE_SLICE;
		recv->free = slice->offset;
	}
	ret = kipc_sys_ioctl(worker->endpoint->fd, KIPC_REPLY_RECV,
			     &worker->command);
	if (!(recv->flags & KIPC_FREE_SLICE))
		slice->size = 0;
	return ret;
}

/**
 * kipc_worker_next() - make the reply and receive the next message
 * @worker: the worker
 * @flags: 0 or KIPC_NONBLOCK
 * @deadline: when to give up
 *
 * Return: 0 or -errno of the receipt.
 */
int kipc_worker_next(struct kipc_worker *worker, uint32_t flags,
		     uint64_t deadline)
{
	struct kipc_reply *reply = &worker->command.reply;
	int ret = issue(worker, flags, deadline);
	bool again = false;

	while (ret < 0) {
		if (reply->token)
			kipc_late_replace(reply, ret, again);
		else if (ret != -ECANCELED)
			break;
		ret = issue(worker, flags, deadline);
		again = true;
	}
	kipc_late_clear(reply);
	return ret;
}

static int deliver(struct kipc *endpoint, struct kipc_request *request)
{
	struct kipc_activation activation;
	struct kipc_target *target;
	int code;

	/* Its node may be gone, and the request be a deferred one */
	if (request->message->kind == KIPC_MSG_CANCELED) {
		kipc_cancel_tell(endpoint, request->message->token);
		return 0;
	}
	target = kipc_target_enter(endpoint, request->message->cookie,
				   &activation);
	if (!target)
		return -EOWNERDEAD;
	code = target->ops->deliver(target, request);
	kipc_target_leave(target, &activation);
	return code;
}

/**
 * kipc_worker_handle() - handle the message that was received
 * @worker: the worker, with a message in its command
 */
void kipc_worker_handle(struct kipc_worker *worker)
{
	const struct kipc_message *message = &worker->command.recv.message;
	struct kipc_request request;
	struct kipc_request *outer;
	int code;

	kipc_request_init(&request, worker->endpoint, message,
			  &worker->command.reply, worker->buffer.bytes);
	outer = kipc_current_set(&request);
	code = deliver(worker->endpoint, &request);
	kipc_current_set(outer);
	if (kipc_request_end(&request, code))
		worker->slice = kipc_slice_of_message(message);
}

/**
 * kipc_worker_finish() - make the last reply, and give back what is held
 * @worker: the worker; it can go on working after
 */
void kipc_worker_finish(struct kipc_worker *worker)
{
	kipc_late_send(worker->endpoint, &worker->command.reply,
		       &worker->slice);
	kipc_slice_release(worker->endpoint, &worker->slice);
	worker->slice.size = 0;
}
