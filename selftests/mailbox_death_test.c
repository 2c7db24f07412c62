// SPDX-License-Identifier: GPL-2.0-only
/* Processes that are killed while they send to a mailbox, receive from it, hold work. */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "mailbox.h"

static const char name[] = "mailbox.death";

FIXTURE(death) {
	struct live live;
	struct endpoint endpoint;
	int fd;
};

FIXTURE_VARIANT(death) {
	__u32 kind;
};

FIXTURE_VARIANT_ADD(death, queue) {
	.kind = KIPC_MAILBOX_QUEUE,
};

FIXTURE_VARIANT_ADD(death, work) {
	.kind = KIPC_MAILBOX_WORK,
};

FIXTURE_SETUP(death) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	self->fd = mailbox_make(name, variant->kind, 2);
}

FIXTURE_TEARDOWN(death) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static void send_in_vain(int sock, void *arg)
{
	struct _test_data_death *self = arg;
	struct kipc_attachment attachment[2] = {
		{ .type = KIPC_ATTACH_FD, .id = (__u32)eventfd(0, 0) },
		{ .type = KIPC_ATTACH_NODE, .rights = KIPC_RIGHTS_ALL,
		  .id = node_create(&self->endpoint, 1) },
	};
	struct kipc_mailbox_send send = {
		.priority = 9,
		.data = PTR("abcd"),
		.data_size = 4,
		.attachments = PTR(attachment),
		.attachment_count = 2,
		.endpoint = self->endpoint.fd,
	};

	(void)sock;
	kipc(self->fd, KIPC_MAILBOX_SEND, &send);
}

/* What it waited to send does not come, and is in nobody's way. */
TEST_F(death, of_a_sender) {
	struct kipc_stat before;
	struct mailer mailer;
	struct child child;
	__u32 i;

	stat_get(&self->endpoint, &before);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mail_post(self->fd, 1));
		ASSERT_EQ(0, mail_post(self->fd, 2));
		child_start(&child, CHILD_SHARES, send_in_vain, self);
		wait_blocked(child.pid, KIPC_MAILBOX_SEND);
		mailer_send(&mailer, self->fd, 3, 0);
		mailer_blocks(&mailer);
		child_kill(&child);
		EXPECT_TRUE(mailer_slept_on(&mailer));
		EXPECT_EQ(1, mailbox_info(self->fd).senders);
		EXPECT_EQ(2, mail_purge(self->fd));
		EXPECT_EQ(0, mailer_join(&mailer));
		EXPECT_EQ(1, mail_purge(self->fd));
	}
	EXPECT_EQ(9, mailbox_info(self->fd).accepted);
	mailbox_wait(self->fd, 0, 0);
}

static void receive_in_vain(int sock, void *arg)
{
	struct _test_data_death *self = arg;
	__u32 number;

	(void)sock;
	mail_next_told(self->fd, &number);
}

/* The next of those who wait is next. */
TEST_F(death, of_a_receiver) {
	struct mailer mailer;
	struct child child;

	child_start(&child, CHILD_SHARES, receive_in_vain, self);
	wait_blocked(child.pid, KIPC_MAILBOX_RECV);
	mailer_recv(&mailer, self->fd, 0);
	mailer_blocks(&mailer);
	child_kill(&child);
	mailbox_wait(self->fd, 1, 0);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, mailer_join(&mailer));
	EXPECT_EQ(7, mailer.number);
	EXPECT_EQ(1, mailer.recv.mail.deliveries);
}

/* At the very moment at which it is handed the message: a queue may lose that one. */
TEST_F_TIMEOUT(death, of_a_receiver_that_is_woken, 100) {
	int rounds = debug_kernel() ? 30 : 150, i, kept = 0;
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.endpoint = -1,
	};
	struct child child;
	__u32 number;

	for (i = 0; i < rounds; i++) {
		child_start(&child, CHILD_SHARES, receive_in_vain, self);
		wait_blocked(child.pid, KIPC_MAILBOX_RECV);
		if (i % 2)
			kill(child.pid, SIGKILL);
		must(mail_post(self->fd, (__u32)i));
		child_kill(&child);
		if (!mail_recv(self->fd, &recv, &number)) {
			ASSERT_EQ((__u32)i, number);
			kept++;
			if (recv.mail.token)
				ASSERT_EQ(0, lease_ack(self->fd,
						       recv.mail.token));
		}
		ASSERT_EQ(0, mailbox_info(self->fd).messages);
		ASSERT_EQ(0, mailbox_info(self->fd).leased);
	}
	TH_LOG("%d of %d kept", kept, rounds);
	if (variant->kind == KIPC_MAILBOX_WORK)
		EXPECT_EQ(rounds, kept);
}

static void hold(int sock, void *arg)
{
	struct _test_data_death *self = arg;
	__u32 number, i;

	for (i = 0; i < 2; i++)
		mail_next_told(self->fd, &number);
	tell(sock, 1);
	hear(sock);
}

/* Work comes back; what a queue gave is gone. */
TEST_F(death, of_a_holder) {
	struct child child;
	struct kipc_mail mail;
	__u32 number;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	child_start(&child, CHILD_SHARES, hold, self);
	hear(child.sock);
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	child_kill(&child);
	if (variant->kind == KIPC_MAILBOX_QUEUE) {
		EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
		return;
	}
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(2, mail.deliveries);
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(2, mail.deliveries);
}

/* All threads of a process, and those who wait because of it */
static void crowd(int sock, void *arg)
{
	struct _test_data_death *self = arg;
	struct mailer mailer[8];
	int i;

	for (i = 0; i < 8; i++) {
		if (i % 2)
			mailer_recv(&mailer[i], self->fd, 1);
		else
			mailer_send(&mailer[i], self->fd, 3, 0);
		mailer_blocks(&mailer[i]);
	}
	tell(sock, 1);
	hear(sock);
}

TEST_F_TIMEOUT(death, of_many_threads, 100) {
	struct child child;
	int i;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	for (i = 0; i < 5; i++) {
		child_start(&child, CHILD_SHARES, crowd, self);
		hear(child.sock);
		EXPECT_EQ(4, mailbox_info(self->fd).receivers);
		EXPECT_EQ(4, mailbox_info(self->fd).senders);
		child_kill(&child);
		mailbox_wait(self->fd, 0, 0);
	}
	EXPECT_EQ(2, mailbox_info(self->fd).accepted);
}

/* The last files of a mailbox without a name die with their process. */
static void die_with_it(int sock, void *arg)
{
	struct _test_data_death *self = arg;

	must(mailbox_unlink(name));
	close(self->fd);
	self->fd = mailbox_make(name, KIPC_MAILBOX_WORK, 4);
	must(mail_post(self->fd, 1));
	mail_next(self->fd);
	must(mail_post(self->fd, 2));
	tell(sock, 1);
	hear(sock);
}

TEST_F(death, of_all) {
	struct child child;
	__u32 sum = 0;
	int fd;

	child_start(&child, CHILD_SHARES, die_with_it, self);
	hear(child.sock);
	child_kill(&child);
	fd = mailbox_join(name, BOTH);
	ASSERT_LE(0, fd);
	sum += mail_next(fd);
	sum += mail_next(fd);
	EXPECT_EQ(3, sum);
}

TEST_HARNESS_MAIN
