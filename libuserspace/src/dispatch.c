// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Handling messages in a loop of the user's own. */

#include "current.h"
#include "endpoint.h"
#include "sys.h"
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

static int begin(struct kipc *endpoint)
{
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	kipc_current_wait();
	kipc_endpoint_enter(endpoint);
	return 0;
}

static void end(struct kipc *endpoint)
{
	pass_wake_up(endpoint);
	kipc_endpoint_leave(endpoint);
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

	ret = begin(endpoint);
	if (ret)
		return ret;
	kipc_worker_init(&worker, endpoint);
	ret = next(&worker, deadline);
	while (!ret) {
		kipc_worker_handle(&worker);
		if (++count == max)
			break;
		ret = next(&worker, KIPC_NO_WAIT);
	}
	kipc_worker_finish(&worker);
	end(endpoint);
	return count ? count : ret;
}

int kipc_dispatch_one(struct kipc *endpoint, uint64_t deadline)
{
	return dispatch(endpoint, deadline, 1);
}

int kipc_dispatch(struct kipc *endpoint, uint64_t deadline)
{
	return dispatch(endpoint, deadline, DISPATCH_MAX);
}

static int receive_batch(struct kipc *endpoint, struct kipc_message *messages,
			 uint64_t deadline)
{
	struct kipc_recv_batch command = {
		.count = DISPATCH_MAX,
		.messages = (uintptr_t)messages,
		.deadline = deadline,
	};
	int ret;

	if (deadline == KIPC_NO_WAIT) {
		command.flags = KIPC_NONBLOCK;
		command.deadline = KIPC_FOREVER;
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_RECV_BATCH, &command);
	return ret < 0 ? ret : (int)command.received;
}

/*
 * A call comes alone, so there is one answer at most, at the end, and what the call
 * held goes along with it.
 */
static void handle_batch(struct kipc *endpoint,
			 const struct kipc_message *messages, int count)
{
	struct kipc_slice slices[DISPATCH_MAX];
	struct kipc_worker worker;
	unsigned int held = 0;

	kipc_worker_init(&worker, endpoint);
	for (int i = 0; i < count; i++) {
		worker.command.recv.message = messages[i];
		kipc_worker_handle(&worker);
		if (count > 1) {
			slices[held++] = worker.slice;
			worker.slice.size = 0;
		}
	}
	kipc_worker_finish(&worker);
	kipc_slices_free(endpoint, slices, held);
}

int kipc_dispatch_batch(struct kipc *endpoint, uint64_t deadline)
{
	struct kipc_message messages[DISPATCH_MAX];
	int ret;

	ret = begin(endpoint);
	if (ret)
		return ret;
	ret = receive_batch(endpoint, messages, deadline);
	if (ret > 0)
		handle_batch(endpoint, messages, ret);
	end(endpoint);
	return ret;
}
