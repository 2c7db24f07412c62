// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "kipc_device.h"
#include "mailbox.h"

int mailbox_open(struct mailbox *mailbox, const struct kipc_mailbox_open *open)
{
	struct kipc_mailbox_open command = *open;

	if (device_ask(KIPC_MAILBOX_OPEN, &command) < 0)
		return -1;
	*mailbox = (struct mailbox) {
		.fd = command.fd,
		.send.endpoint = -1,
		.recv.endpoint = -1,
		.both.send.endpoint = -1,
		.both.recv.endpoint = -1,
	};
	return 0;
}

int mailbox_new(struct mailbox *mailbox, unsigned int messages, size_t size)
{
	const struct kipc_mailbox_open open = {
		.flags = KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE |
			 KIPC_MAILBOX_CREATE,
		.mode = 0600,
		.dead_letter = -1,
		.messages_max = messages,
		.size_max = size ? (__u32)size : 1,
	};

	return mailbox_open(mailbox, &open);
}

void mailbox_close(struct mailbox *mailbox)
{
	close(mailbox->fd);
}

void mailbox_put(struct mailbox *mailbox, const void *data, size_t size,
		 unsigned int priority)
{
	struct kipc_mailbox_send *send = &mailbox->send;

	send->data = (uintptr_t)data;
	send->data_size = size;
	send->priority = priority;
	device_command(mailbox->fd, KIPC_MAILBOX_SEND, send, "send mail");
}

void mailbox_take(struct mailbox *mailbox, void *data, size_t size)
{
	struct kipc_mailbox_recv *recv = &mailbox->recv;

	recv->data = (uintptr_t)data;
	recv->data_size = size;
	device_command(mailbox->fd, KIPC_MAILBOX_RECV, recv, "receive mail");
	if (recv->mail.size != size)
		errx(EXIT_FAILURE, "kipc: wrong mail came");
}

void mailbox_exchange(struct mailbox *mailbox, const struct mailbox *to,
		      const void *data, void *into, size_t size)
{
	struct kipc_mailbox_send_recv *both = &mailbox->both;

	both->to = to->fd;
	both->send.data = (uintptr_t)data;
	both->send.data_size = size;
	both->recv.data = (uintptr_t)into;
	both->recv.data_size = size;
	device_command(mailbox->fd, KIPC_MAILBOX_SEND_RECV, both,
		       "exchange mail");
	if (both->recv.mail.size != size)
		errx(EXIT_FAILURE, "kipc: wrong mail came");
}
