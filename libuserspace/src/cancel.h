/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Callers that leave. A node that asks for it (KIPC_NODE_CANCELED) gets a notice
 * when the caller of a call that it serves has left; here it finds its way to the
 * request, by the call's token.
 *
 * Lifetime: an entry is part of its request. It is listed while the handler runs,
 * and on from there as part of a deferred request until that is freed. A callback
 * that runs in another thread is waited for before the entry goes. A callback
 * that frees its own deferred request leaves a note in its run, which lies on the
 * stack of the thread that called it.
 *
 * The notice can overtake its call, if another thread receives it:
 *
 *	thread 1			thread 2
 *	receives the call
 *					receives the notice
 *					not listed: notes it down as early
 *	lists it: is among the early,
 *	so it is told
 *
 * But it is also not listed if thread 1 has answered in between, and then the
 * note is for nobody. Nothing tells these from the others, so only the last
 * EARLY_MAX are kept. One that is meant is as old as a thread takes from the end
 * of its system call to the beginning of the handler; and it takes a race for each
 * of the others.
 *
 * The endpoint's lock protects all but @is_told, which is atomic.
 */
#ifndef KIPC_SRC_CANCEL_H
#define KIPC_SRC_CANCEL_H

#include <pthread.h>
#include <stdbool.h>

#include <kipc.h>

#define CANCEL_BUCKETS	32
#define EARLY_MAX	64

/**
 * struct kipc_cancel_run - a callback that runs
 * @thread: where
 * @is_gone: it ended the entry
 */
struct kipc_cancel_run {
	pthread_t thread;
	bool is_gone;
};

/**
 * struct kipc_cancel - the entry of a request
 * @next: in its bucket
 * @request: of which it is
 * @is_listed: it can be found by its token
 * @is_told: the caller has left
 * @callback: the user's; NULL if there is none
 * @userdata: the user's
 * @run: of the callback; NULL if it does not run
 *
 * Only the flags have a value while it is not listed.
 */
struct kipc_cancel {
	struct kipc_cancel *next;
	struct kipc_request *request;
	bool is_listed;
	bool is_told;
	kipc_cancel_callback callback;
	void *userdata;
	struct kipc_cancel_run *run;
};

/**
 * struct kipc_cancels - the entries of an endpoint
 * @buckets: the listed ones
 * @early: tokens of notices for what is not listed; 0 where there is none
 * @early_count: how many
 * @oldest: which of them was noted down first
 */
struct kipc_cancels {
	struct kipc_cancel *buckets[CANCEL_BUCKETS];
	uint64_t early[EARLY_MAX];
	unsigned int early_count;
	unsigned int oldest;
};

void kipc_cancel_begin(struct kipc_request *request);
void kipc_cancel_move(struct kipc_request *from, struct kipc_request *to);
void kipc_cancel_end(struct kipc_request *request);
void kipc_cancel_tell(struct kipc *endpoint, uint64_t token);

/* The caller has left, as a reply found out */
static inline void kipc_cancel_note(struct kipc_cancel *cancel)
{
	__atomic_store_n(&cancel->is_told, true, __ATOMIC_RELEASE);
}

#endif /* KIPC_SRC_CANCEL_H */
