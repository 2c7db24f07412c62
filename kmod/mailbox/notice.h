/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A notice tells somebody, once, that a letter came to the empty mailbox while nobody
 * waited for it: it adds to an eventfd. It is what mq_notify() needs. One file at a time
 * can have asked for it. It is over when it was told, and ends as a lease does: when
 * the process that asked has no descriptor of the file any more.
 */
#ifndef KIPC_MAILBOX_NOTICE_H
#define KIPC_MAILBOX_NOTICE_H

#include <linux/fs.h>

struct eventfd_ctx;
struct kipc_mailbox;
struct kipc_mailbox_file;

/**
 * struct kipc_notice - who is to be told (mailbox's lock)
 * @eventfd: how, referenced; NULL: nobody
 * @file: who asked
 * @process: and in which process, as its table of file descriptors
 */
struct kipc_notice {
	struct eventfd_ctx *eventfd;
	struct kipc_mailbox_file *file;
	fl_owner_t process;
};

int kipc_notice_ask(struct kipc_mailbox_file *file, int eventfd);
int kipc_notice_cancel(struct kipc_mailbox_file *file, fl_owner_t process);
struct eventfd_ctx *kipc_notice_take_locked(struct kipc_mailbox *mailbox);
void kipc_notice_tell(struct eventfd_ctx *eventfd);

#endif /* KIPC_MAILBOX_NOTICE_H */
