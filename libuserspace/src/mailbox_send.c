// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Posting messages to mailboxes. */

#include "endpoint.h"
#include "mailbox_wait.h"
#include "payload.h"
#include "sys.h"

int kipc_mailbox_send(int mailbox, const void *data, size_t size,
		      unsigned int priority, uint64_t deadline)
{
	struct kipc_mailbox_send send = {
		.priority = priority,
		.data = (uintptr_t)data,
		.data_size = size,
		.endpoint = -1,
	};

	kipc_mailbox_set_wait(&send.flags, &send.deadline, deadline);
	return kipc_sys_ioctl(mailbox, KIPC_MAILBOX_SEND, &send);
}

static int set_options(struct kipc_mailbox_send *send,
		       const struct kipc_mailbox_send_options *options)
{
	int ret;

	if (options->flags & ~KIPC_CLEAR)
		return -EINVAL;
	send->flags = options->flags;
	send->priority = options->priority;
	if (!options->endpoint)
		return 0;
	ret = kipc_endpoint_check(options->endpoint);
	send->endpoint = options->endpoint->fd;
	return ret;
}

int kipc_mailbox_send_with(int mailbox, const struct iovec *vec,
			   size_t vec_count,
			   const struct kipc_mailbox_send_options *options,
			   uint64_t deadline, uint64_t *sequence)
{
	static const struct kipc_mailbox_send_options defaults;
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_content content = {
		.iov = vec,
		.iov_count = vec_count,
	};
	struct kipc_payload payload;
	int ret;

	if (!options)
		options = &defaults;
	ret = set_options(&send, options);
	if (ret)
		return ret;
	content.attachments = options->attachments;
	content.attachment_count = options->attachment_count;
	ret = kipc_payload_init(&payload, &content);
	if (ret)
		return ret;
	send.flags |= payload.flags;
	send.data = payload.data;
	send.data_size = payload.data_size;
	send.attachments = payload.attachments;
	send.attachment_count = payload.attachment_count;
	kipc_mailbox_set_wait(&send.flags, &send.deadline, deadline);
	ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_SEND, &send);
	kipc_payload_deinit(&payload);
	if (!ret && sequence)
		*sequence = send.sequence;
	return ret;
}

int kipc_mailbox_send_batch(int mailbox, struct kipc_mailbox_send *messages,
			    unsigned int count, uint64_t deadline)
{
	struct kipc_mailbox_send_batch batch = {
		.count = count,
		.messages = (uintptr_t)messages,
	};
	int ret;

	kipc_mailbox_set_wait(&batch.flags, &batch.deadline, deadline);
	ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_SEND_BATCH, &batch);
	return ret < 0 ? ret : (int)batch.sent;
}
