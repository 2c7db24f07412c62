// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "current.h"
#include "endpoint.h"
#include "late.h"

__thread struct kipc_request *kipc_current;

struct kipc_request *kipc_request_current(void)
{
	if (!kipc_current)
		return NULL;
	switch (kipc_current->message->kind) {
	case KIPC_MSG_CALL:
	case KIPC_MSG_SEND:
	case KIPC_MSG_NOTIFY:
	case KIPC_MSG_NO_SENDERS:
		return kipc_current;
	default:
		/* A notice, in the callback of a watch */
		return NULL;
	}
}

/**
 * kipc_current_send_late() - make the late reply of the current request, if any
 */
void kipc_current_send_late(void)
{
	struct kipc_request *request = kipc_current;
	struct kipc_slice none = { .size = 0 };

	if (!request->late || !request->late->token)
		return;
	/* A child does not answer for its parent */
	if (kipc_endpoint_check(request->endpoint))
		return;
	kipc_late_send(request->endpoint, request->late, &none);
}
