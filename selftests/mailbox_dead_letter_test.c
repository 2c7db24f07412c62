// SPDX-License-Identifier: GPL-2.0-only
/* Work that nobody can do goes to the dead-letter mailbox. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>

#include "mailbox.h"

#define TRIES	3

FIXTURE(dead) {
	struct live live;
	int letters;
	int fd;
};

static int make(int letters)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = KIPC_MAILBOX_WORK,
		.mode = 0600,
		.messages_max = 10,
		.deliveries_max = TRIES,
		.dead_letter = letters,
	};

	return (int)must(mailbox_open(NULL, &arg));
}

FIXTURE_SETUP(dead) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->letters = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	self->fd = make(self->letters);
}

FIXTURE_TEARDOWN(dead) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Takes it and gives it back; returns how often it was delivered. */
static __u32 try(struct _test_data_dead *self, __u32 number)
{
	struct kipc_mail mail;
	__u32 got;

	mail = mail_next_told(self->fd, &got);
	check(got == number);
	must(lease_return(self->fd, mail.token));
	return mail.deliveries;
}

TEST_F(dead, after_so_many_tries) {
	struct kipc_mailbox_info info;
	struct kipc_mail mail;
	__u32 number, i;

	ASSERT_EQ(0, mail_post_at(self->fd, 7, 5));
	for (i = 1; i <= TRIES; i++) {
		EXPECT_EQ(-EAGAIN, mail_take(self->letters, &number));
		EXPECT_EQ(i, try(self, 7));
	}
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	info = mailbox_info(self->fd);
	EXPECT_EQ(0, info.messages + info.leased);
	EXPECT_EQ(1, info.dead);
	EXPECT_EQ(TRIES, info.returned);
	mail = mail_next_told(self->letters, &number);
	EXPECT_EQ(7, number);
	EXPECT_EQ(5, mail.priority);
	EXPECT_EQ((__u32)getpid(), mail.pid);
	EXPECT_EQ(1, mailbox_info(self->letters).accepted);
	/* There is room again. */
	for (i = 0; i < 10; i++)
		EXPECT_EQ(0, mail_post(self->fd, i));
}

/* Acknowledged at the last try, it is done. */
TEST_F(dead, not_if_it_is_done) {
	__u32 number, i;

	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 1; i < TRIES; i++)
		try(self, 7);
	EXPECT_EQ(0, lease_ack(self->fd, lease_next(self->fd, &number)));
	EXPECT_EQ(0, mailbox_info(self->fd).dead);
	EXPECT_EQ(-EAGAIN, mail_take(self->letters, &number));
}

static void try_and_die(int sock, void *arg)
{
	struct _test_data_dead *self = arg;
	__u32 number;

	lease_next(self->fd, &number);
	tell(sock, number);
	hear(sock);
}

/* Something kills each worker that looks at it. */
TEST_F(dead, poison) {
	struct child child;
	int i;

	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 0; i < TRIES; i++) {
		child_start(&child, CHILD_SHARES, try_and_die, self);
		EXPECT_EQ(7, hear(child.sock));
		child_kill(&child);
	}
	EXPECT_EQ(7, mail_next(self->letters));
	EXPECT_EQ(1, mailbox_info(self->fd).dead);
}

/* By the lease's time, too */
TEST_F(dead, too_late) {
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	__u32 number, i;

	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 0; i < TRIES; i++) {
		recv.lease = after(30 * MILLISECOND);
		recv.deadline = after(SOON);
		ASSERT_EQ(0, mail_recv(self->fd, &recv, &number));
		EXPECT_EQ(i + 1, recv.mail.deliveries);
	}
	EXPECT_EQ(7, mail_next(self->letters));
}

/* There is no room for it: it goes on being delivered. */
TEST_F(dead, full) {
	__u32 i, number;

	ASSERT_EQ(0, mail_post(self->letters, 1));
	ASSERT_EQ(0, mail_post(self->letters, 2));
	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 1; i <= 2 * TRIES; i++)
		EXPECT_EQ(i, try(self, 7));
	EXPECT_EQ(0, mailbox_info(self->fd).dead);
	EXPECT_EQ(1, mail_next(self->letters));
	EXPECT_EQ(i, try(self, 7));
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	EXPECT_EQ(2, mail_next(self->letters));
	EXPECT_EQ(7, mail_next(self->letters));
	EXPECT_EQ(1, mailbox_info(self->fd).dead);
}

/* The same, if the dead letters are work of which deliveries are limited. */
TEST_F(dead, work_that_is_full) {
	__u32 i, number;
	int last = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1);
	int next = make(last);

	close(self->fd);
	self->fd = make(next);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, mail_post(next, 1));
	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 1; i <= 2 * TRIES; i++)
		EXPECT_EQ(i, try(self, 7));
	EXPECT_EQ(0, mailbox_info(self->fd).dead);
	EXPECT_EQ(0, lease_ack(next, lease_next(next, &number)));
	EXPECT_EQ(i, try(self, 7));
	EXPECT_EQ(1, mailbox_info(self->fd).dead);
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
}

/* Who waits there is woken; what is attached comes along. */
TEST_F(dead, attachments) {
	struct kipc_attachment out = {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)eventfd(0, EFD_CLOEXEC),
	}, in;
	struct kipc_mailbox_send send = {
		.attachments = PTR(&out),
		.attachment_count = 1,
		.endpoint = -1,
	};
	struct kipc_mailbox_recv recv = {
		.attachments = PTR(&in),
		.attachments_max = 1,
		.endpoint = -1,
	};
	struct puppet puppet;
	__u64 value = 3;
	int i;

	puppet_open(&puppet);
	puppet_begin_on(&puppet, self->letters, KIPC_MAILBOX_RECV, &recv);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_RECV);
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	for (i = 0; i < TRIES; i++) {
		struct kipc_mailbox_recv take = recv;

		take.attachments = PTR(&(struct kipc_attachment){ 0 });
		ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV, &take));
		ASSERT_EQ(0, lease_return(self->fd, take.mail.token));
	}
	EXPECT_EQ(0, puppet_end(&puppet));
	EXPECT_EQ(1, recv.mail.attachment_count);
	EXPECT_EQ(8, write((int)in.id, &value, 8));
	puppet_close(&puppet);
}

/* A work queue of its own: there it begins anew. */
TEST_F(dead, in_a_work_queue) {
	int letters = mailbox_make(NULL, KIPC_MAILBOX_WORK, 2), i;
	struct kipc_mail mail;
	__u32 number;

	close(self->fd);
	self->fd = make(letters);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 0; i < TRIES; i++)
		try(self, 7);
	for (i = 0; i < 2 * TRIES; i++) {
		mail = mail_next_told(letters, &number);
		EXPECT_EQ(7, number);
		EXPECT_EQ(0, lease_return(letters, mail.token));
	}
}

/* Nobody can read the dead letters any more: it is as if they were full. */
TEST_F(dead, nobody_reads_them) {
	__u32 i;

	close(self->letters);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 1; i <= TRIES; i++)
		EXPECT_EQ(i, try(self, 7));
}

TEST_HARNESS_MAIN
