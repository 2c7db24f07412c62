// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of libkipc's in a region, for one producer and one consumer. Each message is
 * published for itself; or some at a time, as a producer does that has several of them. They
 * are copied out as many at once as there are.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#include "payload.h"
#include "peer.h"
#include "stream.h"

/* Messages that are published at once, and the most that are copied out */
#define BATCH	32
/* What a record takes besides its bytes, at most */
#define HEADER	64

/**
 * struct ring_state - a ring, as one of the processes has it
 * @view: of its region
 * @ring: what the process is to it
 * @records: in the server, where to put messages
 * @outbox: in the client, messages
 * @memory: of these
 * @taken: how many of them were looked at
 * @received: how many there are
 */
struct ring_state {
	int view;
	struct kipc_ring *ring;
	struct kipc_ring_record records[BATCH];
	struct iovec outbox[BATCH];
	char memory[BATCH][STREAM_BYTES] __attribute__((aligned(8)));
	int taken;
	int received;
};

static int fail(int error)
{
	errno = -error;
	return -1;
}

/* Half as much again as the window takes, and a power of two */
static size_t room(const struct peer *peer)
{
	size_t size = KIPC_RING_SIZE_MIN;

	while (size < peer->window * (peer->size + HEADER))
		size *= 2;
	return size;
}

static int setup(struct peer *peer)
{
	const struct kipc_ring_options options = {
		.producers = 1,
		.consumers = 1,
		.size = room(peer),
	};
	struct ring_state *state = peer->state;

	state->view = kipc_ring_create(NULL, NULL, 0, &options);
	return state->view < 0 ? fail(state->view) : 0;
}

static int join(struct peer *peer)
{
	struct ring_state *state = peer->state;
	int ret, i;

	for (i = 0; i < BATCH; i++) {
		state->records[i].data = state->memory[i];
		state->records[i].room = STREAM_BYTES;
		state->outbox[i].iov_base = state->memory[i];
		state->outbox[i].iov_len = STREAM_BYTES;
	}
	ret = kipc_ring_open(state->view, peer->is_server ? KIPC_RING_CONSUMER :
			     KIPC_RING_PRODUCER, KIPC_FOREVER, &state->ring);
	return ret < 0 ? fail(ret) : 0;
}

static void check(int ret, const char *what)
{
	if (ret < 0)
		errx(EXIT_FAILURE, "ring: %s: %s", what, strerror(-ret));
}

static void produce_batch(struct ring_state *state, uint64_t first,
			  unsigned int count)
{
	unsigned int i;
	int done;

	for (i = 0; i < count; i++)
		payload_stamp(state->memory[i], STREAM_BYTES, first + i);
	for (i = 0; i < count; i += (unsigned int)done) {
		done = kipc_ring_write_batch(state->ring, &state->outbox[i],
					     count - i, KIPC_FOREVER);
		check(done, "write");
	}
}

static void produce(struct peer *peer, uint64_t first, unsigned int count)
{
	struct ring_state *state = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++) {
		payload_stamp(peer->request, peer->size, first + i);
		check(kipc_ring_write(state->ring, peer->request, peer->size, 0,
				      KIPC_FOREVER), "write");
	}
}

static void produce_batches(struct peer *peer, uint64_t first,
			    unsigned int count)
{
	unsigned int part;

	for (; count; count -= part, first += part) {
		part = count < BATCH ? count : BATCH;
		produce_batch(peer->state, first, part);
	}
}

static const void *next(struct ring_state *state, unsigned int most)
{
	if (state->taken == state->received) {
		state->received = kipc_ring_read_batch(state->ring,
						       state->records,
						       most < BATCH ? most :
								      BATCH,
						       KIPC_FOREVER);
		check(state->received, "read");
		state->taken = 0;
	}
	return state->records[state->taken++].data;
}

static void consume(struct peer *peer, uint64_t first, unsigned int count)
{
	struct ring_state *state = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++)
		stream_check(peer, next(state, count - i), first + i);
}

static const struct stream_ops stream = {
	.produce = produce,
	.consume = consume,
};

static const struct stream_ops stream_of_batches = {
	.produce = produce_batches,
	.consume = consume,
};

static void teardown(struct peer *peer)
{
	struct ring_state *state = peer->state;

	kipc_ring_detach(state->ring);
	if (state->view > 0)
		close(state->view);
}

const struct peer_ops peer_ring = {
	.name = "kipc-ring",
	.state_size = sizeof(struct ring_state),
	.setup = setup,
	.listen = join,
	.connect = join,
	.teardown = teardown,
	.stream = &stream,
};

const struct peer_ops peer_ring_batch = {
	.name = "kipc-ring-batch",
	.state_size = sizeof(struct ring_state),
	.setup = setup,
	.listen = join,
	.connect = join,
	.teardown = teardown,
	.stream = &stream_of_batches,
};
