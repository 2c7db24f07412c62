// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Taking messages out of mailboxes, and looking at them. */

#include "endpoint.h"
#include "mailbox_wait.h"
#include "payload.h"
#include "sys.h"

/*
 * Nobody could acknowledge a leased message whose token goes nowhere: somebody
 * else is to have it.
 */
static int give_back(int mailbox, uint64_t token)
{
	kipc_mailbox_give_back(mailbox, token);
	return -EINVAL;
}

static ssize_t recv_kernel(int mailbox, struct kipc_mailbox_recv *recv,
			   uint64_t deadline, struct kipc_mail *mail)
{
	int ret;

	kipc_mailbox_set_wait(&recv->flags, &recv->deadline, deadline);
	ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_RECV, recv);
	if (mail && (!ret || ret == -EMSGSIZE))
		*mail = recv->mail;
	if (ret)
		return ret;
	if (!mail && recv->mail.token)
		return give_back(mailbox, recv->mail.token);
	return (ssize_t)recv->mail.size;
}

ssize_t kipc_mailbox_recv(int mailbox, void *data, size_t size,
			  uint64_t deadline, struct kipc_mail *mail)
{
	struct kipc_mailbox_recv recv = {
		.data = (uintptr_t)data,
		.data_size = size,
		.endpoint = -1,
	};

	return recv_kernel(mailbox, &recv, deadline, mail);
}

/* More than fits into the kernel's field is no less than all */
static uint32_t limit(size_t size)
{
	return size < UINT32_MAX ? size : UINT32_MAX;
}

static int set_options(struct kipc_mailbox_recv *recv,
		       const struct kipc_mailbox_recv_options *options)
{
	int ret;

	recv->priority_min = options->priority_min;
	recv->attachments = (uintptr_t)options->attachments;
	recv->attachments_max = limit(options->attachments_max);
	recv->label = (uintptr_t)options->label;
	recv->label_max = limit(options->label_max);
	recv->lease = options->lease;
	if (!options->endpoint)
		return 0;
	ret = kipc_endpoint_check(options->endpoint);
	recv->endpoint = options->endpoint->fd;
	return ret;
}

ssize_t kipc_mailbox_recv_with(int mailbox, const struct iovec *vec,
			       size_t vec_count,
			       const struct kipc_mailbox_recv_options *options,
			       uint64_t deadline, struct kipc_mail *mail)
{
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	struct kipc_content content = {
		.iov = vec,
		.iov_count = vec_count,
	};
	struct kipc_payload payload;
	ssize_t ret;

	ret = options ? set_options(&recv, options) : 0;
	if (ret)
		return ret;
	ret = kipc_payload_init(&payload, &content);
	if (ret)
		return ret;
	recv.flags = payload.flags;
	recv.data = payload.data;
	recv.data_size = payload.data_size;
	ret = recv_kernel(mailbox, &recv, deadline, mail);
	kipc_payload_deinit(&payload);
	return ret;
}

int kipc_mailbox_recv_batch(int mailbox, struct kipc_mailbox_recv *messages,
			    unsigned int count, uint64_t deadline)
{
	struct kipc_mailbox_recv_batch batch = {
		.count = count,
		.messages = (uintptr_t)messages,
	};
	int ret;

	kipc_mailbox_set_wait(&batch.flags, &batch.deadline, deadline);
	ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_RECV_BATCH, &batch);
	return ret < 0 ? ret : (int)batch.received;
}

ssize_t kipc_mailbox_send_recv(int mailbox, int *to, const void *data,
			       size_t size, unsigned int priority, void *into,
			       size_t into_size, uint64_t deadline,
			       struct kipc_mail *mail)
{
	struct kipc_mailbox_send_recv both = {
		.to = *to,
		.send.priority = priority,
		.send.data = (uintptr_t)data,
		.send.data_size = size,
		.send.endpoint = -1,
		.recv.data = (uintptr_t)into,
		.recv.data_size = into_size,
		.recv.endpoint = -1,
	};
	int ret;

	kipc_mailbox_set_wait(&both.send.flags, &both.send.deadline, deadline);
	kipc_mailbox_set_wait(&both.recv.flags, &both.recv.deadline, deadline);
	ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_SEND_RECV, &both);
	/* If all went well the kernel leaves it as it was. */
	*to = ret ? both.to : -1;
	if (mail && (!ret || ret == -EMSGSIZE))
		*mail = both.recv.mail;
	if (ret)
		return ret;
	if (!mail && both.recv.mail.token)
		return give_back(mailbox, both.recv.mail.token);
	return (ssize_t)both.recv.mail.size;
}

int kipc_mailbox_peek(int mailbox, uint64_t index, void *data, size_t size,
		      struct kipc_mail *mail)
{
	struct kipc_mailbox_peek peek = {
		.index = index,
		.data = (uintptr_t)data,
		.data_size = size,
	};
	int ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_PEEK, &peek);

	if (!ret && mail)
		*mail = peek.mail;
	return ret;
}
