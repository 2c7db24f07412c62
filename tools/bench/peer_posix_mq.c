// SPDX-License-Identifier: GPL-2.0-only
/* A POSIX message queue for each direction, with room for one message. */
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "payload.h"
#include "peer.h"
#include "setting.h"

#define MSGSIZE_MAX	"/proc/sys/fs/mqueue/msgsize_max"

struct queue_pair {
	mqd_t to_server;
	mqd_t to_client;
	/* of a message; a queue cannot have 0 */
	size_t limit;
};

static void put(mqd_t queue, const void *data, size_t size)
{
	if (mq_send(queue, data, size, 0) < 0)
		err(EXIT_FAILURE, "posix-mq: mq_send");
}

static void take(mqd_t queue, void *data, size_t limit, size_t size)
{
	if (mq_receive(queue, data, limit, NULL) != (ssize_t)size)
		err(EXIT_FAILURE, "posix-mq: mq_receive");
}

/* A queue without a name: the name is gone as soon as the queue is open. */
static mqd_t queue_new(size_t limit)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = (long)limit };
	char name[32];
	mqd_t queue;

	snprintf(name, sizeof(name), "/kipc-bench.%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	if (queue >= 0)
		mq_unlink(name);
	return queue;
}

static int setup(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	pair->limit = peer->size ? peer->size : 1;
	if (setting_raise(MSGSIZE_MAX, pair->limit) < 0)
		return -1;
	pair->to_server = queue_new(pair->limit);
	if (pair->to_server < 0)
		return -1;
	pair->to_client = queue_new(pair->limit);
	return pair->to_client < 0 ? -1 : 0;
}

static void serve(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	for (;;) {
		take(pair->to_server, peer->request, pair->limit, peer->size);
		payload_read(peer->request, peer->size);
		put(pair->to_client, peer->request, peer->size);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	put(pair->to_server, peer->request, peer->size);
	take(pair->to_client, peer->reply, pair->limit, peer->size);
	return peer->reply;
}

static void teardown(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	if (pair->to_server > 0)
		mq_close(pair->to_server);
	if (pair->to_client > 0)
		mq_close(pair->to_client);
}

const struct peer_ops peer_posix_mq = {
	.name = "posix-mq",
	.state_size = sizeof(struct queue_pair),
	.setup = setup,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
};
