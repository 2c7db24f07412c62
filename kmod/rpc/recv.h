/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receiving, in two steps: kipc_recv() takes an entry in hand and describes it;
 * once the description was copied to the user, or could not be,
 * kipc_recv_finish() makes it final or puts the entry back.
 */
#ifndef KIPC_RPC_RECV_H
#define KIPC_RPC_RECV_H

#include <linux/types.h>

struct kipc_endpoint;
struct kipc_entry;
struct kipc_recv;
struct kipc_request;

/**
 * struct kipc_hand - what a receiver has in hand
 * @entry: the entry; NULL if there is none
 * @request: the request that it is; NULL if it is a notice
 */
struct kipc_hand {
	struct kipc_entry *entry;
	struct kipc_request *request;
};

int kipc_recv(struct kipc_endpoint *endpoint, struct kipc_recv *args,
	      bool nonblock, struct kipc_hand *hand);
void kipc_recv_finish(struct kipc_endpoint *endpoint,
		      const struct kipc_recv *args, struct kipc_hand *hand,
		      bool delivered);

#endif /* KIPC_RPC_RECV_H */
