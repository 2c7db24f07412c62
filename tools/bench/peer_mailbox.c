// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mailbox of kipc's for each direction, with room for the window. Neither has a
 * name: the server inherits both. Each side posts its message and receives the
 * next one in one system call. One-way messages are received in batches. Or one
 * that a process has for itself.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "buffer.h"
#include "kipc_device.h"
#include "mailbox.h"
#include "payload.h"
#include "peer.h"
#include "queue.h"

/* Most one-way messages that are received at once */
#define BATCH	16

/**
 * struct mailbox_pair - both directions
 * @to_server: one
 * @to_client: the other
 * @opened: how many of them there are
 * @inbox: in the server of one-way messages, memory for a batch, or NULL
 * @recvs: how each of a batch is received; what came
 * @received: how many came last
 * @taken: how many of them were looked at
 */
struct mailbox_pair {
	struct mailbox to_server;
	struct mailbox to_client;
	unsigned int opened;
	char *inbox;
	struct kipc_mailbox_recv recvs[BATCH];
	__u32 received;
	__u32 taken;
};

static int setup(struct peer *peer)
{
	struct mailbox_pair *pair = peer->state;

	if (mailbox_new(&pair->to_server, peer->window, peer->size) < 0)
		return -1;
	pair->opened++;
	if (mailbox_new(&pair->to_client, peer->window, peer->size) < 0)
		return -1;
	pair->opened++;
	return 0;
}

static void serve(struct peer *peer)
{
	struct mailbox_pair *pair = peer->state;

	mailbox_take(&pair->to_server, peer->request, peer->size);
	for (;;) {
		payload_read(peer->request, peer->size);
		mailbox_exchange(&pair->to_server, &pair->to_client,
				 peer->request, peer->request, peer->size);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct mailbox_pair *pair = peer->state;

	mailbox_exchange(&pair->to_client, &pair->to_server, peer->request,
			 peer->reply, peer->size);
	return peer->reply;
}

static void post(struct peer *peer)
{
	struct mailbox_pair *pair = peer->state;

	mailbox_put(&pair->to_server, peer->request, peer->size, 0);
}

static void prepare_batches(struct mailbox_pair *pair, size_t size)
{
	size_t i;

	pair->inbox = buffer_new(BATCH * size);
	for (i = 0; i < BATCH; i++)
		pair->recvs[i] = (struct kipc_mailbox_recv) {
			.data = (uintptr_t)pair->inbox + i * size,
			.data_size = size,
			.endpoint = -1,
		};
}

static void next_batch(struct mailbox_pair *pair)
{
	struct kipc_mailbox_recv_batch batch = {
		.count = BATCH,
		.messages = (uintptr_t)pair->recvs,
	};

	device_command(pair->to_server.fd, KIPC_MAILBOX_RECV_BATCH, &batch,
		       "receive a batch of mail");
	pair->received = batch.received;
	pair->taken = 0;
}

static const void *take(struct peer *peer)
{
	struct mailbox_pair *pair = peer->state;
	const struct kipc_mailbox_recv *recv;

	if (!pair->inbox)
		prepare_batches(pair, peer->size);
	if (pair->taken == pair->received)
		next_batch(pair);
	recv = &pair->recvs[pair->taken++];
	if (recv->mail.size != peer->size)
		errx(EXIT_FAILURE, "kipc: wrong mail came");
	return (const void *)(uintptr_t)recv->data;
}

static void teardown(struct peer *peer)
{
	struct mailbox_pair *pair = peer->state;

	if (pair->opened > 0)
		mailbox_close(&pair->to_server);
	if (pair->opened > 1)
		mailbox_close(&pair->to_client);
	buffer_free(pair->inbox);
}

const struct peer_ops peer_mailbox = {
	.name = "kipc-mailbox",
	.state_size = sizeof(struct mailbox_pair),
	.setup = setup,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
	.post = post,
	.take = take,
};

static int self_open(struct queue *queue)
{
	return mailbox_new(queue->state, queue->depth, queue->size);
}

static void self_put(struct queue *queue, void *data, unsigned int priority)
{
	mailbox_put(queue->state, data, queue->size, priority);
}

static unsigned int self_take(struct queue *queue, void *data)
{
	struct mailbox *mailbox = queue->state;

	mailbox_take(mailbox, data, queue->size);
	return mailbox->recv.mail.priority;
}

static void self_close(struct queue *queue)
{
	mailbox_close(queue->state);
}

const struct queue_ops queue_mailbox = {
	.name = "kipc-mailbox",
	.state_size = sizeof(struct mailbox),
	.depth_max = KIPC_MAILBOX_MESSAGES_MAX,
	.open = self_open,
	.put = self_put,
	.take = self_take,
	.close = self_close,
};
