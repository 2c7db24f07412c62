// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "endpoint.h"
#include "result.h"

/* Let a result hold nothing; its code and stage stay as they are */
static void clear(struct kipc_result *result)
{
	result->data = NULL;
	result->size = 0;
	result->attachments = NULL;
	result->attachment_count = 0;
	result->endpoint = NULL;
}

/**
 * kipc_result_init_failed() - make a result of a call without a reply
 * @result: to be filled in
 * @stage: how far the call got
 */
void kipc_result_init_failed(struct kipc_result *result, unsigned int stage)
{
	result->code = 0;
	result->stage = stage;
	clear(result);
}

static void init_small(struct kipc_result *result, const struct kipc_call *call)
{
	memcpy(result->small, call->small, call->reply_size);
	result->data = result->small;
	result->size = call->reply_size;
}

static void init_attachments(struct kipc_result *result,
			     const unsigned char *payload, size_t count)
{
	result->attachments = kipc_attached_list(payload, result->size);
	result->attachment_count = count;
	memset(result->taken, 0, sizeof(result->taken));
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
	const unsigned char *payload;

	result->code = (int)call->reply_code;
	result->stage = call->stage;
	clear(result);
	if (!call->reply_size && !call->reply_attachment_count)
		return;
	if (call->reply_flags & KIPC_MSG_SMALL) {
		init_small(result, call);
		return;
	}
	payload = endpoint->pool + call->reply_offset;
	result->endpoint = endpoint;
	result->slice = call->reply_offset;
	result->size = call->reply_size;
	if (result->size)
		result->data = payload;
	if (call->reply_attachment_count)
		init_attachments(result, payload,
				 call->reply_attachment_count);
}

static struct kipc_attached attached(struct kipc_result *result)
{
	return (struct kipc_attached) {
		.list = result->attachments,
		.count = result->attachment_count,
		.taken = result->taken,
	};
}

static void discard_attachments(struct kipc_result *result)
{
	const struct kipc_attached list = attached(result);

	kipc_attached_discard(result->endpoint, &list);
}

void kipc_result_release(struct kipc_result *result)
{
	struct kipc *endpoint = result->endpoint;
	struct kipc_slice slice;

	if (endpoint && !kipc_endpoint_check(endpoint)) {
		if (result->attachment_count)
			discard_attachments(result);
		slice = kipc_slice_of_reply(result->slice, result->size,
					    result->attachment_count);
		kipc_slice_release(endpoint, &slice);
	}
	clear(result);
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

int kipc_result_take_chunk(struct kipc_result *result, size_t index,
			   struct kipc_chunks *chunks, struct kipc_chunk *chunk)
{
	uint32_t number;
	int ret;

	if (index >= result->attachment_count)
		return -EINVAL;
	ret = kipc_chunk_take(chunks, &result->attachments[index], chunk);
	return ret ? ret : take(result, index, KIPC_ATTACH_CHUNK, &number);
}
