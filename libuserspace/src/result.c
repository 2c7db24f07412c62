// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "endpoint.h"
#include "result.h"

/**
 * kipc_result_clear() - let a result hold nothing
 * @result: the result; its code and stage stay as they are
 */
void kipc_result_clear(struct kipc_result *result)
{
	result->data = NULL;
	result->size = 0;
	result->attachments = NULL;
	result->attachment_count = 0;
	result->endpoint = NULL;
}

/**
 * kipc_result_init() - make a result of a reply
 * @result: to be filled in
 * @endpoint: the endpoint that called
 * @call: what the kernel answered
 */
void kipc_result_init(struct kipc_result *result, struct kipc *endpoint,
		      const struct kipc_call *call)
{
	const unsigned char *data;

	result->code = (int)call->reply_code;
	result->stage = call->stage;
	kipc_result_clear(result);
	if (!call->reply_size && !call->reply_attachment_count)
		return;
	data = endpoint->pool + call->reply_offset;
	result->endpoint = endpoint;
	result->slice = call->reply_offset;
	result->size = call->reply_size;
	if (result->size)
		result->data = data;
	if (!call->reply_attachment_count)
		return;
	result->attachments = kipc_attached_list(data, result->size);
	result->attachment_count = call->reply_attachment_count;
	memset(result->taken, 0, sizeof(result->taken));
}

static struct kipc_attached attached(struct kipc_result *result)
{
	return (struct kipc_attached) {
		.list = result->attachments,
		.count = result->attachment_count,
		.taken = result->taken,
	};
}

void kipc_result_release(struct kipc_result *result)
{
	struct kipc *endpoint = result->endpoint;
	struct kipc_attached list = attached(result);

	if (endpoint && !kipc_endpoint_check(endpoint)) {
		if (list.count)
			kipc_attached_discard(endpoint, &list);
		kipc_slice_release(endpoint, result->slice,
				   kipc_slice_size(result->size, list.count));
	}
	kipc_result_clear(result);
}

static int take(struct kipc_result *result, size_t index, uint32_t type,
		uint32_t *id)
{
	struct kipc_attached list = attached(result);

	if (result->endpoint && kipc_endpoint_check(result->endpoint))
		return -ECHILD;
	return kipc_attached_take(&list, index, type, id);
}

int kipc_result_take_fd(struct kipc_result *result, size_t index)
{
	uint32_t fd;
	int ret = take(result, index, KIPC_ATTACH_FD, &fd);

	return ret ? ret : (int)fd;
}

int kipc_result_take_handle(struct kipc_result *result, size_t index,
			    uint32_t *handle)
{
	return take(result, index, KIPC_ATTACH_HANDLE, handle);
}
