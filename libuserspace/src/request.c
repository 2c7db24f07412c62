// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "endpoint.h"
#include "request.h"

/**
 * kipc_request_init() - make a request of a message
 * @request: to be filled in
 * @endpoint: that received it
 * @message: what the kernel says; to stay as long as the request
 * @late: where to note down a late reply; all 0
 * @buffer: REQUEST_BUFFER bytes
 */
void kipc_request_init(struct kipc_request *request, struct kipc *endpoint,
		       const struct kipc_message *message,
		       struct kipc_reply *late, unsigned char *buffer)
{
	request->endpoint = endpoint;
	request->message = message;
	request->late = late;
	request->buffer = buffer;
	request->state = REQUEST_OPEN;
	request->cancel.is_listed = false;
	request->cancel.is_told = false;
	if (message->attachment_count)
		memset(request->taken, 0, sizeof(request->taken));
}

/**
 * kipc_request_end() - the handler returned
 * @request: the request
 * @code: what it returned
 *
 * Return: whether the message's slice, if it has one, is to be freed.
 */
bool kipc_request_end(struct kipc_request *request, int code)
{
	const struct kipc_message *message = request->message;
	struct kipc_attached attached;

	if (request->state == REQUEST_DEFERRED)
		return false;
	if (kipc_request_is_open_call(request)) {
		request->late->token = message->token;
		request->late->code = (uint32_t)code;
	}
	if (message->attachment_count) {
		attached = kipc_request_attached(request);
		kipc_attached_discard(request->endpoint, &attached);
	}
	return true;
}

static const unsigned char *payload(const struct kipc_request *request)
{
	const struct kipc_message *message = request->message;

	if (message->flags & KIPC_MSG_SMALL)
		return message->small;
	return request->endpoint->pool + message->offset;
}

/**
 * kipc_request_attached() - the attachments of a request
 * @request: the request
 *
 * Return: them.
 */
struct kipc_attached kipc_request_attached(struct kipc_request *request)
{
	return (struct kipc_attached) {
		.list = kipc_request_attachments(request),
		.count = request->message->attachment_count,
		.taken = request->taken,
	};
}

unsigned int kipc_request_kind(const struct kipc_request *request)
{
	return request->message->kind;
}

uint32_t kipc_request_code(const struct kipc_request *request)
{
	return request->message->code;
}

uint64_t kipc_request_bits(const struct kipc_request *request)
{
	return request->message->bits;
}

const void *kipc_request_data(const struct kipc_request *request)
{
	return request->message->size ? payload(request) : NULL;
}

size_t kipc_request_size(const struct kipc_request *request)
{
	return request->message->size;
}

const struct kipc_attachment *
kipc_request_attachments(const struct kipc_request *request)
{
	if (!request->message->attachment_count)
		return NULL;
	return kipc_attached_list(payload(request), request->message->size);
}

size_t kipc_request_attachment_count(const struct kipc_request *request)
{
	return request->message->attachment_count;
}

static int take(struct kipc_request *request, size_t index, uint32_t type,
		uint32_t *id)
{
	struct kipc_attached attached;
	int ret = kipc_endpoint_check(request->endpoint);

	if (ret)
		return ret;
	attached = kipc_request_attached(request);
	return kipc_attached_take(&attached, index, type, id);
}

int kipc_request_take_fd(struct kipc_request *request, size_t index)
{
	uint32_t fd;
	int ret = take(request, index, KIPC_ATTACH_FD, &fd);

	return ret ? ret : (int)fd;
}

int kipc_request_take_handle(struct kipc_request *request, size_t index,
			     uint32_t *handle)
{
	return take(request, index, KIPC_ATTACH_HANDLE, handle);
}

int kipc_request_take_chunk(struct kipc_request *request, size_t index,
			    struct kipc_chunks *chunks,
			    struct kipc_chunk *chunk)
{
	const struct kipc_attachment *list = kipc_request_attachments(request);
	uint32_t number;
	int ret;

	if (index >= kipc_request_attachment_count(request))
		return -EINVAL;
	ret = kipc_chunk_take(chunks, &list[index], chunk);
	return ret ? ret : take(request, index, KIPC_ATTACH_CHUNK, &number);
}

/* The security label lies behind the attachments */
static const char *label(const struct kipc_request *request)
{
	const struct kipc_message *message = request->message;

	return (const char *)(kipc_attached_list(payload(request),
						 message->size) +
			      message->attachment_count);
}

void kipc_request_sender(const struct kipc_request *request,
			 struct kipc_sender *sender)
{
	const struct kipc_message *message = request->message;

	sender->pid = (pid_t)message->pid;
	sender->tid = (pid_t)message->tid;
	sender->euid = message->euid;
	sender->egid = message->egid;
	sender->label = message->label_size ? label(request) : NULL;
	sender->label_size = message->label_size;
}

uint64_t kipc_request_deadline(const struct kipc_request *request)
{
	return request->message->deadline;
}

uint64_t kipc_request_remaining(const struct kipc_request *request)
{
	return kipc_deadline_remaining(request->message->deadline);
}

unsigned int kipc_request_depth(const struct kipc_request *request)
{
	return request->message->depth;
}

struct kipc *kipc_request_endpoint(const struct kipc_request *request)
{
	return request->endpoint;
}
