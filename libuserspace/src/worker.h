/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A worker: one thread's way of receiving messages, handling them and answering
 * them, for kipc_serve() and the dispatch functions. It lies on the thread's
 * stack.
 *
 * kipc_worker_next() makes the reply that the last message left behind, gives
 * back that message's slice, and receives the next message, all in one system
 * call. kipc_worker_finish() makes the last reply.
 */
#ifndef KIPC_SRC_WORKER_H
#define KIPC_SRC_WORKER_H

#include <stddef.h>

#include <kipc.h>

#include "request.h"
#include "slice.h"

/**
 * struct kipc_worker - a worker
 * @endpoint: on which it works
 * @command: the system call; between two of them it holds the message that was
 *	received, and the reply to be made
 * @slice: of the last message, to be freed; size 0 if there is none
 * @buffer: for late replies, aligned for whatever is built in it
 */
struct kipc_worker {
	struct kipc *endpoint;
	struct kipc_reply_recv command;
	struct kipc_slice slice;
	union {
		max_align_t align;
		unsigned char bytes[REQUEST_BUFFER];
	} buffer;
};

void kipc_worker_init(struct kipc_worker *worker, struct kipc *endpoint);
int kipc_worker_next(struct kipc_worker *worker, uint32_t flags,
		     uint64_t deadline);
void kipc_worker_handle(struct kipc_worker *worker);
void kipc_worker_finish(struct kipc_worker *worker);

#endif /* KIPC_SRC_WORKER_H */
