// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "endpoint.h"
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

static void clear_reply(struct kipc_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
}

/* The last message's slice, if any, is freed along with what comes next */
static void add_slice(const struct kipc_worker *worker, __u32 *flags,
		      __u64 *offset)
{
	if (!worker->slice.size)
		return;
	*flags |= KIPC_FREE_SLICE;
	*offset = worker->slice.offset;
}

/*
 * A late reply could not be delivered (it does not fit into the caller's pool,
 * say). Its handler cannot be told any more, but its caller can, with an empty
 * reply; if that fails as well, there is nobody left to tell.
 */
static void replace_reply(struct kipc_reply *reply, int error, bool give_up)
{
	uint64_t token = reply->token;

	clear_reply(reply);
	if (give_up)
		return;
	reply->token = token;
	reply->code = (uint32_t)error;
}

static int issue(struct kipc_worker *worker, uint32_t flags, uint64_t deadline)
{
	struct kipc_recv *recv = &worker->command.recv;
	struct kipc_slice *slice = &worker->slice;
	int ret;

	recv->flags = flags;
	recv->deadline = deadline;
	if (!slice->size)
		kipc_slice_take(worker->endpoint, slice);
	add_slice(worker, &recv->flags, &recv->free);
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
			replace_reply(reply, ret, again);
		else if (ret != -ECANCELED)
			break;
		ret = issue(worker, flags, deadline);
		again = true;
	}
	clear_reply(reply);
	return ret;
}

static int deliver(struct kipc *endpoint, struct kipc_request *request)
{
	struct kipc_activation activation;
	struct kipc_target *target;
	int code;

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
 * @worker: the worker, after a kipc_worker_next() that succeeded
 */
void kipc_worker_handle(struct kipc_worker *worker)
{
	const struct kipc_message *message = &worker->command.recv.message;
	struct kipc_request request;
	int code;

	kipc_request_init(&request, worker->endpoint, message,
			  &worker->command.reply, worker->buffer.bytes);
	code = deliver(worker->endpoint, &request);
	if (kipc_request_end(&request, code)) {
		worker->slice.offset = message->offset;
		worker->slice.size = kipc_slice_size(message->size,
						     message->attachment_count);
	}
}

/* Make the reply without receiving */
static void reply_only(struct kipc_worker *worker)
{
	struct kipc_reply *reply = &worker->command.reply;
	bool again = false;
	int ret;

	while (reply->token) {
		add_slice(worker, &reply->flags, &reply->free);
		ret = kipc_sys_ioctl(worker->endpoint->fd, KIPC_REPLY, reply);
		if (!(reply->flags & KIPC_FREE_SLICE))
			worker->slice.size = 0;
		if (!ret || ret == -ECANCELED)
			break;
		replace_reply(reply, ret, again);
		again = true;
	}
	clear_reply(reply);
}

/**
 * kipc_worker_finish() - make the last reply, and give back what is held
 * @worker: the worker; it can go on working after
 */
void kipc_worker_finish(struct kipc_worker *worker)
{
	reply_only(worker);
	if (worker->slice.size)
		kipc_slice_release(worker->endpoint, worker->slice.offset,
				   worker->slice.size);
	worker->slice.size = 0;
}
