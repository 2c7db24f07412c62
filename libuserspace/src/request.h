/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A request: a message as its handler sees it. Its payload is in the pool, or, if
 * it is small, in the message itself; that costs less, so nodes always ask for it.
 *
 * Lifetime: it lies on the stack of the worker (see worker.h) that received it,
 * and ends with the handler. kipc_request_defer() moves what it holds (the
 * pool's slice, the attachments, the duty to answer) to a request on the heap,
 * which lives until kipc_request_free().
 *
 * Replies: a small one without attachments is "late". It is only noted down in
 * the worker's next KIPC_REPLY_RECV, so that it shares a system call with the
 * receipt of the next message (see late.h). Its payload must last until then: it
 * stays where it is if it is part of the request's own payload or of the request's
 * buffer, else it is copied into the buffer. Larger replies, and those of deferred
 * requests, are made at once.
 *
 * Locking: none; a request is for one thread at a time.
 */
#ifndef KIPC_SRC_REQUEST_H
#define KIPC_SRC_REQUEST_H

#include <stdbool.h>

#include <kipc.h>

#include "attachment.h"
#include "cancel.h"

#define REQUEST_BUFFER	4096

/**
 * enum request_state - what became of a request
 * @REQUEST_OPEN: nothing yet
 * @REQUEST_ANSWERED: the reply is made, or noted down, or the caller is gone
 * @REQUEST_DEFERRED: another request took its place
 */
enum request_state {
	REQUEST_OPEN,
	REQUEST_ANSWERED,
	REQUEST_DEFERRED,
};

/**
 * struct kipc_request - a message for a handler
 * @endpoint: that received it
 * @message: what the kernel says
 * @late: where a late reply is noted down; NULL if the request is deferred
 * @buffer: REQUEST_BUFFER bytes for replies; NULL if not allocated yet
 * @state: what became of it
 * @cancel: how it learns that its caller left
 * @taken: bitmap of attachments that are the user's own now
 */
struct kipc_request {
	struct kipc *endpoint;
	const struct kipc_message *message;
	struct kipc_reply *late;
	unsigned char *buffer;
	enum request_state state;
	struct kipc_cancel cancel;
	uint64_t taken[TAKEN_WORDS];
};

static inline bool kipc_request_is_call(const struct kipc_request *request)
{
	return request->message->kind == KIPC_MSG_CALL;
}

/* A call that is still to be answered by this request */
static inline bool
kipc_request_is_open_call(const struct kipc_request *request)
{
	return kipc_request_is_call(request) && request->state == REQUEST_OPEN;
}

void kipc_request_init(struct kipc_request *request, struct kipc *endpoint,
		       const struct kipc_message *message,
		       struct kipc_reply *late, unsigned char *buffer);
bool kipc_request_end(struct kipc_request *request, int code);
struct kipc_attached kipc_request_attached(struct kipc_request *request);

#endif /* KIPC_SRC_REQUEST_H */
