// SPDX-License-Identifier: GPL-2.0-only
/*
 * kipc: the client calls, the server answers and takes the next call in one
 * system call. Payloads are received in the pool and answered from there; the
 * slice that was received last is freed along with the next command.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "payload.h"
#include "peer_kipc.h"

#define SERVER_NAME	"bench.server"

static int peer_open(struct kipc_peer *kipc)
{
	kipc->fd = kipc_open();
	if (kipc->fd < 0)
		return -1;
	kipc->pool = kipc_pool_map(kipc->fd);
	return 0;
}

static int listen(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;

	if (peer_open(kipc) < 0)
		return -1;
	kipc_publish(kipc->fd, kipc_node_new(kipc->fd), SERVER_NAME);
	return 0;
}

static int connect(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;

	if (peer_open(kipc) < 0)
		return -1;
	kipc->call.handle = kipc_lookup(kipc->fd, SERVER_NAME);
	kipc->call.data = (uintptr_t)peer->request;
	kipc->call.data_size = peer->size;
	return 0;
}

static void serve(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;
	struct kipc_reply_recv next = { 0 };
	const struct kipc_message *message = &next.recv.message;
	const char *payload;

	for (;;) {
		if (ioctl(kipc->fd, KIPC_REPLY_RECV, &next) < 0)
			err(EXIT_FAILURE, "kipc: reply and receive");
		if (message->kind != KIPC_MSG_CALL ||
		    message->size != peer->size)
			errx(EXIT_FAILURE, "kipc: a wrong message came");

		payload = kipc->pool + message->offset;
		payload_read(payload, peer->size);

		next.reply.token = message->token;
		next.reply.data = (uintptr_t)payload;
		next.reply.data_size = message->size;
		if (message->size) {
			next.recv.flags = KIPC_FREE_SLICE;
			next.recv.free = message->offset;
		}
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;
	struct kipc_call *call = &kipc->call;

	if (ioctl(kipc->fd, KIPC_CALL, call) < 0)
		err(EXIT_FAILURE, "kipc: call");
	if (call->reply_size != peer->size)
		errx(EXIT_FAILURE, "kipc: a wrong reply came");
	if (call->reply_size) {
		call->flags = KIPC_FREE_SLICE;
		call->free = call->reply_offset;
	}
	return kipc->pool + call->reply_offset;
}

static void teardown(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;

	if (kipc->pool)
		munmap(kipc->pool, KIPC_POOL_SIZE);
	if (kipc->fd > 0)
		close(kipc->fd);
}

const struct peer_ops peer_kipc = {
	.name = "kipc",
	.state_size = sizeof(struct kipc_peer),
	.listen = listen,
	.serve = serve,
	.connect = connect,
	.roundtrip = roundtrip,
	.teardown = teardown,
};
