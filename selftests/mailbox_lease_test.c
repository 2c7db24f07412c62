// SPDX-License-Identifier: GPL-2.0-only
/* Work queues: leases, what may be done with them, and in what order work returns. */
#include <kselftest_harness.h>

#include "mailbox.h"

static const char name[] = "mailbox.lease";

FIXTURE(lease) {
	struct live live;
	int fd;
	int other;
};

FIXTURE_SETUP(lease) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(name, KIPC_MAILBOX_WORK, 10);
	self->other = mailbox_join(name, BOTH);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(lease) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(lease, acknowledged) {
	struct kipc_mailbox_info info;
	struct kipc_mail mail;
	__u32 number;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	mail = mail_next_told(self->fd, &number);
	EXPECT_NE(0, mail.token);
	EXPECT_EQ(0, mail.lease_end);
	EXPECT_EQ(1, mail.deliveries);
	info = mailbox_info(self->other);
	EXPECT_EQ(0, info.messages);
	EXPECT_EQ(1, info.leased);
	EXPECT_EQ(-EAGAIN, mail_take(self->other, &number));
	EXPECT_EQ(0, lease_ack(self->fd, mail.token));
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, mail.token));
	info = mailbox_info(self->other);
	EXPECT_EQ(0, info.messages + info.leased);
	EXPECT_EQ(1, info.accepted);
	EXPECT_EQ(1, info.delivered);
	EXPECT_EQ(0, info.returned);
}

/* It goes to the others, before all of its priority. */
TEST_F(lease, returned) {
	struct kipc_mail mail;
	__u32 number, i;
	__u64 token;

	for (i = 1; i <= 3; i++)
		ASSERT_EQ(0, mail_post_at(self->fd, i, 5));
	ASSERT_EQ(0, mail_post_at(self->fd, 4, 6));
	EXPECT_LT(0, lease_next(self->fd, &number));
	EXPECT_EQ(4, number);
	token = lease_next(self->fd, &number);
	EXPECT_EQ(1, number);
	EXPECT_EQ(0, lease_return(self->fd, token));
	EXPECT_EQ(-ENXIO, lease_return(self->fd, token));
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, token));
	ASSERT_EQ(0, mail_post_at(self->fd, 5, 7));
	lease_next(self->other, &number);
	EXPECT_EQ(5, number);
	mail = mail_next_told(self->other, &number);
	EXPECT_EQ(1, number);
	EXPECT_EQ(2, mail.deliveries);
	EXPECT_EQ(1, mail.sequence);
	EXPECT_EQ(5, mail.priority);
	EXPECT_NE(token, mail.token);
	EXPECT_EQ(1, mailbox_info(self->fd).returned);
	lease_next(self->other, &number);
	EXPECT_EQ(2, number);
}

/* The one that was returned last is the first of all. */
TEST_F(lease, returned_in_order) {
	__u64 token[4];
	__u32 number, i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	for (i = 0; i < 3; i++)
		token[i] = lease_next(self->fd, &number);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, lease_return(self->fd, token[i]));
	for (i = 0; i < 4; i++) {
		token[i] = lease_next(self->fd, &number);
		EXPECT_EQ(number == 3, i == 3);
	}
}

/* Whoever waits gets what is returned. */
TEST_F(lease, returned_to_who_waits) {
	struct mailer mailer;
	__u32 number;
	__u64 token;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	token = lease_next(self->fd, &number);
	mailer_recv(&mailer, self->other, 0);
	mailer_blocks(&mailer);
	ASSERT_EQ(0, lease_return(self->fd, token));
	EXPECT_EQ(0, mailer_join(&mailer));
	EXPECT_EQ(1, mailer.number);
	EXPECT_EQ(2, mailer.recv.mail.deliveries);
	EXPECT_EQ(0, lease_ack(self->other, mailer.recv.mail.token));
}

/* A token is good on the file through which it was received. */
TEST_F(lease, of_another_file) {
	__u32 number;
	__u64 token;
	int copy;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	token = lease_next(self->fd, &number);
	EXPECT_EQ(-ENXIO, lease_ack(self->other, token));
	EXPECT_EQ(-ENXIO, lease_return(self->other, token));
	EXPECT_EQ(-ENXIO, lease_do(self->other, KIPC_LEASE_EXTEND, token, 0));
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, token + 1));
	EXPECT_EQ(-ENXIO, lease_ack(self->fd, 0));
	EXPECT_EQ(1, mailbox_info(self->fd).leased);
	copy = dup(self->fd);
	EXPECT_EQ(0, lease_ack(copy, token));
}

/* Several, up to the first that is none */
TEST_F(lease, several) {
	__u64 token[KIPC_BATCH_MAX + 1] = { 0 };
	struct kipc_mailbox_lease lease = { .tokens = PTR(token), .count = 5 };
	__u32 number, i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	for (i = 0; i < 5; i++)
		token[i] = lease_next(self->fd, &number);
	token[5] = token[3];
	token[3] = token[0];
	EXPECT_EQ(-ENXIO, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	EXPECT_EQ(3, lease.done);
	EXPECT_EQ(2, mailbox_info(self->fd).leased);
	lease.tokens = PTR(token + 4);
	lease.count = 2;
	lease.action = KIPC_LEASE_RETURN;
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	EXPECT_EQ(2, lease.done);
	EXPECT_EQ(2, mailbox_info(self->fd).messages);
	lease.count = 0;
	EXPECT_EQ(-EINVAL, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	lease.count = KIPC_BATCH_MAX + 1;
	EXPECT_EQ(-E2BIG, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	lease.count = 1;
	lease.tokens = 8;
	EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
}

TEST_F(lease, bad_actions) {
	struct kipc_mailbox_lease lease = { .count = 1 };
	__u32 number;
	__u64 token;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	token = lease_next(self->fd, &number);
	lease.tokens = PTR(&token);
	lease.action = KIPC_LEASE_EXTEND + 1;
	EXPECT_EQ(-EINVAL, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	lease.action = KIPC_LEASE_ACK;
	lease.deadline = after(SECOND);
	EXPECT_EQ(-EINVAL, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	lease.action = KIPC_LEASE_RETURN;
	EXPECT_EQ(-EINVAL, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	lease.deadline = 0;
	lease.flags = 1;
	EXPECT_EQ(-EINVAL, kipc(self->fd, KIPC_MAILBOX_LEASE, &lease));
	EXPECT_EQ(0, lease.done);
	EXPECT_EQ(0, lease_ack(self->fd, token));
}

/* Leased ones take up room, until they are acknowledged. */
TEST_F(lease, takes_up_room) {
	struct mailer mailer;
	__u32 number, i;
	__u64 token[10];

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		token[i] = lease_next(self->fd, &number);
	}
	EXPECT_EQ(-EAGAIN, mail_post(self->fd, 10));
	mailer_send(&mailer, self->fd, 11, 0);
	mailer_blocks(&mailer);
	EXPECT_EQ(0, lease_return(self->fd, token[0]));
	EXPECT_TRUE(mailer_slept_on(&mailer));
	EXPECT_EQ(0, lease_ack(self->fd, token[1]));
	EXPECT_EQ(0, mailer_join(&mailer));
}

/* Only a work queue leases anything. */
TEST_F(lease, of_a_queue) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 10);
	struct kipc_mailbox_recv recv = {
		.endpoint = -1,
		.lease = after(SECOND),
	};
	__u32 number;

	ASSERT_EQ(0, mail_post(fd, 1));
	EXPECT_EQ(-EINVAL, mail_recv(fd, &recv, &number));
	recv.lease = 0;
	EXPECT_EQ(0, mail_recv(fd, &recv, &number));
	EXPECT_EQ(0, recv.mail.token);
	EXPECT_EQ(-ENXIO, lease_ack(fd, 1));
}

/* A batch leases each of them; a fault in it returns one. */
TEST_F(lease, in_a_batch) {
	__u32 number[4], i;
	struct kipc_mailbox_recv recv[4] = { { 0 } };
	struct kipc_mailbox_recv_batch batch = {
		.messages = PTR(recv),
		.count = 4,
	};

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		recv[i].data = i == 2 ? 8 : PTR(&number[i]);
		recv[i].data_size = 4;
		recv[i].endpoint = -1;
	}
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV_BATCH, &batch));
	EXPECT_EQ(2, batch.received);
	EXPECT_EQ(2, mailbox_info(self->fd).leased);
	EXPECT_EQ(2, mailbox_info(self->fd).messages);
	EXPECT_NE(recv[0].mail.token, recv[1].mail.token);
	EXPECT_EQ(0, lease_ack(self->fd, recv[0].mail.token));
	EXPECT_EQ(0, lease_return(self->fd, recv[1].mail.token));
	for (i = 1; i < 4; i++)
		EXPECT_EQ(i, mail_next(self->fd));
}

TEST_HARNESS_MAIN
