// SPDX-License-Identifier: GPL-2.0-only
/* AF_UNIX socket pairs: of streams, and of packets. */
#include <err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "payload.h"
#include "peer.h"

struct socket_pair {
	/* the client's end and the server's */
	int end[2];
	/* what a message takes on the wire */
	size_t size;
};

static void put(int fd, const void *data, size_t size)
{
	if (send(fd, data, size, 0) != (ssize_t)size)
		err(EXIT_FAILURE, "unix: send");
}

static void take(int fd, void *data, size_t size)
{
	if (recv(fd, data, size, MSG_WAITALL) != (ssize_t)size)
		err(EXIT_FAILURE, "unix: recv");
}

static int setup_stream(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	pair->size = peer_stream_size(peer);
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair->end);
}

static int setup_seqpacket(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	pair->size = peer->size;
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair->end);
}

static void serve(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	for (;;) {
		take(pair->end[1], peer->request, pair->size);
		payload_read(peer->request, peer->size);
		put(pair->end[1], peer->request, pair->size);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	put(pair->end[0], peer->request, pair->size);
	take(pair->end[0], peer->reply, pair->size);
	return peer->reply;
}

static void teardown(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	if (pair->end[0]) {
		close(pair->end[0]);
		close(pair->end[1]);
	}
}

const struct peer_ops peer_unix_stream = {
	.name = "unix-stream",
	.state_size = sizeof(struct socket_pair),
	.setup = setup_stream,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
};

const struct peer_ops peer_unix_seqpacket = {
	.name = "unix-seqpacket",
	.state_size = sizeof(struct socket_pair),
	.setup = setup_seqpacket,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
};
