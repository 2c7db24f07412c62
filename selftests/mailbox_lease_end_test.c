// SPDX-License-Identifier: GPL-2.0-only
/* The end of a lease: its time, the file's close, and the death of its holder. */
#include <kselftest_harness.h>

#include "mailbox.h"

static const char name[] = "mailbox.end";

FIXTURE(end) {
	struct live live;
	int fd;
	int other;
};

static int make(__u64 lease)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = KIPC_MAILBOX_WORK,
		.messages_max = 10,
		.lease = lease,
		.dead_letter = -1,
	};

	return (int)must(mailbox_open(name, &arg));
}

FIXTURE_SETUP(end) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = make(0);
	self->other = mailbox_join(name, BOTH);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(end) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static void make_again(struct _test_data_end *self, __u64 lease)
{
	must(mailbox_unlink(name));
	close(self->fd);
	close(self->other);
	self->fd = make(lease);
	self->other = (int)must(mailbox_join(name, BOTH));
}

static struct kipc_mail lease_until(int fd, __u64 end, __u32 *number)
{
	struct kipc_mailbox_recv recv = { .endpoint = -1, .lease = end };

	must(mail_recv(fd, &recv, number));
	return recv.mail;
}

/* The mailbox's time, which nobody can lengthen */
TEST_F(end, time_of_the_mailbox) {
	__u64 begin, length = 300 * MILLISECOND;
	struct kipc_mail mail, again;
	__u32 number;

	make_again(self, length);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	begin = now();
	mail = lease_until(self->fd, after(3600 * SECOND), &number);
	EXPECT_LE(begin + length, mail.lease_end);
	EXPECT_GE(now() + length, mail.lease_end);
	again = mail_next_told(self->other, &number);
	EXPECT_LE(mail.lease_end, now());
	EXPECT_EQ(2, again.deliveries);
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, mail.token));
	/* This lease is no longer: it can have ended, too, and the next one. */
	while (lease_ack(self->other, again.token)) {
		ASSERT_LE(again.lease_end, now());
		again = mail_next_told(self->other, &number);
	}
	EXPECT_EQ(again.deliveries - 1, mailbox_info(self->fd).returned);
}

/* The longest there is does not end before it begins. */
TEST_F(end, endless) {
	struct kipc_mail mail;
	__u32 number;

	make_again(self, ~0ULL);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	mail = lease_until(self->fd, 0, &number);
	EXPECT_LE(after(3600 * SECOND), mail.lease_end);
	ASSERT_EQ(0, lease_do(self->fd, KIPC_LEASE_EXTEND, mail.token, ~0ULL));
	EXPECT_EQ(-EAGAIN, mail_take(self->other, &number));
	EXPECT_EQ(0, lease_ack(self->fd, mail.token));
}

/* A shorter time of the receiver's */
TEST_F(end, time_of_the_receiver) {
	__u64 end = after(100 * MILLISECOND);
	struct kipc_mail mail;
	struct mailer mailer;
	__u32 number;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	mail = lease_until(self->fd, end, &number);
	EXPECT_EQ(end, mail.lease_end);
	mailer_recv(&mailer, self->other, 0);
	EXPECT_EQ(0, mailer_join(&mailer));
	EXPECT_LE(end, now());
	EXPECT_EQ(0, mailer.recv.mail.lease_end);
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, mail.token));
	EXPECT_EQ(0, lease_ack(self->other, mailer.recv.mail.token));
}

static int extend_by_an_hour(int fd, __u64 token)
{
	return lease_do(fd, KIPC_LEASE_EXTEND, token, after(3600 * SECOND));
}

/* Takes a message for a second, or as long as is needed to extend that before its end. */
static struct kipc_mail lease_and_extend(int fd)
{
	__u64 length = SECOND;
	struct kipc_mail mail;
	__u32 number;
	int ret;

	for (;;) {
		mail = lease_until(fd, after(length), &number);
		ret = extend_by_an_hour(fd, mail.token);
		if (!ret)
			return mail;
		check(ret == -ENXIO && now() >= mail.lease_end);
		check(length < 8 * SECOND);
		length *= 2;
	}
}

TEST_F(end, extended) {
	struct kipc_mail mail;
	__u32 number;
	__u64 end;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	mail = lease_and_extend(self->fd);
	while (now() < mail.lease_end + SECOND / 2)
		pause_ms(10);
	EXPECT_EQ(-EAGAIN, mail_take(self->other, &number));
	/* Also to an earlier time, also to none */
	ASSERT_EQ(0, lease_do(self->fd, KIPC_LEASE_EXTEND, mail.token, 0));
	EXPECT_EQ(1, mailbox_info(self->fd).leased);
	end = after(50 * MILLISECOND);
	ASSERT_EQ(0, lease_do(self->fd, KIPC_LEASE_EXTEND, mail.token, end));
	EXPECT_EQ(1, mail_next(self->other));
	EXPECT_LE(end, now());
	EXPECT_EQ(-ENXIO, lease_do(self->fd, KIPC_LEASE_EXTEND, mail.token, 0));
}

/* Not beyond what the mailbox allows from now on */
TEST_F(end, extended_too_far) {
	__u64 length = SECOND / 2, end;
	struct kipc_mail mail;
	__u32 number;
	int ret;

	/* Long enough to be extended before it ends */
	do {
		length *= 2;
		make_again(self, length);
		ASSERT_EQ(0, mail_post(self->fd, 1));
		mail = lease_until(self->fd, 0, &number);
		ret = extend_by_an_hour(self->fd, mail.token);
	} while (ret == -ENXIO && now() >= mail.lease_end &&
		 length < 8 * SECOND);
	ASSERT_EQ(0, ret);
	end = now() + length;
	EXPECT_EQ(1, mail_next(self->other));
	EXPECT_GE(end + SOON, now());
}

/* Many with different ends, which come back one after the other */
TEST_F(end, many) {
	__u64 begin = now();
	__u32 number, i;

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, mail_post_at(self->fd, i, i));
		lease_until(self->fd, begin + (__u64)(7 * i % 10 + 1) * 100 *
			    MILLISECOND, &number);
	}
	for (i = 0; i < 10; i++) {
		number = mail_next(self->other);
		EXPECT_LE(begin + (__u64)(7 * number % 10 + 1) * 100 *
			  MILLISECOND, now());
	}
	EXPECT_EQ(10, mailbox_info(self->fd).returned);
}

/* Its file is closed for good; a copy keeps it. */
TEST_F(end, close) {
	__u32 number;
	__u64 token;
	int copy;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	token = lease_next(self->fd, &number);
	copy = dup(self->fd);
	close(self->fd);
	EXPECT_EQ(-EAGAIN, mail_take(self->other, &number));
	EXPECT_EQ(1, mailbox_info(self->other).leased);
	close(copy);
	EXPECT_EQ(1, mail_next(self->other));
	EXPECT_EQ(-ENXIO, lease_ack(self->other, token));
}

static void hold(int sock, void *arg)
{
	struct _test_data_end *self = arg;
	__u32 number;

	tell(sock, lease_next(self->fd, &number));
	hear(sock);
}

/* Others have the same file; what counts is who received it. */
TEST_F(end, death) {
	struct child child;
	__u32 number;
	__u64 token;
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mail_post(self->fd, 1));
		child_start(&child, CHILD_SHARES, hold, self);
		token = hear(child.sock);
		EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
		if (i == 0) {
			child_kill(&child);
		} else {
			tell(child.sock, 1);
			EXPECT_EQ(0, child_end(&child));
		}
		token = lease_next(i == 1 ? self->fd : self->other, &number);
		EXPECT_EQ(0, lease_ack(i == 1 ? self->fd : self->other, token));
	}
	EXPECT_EQ(3, mailbox_info(self->fd).returned);
}

static void hold_and_execute(int sock, void *arg)
{
	struct _test_data_end *self = arg;
	__u32 number;

	tell(sock, lease_next(self->fd, &number));
	child_execute(sock);
}

/* Another program has no descriptor of it. */
TEST_F(end, exec) {
	struct child child;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	child_start(&child, CHILD_SHARES, hold_and_execute, self);
	hear(child.sock);
	child_wait_executed(&child);
	EXPECT_EQ(1, mail_next(self->fd));
	child_kill(&child);
}

/* A child can acknowledge what its parent received, and lives or dies without effect. */
static void acknowledge(int sock, void *arg)
{
	struct _test_data_end *self = arg;

	must(lease_ack(self->fd, hear(sock)));
	tell(sock, 1);
	hear(sock);
}

TEST_F(end, child) {
	__u64 token[2];
	struct child child;
	__u32 number, i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		token[i] = lease_next(self->fd, &number);
	}
	child_start(&child, CHILD_SHARES, acknowledge, self);
	tell(child.sock, token[0]);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, token[0]));
	child_kill(&child);
	EXPECT_EQ(1, mailbox_info(self->fd).leased);
	EXPECT_EQ(0, lease_ack(self->fd, token[1]));
}

/* A parent closes its descriptor while the child has its own. */
static void keep_open(int sock, void *arg)
{
	struct _test_data_end *self = arg;

	hear(sock);
	check(mailbox_info(self->fd).leased == 0);
}

TEST_F(end, close_in_one_process) {
	struct child child;
	__u32 number;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	lease_next(self->fd, &number);
	child_start(&child, CHILD_SHARES, keep_open, self);
	close(self->fd);
	EXPECT_EQ(1, mail_next(self->other));
	close(self->other);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

/* It receives while its descriptor is closed already: so it cannot keep the lease. */
static void take_next(void *arg)
{
	__u32 number;

	mail_next_told(*(int *)arg, &number);
}

static void close_and_receive(int sock, void *arg)
{
	struct _test_data_end *self = arg;
	struct thread thread;
	int fd = self->fd;

	close(self->other);
	thread_start(&thread, take_next, &fd);
	wait_blocked(thread.tid, KIPC_MAILBOX_RECV);
	close(self->fd);
	tell(sock, 1);
	thread_join(&thread);
	tell(sock, 2);
	hear(sock);
}

TEST_F(end, received_after_close) {
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	struct child child;
	__u32 number;

	child_start(&child, CHILD_SHARES, close_and_receive, self);
	EXPECT_EQ(1, hear(child.sock));
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(2, hear(child.sock));
	child_kill(&child);
	recv.deadline = after(SOON);
	EXPECT_EQ(0, mail_recv(self->fd, &recv, &number));
}

/* One thread of a process ends: the others go on. */
static void take_and_end(void *arg)
{
	__u32 number;

	lease_next(*(int *)arg, &number);
}

TEST_F(end, thread) {
	struct thread thread;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	thread_start(&thread, take_and_end, &self->fd);
	thread_join(&thread);
	pause_ms(100);
	EXPECT_EQ(1, mailbox_info(self->fd).leased);
	EXPECT_EQ(0, mailbox_info(self->fd).returned);
}

TEST_HARNESS_MAIN
