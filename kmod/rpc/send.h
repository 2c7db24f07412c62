/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-way messages: requests that nobody waits for. Their references: one of
 * being queued, one while in a receiver's hand, one of the slice once delivered.
 *
 * A one-way message always has a slice, even if it carries nothing, because freeing
 * the slice is how its receiver says that it is done with it (see stream.h).
 */
#ifndef KIPC_RPC_SEND_H
#define KIPC_RPC_SEND_H

#include "rpc/request.h"

struct kipc_endpoint;
struct kipc_send;
struct kipc_slice;

/**
 * struct kipc_one_way - a one-way message
 * @request: what it is
 * @posted: it is its node's turn (target's queue lock)
 * @is_update: it can replace another one, and be replaced (constant)
 * @from: number of the endpoint that sent it (constant)
 * @update: in its node's tree while it can be replaced (target's queue lock)
 */
struct kipc_one_way {
	struct kipc_request request;
	bool posted;
	bool is_update;
	u64 from;
	struct rb_node update;
};

int kipc_send(struct kipc_endpoint *endpoint, const struct kipc_send *args,
	      struct kipc_slice *to_free, u32 *sent);

int kipc_send_cache_init(void);
void kipc_send_cache_exit(void);

#endif /* KIPC_RPC_SEND_H */
