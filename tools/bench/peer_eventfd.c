// SPDX-License-Identifier: GPL-2.0-only
/*
 * An eventfd for each direction. It carries a number only; the payload goes
 * through shared memory.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "payload.h"
#include "peer.h"
#include "shared.h"

struct eventfd_pair {
	int to_server;
	int to_client;
	struct shared shared;
};

static void put(int fd, struct shared_lane *lane, const void *data)
{
	const uint64_t one = 1;

	memcpy(lane->payload, data, lane->size);
	if (write(fd, &one, sizeof(one)) != sizeof(one))
		err(EXIT_FAILURE, "eventfd: write");
}

static void take(int fd, struct shared_lane *lane, void *data)
{
	uint64_t number;

	if (read(fd, &number, sizeof(number)) != sizeof(number) || number != 1)
		err(EXIT_FAILURE, "eventfd: read");
	memcpy(data, lane->payload, lane->size);
}

static int setup(struct peer *peer)
{
	struct eventfd_pair *pair = peer->state;

	if (shared_init(&pair->shared, peer->size) < 0)
		return -1;
	pair->to_server = eventfd(0, 0);
	if (pair->to_server < 0)
		return -1;
	pair->to_client = eventfd(0, 0);
	return pair->to_client < 0 ? -1 : 0;
}

static void serve(struct peer *peer)
{
	struct eventfd_pair *pair = peer->state;

	for (;;) {
		take(pair->to_server, &pair->shared.to_server, peer->request);
		payload_read(peer->request, peer->size);
		put(pair->to_client, &pair->shared.to_client, peer->request);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct eventfd_pair *pair = peer->state;

	put(pair->to_server, &pair->shared.to_server, peer->request);
	take(pair->to_client, &pair->shared.to_client, peer->reply);
	return peer->reply;
}

static void teardown(struct peer *peer)
{
	struct eventfd_pair *pair = peer->state;

	if (pair->to_server > 0)
		close(pair->to_server);
	if (pair->to_client > 0)
		close(pair->to_client);
	shared_deinit(&pair->shared);
}

const struct peer_ops peer_eventfd = {
	.name = "eventfd",
	.state_size = sizeof(struct eventfd_pair),
	.setup = setup,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
};
