// SPDX-License-Identifier: GPL-2.0-only
/* AF_UNIX sockets of packets or of datagrams: a pair for each reader. */
#include "audience.h"
#include "queue.h"

struct unix_audience {
	struct queue readers[AUDIENCE_READERS];
	/* how many of them there are */
	unsigned int opened;
};

static int open_all(struct audience *audience, const struct queue_ops *ops)
{
	struct unix_audience *state = audience->state;

	while (state->opened < AUDIENCE_READERS) {
		if (queue_start(&state->readers[state->opened], ops,
				audience->size, 1) < 0)
			return -1;
		state->opened++;
	}
	return 0;
}

static int open_seqpacket(struct audience *audience)
{
	return open_all(audience, &queue_unix_seqpacket);
}

static int open_dgram(struct audience *audience)
{
	return open_all(audience, &queue_unix_dgram);
}

static void send(struct audience *audience, void *data)
{
	struct unix_audience *state = audience->state;
	unsigned int i;

	for (i = 0; i < AUDIENCE_READERS; i++)
		state->readers[i].ops->put(&state->readers[i], data, 0);
}

static void receive(struct audience *audience, unsigned int reader, void *data)
{
	struct unix_audience *state = audience->state;
	struct queue *queue = &state->readers[reader];

	queue->ops->take(queue, data);
}

static void close_all(struct audience *audience)
{
	struct unix_audience *state = audience->state;

	while (state->opened)
		queue_stop(&state->readers[--state->opened]);
}

const struct audience_ops audience_unix_seqpacket = {
	.name = "unix-seqpacket",
	.state_size = sizeof(struct unix_audience),
	.open = open_seqpacket,
	.send = send,
	.receive = receive,
	.close = close_all,
};

const struct audience_ops audience_unix_dgram = {
	.name = "unix-dgram",
	.state_size = sizeof(struct unix_audience),
	.open = open_dgram,
	.send = send,
	.receive = receive,
	.close = close_all,
};
