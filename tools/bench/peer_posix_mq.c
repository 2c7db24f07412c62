// SPDX-License-Identifier: GPL-2.0-only
/*
 * A POSIX message queue for each direction, with room for the window; or one
 * that a process has for itself.
 */
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "payload.h"
#include "peer.h"
#include "queue.h"
#include "setting.h"

#define MSG_MAX		"/proc/sys/fs/mqueue/msg_max"
#define MSGSIZE_MAX	"/proc/sys/fs/mqueue/msgsize_max"

/* The most messages in a queue: the kernel's HARD_MSGMAX */
#define DEPTH_MAX	65536

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
static mqd_t queue_new(unsigned int count, size_t limit)
{
	struct mq_attr attr = {
		.mq_maxmsg = count,
		.mq_msgsize = (long)limit,
	};
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
	if (setting_raise(MSG_MAX, peer->window) < 0 ||
	    setting_raise(MSGSIZE_MAX, pair->limit) < 0)
		return -1;
	pair->to_server = queue_new(peer->window, pair->limit);
	if (pair->to_server < 0)
		return -1;
	pair->to_client = queue_new(peer->window, pair->limit);
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

static void post(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	put(pair->to_server, peer->request, peer->size);
}

static const void *take_next(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	take(pair->to_server, peer->request, pair->limit, peer->size);
	return peer->request;
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
	.post = post,
	.take = take_next,
};

/* What all of a user's queues may hold, in bytes */
static int unlimit_bytes(void)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_MSGQUEUE, &limit);
}

static int self_open(struct queue *queue)
{
	mqd_t *mq = queue->state;

	if (setting_raise(MSG_MAX, queue->depth) < 0 ||
	    setting_raise(MSGSIZE_MAX, queue->size) < 0 ||
	    unlimit_bytes() < 0)
		return -1;
	*mq = queue_new(queue->depth, queue->size);
	return *mq < 0 ? -1 : 0;
}

static void self_put(struct queue *queue, void *data, unsigned int priority)
{
	const mqd_t *mq = queue->state;

	if (mq_send(*mq, data, queue->size, priority) < 0)
		err(EXIT_FAILURE, "posix-mq: mq_send");
}

static unsigned int self_take(struct queue *queue, void *data)
{
	const mqd_t *mq = queue->state;
	unsigned int priority;

	if (mq_receive(*mq, data, queue->size, &priority) !=
	    (ssize_t)queue->size)
		err(EXIT_FAILURE, "posix-mq: mq_receive");
	return priority;
}

static void self_close(struct queue *queue)
{
	const mqd_t *mq = queue->state;

	mq_close(*mq);
}

const struct queue_ops queue_posix_mq = {
	.name = "posix-mq",
	.state_size = sizeof(mqd_t),
	.depth_max = DEPTH_MAX,
	.open = self_open,
	.put = self_put,
	.take = self_take,
	.close = self_close,
};
