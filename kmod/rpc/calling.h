/* SPDX-License-Identifier: GPL-2.0-only */
/* Making calls: preparing the request and queueing it. Waiting is in awaiting.h. */
#ifndef KIPC_RPC_CALLING_H
#define KIPC_RPC_CALLING_H

#include <linux/kipc.h>

#include "rpc/awaiting.h"

int kipc_call(struct kipc_endpoint *endpoint, struct kipc_call *args,
	      struct kipc_slice *to_free, struct kipc_awaited *awaited);

#endif /* KIPC_RPC_CALLING_H */
