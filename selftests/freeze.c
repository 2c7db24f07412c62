// SPDX-License-Identifier: GPL-2.0-only
/* Freezing endpoints, and being told of it, as the tests do it. */
#include "freeze.h"

/* The number by which a controller knows the endpoint */
__u64 number_of(struct endpoint *endpoint)
{
	struct kipc_info info = { 0 };

	must(kipc(endpoint->fd, KIPC_INFO, &info));
	return info.endpoint;
}

/* Asks, freezes or thaws; @freeze gets the answer. */
int freeze_act(struct endpoint *by, __u64 number, __u32 action,
	       struct kipc_freeze *freeze)
{
	memset(freeze, 0, sizeof(*freeze));
	freeze->action = action;
	freeze->endpoint = number;
	return kipc(by->fd, KIPC_FREEZE, freeze);
}

void freeze(struct endpoint *by, struct endpoint *endpoint)
{
	struct kipc_freeze answer;

	must(freeze_act(by, number_of(endpoint), KIPC_FREEZE_ON, &answer));
	check(answer.frozen == 1);
}

void thaw(struct endpoint *by, struct endpoint *endpoint)
{
	struct kipc_freeze answer;

	must(freeze_act(by, number_of(endpoint), KIPC_FREEZE_OFF, &answer));
	check(answer.frozen == 0);
}

void freeze_query(struct endpoint *by, struct endpoint *endpoint,
		  struct kipc_freeze *freeze)
{
	must(freeze_act(by, number_of(endpoint), KIPC_FREEZE_QUERY, freeze));
}

/* Waits until so many calls and one-way messages wait for the endpoint. */
void freeze_wait_queued(struct endpoint *by, struct endpoint *endpoint,
			__u32 count)
{
	__u64 end = after(20 * SECOND);
	struct kipc_freeze answer;

	for (;;) {
		freeze_query(by, endpoint, &answer);
		if (answer.queued == count)
			return;
		check(now() < end);
		pause_ms(1);
	}
}

int freeze_watch(struct endpoint *endpoint, __u32 handle, __u64 cookie)
{
	struct kipc_freeze_watch arg = { .handle = handle, .cookie = cookie };

	return kipc(endpoint->fd, KIPC_FREEZE_WATCH, &arg);
}

int freeze_unwatch(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_freeze_watch arg = { .cookie = cookie };

	return kipc(endpoint->fd, KIPC_FREEZE_UNWATCH, &arg);
}

/* An empty call that waits until the other side is thawed. */
int call_waiting(struct endpoint *endpoint, __u32 handle, __u64 deadline,
		 __u32 *stage)
{
	struct kipc_call call = {
		.handle = handle,
		.flags = KIPC_WAIT,
		.deadline = deadline,
	};
	int ret = kipc(endpoint->fd, KIPC_CALL, &call);

	*stage = call.stage;
	return ret;
}

/* Starts a thread that makes such a call. */
void caller_start_waiting(struct caller *caller, struct endpoint *endpoint,
			  __u32 handle)
{
	memset(&caller->call, 0, sizeof(caller->call));
	caller->endpoint = endpoint;
	caller->call.handle = handle;
	caller->call.flags = KIPC_WAIT;
	caller_run(caller);
}
