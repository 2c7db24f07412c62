// SPDX-License-Identifier: GPL-2.0-only
/* Stands for foreign/peer_zmq.c where that is not linked in. */
#include "peer.h"

const struct peer_ops peer_zmq = {
	.name = "zmq",
	.program = "kipc-bench-zmq",
};
