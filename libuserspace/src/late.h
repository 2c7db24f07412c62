/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A late reply: one that its handler made, and that was only noted down (see
 * request.h). It sets off along with the receipt of the next message (see
 * worker.h), or by itself, if the thread is about to wait for something else or
 * receives no more.
 *
 * If it cannot be delivered (it does not fit into the caller's pool, say) its
 * handler cannot be told any more. But its caller can, with an empty reply; if
 * that fails as well, there is nobody left to tell.
 */
#ifndef KIPC_SRC_LATE_H
#define KIPC_SRC_LATE_H

#include <stdbool.h>

#include <kipc.h>

#include "slice.h"

void kipc_late_clear(struct kipc_reply *late);
void kipc_late_replace(struct kipc_reply *late, int error, bool give_up);
void kipc_late_send(struct kipc *endpoint, struct kipc_reply *late,
		    struct kipc_slice *slice);

#endif /* KIPC_SRC_LATE_H */
