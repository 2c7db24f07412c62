// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: a bare hand-over in an ioctl, which kipc_floor.ko makes. Payloads
 * are received where the driver maps them, and are answered from there.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "floor/kipc_floor.h"
#include "payload.h"
#include "peer.h"

#define DEVICE	"/dev/kipc_floor"

/* Both processes have the same descriptor, and the same mapping of it. */
struct floor {
	int fd;
	char *mapped;
};

static int setup(struct peer *peer)
{
	struct floor *floor = peer->state;

	floor->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (floor->fd < 0) {
		warn(DEVICE);
		return -1;
	}
	floor->mapped = mmap(NULL, FLOOR_SIZE, PROT_READ, MAP_SHARED,
			     floor->fd, 0);
	return floor->mapped == MAP_FAILED ? -1 : 0;
}

static int listen(struct peer *peer)
{
	struct floor *floor = peer->state;

	return ioctl(floor->fd, FLOOR_JOIN_SERVER, peer->size);
}

static int connect(struct peer *peer)
{
	struct floor *floor = peer->state;

	return ioctl(floor->fd, FLOOR_JOIN_CLIENT, peer->size);
}

static void serve(struct peer *peer)
{
	struct floor *floor = peer->state;
	const char *request = floor->mapped + FLOOR_REQUEST;
	const void *reply = NULL;

	for (;;) {
		if (ioctl(floor->fd, FLOOR_REPLY_RECV, reply) < 0)
			err(EXIT_FAILURE, "floor: reply and receive");
		payload_read(request, peer->size);
		reply = request;
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct floor *floor = peer->state;

	if (ioctl(floor->fd, FLOOR_CALL, peer->request) < 0)
		err(EXIT_FAILURE, "floor: call");
	return floor->mapped + FLOOR_REPLY;
}

static void teardown(struct peer *peer)
{
	struct floor *floor = peer->state;

	if (floor->mapped && floor->mapped != MAP_FAILED)
		munmap(floor->mapped, FLOOR_SIZE);
	if (floor->fd > 0)
		close(floor->fd);
}

const struct peer_ops peer_floor = {
	.name = "floor",
	.state_size = sizeof(struct floor),
	.setup = setup,
	.listen = listen,
	.serve = serve,
	.connect = connect,
	.roundtrip = roundtrip,
	.teardown = teardown,
};
