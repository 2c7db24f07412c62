// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Handling messages in a loop of the user's own. */

#include "endpoint.h"
#include "worker.h"

#define DISPATCH_MAX	64

/*
 * If a kipc_serve() that is to stop runs beside, then what was received here
 * may have been the wake-up of one of its threads.
 */
static void pass_wake_up(struct kipc *endpoint)
{
	if (__atomic_load_n(&endpoint->stop, __ATOMIC_SEQ_CST))
		kipc_wake_one(endpoint);
}

static int next(struct kipc_worker *worker, uint64_t deadline)
{
	if (deadline == KIPC_NO_WAIT)
		return kipc_worker_next(worker, KIPC_NONBLOCK, KIPC_FOREVER);
	return kipc_worker_next(worker, 0, deadline);
}

static int dispatch(struct kipc *endpoint, uint64_t deadline, int max)
{
	struct kipc_worker worker;
	int count = 0;
	int ret;

	kipc_worker_init(&worker, endpoint);
	ret = next(&worker, deadline);
	while (!ret) {
		kipc_worker_handle(&worker);
		if (++count == max)
			break;
		ret = next(&worker, KIPC_NO_WAIT);
	}
	kipc_worker_finish(&worker);
	return count ? count : ret;
}

static int enter_and_dispatch(struct kipc *endpoint, uint64_t deadline,
			      int max)
{
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	kipc_endpoint_enter(endpoint);
	ret = dispatch(endpoint, deadline, max);
	pass_wake_up(endpoint);
	kipc_endpoint_leave(endpoint);
	return ret;
}

int kipc_dispatch_one(struct kipc *endpoint, uint64_t deadline)
{
	return enter_and_dispatch(endpoint, deadline, 1);
}

int kipc_dispatch(struct kipc *endpoint, uint64_t deadline)
{
	return enter_and_dispatch(endpoint, deadline, DISPATCH_MAX);
}
