/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: a peer with its server running in a process of its own.
 *
 * The server is killed when the session stops. If it ends before that, the
 * whole program ends, because the client would wait for ever.
 */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "peer.h"
#include "policy.h"

struct session {
	struct peer peer;
	pid_t server;
	bool apart;
};

/**
 * struct session_options - how a session is to be
 * @ops: which system
 * @size: size of the payloads in bytes
 * @window: as in struct peer; 0 means 1
 * @policy: how both processes are scheduled
 * @apart: the client keeps to CPU 0 and the server to CPU 1, each with all of
 *	its threads
 * @serve: what the server does for ever, if not @ops->serve
 * @context: for @serve
 */
struct session_options {
	const struct peer_ops *ops;
	size_t size;
	unsigned int window;
	enum policy policy;
	bool apart;
	void (*serve)(struct peer *peer, void *context);
	void *context;
};

/*
 * Start a system.
 * Returns 0, or -1 with errno set if the system is not to be had here.
 */
int session_start(struct session *session,
		  const struct session_options *options);

void session_stop(struct session *session);

#endif /* BENCH_SESSION_H */
