// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX socket pairs: of streams, of packets, and of datagrams; or one, of which
 * a process has both ends.
 */
#include <err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chunk.h"
#include "inbox.h"
#include "payload.h"
#include "peer.h"
#include "queue.h"
#include "setting.h"
#include "stream.h"

#define DGRAM_QUEUE	"/proc/sys/net/unix/max_dgram_qlen"

/* What the kernel keeps with each message, at most. */
#define OVERHEAD	8192

struct socket_pair {
	/* the client's end and the server's */
	int end[2];
	/* what a message takes on the wire */
	size_t size;
	/* the server's, in streams */
	struct inbox inbox;
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

/* What sockets have room for by default, and more */
#define ROOM_DEFAULT	131072

/* For as many messages as may be on the way, where the default is too small. */
static int make_room(const struct peer *peer)
{
	const struct socket_pair *pair = peer->state;
	int room = (int)(peer->window * (peer->size + OVERHEAD));
	int i;

	if (peer->window == 1 && room <= ROOM_DEFAULT)
		return 0;
	for (i = 0; i < 2; i++) {
		if (setsockopt(pair->end[i], SOL_SOCKET, SO_SNDBUFFORCE, &room,
			       sizeof(room)) < 0)
			return -1;
	}
	return 0;
}

static int setup_stream(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	pair->size = peer_stream_size(peer);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair->end) < 0)
		return -1;
	return make_room(peer);
}

static int setup_seqpacket(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	pair->size = peer->size;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair->end) < 0)
		return -1;
	return make_room(peer);
}

static int setup_dgram(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	pair->size = peer->size;
	if (setting_raise(DGRAM_QUEUE, peer->window) < 0 ||
	    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair->end) < 0)
		return -1;
	return make_room(peer);
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

static void post(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	put(pair->end[0], peer->request, pair->size);
}

static const void *take_next(struct peer *peer)
{
	struct socket_pair *pair = peer->state;

	take(pair->end[1], peer->request, pair->size);
	return peer->request;
}

/* The end that this process has. */
static int own_end(const struct peer *peer)
{
	const struct socket_pair *pair = peer->state;

	return pair->end[peer->is_server];
}

/* A chunk is a buffer of its own to either process, and travels as a message. */
static void *chunk_loan(struct peer *peer)
{
	return peer->request;
}

static void chunk_publish(struct peer *peer, void *chunk)
{
	put(own_end(peer), chunk, peer->size);
}

static const void *chunk_take(struct peer *peer)
{
	take(own_end(peer), peer->reply, peer->size);
	return peer->reply;
}

static const struct chunk_ops chunks = {
	.copies = true,
	.loan = chunk_loan,
	.publish = chunk_publish,
	.take = chunk_take,
};

static void produce(struct peer *peer, uint64_t first, unsigned int count)
{
	struct socket_pair *pair = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++) {
		payload_stamp(peer->request, peer->size, first + i);
		put(pair->end[0], peer->request, peer->size);
	}
}

/* Of packets each would need a system call, which costs more. */
static void consume(struct peer *peer, uint64_t first, unsigned int count)
{
	struct socket_pair *pair = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++)
		stream_check(peer, inbox_next(&pair->inbox, pair->end[1],
					      peer->size), first + i);
}

static const struct stream_ops stream = {
	.produce = produce,
	.consume = consume,
};

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
	.chunks = &chunks,
	.stream = &stream,
};

const struct peer_ops peer_unix_seqpacket = {
	.name = "unix-seqpacket",
	.state_size = sizeof(struct socket_pair),
	.setup = setup_seqpacket,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
	.chunks = &chunks,
	.post = post,
	.take = take_next,
};

const struct peer_ops peer_unix_dgram = {
	.name = "unix-dgram",
	.state_size = sizeof(struct socket_pair),
	.setup = setup_dgram,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
	.post = post,
	.take = take_next,
};

static int self_open_seqpacket(struct queue *queue)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, queue->state);
}

static int self_open_dgram(struct queue *queue)
{
	if (setting_raise(DGRAM_QUEUE, queue->depth) < 0)
		return -1;
	return socketpair(AF_UNIX, SOCK_DGRAM, 0, queue->state);
}

static void self_put(struct queue *queue, void *data, unsigned int priority)
{
	const int *ends = queue->state;

	(void)priority;
	put(ends[0], data, queue->size);
}

static unsigned int self_take(struct queue *queue, void *data)
{
	const int *ends = queue->state;

	take(ends[1], data, queue->size);
	return 0;
}

static void self_close(struct queue *queue)
{
	const int *ends = queue->state;

	close(ends[0]);
	close(ends[1]);
}

const struct queue_ops queue_unix_seqpacket = {
	.name = "unix-seqpacket",
	.state_size = 2 * sizeof(int),
	.open = self_open_seqpacket,
	.put = self_put,
	.take = self_take,
	.close = self_close,
};

const struct queue_ops queue_unix_dgram = {
	.name = "unix-dgram",
	.state_size = 2 * sizeof(int),
	.open = self_open_dgram,
	.put = self_put,
	.take = self_take,
	.close = self_close,
};
