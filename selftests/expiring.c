// SPDX-License-Identifier: GPL-2.0-only
/* Calls whose deadlines pass while a server has them. */
#include "expiring.h"

/* In the last attempt the deadline is farther away than that. */
#define LAST		(10 * SECOND)

/* That much time was not enough: how much the next attempt has. */
__u64 expiring_more(__u64 time)
{
	check(time < LAST);
	return 3 * time;
}

/*
 * Waits for a call that was begun, with a deadline. Returns whether the server has
 * received it; if not, the deadline has passed, and the caller was joined.
 */
bool expiring_received(struct caller *caller, struct endpoint *server,
		       struct kipc_message *message)
{
	__u64 deadline = caller->call.deadline;
	int ret = recv_flags(server, 0, deadline, message);

	if (!ret) {
		check(message->kind == KIPC_MSG_CALL && message->token);
		message_free(server, message);
		return true;
	}
	check(ret == -ETIMEDOUT);
	check(caller_join(caller) == -ETIMEDOUT);
	check(caller->call.stage == KIPC_STAGE_WITHDRAWN);
	check(now() >= deadline);
	return false;
}

/*
 * Makes the call that stands in @caller, with a deadline that passes once the server
 * has received it. Returns its token.
 */
__u64 expiring_call(struct caller *caller, struct endpoint *server)
{
	__u64 time = EXPIRING_FIRST;
	struct kipc_message message;

	for (;; time = expiring_more(time)) {
		caller->call.deadline = after(time);
		caller_run(caller);
		if (expiring_received(caller, server, &message))
			return message.token;
	}
}
