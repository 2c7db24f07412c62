/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * How to wake a thread of one's own that waits for messages.
 *
 * Nothing but a message ends the wait (a signal would need a handler, which is
 * the program's business), and an endpoint cannot send itself one. But it can
 * watch names and publish some. So an endpoint that serves has a node that
 * nobody can look up, and watches a prefix that nobody else uses; to publish the
 * node for a moment under a name there, each time a new one that cannot be
 * guessed, makes the kernel post a notice, which wakes one thread. The notice
 * itself is of no interest.
 *
 * Lifetime: made by the endpoint's first kipc_serve(), and there until the
 * endpoint is closed. Armed while a kipc_serve() runs.
 *
 * Locking: kipc_wake_init() is for one thread at a time. @armed is atomic: who
 * sees it set sees the rest, too.
 */
#ifndef KIPC_SRC_WAKE_H
#define KIPC_SRC_WAKE_H

#include <stdbool.h>
#include <stdint.h>

struct kipc;

/* "libkipc.wake." and a random number of 128 bits */
#define WAKE_PREFIX_SIZE	(13 + 32)

/**
 * struct kipc_wake - how to wake a thread
 * @armed: kipc_wake_one() can be used
 * @node: what is published; 0 before kipc_wake_init()
 * @prefix: what is watched, terminated
 */
struct kipc_wake {
	bool armed;
	uint32_t node;
	char prefix[WAKE_PREFIX_SIZE + 1];
};

int kipc_wake_arm(struct kipc *endpoint);
void kipc_wake_disarm(struct kipc *endpoint);
int kipc_wake_one(struct kipc *endpoint);

#endif /* KIPC_SRC_WAKE_H */
