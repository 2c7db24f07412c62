/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * An endpoint: one open of the device, its pool, and what the library keeps for
 * it.
 *
 * Lifetime: from kipc_open() to kipc_close(). Nodes and watches belong to the
 * endpoint and end with it at the latest. Whatever runs or waits inside it
 * (kipc_serve(), a dispatch, a deferred request) is a user, and while there is
 * one kipc_close() refuses.
 *
 * Fork: @owner points to a page that the kernel clears in a child. Every entry
 * into the library looks there first, which costs a load instead of getpid().
 *
 * Locking: @lock is the only lock. It is held for a few instructions at a time,
 * never during system calls and never while handlers or callbacks run.
 */
#ifndef KIPC_SRC_ENDPOINT_H
#define KIPC_SRC_ENDPOINT_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include <kipc.h>

#include "cancel.h"
#include "slice.h"
#include "target.h"
#include "wake.h"

struct kipc_serving;

/**
 * struct kipc - an endpoint
 * @fd: the device; constant
 * @owner: 1 in the process that opened it, 0 in its children
 * @pool: what the kernel writes received messages to; NULL if there is none
 * @pool_size: its bytes
 * @lock: protects what follows
 * @changed: a target has an activation less, a callback of a request returned, or
 *	a thread that serves came or went
 * @targets: nodes and watches, by cookie
 * @has_nodes: it has, or had, nodes, so nested calls can come to it; atomic
 * @slices: released, and not yet freed
 * @cancels: requests that learn that their callers left
 * @users: what keeps it from being closed
 * @serving: of the kipc_serve() that runs; NULL if none does
 * @stop: kipc_serve() is to return; atomic rather than locked, because signal
 *	handlers set it
 * @wake: how to wake a thread that waits for messages
 */
struct kipc {
	int fd;
	const unsigned char *owner;
	const unsigned char *pool;
	size_t pool_size;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct kipc_targets targets;
	bool has_nodes;
	struct kipc_slices slices;
	struct kipc_cancels cancels;
	unsigned int users;
	struct kipc_serving *serving;
	bool stop;
	struct kipc_wake wake;
};

/* Every entry into the library begins with this: 0, or -ECHILD after a fork */
static inline int kipc_endpoint_check(const struct kipc *endpoint)
{
	return __atomic_load_n(endpoint->owner, __ATOMIC_RELAXED) ? 0 : -ECHILD;
}

int kipc_device_open(const char *device);
int kipc_device_command(struct kipc *endpoint, unsigned long command,
			void *argument);
void kipc_endpoint_enter(struct kipc *endpoint);
void kipc_endpoint_leave(struct kipc *endpoint);

#endif /* KIPC_SRC_ENDPOINT_H */
