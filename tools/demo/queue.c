// SPDX-License-Identifier: GPL-2.0-only
/* The mailbox by which the pieces of text are handed out. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "protocol.h"
#include "queue.h"

/* A worker that holds a piece for so long has lost it, as if it had died */
#define LEASE_NS	60000000000ULL

int queue_open(struct queue *queue, struct kipc *endpoint,
	       unsigned int workers)
{
	const struct kipc_mailbox_options options = {
		.kind = KIPC_MAILBOX_WORK,
		.messages_max = 2 * workers,
		.size_max = sizeof(struct demo_piece),
		.lease = LEASE_NS,
	};
	char name[32];
	int ret;

	*queue = (struct queue){ .send = -1, .receive = -1 };
	snprintf(name, sizeof(name), "kipc.demo.%d.work", (int)getpid());
	ret = kipc_mailbox_open(endpoint, name, KIPC_MAILBOX_WRITE |
				KIPC_MAILBOX_CREATE | KIPC_MAILBOX_EXCLUSIVE,
				0600, &options);
	if (ret < 0)
		return ret;
	queue->send = ret;
	queue->receive = kipc_mailbox_open(endpoint, name, KIPC_MAILBOX_READ,
					   0, NULL);
	ret = kipc_mailbox_unlink(endpoint, name);
	return queue->receive < 0 ? queue->receive : ret;
}

static int post(struct queue *queue, const struct text *text,
		const struct piece *piece, bool marked)
{
	struct kipc_attachment attachment;
	const struct kipc_mailbox_send_options options = {
		.attachments = &attachment,
		.attachment_count = 1,
	};
	struct demo_piece message = {
		.piece = queue->posted,
		.size = piece->size,
		.in_word = piece->in_word,
		.halfway = marked,
	};
	const struct iovec iov = {
		.iov_base = &message, .iov_len = sizeof(message),
	};

	kipc_attachment_set_chunk(&attachment, text->chunks,
				  &text->chunk[queue->posted]);
	return kipc_mailbox_send_with(queue->send, &iov, 1, &options,
				      KIPC_NO_WAIT, NULL);
}

int queue_fill(struct queue *queue, const struct text *text,
	       const struct pieces *pieces, size_t marked)
{
	int ret = 0;

	while (!ret && queue->posted < pieces->count) {
		ret = post(queue, text, &pieces->list[queue->posted],
			   queue->posted == marked);
		queue->posted += !ret;
	}
	return ret == -EAGAIN ? 0 : ret;
}

int queue_end(struct queue *queue, struct kipc_mailbox_info *info)
{
	int ret = kipc_mailbox_info(queue->send, info);

	close(queue->send);
	queue->send = -1;
	return ret;
}

void queue_close(struct queue *queue)
{
	if (queue->send >= 0)
		close(queue->send);
	if (queue->receive >= 0)
		close(queue->receive);
}
