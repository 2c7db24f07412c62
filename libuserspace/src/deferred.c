// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Requests that outlive their handlers. */

#include <stdlib.h>

#include "endpoint.h"
#include "request.h"

/**
 * struct deferred - a request on the heap
 * @request: first, because it is what the user has
 * @message: what the kernel said
 */
struct deferred {
	struct kipc_request request;
	struct kipc_message message;
};

int kipc_request_defer(struct kipc_request *request,
		       struct kipc_request **result)
{
	struct deferred *deferred;
	int ret = kipc_endpoint_check(request->endpoint);

	if (ret)
		return ret;
	if (request->state != REQUEST_OPEN || !request->late)
		return -EALREADY;
	deferred = malloc(sizeof(*deferred));
	if (!deferred)
		return -ENOMEM;
	deferred->message = *request->message;
	deferred->request = *request;
	deferred->request.message = &deferred->message;
	deferred->request.late = NULL;
	deferred->request.buffer = NULL;
	request->state = REQUEST_DEFERRED;
	kipc_endpoint_enter(request->endpoint);
	*result = &deferred->request;
	return 0;
}

static void give_back(struct kipc_request *request)
{
	const struct kipc_message *message = request->message;
	struct kipc_attached attached = kipc_request_attached(request);
	size_t size = kipc_slice_size(message->size, attached.count);

	if (request->state == REQUEST_OPEN && message->token)
		kipc_request_reply(request, -ECANCELED, NULL, 0);
	kipc_attached_discard(request->endpoint, &attached);
	if (size)
		kipc_slice_release(request->endpoint, message->offset, size);
	kipc_endpoint_leave(request->endpoint);
}

void kipc_request_free(struct kipc_request *request)
{
	if (!request)
		return;
	if (!kipc_endpoint_check(request->endpoint))
		give_back(request);
	free(request->buffer);
	free(request);
}
