// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Replies to requests; see request.h for which are late. */

#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "payload.h"
#include "request.h"
#include "sys.h"

void *kipc_request_buffer(struct kipc_request *request, size_t size)
{
	if (size > REQUEST_BUFFER)
		return NULL;
	if (!request->buffer)
		request->buffer = malloc(REQUEST_BUFFER);
	return request->buffer;
}

/* Does a segment lie within so many bytes of memory? */
static bool is_within(const struct iovec *segment, const unsigned char *memory,
		      size_t size)
{
	uintptr_t start = (uintptr_t)memory;
	uintptr_t data = (uintptr_t)segment->iov_base;

	return data >= start && data - start <= size &&
	       segment->iov_len <= size - (data - start);
}

/* Does a segment share bytes with the buffer? */
static bool overlaps_buffer(const struct kipc_request *request,
			    const struct iovec *segment)
{
	uintptr_t start = (uintptr_t)request->buffer;
	uintptr_t data = (uintptr_t)segment->iov_base;

	return data < start + REQUEST_BUFFER &&
	       start < data + segment->iov_len;
}

/* Will the payload last until the next system call where it is? */
static bool is_lasting(const struct kipc_request *request,
		       const struct iovec *segment)
{
	if (kipc_request_size(request) &&
	    is_within(segment, kipc_request_data(request),
		      kipc_request_size(request)))
		return true;
	return is_within(segment, request->buffer, REQUEST_BUFFER);
}

static bool fits_buffer(const struct kipc_request *request,
			const struct iovec *iov, size_t count)
{
	size_t left = REQUEST_BUFFER;

	for (size_t i = 0; i < count; i++) {
		if (iov[i].iov_len > left || overlaps_buffer(request, &iov[i]))
			return false;
		left -= iov[i].iov_len;
	}
	return true;
}

static size_t gather(unsigned char *buffer, const struct iovec *iov,
		     size_t count)
{
	unsigned char *end = buffer;

	for (size_t i = 0; i < count; i++) {
		if (!iov[i].iov_len)
			continue;
		memcpy(end, iov[i].iov_base, iov[i].iov_len);
		end += iov[i].iov_len;
	}
	return end - buffer;
}

/* Note down a late reply; returns whether it can be one */
static bool reply_late(struct kipc_request *request, int code,
		       const struct iovec *iov, size_t count, uint32_t flags)
{
	struct kipc_reply *late = request->late;

	if (!late)
		return false;
	if (count == 1 && is_lasting(request, iov)) {
		late->data = (uintptr_t)iov->iov_base;
		late->data_size = iov->iov_len;
	} else if (fits_buffer(request, iov, count)) {
		late->data = (uintptr_t)request->buffer;
		late->data_size = gather(request->buffer, iov, count);
	} else {
		return false;
	}
	late->token = request->message->token;
	late->flags = flags;
	late->code = (uint32_t)code;
	request->state = REQUEST_ANSWERED;
	return true;
}

static int reply_kernel(struct kipc *endpoint, struct kipc_reply *reply)
{
	struct kipc_slice slice;
	int ret;

	if (kipc_slice_take(endpoint, &slice)) {
		reply->flags |= KIPC_FREE_SLICE;
		reply->free = slice.offset;
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_REPLY, reply);
	if (reply->flags & KIPC_FREE_SLICE)
		kipc_slice_release(endpoint, &slice);
	return ret;
}

static int reply_now(struct kipc_request *request, int code,
		     const struct kipc_content *content, uint32_t flags)
{
	struct kipc_reply reply = {
		.token = request->message->token,
		.code = (uint32_t)code,
	};
	struct kipc_payload payload;
	int ret;

	ret = kipc_payload_init(&payload, content);
	if (ret)
		return ret;
	reply.flags = payload.flags | flags;
	reply.data = payload.data;
	reply.data_size = payload.data_size;
	reply.attachments = payload.attachments;
	reply.attachment_count = payload.attachment_count;
	ret = reply_kernel(request->endpoint, &reply);
	kipc_payload_deinit(&payload);
	if (ret == -ECANCELED)
		kipc_cancel_note(&request->cancel);
	if (!ret || ret == -ECANCELED)
		request->state = REQUEST_ANSWERED;
	return ret;
}

/* Is there a call to be answered? */
static int check_open(const struct kipc_request *request)
{
	int ret = kipc_endpoint_check(request->endpoint);

	if (ret)
		return ret;
	if (!kipc_request_is_call(request))
		return -EINVAL;
	return request->state == REQUEST_OPEN ? 0 : -EALREADY;
}

int kipc_request_reply(struct kipc_request *request, int code,
		       const void *data, size_t size)
{
	const struct iovec segment = {
		.iov_base = (void *)data,
		.iov_len = size,
	};
	const struct kipc_content content = {
		.iov = &segment,
		.iov_count = 1,
	};
	int ret = check_open(request);

	if (ret)
		return ret;
	if (reply_late(request, code, &segment, 1, 0))
		return 0;
	return reply_now(request, code, &content, 0);
}

int kipc_request_replyv(struct kipc_request *request, int code,
			const struct kipc_content *content, unsigned int flags)
{
	static const struct kipc_content nothing;
	int ret = check_open(request);

	if (flags & ~(KIPC_REPLY_NOW | KIPC_CLEAR))
		return -EINVAL;
	if (ret)
		return ret;
	if (!content)
		content = &nothing;
	if (!(flags & KIPC_REPLY_NOW) && !content->attachment_count &&
	    reply_late(request, code, content->iov, content->iov_count,
		       flags))
		return 0;
	return reply_now(request, code, content, flags & KIPC_CLEAR);
}
