// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What is sent without a reply: one-way messages and notifications. */

#include "current.h"
#include "endpoint.h"
#include "payload.h"
#include "sys.h"

#define SEND_FLAGS	(KIPC_CLEAR | KIPC_WAIT | KIPC_SEND_UPDATE)

static int send_kernel(struct kipc *endpoint, struct kipc_send *send)
{
	struct kipc_slice slice;
	int ret;

	if (kipc_slice_take(endpoint, &slice)) {
		send->flags |= KIPC_FREE_SLICE;
		send->free = slice.offset;
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_SEND, send);
	if (send->flags & KIPC_FREE_SLICE)
		kipc_slice_release(endpoint, &slice);
	return ret;
}

static int send_content(struct kipc *endpoint, struct kipc_send *send,
			const struct kipc_content *content)
{
	struct kipc_payload payload;
	int ret;

	ret = kipc_payload_init(&payload, content);
	if (ret)
		return ret;
	send->flags |= payload.flags;
	send->data = payload.data;
	send->data_size = payload.data_size;
	send->attachments = payload.attachments;
	send->attachment_count = payload.attachment_count;
	ret = send_kernel(endpoint, send);
	kipc_payload_deinit(&payload);
	return ret;
}

int kipc_send(struct kipc *endpoint, uint32_t handle, uint32_t code,
	      const void *data, size_t size)
{
	struct kipc_send send = {
		.handle = handle,
		.code = code,
		.data = (uintptr_t)data,
		.data_size = size,
	};
	int ret = kipc_endpoint_check(endpoint);

	return ret ? ret : send_kernel(endpoint, &send);
}

int kipc_sendv(struct kipc *endpoint, uint32_t handle, uint32_t code,
	       const struct kipc_content *content)
{
	struct kipc_send send = {
		.handle = handle,
		.code = code,
	};
	int ret = kipc_endpoint_check(endpoint);

	return ret ? ret : send_content(endpoint, &send, content);
}

int kipc_send_with(struct kipc *endpoint, uint32_t handle, uint32_t code,
		   const struct kipc_content *content,
		   const struct kipc_send_options *options)
{
	static const struct kipc_send_options defaults;
	struct kipc_send send = {
		.handle = handle,
		.code = code,
	};
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	if (!options)
		options = &defaults;
	if (options->flags & ~SEND_FLAGS)
		return -EINVAL;
	if (options->flags & KIPC_WAIT)
		kipc_current_wait();
	send.flags = options->flags;
	send.deadline = options->deadline;
	ret = send_content(endpoint, &send, content);
	return ret ? ret : (int)(send.sent & KIPC_SENT_SPAM);
}

int kipc_notify(struct kipc *endpoint, uint32_t handle, uint64_t bits)
{
	struct kipc_notify notify = {
		.handle = handle,
		.bits = bits,
	};
	int ret = kipc_endpoint_check(endpoint);

	return ret ? ret : kipc_sys_ioctl(endpoint->fd, KIPC_NOTIFY, &notify);
}
