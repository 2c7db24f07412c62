// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pipe for each direction. Large payloads fill a pipe exactly, so that one
 * write puts them in; the reader may get them in pieces. Or a pipe that a
 * process has for itself.
 */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "inbox.h"
#include "payload.h"
#include "peer.h"
#include "queue.h"
#include "stream.h"

/* What a pipe has room for in a stream: the most that anybody may ask for. */
#define STREAM_ROOM	(1 << 20)

struct pipe_pair {
	int to_server[2];
	int to_client[2];
	/* the server's, in streams */
	struct inbox inbox;
};

static void put(int fd, const void *data, size_t size)
{
	if (write(fd, data, size) != (ssize_t)size)
		err(EXIT_FAILURE, "pipe: write");
}

static void take(int fd, void *data, size_t size)
{
	size_t done = 0;
	ssize_t got;

	while (done < size) {
		got = read(fd, (char *)data + done, size - done);
		if (got <= 0)
			err(EXIT_FAILURE, "pipe: read");
		done += (size_t)got;
	}
}

static int setup(struct peer *peer)
{
	struct pipe_pair *pair = peer->state;

	if (pipe(pair->to_server) < 0)
		return -1;
	if (peer->window > 1 &&
	    fcntl(pair->to_server[1], F_SETPIPE_SZ, STREAM_ROOM) < 0)
		return -1;
	return pipe(pair->to_client);
}

static void serve(struct peer *peer)
{
	struct pipe_pair *pair = peer->state;
	size_t size = peer_stream_size(peer);

	for (;;) {
		take(pair->to_server[0], peer->request, size);
		payload_read(peer->request, peer->size);
		put(pair->to_client[1], peer->request, size);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct pipe_pair *pair = peer->state;
	size_t size = peer_stream_size(peer);

	put(pair->to_server[1], peer->request, size);
	take(pair->to_client[0], peer->reply, size);
	return peer->reply;
}

static void produce(struct peer *peer, uint64_t first, unsigned int count)
{
	struct pipe_pair *pair = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++) {
		payload_stamp(peer->request, peer->size, first + i);
		put(pair->to_server[1], peer->request, peer->size);
	}
}

static void consume(struct peer *peer, uint64_t first, unsigned int count)
{
	struct pipe_pair *pair = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++)
		stream_check(peer, inbox_next(&pair->inbox, pair->to_server[0],
					      peer->size), first + i);
}

static const struct stream_ops stream = {
	.produce = produce,
	.consume = consume,
};

static void teardown(struct peer *peer)
{
	struct pipe_pair *pair = peer->state;
	int i;

	for (i = 0; i < 2; i++) {
		if (pair->to_server[i])
			close(pair->to_server[i]);
		if (pair->to_client[i])
			close(pair->to_client[i]);
	}
}

const struct peer_ops peer_pipe = {
	.name = "pipe",
	.state_size = sizeof(struct pipe_pair),
	.setup = setup,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
	.stream = &stream,
};

static int self_open(struct queue *queue)
{
	return pipe(queue->state);
}

static void self_put(struct queue *queue, void *data, unsigned int priority)
{
	const int *ends = queue->state;

	(void)priority;
	put(ends[1], data, queue->size);
}

static unsigned int self_take(struct queue *queue, void *data)
{
	const int *ends = queue->state;

	take(ends[0], data, queue->size);
	return 0;
}

static void self_close(struct queue *queue)
{
	const int *ends = queue->state;

	close(ends[0]);
	close(ends[1]);
}

const struct queue_ops queue_pipe = {
	.name = "pipe",
	.state_size = 2 * sizeof(int),
	.open = self_open,
	.put = self_put,
	.take = self_take,
	.close = self_close,
};
