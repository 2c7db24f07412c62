// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "endpoint.h"
#include "nested.h"
#include "worker.h"

/**
 * kipc_nested_serve() - serve a call that came while the thread waits in one
 * @endpoint: that waits
 * @message: what came
 *
 * When this returns the call is answered, or put off by its handler.
 */
void kipc_nested_serve(struct kipc *endpoint,
		       const struct kipc_message *message)
{
	struct kipc_worker worker;

	/* The handler cannot close what the thread still waits in */
	kipc_endpoint_enter(endpoint);
	kipc_worker_init(&worker, endpoint);
	worker.command.recv.message = *message;
	kipc_worker_handle(&worker);
	kipc_worker_finish(&worker);
	kipc_endpoint_leave(endpoint);
}
