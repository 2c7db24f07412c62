/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mailboxes, as the tests make them, post to them and receive from them.
 *
 * Where the payload does not matter it is a number of 32 bits, by which the test
 * knows a message again. What is posted and taken without a thread of its own never
 * waits, but for mail_next() and lease_next(), which wait for what must come.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include "puppet.h"

#define READER		KIPC_MAILBOX_READ
#define WRITER		KIPC_MAILBOX_WRITE
#define BOTH		(READER | WRITER)
#define MAKE		(BOTH | KIPC_MAILBOX_CREATE | KIPC_MAILBOX_EXCLUSIVE)

/* How long to wait for what must come */
#define SOON		(20 * SECOND)

int mailbox_open(const char *name, struct kipc_mailbox_open *arg);
int mailbox_make(const char *name, __u32 kind, __u32 messages);
int mailbox_make_policy(const char *name, __u32 policy, __u32 messages);
int mailbox_join(const char *name, __u32 flags);
int mailbox_unlink(const char *name);
void mailboxes_unlink(void);
struct kipc_mailbox_info mailbox_info(int fd);
void mailbox_wait(int fd, __u32 receivers, __u32 senders);
short mailbox_polled(int fd);

int mail_send(int fd, const void *data, size_t size, __u32 priority);
int mail_post(int fd, __u32 number);
int mail_post_at(int fd, __u32 number, __u32 priority);
int mail_recv(int fd, struct kipc_mailbox_recv *recv, __u32 *number);
int mail_take(int fd, __u32 *number);
__u32 mail_next(int fd);
struct kipc_mail mail_next_told(int fd, __u32 *number);
int mail_peek(int fd, __u64 index, __u32 *number, struct kipc_mail *mail);
__u64 mail_purge(int fd);

__u64 lease_next(int fd, __u32 *number);
int lease_do(int fd, __u32 action, __u64 token, __u64 deadline);
int lease_ack(int fd, __u64 token);
int lease_return(int fd, __u64 token);

/**
 * struct mailer - a thread that receives or sends one message, and may wait
 * @thread: the thread
 * @fd: of the mailbox
 * @sends: it sends
 * @uid: its effective user
 * @number: what is sent, or was received
 * @send: what it sends with, and what came back
 * @recv: the same, if it receives
 * @ret: 0 or a negative errno
 * @done: set when it has returned
 * @switches: how often it had gone to sleep when mailer_blocks() saw it
 */
struct mailer {
	struct thread thread;
	int fd;
	bool sends;
	__u32 uid;
	__u32 number;
	struct kipc_mailbox_send send;
	struct kipc_mailbox_recv recv;
	int ret;
	int done;
	long switches;
};

void mailer_run(struct mailer *mailer);
void mailer_recv(struct mailer *mailer, int fd, __u32 priority_min);
void mailer_send(struct mailer *mailer, int fd, __u32 number, __u32 priority);
void mailer_send_as(struct mailer *mailer, int fd, __u32 number, __u32 uid);
void mailer_blocks(struct mailer *mailer);
bool mailer_is_done(struct mailer *mailer);
bool mailer_slept_on(struct mailer *mailer);
int mailer_join(struct mailer *mailer);

#endif /* MAILBOX_H */
