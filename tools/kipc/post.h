/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on their way to a mailbox: collected, and sent by as few system calls as
 * can be.
 */
#ifndef TOOL_POST_H
#define TOOL_POST_H

#include "mailbox.h"

/**
 * struct post - a mailbox, and messages for it
 * @mailbox: the mailbox
 * @name: its name
 * @size_max: the largest message that it takes
 * @priority: of all messages
 * @timeout: how long to wait for room
 * @sent: messages sent so far
 * @count: messages collected and not sent
 * @messages: those
 */
struct post {
	int mailbox;
	const char *name;
	size_t size_max;
	unsigned int priority;
	struct mailbox_timeout timeout;
	uint64_t sent;
	unsigned int count;
	struct kipc_mailbox_send messages[KIPC_BATCH_MAX];
};

/**
 * post_add() - collect a message, and send if that is enough
 * @post: the mailbox
 * @data: the payload, which must stay until it was sent
 * @size: its size in bytes
 *
 * Return: TOOL_OK, or the exit status after a complaint.
 */
int post_add(struct post *post, const void *data, size_t size);

/**
 * post_flush() - send what was collected
 * @post: the mailbox
 *
 * Waits for room, as long as the sentry has no news.
 *
 * Return: TOOL_OK, or the exit status after a complaint; then @count tells how many
 * were not sent.
 */
int post_flush(struct post *post);

/**
 * post_too_large() - complain of a message that the mailbox does not take
 * @post: the mailbox
 *
 * What was collected is sent first.
 *
 * Return: the exit status.
 */
int post_too_large(struct post *post);

#endif
