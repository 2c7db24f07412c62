// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for a message or for room: deadlines, signals, and not waiting at all. */
#include <kselftest_harness.h>
#include <sys/syscall.h>

#include "interrupt.h"
#include "mailbox.h"

FIXTURE(wait) {
	struct live live;
	int fd;
	struct mailer mailer;
};

FIXTURE_SETUP(wait) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
}

FIXTURE_TEARDOWN(wait) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void fill_it(struct _test_data_wait *self)
{
	must(mail_post(self->fd, 1));
	must(mail_post(self->fd, 2));
	check(mail_post(self->fd, 3) == -EAGAIN);
}

static void empty_it(struct _test_data_wait *self)
{
	check(mail_next(self->fd) == 1);
	check(mail_next(self->fd) == 2);
}

TEST_F(wait, for_a_message) {
	mailer_recv(&self->mailer, self->fd, 0);
	mailer_blocks(&self->mailer);
	EXPECT_EQ(1, mailbox_info(self->fd).receivers);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, mailer_join(&self->mailer));
	EXPECT_EQ(7, self->mailer.number);
	EXPECT_EQ(0, mailbox_info(self->fd).receivers);
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
}

TEST_F(wait, for_room) {
	fill_it(self);
	mailer_send(&self->mailer, self->fd, 3, 0);
	mailer_blocks(&self->mailer);
	EXPECT_EQ(1, mailbox_info(self->fd).senders);
	EXPECT_EQ(2, mailbox_info(self->fd).messages);
	EXPECT_EQ(2, mailbox_info(self->fd).accepted);
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(0, mailer_join(&self->mailer));
	EXPECT_EQ(3, self->mailer.send.sequence);
	EXPECT_EQ(0, mailbox_info(self->fd).senders);
	EXPECT_EQ(2, mail_next(self->fd));
	EXPECT_EQ(3, mail_next(self->fd));
}

TEST_F(wait, deadlines) {
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	__u32 number;

	recv.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, mail_recv(self->fd, &recv, &number));
	EXPECT_LE(recv.deadline, now());
	recv.deadline = 1;
	EXPECT_EQ(-ETIMEDOUT, mail_recv(self->fd, &recv, &number));
	fill_it(self);
	send.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_LE(send.deadline, now());
	send.deadline = 1;
	EXPECT_EQ(-ETIMEDOUT, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	/* Where nobody has to wait it does not matter that it has passed. */
	EXPECT_EQ(0, mail_recv(self->fd, &recv, &number));
	EXPECT_EQ(1, number);
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(3, mailbox_info(self->fd).accepted);
	/* Nothing that was given up comes later. */
	EXPECT_EQ(2, mail_purge(self->fd));
}

/* A deadline that has not passed does not end the wait early. */
TEST_F(wait, long_deadline) {
	self->mailer = (struct mailer) {
		.fd = self->fd,
		.recv = { .endpoint = -1, .deadline = after(3600 * SECOND) },
	};
	mailer_run(&self->mailer);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, mailer_join(&self->mailer));
	EXPECT_EQ(7, self->mailer.number);
}

TEST_F(wait, not_at_all) {
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	__u32 number;

	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mail_recv(self->fd, &recv, &number));
	fill_it(self);
	EXPECT_EQ(-EAGAIN, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	empty_it(self);
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
}

TEST_F(wait, interrupted) {
	__u32 number;

	mailer_recv(&self->mailer, self->fd, 0);
	mailer_blocks(&self->mailer);
	interrupt(&self->mailer.thread);
	EXPECT_EQ(-EINTR, mailer_join(&self->mailer));
	EXPECT_EQ(0, mailbox_info(self->fd).receivers);
	fill_it(self);
	mailer_send(&self->mailer, self->fd, 3, 0);
	mailer_blocks(&self->mailer);
	interrupt(&self->mailer.thread);
	EXPECT_EQ(-EINTR, mailer_join(&self->mailer));
	EXPECT_EQ(0, mailbox_info(self->fd).senders);
	empty_it(self);
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
}

/* With SA_RESTART they go on waiting, and it happens once. */
TEST_F(wait, restarted) {
	__u32 number;

	interrupt_install(SA_RESTART);
	mailer_recv(&self->mailer, self->fd, 0);
	mailer_blocks(&self->mailer);
	interrupt(&self->mailer.thread);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, mailer_join(&self->mailer));
	EXPECT_EQ(7, self->mailer.number);
	fill_it(self);
	mailer_send(&self->mailer, self->fd, 3, 0);
	mailer_blocks(&self->mailer);
	interrupt(&self->mailer.thread);
	mailer_blocks(&self->mailer);
	empty_it(self);
	EXPECT_EQ(0, mailer_join(&self->mailer));
	EXPECT_EQ(3, mail_next(self->fd));
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
}

/* A stop is no end of the wait. */
static void receive_once(int sock, void *arg)
{
	tell(sock, mail_next(*(int *)arg));
}

TEST_F(wait, stopped) {
	struct child child;

	child_start(&child, CHILD_SHARES, receive_once, &self->fd);
	wait_blocked(child.pid, KIPC_MAILBOX_RECV);
	stop_and_continue(child.pid);
	wait_blocked(child.pid, KIPC_MAILBOX_RECV);
	ASSERT_EQ(0, mail_post(self->fd, 9));
	EXPECT_EQ(9, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* Sends the signal to the thread, if it is still there. */
static void disturb(struct _test_data_wait *self)
{
	syscall(SYS_tgkill, getpid(), self->mailer.thread.tid, SIGUSR1);
}

/* A message that comes at the moment of a signal or deadline is not lost. */
TEST_F_TIMEOUT(wait, at_the_same_time, 100) {
	int rounds = debug_kernel() ? 100 : 500, i, got = 0;
	__u32 number;

	for (i = 0; i < rounds; i++) {
		mailer_recv(&self->mailer, self->fd, 0);
		mailer_blocks(&self->mailer);
		if (i % 2) {
			disturb(self);
			must(mail_post(self->fd, 7));
		} else {
			must(mail_post(self->fd, 7));
			disturb(self);
		}
		if (!mailer_join(&self->mailer)) {
			ASSERT_EQ(7, self->mailer.number);
			got++;
		} else {
			ASSERT_EQ(0, mail_take(self->fd, &number));
		}
		ASSERT_EQ(-EAGAIN, mail_take(self->fd, &number));
	}
	TH_LOG("%d of %d received", got, rounds);
	EXPECT_EQ((__u64)rounds, mailbox_info(self->fd).delivered);
}

/* The same for a sender: it is sent if, and only if, the command says so. */
TEST_F_TIMEOUT(wait, room_at_the_same_time, 100) {
	int rounds = debug_kernel() ? 100 : 500, i, sent = 0;
	__u32 number;

	for (i = 0; i < rounds; i++) {
		fill_it(self);
		mailer_send(&self->mailer, self->fd, 3, 0);
		mailer_blocks(&self->mailer);
		if (i % 2)
			disturb(self);
		empty_it(self);
		if (!(i % 2))
			disturb(self);
		if (!mailer_join(&self->mailer)) {
			ASSERT_EQ(0, mail_take(self->fd, &number));
			ASSERT_EQ(3, number);
			sent++;
		}
		ASSERT_EQ(-EAGAIN, mail_take(self->fd, &number));
	}
	TH_LOG("%d of %d sent", sent, rounds);
}

TEST_HARNESS_MAIN
