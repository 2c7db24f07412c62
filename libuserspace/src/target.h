/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A target is what a received message is for: a node, a watch, or the library's
 * own wake-up. The kernel knows it by its cookie, which is never used twice:
 * a number in the upper half, the place in the endpoint's table in the lower.
 *
 * Lifetime: the owner makes it with kipc_target_add() and ends it with
 * kipc_target_retire(), after it made the kernel send no more messages for it.
 * A message can still be on its way then, in a thread that received it and did
 * not look at it yet. So each delivery begins by looking the cookie up, and
 * while a delivery runs (an "activation", which lives on the stack of its
 * thread) the target is not freed:
 *
 *	thread 1			thread 2
 *	receives a message
 *					kipc_target_retire():
 *					takes it off the table
 *	looks it up: not there,
 *	so nothing is delivered
 *
 *	receives a message
 *	looks it up, activates it
 *					kipc_target_retire():
 *					takes it off the table, waits
 *	delivers, deactivates it
 *					frees it
 *
 * A thread that retires a target in an activation of that target does not wait
 * for itself: the last of its own activations frees it.
 *
 * The endpoint's lock protects the table and the members of targets.
 */
#ifndef KIPC_SRC_TARGET_H
#define KIPC_SRC_TARGET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct kipc;
struct kipc_request;
struct kipc_target;

/**
 * struct kipc_target_ops - what differs between kinds of targets
 * @deliver: hand over a message; returns the code of a reply if none was made.
 *	Called without locks.
 * @free: free the memory
 */
struct kipc_target_ops {
	int (*deliver)(struct kipc_target *target,
		       struct kipc_request *request);
	void (*free)(struct kipc_target *target);
};

/**
 * struct kipc_activation - a thread is in a target
 * @thread: which
 * @next: another one, or NULL
 */
struct kipc_activation {
	pthread_t thread;
	struct kipc_activation *next;
};

/**
 * struct kipc_target - what messages are for
 * @ops: constant
 * @endpoint: to which it belongs; constant
 * @cookie: constant
 * @running: the activations
 * @retired: nothing more is to be delivered
 * @orphaned: its last activation frees it
 */
struct kipc_target {
	const struct kipc_target_ops *ops;
	struct kipc *endpoint;
	uint64_t cookie;
	struct kipc_activation *running;
	bool retired;
	bool orphaned;
};

/**
 * struct kipc_targets - the table of an endpoint
 * @slots: targets, and NULL where there is none
 * @size: how many slots
 * @free: no slot below this one is free
 * @serial: of the last target that was added
 */
struct kipc_targets {
	struct kipc_target **slots;
	uint32_t size;
	uint32_t free;
	uint32_t serial;
};

int kipc_target_add(struct kipc *endpoint, struct kipc_target *target,
		    const struct kipc_target_ops *ops);
void kipc_target_retire(struct kipc_target *target);
bool kipc_target_is_retired(struct kipc_target *target);
struct kipc_target *kipc_target_find(struct kipc *endpoint, uint64_t cookie);

struct kipc_target *kipc_target_enter(struct kipc *endpoint, uint64_t cookie,
				      struct kipc_activation *activation);
void kipc_target_leave(struct kipc_target *target,
		       struct kipc_activation *activation);

void kipc_targets_free(struct kipc *endpoint);

#endif /* KIPC_SRC_TARGET_H */
