// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Calls: made, and waited in, also while nested ones come. */

#include "current.h"
#include "endpoint.h"
#include "nested.h"
#include "payload.h"
#include "result.h"
#include "sys.h"

/* Those that the kernel gets, and the library's own */
#define KERNEL_FLAGS	(KIPC_CLEAR | KIPC_WAIT | KIPC_CALL_OWN_DEADLINE | \
			 KIPC_CALL_NO_INHERIT)
#define CALL_FLAGS	(KERNEL_FLAGS | KIPC_CALL_NO_PARENT | \
			 KIPC_CALL_NO_NESTED)

static int issue(struct kipc *endpoint, struct kipc_call *call)
{
	struct kipc_slice slice;
	int ret;

	if (kipc_slice_take(endpoint, &slice)) {
		call->flags |= KIPC_FREE_SLICE;
		call->free = slice.offset;
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_CALL, call);
	if (call->flags & KIPC_FREE_SLICE) {
		kipc_slice_release(endpoint, &slice);
		call->flags &= ~KIPC_FREE_SLICE;
	}
	return ret;
}

/*
 * Make the call; the caller of this function filled in what to send. With the
 * stage NESTED comes the flag to resume it, so the same struct does.
 */
static int call_kernel(struct kipc *endpoint, struct kipc_call *call,
		       bool serves_nested)
{
	struct kipc_message nested;
	int ret;

	if (serves_nested &&
	    __atomic_load_n(&endpoint->has_nodes, __ATOMIC_RELAXED))
		call->message = (uintptr_t)&nested;
	ret = issue(endpoint, call);
	while (!ret && call->stage == KIPC_STAGE_NESTED) {
		kipc_nested_serve(endpoint, &nested);
		ret = issue(endpoint, call);
	}
	return ret;
}

static int call_for_code(struct kipc *endpoint, struct kipc_call *call,
			 bool serves_nested)
{
	struct kipc_result result;
	int ret = call_kernel(endpoint, call, serves_nested);

	if (ret < 0)
		return ret;
	kipc_result_init(&result, endpoint, call);
	ret = result.code;
	kipc_result_release(&result);
	return ret;
}

static int make_call(struct kipc *endpoint, struct kipc_call *call,
		     bool serves_nested, struct kipc_result *result)
{
	int ret;

	kipc_current_wait();
	if (!result)
		return call_for_code(endpoint, call, serves_nested);
	ret = call_kernel(endpoint, call, serves_nested);
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
		      uint64_t deadline, uint64_t parent)
{
	call->handle = handle;
	call->flags = KIPC_CALL_SMALL;
	call->code = code;
	call->deadline = deadline;
	call->free = 0;
	call->parent = parent;
	call->stage = KIPC_STAGE_NOT_QUEUED;
	call->message = 0;
	call->id = 0;
}

int kipc_call(struct kipc *endpoint, uint32_t handle, uint32_t code,
	      const void *data, size_t size, uint64_t deadline,
	      struct kipc_result *result)
{
	struct kipc_call call;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return refuse(result, ret);
	call_init(&call, handle, code, deadline, kipc_current_parent(endpoint));
	call.data = (uintptr_t)data;
	call.data_size = size;
	call.attachments = 0;
	call.attachment_count = 0;
	return make_call(endpoint, &call, true, result);
}

/* For which call is it made, and are the options in order? */
static int find_parent(const struct kipc *endpoint,
		       const struct kipc_call_options *options,
		       uint64_t *parent)
{
	const struct kipc_request *request = options->parent;

	*parent = 0;
	if (options->flags & ~CALL_FLAGS)
		return -EINVAL;
	if (options->flags & KIPC_CALL_NO_PARENT)
		return request ? -EINVAL : 0;
	if (!request) {
		*parent = kipc_current_parent(endpoint);
		return 0;
	}
	if (request->endpoint != endpoint ||
	    !kipc_request_is_open_call(request))
		return -EINVAL;
	*parent = request->message->token;
	return 0;
}

static int prepare(const struct kipc *endpoint,
		   const struct kipc_content *content,
		   const struct kipc_call_options *options,
		   struct kipc_payload *payload, uint64_t *parent)
{
	int ret = kipc_endpoint_check(endpoint);

	if (!ret)
		ret = find_parent(endpoint, options, parent);
	if (!ret)
		ret = kipc_payload_init(payload, content);
	return ret;
}

int kipc_call_with(struct kipc *endpoint, uint32_t handle, uint32_t code,
		   const struct kipc_content *content,
		   const struct kipc_call_options *options,
		   struct kipc_result *result)
{
	static const struct kipc_call_options defaults;
	struct kipc_payload payload;
	struct kipc_call call;
	uint64_t parent;
	int ret;

	if (!options)
		options = &defaults;
	ret = prepare(endpoint, content, options, &payload, &parent);
	if (ret)
		return refuse(result, ret);
	call_init(&call, handle, code, options->deadline, parent);
	call.flags |= (options->flags & KERNEL_FLAGS) | payload.flags;
	call.data = payload.data;
	call.data_size = payload.data_size;
	call.attachments = payload.attachments;
	call.attachment_count = payload.attachment_count;
	ret = make_call(endpoint, &call,
			!(options->flags & KIPC_CALL_NO_NESTED), result);
	kipc_payload_deinit(&payload);
	return ret;
}

int kipc_callv(struct kipc *endpoint, uint32_t handle, uint32_t code,
	       const struct kipc_content *content, uint64_t deadline,
	       struct kipc_result *result)
{
	const struct kipc_call_options options = { .deadline = deadline };

	return kipc_call_with(endpoint, handle, code, content, &options,
			      result);
}
