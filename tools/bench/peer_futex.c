// SPDX-License-Identifier: GPL-2.0-only
/*
 * A word in shared memory for each direction, which the receiver sleeps on:
 * 1 while a message is there. The payload goes through shared memory.
 */
#include <err.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "payload.h"
#include "peer.h"
#include "shared.h"

static long futex(uint32_t *word, int command, uint32_t value)
{
	return syscall(SYS_futex, word, command, value, NULL, NULL, 0);
}

static void put(struct shared_lane *lane, const void *data)
{
	memcpy(lane->payload, data, lane->size);
	/* Pairs with the acquire in take(): the payload is there. */
	__atomic_store_n(lane->word, 1, __ATOMIC_RELEASE);
	if (futex(lane->word, FUTEX_WAKE, 1) < 0)
		err(EXIT_FAILURE, "futex: wake");
}

static void take(struct shared_lane *lane, void *data)
{
	/* Pairs with the release in put(). */
	while (__atomic_load_n(lane->word, __ATOMIC_ACQUIRE) == 0) {
		if (futex(lane->word, FUTEX_WAIT, 0) < 0 && errno != EAGAIN)
			err(EXIT_FAILURE, "futex: wait");
	}
	/* The sender waits for the answer, so nobody else writes it now. */
	__atomic_store_n(lane->word, 0, __ATOMIC_RELAXED);
	memcpy(data, lane->payload, lane->size);
}

static int setup(struct peer *peer)
{
	return shared_init(peer->state, peer->size);
}

static void serve(struct peer *peer)
{
	struct shared *shared = peer->state;

	for (;;) {
		take(&shared->to_server, peer->request);
		payload_read(peer->request, peer->size);
		put(&shared->to_client, peer->request);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct shared *shared = peer->state;

	put(&shared->to_server, peer->request);
	take(&shared->to_client, peer->reply);
	return peer->reply;
}

static void teardown(struct peer *peer)
{
	shared_deinit(peer->state);
}

const struct peer_ops peer_futex = {
	.name = "futex",
	.state_size = sizeof(struct shared),
	.setup = setup,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
};
