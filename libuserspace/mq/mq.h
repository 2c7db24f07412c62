/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * POSIX message queues on mailboxes: what the files of libkipc-mq.so share.
 *
 * A queue is a mailbox, its name that of the queue in another form, and its
 * descriptor the mailbox's. So a program that is started with the library preloaded
 * uses mailboxes without knowing. What the library keeps in the process is only a
 * guess, how large the messages of each descriptor can be, and who is to be told of
 * a message (see registration.h).
 *
 * Functions whose names begin with kipc_mq_ return 0 or a positive number, or
 * -errno; the others are POSIX's, and set errno.
 */
#ifndef KIPC_MQ_H
#define KIPC_MQ_H

#include <errno.h>
#include <mqueue.h>
#include <stdbool.h>
#include <stddef.h>

#include <kipc.h>

/* A mailbox's name, with the 0 byte at its end */
#define KIPC_MQ_NAME_SIZE	(KIPC_NAME_MAX + 1)

/* What mq_open() is with two arguments and _FORTIFY_SOURCE; only then declared */
mqd_t __mq_open_2(const char *name, int flags);

/* As POSIX's functions return it */
static inline int kipc_mq_result(int ret)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

/* name.c */
int kipc_mq_name(const char *queue, char *mailbox);

/* attr.c */
int kipc_mq_info(mqd_t queue, struct kipc_mailbox_info *info);
int kipc_mq_check_buffer(mqd_t queue, size_t size);
void kipc_mq_remember(mqd_t queue, uint32_t size_max);
bool kipc_mq_is_nonblocking(mqd_t queue);

#endif /* KIPC_MQ_H */
