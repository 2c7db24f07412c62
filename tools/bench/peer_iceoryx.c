// SPDX-License-Identifier: GPL-2.0-only
/* Stands for foreign/peer_iceoryx.c where that is not linked in. */
#include "peer.h"

const struct peer_ops peer_iceoryx = {
	.name = "iceoryx",
	.program = "kipc-bench-iceoryx",
};
