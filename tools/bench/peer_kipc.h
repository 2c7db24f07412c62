/* SPDX-License-Identifier: GPL-2.0-only */
/* What benchmarks of kipc alone may know of kipc as a peer. */
#ifndef BENCH_PEER_KIPC_H
#define BENCH_PEER_KIPC_H

#include "kipc_device.h"
#include "peer.h"

/* Most one-way messages that are received at once */
#define KIPC_PEER_BATCH	16

/**
 * struct kipc_peer - kipc in use; each process has its own endpoint
 * @fd: endpoint
 * @pool: its pool
 * @call: in the client, the call as it is issued; in @call.handle, the server
 * @messages: in the server of one-way messages, those received last
 * @received: how many these are
 * @taken: how many of them were looked at
 */
struct kipc_peer {
	int fd;
	char *pool;
	struct kipc_call call;
	struct kipc_message messages[KIPC_PEER_BATCH];
	__u32 received;
	__u32 taken;
};

#endif /* BENCH_PEER_KIPC_H */
