/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls whose deadlines pass while a server has them.
 *
 * Such a deadline must pass soon, but not before the server has received the call,
 * and how long that takes, nobody knows. So what comes too late is tried again with
 * more time: only a call that was withdrawn when its deadline had passed is.
 */
#ifndef EXPIRING_H
#define EXPIRING_H

#include "message.h"

/* How far away the deadline is in the first attempt */
#define EXPIRING_FIRST	(500 * MILLISECOND)

__u64 expiring_more(__u64 time);
bool expiring_received(struct caller *caller, struct endpoint *server,
		       struct kipc_message *message);
__u64 expiring_call(struct caller *caller, struct endpoint *server);

#endif /* EXPIRING_H */
