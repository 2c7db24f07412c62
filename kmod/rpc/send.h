/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-way messages: requests that nobody waits for. Their references: one of
 * being queued, one while in a receiver's hand, one of the slice once delivered.
 */
#ifndef KIPC_RPC_SEND_H
#define KIPC_RPC_SEND_H

struct kipc_endpoint;
struct kipc_send;
struct kipc_slice;

int kipc_send(struct kipc_endpoint *endpoint, const struct kipc_send *args,
	      struct kipc_slice *to_free);

int kipc_send_cache_init(void);
void kipc_send_cache_exit(void);

#endif /* KIPC_RPC_SEND_H */
