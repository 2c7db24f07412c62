/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * How to wake a thread of one's own that waits for messages.
 *
 * Nothing but a message ends the wait (a signal would need a handler, which is
 * the program's business). So an endpoint that serves has a node that nobody can
 * look up, and notifies it, which wakes one thread. The notice itself is of no
 * interest.
 *
 * Lifetime: made by the endpoint's first kipc_serve(), and there until the
 * endpoint is closed. Armed while a kipc_serve() runs.
 *
 * Locking: kipc_wake_arm() is for one thread at a time. @armed is atomic: who
 * sees it set sees the rest, too.
 */
#ifndef KIPC_SRC_WAKE_H
#define KIPC_SRC_WAKE_H

#include <stdbool.h>
#include <stdint.h>

struct kipc;

/**
 * struct kipc_wake - how to wake a thread
 * @armed: kipc_wake_one() can be used
 * @node: what is notified; 0 before kipc_wake_arm()
 */
struct kipc_wake {
	bool armed;
	uint32_t node;
};

int kipc_wake_arm(struct kipc *endpoint);
void kipc_wake_disarm(struct kipc *endpoint);
int kipc_wake_one(struct kipc *endpoint);

#endif /* KIPC_SRC_WAKE_H */
