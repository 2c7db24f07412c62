// SPDX-License-Identifier: GPL-2.0-only
/*
 * A System V message queue for each direction; or one that a process has for
 * itself.
 */
#include <err.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "payload.h"
#include "peer.h"
#include "queue.h"
#include "setting.h"

#define MSGMAX	"/proc/sys/kernel/msgmax"
#define MSGMNB	"/proc/sys/kernel/msgmnb"

struct queue_pair {
	/* ids; one that is not there is -1 */
	int to_server;
	int to_client;
};

/* The message's type stands right before its payload. */
static long *type_of(void *payload)
{
	return (long *)payload - 1;
}

static void put(int queue, void *data, size_t size)
{
	*type_of(data) = 1;
	if (msgsnd(queue, type_of(data), size, 0) < 0)
		err(EXIT_FAILURE, "sysv-mq: msgsnd");
}

static void take(int queue, void *data, size_t size)
{
	if (msgrcv(queue, type_of(data), size, 0, 0) != (ssize_t)size)
		err(EXIT_FAILURE, "sysv-mq: msgrcv");
}

static int setup(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	pair->to_server = -1;
	pair->to_client = -1;
	if (setting_raise(MSGMAX, peer->size) < 0 ||
	    setting_raise(MSGMNB, peer->size) < 0)
		return -1;
	pair->to_server = msgget(IPC_PRIVATE, 0600);
	if (pair->to_server < 0)
		return -1;
	pair->to_client = msgget(IPC_PRIVATE, 0600);
	return pair->to_client < 0 ? -1 : 0;
}

static void serve(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	for (;;) {
		take(pair->to_server, peer->request, peer->size);
		payload_read(peer->request, peer->size);
		put(pair->to_client, peer->request, peer->size);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	put(pair->to_server, peer->request, peer->size);
	take(pair->to_client, peer->reply, peer->size);
	return peer->reply;
}

static void teardown(struct peer *peer)
{
	struct queue_pair *pair = peer->state;

	if (pair->to_server >= 0)
		msgctl(pair->to_server, IPC_RMID, NULL);
	if (pair->to_client >= 0)
		msgctl(pair->to_client, IPC_RMID, NULL);
}

const struct peer_ops peer_sysv_mq = {
	.name = "sysv-mq",
	.state_size = sizeof(struct queue_pair),
	.setup = setup,
	.serve = serve,
	.roundtrip = roundtrip,
	.teardown = teardown,
};

static int self_open(struct queue *queue)
{
	int *id = queue->state;

	if (setting_raise(MSGMAX, queue->size) < 0 ||
	    setting_raise(MSGMNB, queue->size * queue->depth) < 0)
		return -1;
	*id = msgget(IPC_PRIVATE, 0600);
	return *id < 0 ? -1 : 0;
}

static void self_put(struct queue *queue, void *data, unsigned int priority)
{
	const int *id = queue->state;

	(void)priority;
	put(*id, data, queue->size);
}

static unsigned int self_take(struct queue *queue, void *data)
{
	const int *id = queue->state;

	take(*id, data, queue->size);
	return 0;
}

static void self_close(struct queue *queue)
{
	const int *id = queue->state;

	msgctl(*id, IPC_RMID, NULL);
}

const struct queue_ops queue_sysv_mq = {
	.name = "sysv-mq",
	.state_size = sizeof(int),
	.open = self_open,
	.put = self_put,
	.take = self_take,
	.close = self_close,
};
