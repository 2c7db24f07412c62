/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The reply to a call, as the user gets it. It holds a slice of the pool if
 * @endpoint is set. A small payload comes in the struct of the call, which costs
 * less, and is kept in the result.
 */
#ifndef KIPC_SRC_RESULT_H
#define KIPC_SRC_RESULT_H

#include <kipc.h>

void kipc_result_init_failed(struct kipc_result *result, unsigned int stage);
void kipc_result_init(struct kipc_result *result, struct kipc *endpoint,
		      const struct kipc_call *call);

#endif /* KIPC_SRC_RESULT_H */
