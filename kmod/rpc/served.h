/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server's side of calls: taking them, and answering them.
 *
 * A call that was taken is in its endpoint's tree of served calls, by token,
 * until it is answered, or its caller is found to be gone, or the endpoint ends.
 * Tokens are never used twice, so an old one finds nothing.
 */
#ifndef KIPC_RPC_SERVED_H
#define KIPC_RPC_SERVED_H

#include <linux/types.h>

struct kipc_content;
struct kipc_endpoint;
struct kipc_request_ops;
struct kipc_slice;

extern const struct kipc_request_ops kipc_served_ops;

int kipc_reply(struct kipc_endpoint *endpoint, u64 token,
	       const struct kipc_content *content, struct kipc_slice *to_free);
void kipc_served_end(struct kipc_endpoint *endpoint);

#endif /* KIPC_RPC_SERVED_H */
