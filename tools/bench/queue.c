// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdlib.h>

#include "buffer.h"
#include "queue.h"

const struct queue_ops *const queues[] = {
	&queue_mailbox,
	&queue_posix_mq,
	&queue_sysv_mq,
	&queue_pipe,
	&queue_unix_seqpacket,
	&queue_unix_dgram,
	NULL,
};

static void queue_deinit(struct queue *queue)
{
	free(queue->state);
	buffer_free(queue->received);
	buffer_free(queue->sent);
}

int queue_start(struct queue *queue, const struct queue_ops *ops, size_t size,
		unsigned int depth)
{
	int error;

	*queue = (struct queue) {
		.ops = ops,
		.size = size,
		.depth = depth,
		.sent = buffer_new(size),
		.received = buffer_new(size),
		.state = calloc(1, ops->state_size),
	};
	if (!queue->state)
		err(EXIT_FAILURE, "state of %s", ops->name);
	if (ops->open(queue) < 0) {
		error = errno;
		queue_deinit(queue);
		errno = error;
		return -1;
	}
	return 0;
}

void queue_stop(struct queue *queue)
{
	queue->ops->close(queue);
	queue_deinit(queue);
}
