/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One of kipc's mailboxes by its raw ABI, with commands that are prepared, so
 * that only what differs is written for each message.
 */
#ifndef BENCH_MAILBOX_H
#define BENCH_MAILBOX_H

#include <linux/kipc.h>
#include <stddef.h>

/**
 * struct mailbox - a file of a mailbox
 * @fd: its descriptor
 * @send: the command that sends, as it was issued last
 * @recv: the command that receives, likewise; its mail is what came
 * @both: the command that does both, likewise
 */
struct mailbox {
	int fd;
	struct kipc_mailbox_send_recv both;
	struct kipc_mailbox_send send;
	struct kipc_mailbox_recv recv;
};

/* Returns 0, or -1 with errno set; then there is nothing to close. */
int mailbox_open(struct mailbox *mailbox, const struct kipc_mailbox_open *open);

/* Make a queue without a name, for so many messages of at most this size. */
int mailbox_new(struct mailbox *mailbox, unsigned int messages, size_t size);

void mailbox_close(struct mailbox *mailbox);

/* Send a message, or end the program. */
void mailbox_put(struct mailbox *mailbox, const void *data, size_t size,
		 unsigned int priority);

/* Receive one of this size, or end the program. */
void mailbox_take(struct mailbox *mailbox, void *data, size_t size);

/*
 * Send what is in @data to another mailbox, and receive the next message of the same
 * size from this one into @into, in one system call.
 */
void mailbox_exchange(struct mailbox *mailbox, const struct mailbox *to,
		      const void *data, void *into, size_t size);

#endif /* BENCH_MAILBOX_H */
