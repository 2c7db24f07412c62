/* SPDX-License-Identifier: GPL-2.0-only */
/* What benchmarks of kipc alone may know of kipc as a peer. */
#ifndef BENCH_PEER_KIPC_H
#define BENCH_PEER_KIPC_H

#include "kipc_device.h"
#include "peer.h"

/**
 * struct kipc_peer - kipc in use; each process has its own endpoint
 * @fd: endpoint
 * @pool: its pool
 * @call: in the client, the call as it is issued; in @call.handle, the server
 */
struct kipc_peer {
	int fd;
	char *pool;
	struct kipc_call call;
};

#endif /* BENCH_PEER_KIPC_H */
