// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The caller's side: calls, one-way messages, notifications. */

#include "endpoint.h"
#include "payload.h"
#include "result.h"
#include "sys.h"

/* Make the call; the caller of this function filled in what to send */
static int call_kernel(struct kipc *endpoint, struct kipc_call *call)
{
	struct kipc_slice slice;
	int ret;

	if (kipc_slice_take(endpoint, &slice)) {
		call->flags |= KIPC_FREE_SLICE;
		call->free = slice.offset;
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_CALL, call);
	if (call->flags & KIPC_FREE_SLICE)
		kipc_slice_release(endpoint, slice.offset, slice.size);
	return ret;
}

static int call_for_code(struct kipc *endpoint, struct kipc_call *call)
{
	struct kipc_result result;
	int ret = call_kernel(endpoint, call);

	if (ret < 0)
		return ret;
	kipc_result_init(&result, endpoint, call);
	ret = result.code;
	kipc_result_release(&result);
	return ret;
}

static int make_call(struct kipc *endpoint, struct kipc_call *call,
		     struct kipc_result *result)
{
	int ret;

	if (!result)
		return call_for_code(endpoint, call);
	ret = call_kernel(endpoint, call);
	if (ret < 0)
		kipc_result_init_failed(result, call->stage);
	else
		kipc_result_init(result, endpoint, call);
	return ret;
}

/* The call was not even made */
static int refuse(struct kipc_result *result, int error)
{
	if (result)
		kipc_result_init_failed(result, KIPC_STAGE_NOT_QUEUED);
	return error;
}

/*
 * What the kernel reads, but for the content, and what is read when it failed.
 * The rest it writes; a call is too frequent to clear that for nothing.
 */
static void call_init(struct kipc_call *call, uint32_t handle, uint32_t code,
		      uint64_t deadline)
{
	call->handle = handle;
	call->flags = 0;
	call->code = code;
	call->deadline = deadline;
	call->free = 0;
	call->parent = 0;
	call->stage = KIPC_STAGE_NOT_QUEUED;
	call->reserved = 0;
}

int kipc_call(struct kipc *endpoint, uint32_t handle, uint32_t code,
	      const void *data, size_t size, uint64_t deadline,
	      struct kipc_result *result)
{
	struct kipc_call call;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return refuse(result, ret);
	call_init(&call, handle, code, deadline);
	call.data = (uintptr_t)data;
	call.data_size = size;
	call.attachments = 0;
	call.attachment_count = 0;
	return make_call(endpoint, &call, result);
}

int kipc_callv(struct kipc *endpoint, uint32_t handle, uint32_t code,
	       const struct kipc_content *content, uint64_t deadline,
	       struct kipc_result *result)
{
	struct kipc_payload payload;
	struct kipc_call call;
	int ret = kipc_endpoint_check(endpoint);

	if (!ret)
		ret = kipc_payload_init(&payload, content);
	if (ret)
		return refuse(result, ret);
	call_init(&call, handle, code, deadline);
	call.flags = payload.flags;
	call.data = payload.data;
	call.data_size = payload.data_size;
	call.attachments = payload.attachments;
	call.attachment_count = payload.attachment_count;
	ret = make_call(endpoint, &call, result);
	kipc_payload_deinit(&payload);
	return ret;
}

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
		kipc_slice_release(endpoint, slice.offset, slice.size);
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
	struct kipc_payload payload;
	int ret = kipc_endpoint_check(endpoint);

	if (!ret)
		ret = kipc_payload_init(&payload, content);
	if (ret)
		return ret;
	send.flags = payload.flags;
	send.data = payload.data;
	send.data_size = payload.data_size;
	send.attachments = payload.attachments;
	send.attachment_count = payload.attachment_count;
	ret = send_kernel(endpoint, &send);
	kipc_payload_deinit(&payload);
	return ret;
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
