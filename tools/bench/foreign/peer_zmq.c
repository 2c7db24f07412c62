// SPDX-License-Identifier: GPL-2.0-only
/*
 * ZeroMQ: a PUSH and a PULL socket over ipc://, which is an AF_UNIX socket that
 * a thread in each process attends to. The queue in front of it has room for
 * what may be on its way.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include "payload.h"
#include "peer.h"
#include "stream.h"

struct zmq {
	/* each process has its own */
	void *context;
	void *socket;
	/* where the server listens, an abstract name */
	char address[64];
};

static int setup(struct peer *peer)
{
	struct zmq *zmq = peer->state;

	snprintf(zmq->address, sizeof(zmq->address), "ipc://@kipc-bench-%d",
		 getpid());
	return 0;
}

static int open_socket(struct peer *peer, int type)
{
	struct zmq *zmq = peer->state;
	int room = (int)peer->window;
	int linger = 0;

	zmq->context = zmq_ctx_new();
	if (!zmq->context)
		return -1;
	zmq->socket = zmq_socket(zmq->context, type);
	if (!zmq->socket)
		return -1;
	zmq_setsockopt(zmq->socket, ZMQ_LINGER, &linger, sizeof(linger));
	if (zmq_setsockopt(zmq->socket, ZMQ_SNDHWM, &room, sizeof(room)) < 0)
		return -1;
	return zmq_setsockopt(zmq->socket, ZMQ_RCVHWM, &room, sizeof(room));
}

static int serve_at(struct peer *peer)
{
	struct zmq *zmq = peer->state;

	if (open_socket(peer, ZMQ_PULL) < 0)
		return -1;
	return zmq_bind(zmq->socket, zmq->address);
}

static int connect_to(struct peer *peer)
{
	struct zmq *zmq = peer->state;

	if (open_socket(peer, ZMQ_PUSH) < 0)
		return -1;
	return zmq_connect(zmq->socket, zmq->address);
}

static void produce(struct peer *peer, uint64_t first, unsigned int count)
{
	struct zmq *zmq = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++) {
		payload_stamp(peer->request, peer->size, first + i);
		if (zmq_send(zmq->socket, peer->request, peer->size, 0) < 0)
			errx(EXIT_FAILURE, "zmq: send: %s",
			     zmq_strerror(zmq_errno()));
	}
}

static void consume(struct peer *peer, uint64_t first, unsigned int count)
{
	struct zmq *zmq = peer->state;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (zmq_recv(zmq->socket, peer->request, peer->size, 0) !=
		    (int)peer->size)
			errx(EXIT_FAILURE, "zmq: recv: %s",
			     zmq_strerror(zmq_errno()));
		stream_check(peer, peer->request, first + i);
	}
}

static const struct stream_ops stream = {
	.produce = produce,
	.consume = consume,
};

static void teardown(struct peer *peer)
{
	struct zmq *zmq = peer->state;

	if (zmq->socket)
		zmq_close(zmq->socket);
	if (zmq->context)
		zmq_ctx_term(zmq->context);
}

const struct peer_ops peer_zmq = {
	.name = "zmq",
	.state_size = sizeof(struct zmq),
	.setup = setup,
	.listen = serve_at,
	.connect = connect_to,
	.teardown = teardown,
	.stream = &stream,
};
