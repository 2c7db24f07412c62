// SPDX-License-Identifier: GPL-2.0-only
/*
 * kipc: the client calls, the server answers and takes the next call in one
 * system call. Payloads are received in the pool, or in the struct if they are
 * small, and answered from there; the slice that was received last is freed along
 * with the next command.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "payload.h"
#include "peer_kipc.h"

/* The server is a child of its client: several pairs have different names. */
#define SERVER_NAME	"bench.server.%d"
#define NAME_SIZE	32

static int peer_open(struct kipc_peer *kipc)
{
	kipc->fd = device_open();
	if (kipc->fd < 0)
		return -1;
	kipc->pool = device_pool_map(kipc->fd);
	return 0;
}

static int listen(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;

	char name[NAME_SIZE];

	if (peer_open(kipc) < 0)
		return -1;
	snprintf(name, sizeof(name), SERVER_NAME, getppid());
	device_publish(kipc->fd, device_node_new(kipc->fd), name);
	return 0;
}

static int connect(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;

	char name[NAME_SIZE];

	if (peer_open(kipc) < 0)
		return -1;
	snprintf(name, sizeof(name), SERVER_NAME, getpid());
	kipc->call.handle = device_lookup(kipc->fd, name);
	kipc->call.data = (uintptr_t)peer->request;
	kipc->call.data_size = peer->size;
	kipc->call.flags = KIPC_CALL_SMALL;
	return 0;
}

static const void *received(const struct kipc_peer *kipc,
			    const struct kipc_message *message)
{
	if (message->flags & KIPC_MSG_SMALL)
		return message->small;
	return kipc->pool + message->offset;
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

		payload = received(kipc, message);
		payload_read(payload, peer->size);

		next.reply.token = message->token;
		next.reply.data = (uintptr_t)payload;
		next.reply.data_size = message->size;
		if (message->size && !(message->flags & KIPC_MSG_SMALL)) {
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
	if (call->reply_flags & KIPC_MSG_SMALL)
		return call->small;
	if (call->reply_size) {
		call->flags = KIPC_CALL_SMALL | KIPC_FREE_SLICE;
		call->free = call->reply_offset;
	}
	return kipc->pool + call->reply_offset;
}

static void post(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;
	struct kipc_send send = {
		.handle = kipc->call.handle,
		.data = (uintptr_t)peer->request,
		.data_size = peer->size,
	};

	if (ioctl(kipc->fd, KIPC_SEND, &send) < 0)
		err(EXIT_FAILURE, "kipc: send");
}

/* Give back what was received, and receive what is there by now. */
static void next_batch(struct kipc_peer *kipc)
{
	struct kipc_recv_batch batch = {
		.count = KIPC_PEER_BATCH,
		.messages = (uintptr_t)kipc->messages,
	};
	__u64 offsets[KIPC_PEER_BATCH];
	struct kipc_free release = {
		.count = kipc->received,
		.offsets = (uintptr_t)offsets,
	};
	__u32 i;

	for (i = 0; i < kipc->received; i++)
		offsets[i] = kipc->messages[i].offset;
	if (release.count)
		device_command(kipc->fd, KIPC_FREE, &release, "free slices");
	device_command(kipc->fd, KIPC_RECV_BATCH, &batch, "receive a batch");
	kipc->received = batch.received;
	kipc->taken = 0;
}

static const void *take(struct peer *peer)
{
	struct kipc_peer *kipc = peer->state;
	const struct kipc_message *message;

	if (kipc->taken == kipc->received)
		next_batch(kipc);
	message = &kipc->messages[kipc->taken++];
	if (message->kind != KIPC_MSG_SEND || message->size != peer->size)
		errx(EXIT_FAILURE, "kipc: a wrong message came");
	return kipc->pool + message->offset;
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
	.post = post,
	.take = take,
};
