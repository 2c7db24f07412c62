// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Requests that outlive their handlers. */

#include <stdlib.h>
#include <string.h>

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
	kipc_request_init(&deferred->request, request->endpoint,
			  &deferred->message, NULL, NULL);
	if (request->message->attachment_count)
		memcpy(deferred->request.taken, request->taken,
		       sizeof(request->taken));
	kipc_cancel_move(request, &deferred->request);
	request->state = REQUEST_DEFERRED;
	kipc_endpoint_enter(request->endpoint);
	*result = &deferred->request;
	return 0;
}

static void give_back(struct kipc_request *request)
{
	const struct kipc_message *message = request->message;
	struct kipc_attached attached = kipc_request_attached(request);
	struct kipc_slice slice = kipc_slice_of_message(message);

	kipc_cancel_end(request);
	if (kipc_request_is_open_call(request))
		kipc_request_reply(request, -ECANCELED, NULL, 0);
	kipc_attached_discard(request->endpoint, &attached);
	kipc_slice_release(request->endpoint, &slice);
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
