// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>

#include "payload.h"
#include "peer.h"
#include "stream.h"

const struct peer_ops *const stream_peers[STREAM_PEERS + 1] = {
	&peer_ring,
	&peer_ring_batch,
	&peer_pipe,
	&peer_unix_stream,
	&peer_zmq,
};

void stream_check(const struct peer *peer, const void *payload, uint64_t number)
{
	if (!payload_is_stamped(payload, peer->size, number))
		errx(EXIT_FAILURE, "%s: message %llu is not what was sent",
		     peer->ops->name, (unsigned long long)number);
}
