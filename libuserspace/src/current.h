/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The request that a thread serves. Requests can be nested: a handler may
 * dispatch, or wait in a call and meanwhile serve another one. The innermost is
 * the current one; each delivery puts the outer one back when it ends.
 *
 * It is what makes chains of calls without the user's doing: a call that a
 * handler makes is made for the call that it serves.
 *
 * It is the library's only state that belongs to no endpoint: one pointer per
 * thread.
 */
#ifndef KIPC_SRC_CURRENT_H
#define KIPC_SRC_CURRENT_H

#include <kipc.h>

#include "request.h"

/*
 * Without the model a library that is loaded early would pay for one that is
 * loaded late: a function call for each look.
 */
extern __thread struct kipc_request *kipc_current
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/**
 * kipc_current_set() - say which request the thread serves
 * @request: the request; NULL for none
 *
 * Return: the one before, to be put back.
 */
static inline struct kipc_request *
kipc_current_set(struct kipc_request *request)
{
	struct kipc_request *outer = kipc_current;

	kipc_current = request;
	return outer;
}

/**
 * kipc_current_parent() - for which call a call is made
 * @endpoint: the endpoint that calls
 *
 * Return: the token of the call that the thread serves; 0 if it serves none of
 * this endpoint's, or it is answered already.
 */
static inline uint64_t kipc_current_parent(const struct kipc *endpoint)
{
	const struct kipc_request *request = kipc_current;

	if (!request || request->endpoint != endpoint ||
	    !kipc_request_is_open_call(request))
		return 0;
	return request->message->token;
}

void kipc_current_send_late(void);

/**
 * kipc_current_wait() - the thread is going to wait
 *
 * A late reply of the request that it serves would wait with it, so it is made
 * now.
 */
static inline void kipc_current_wait(void)
{
	if (kipc_current)
		kipc_current_send_late();
}

#endif /* KIPC_SRC_CURRENT_H */
