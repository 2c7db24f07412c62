/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: a peer with its server running in a process of its own.
 *
 * The server is killed when the session stops. If it ends before that, the
 * whole program ends, because the client would wait for ever.
 */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stddef.h>
#include <sys/types.h>

#include "peer.h"

struct session {
	struct peer peer;
	pid_t server;
};

/*
 * Start a system for payloads of @size bytes.
 * Returns 0, or -1 with errno set if the system is not to be had here.
 */
int session_start(struct session *session, const struct peer_ops *ops,
		  size_t size);

void session_stop(struct session *session);

#endif /* BENCH_SESSION_H */
