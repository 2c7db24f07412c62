// SPDX-License-Identifier: GPL-2.0-only
/* Posting to one mailbox and receiving from another in one command. */
#include <kselftest_harness.h>
#include <fcntl.h>

#include "mailbox.h"

#define ROUNDS	200

FIXTURE(both) {
	struct live live;
	int there;
	int here;
	__u32 out;
	__u32 in;
	struct kipc_mailbox_send_recv arg;
};

FIXTURE_SETUP(both) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->there = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	self->here = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	self->out = 5;
	self->arg.to = self->there;
	self->arg.send.data = PTR(&self->out);
	self->arg.send.data_size = sizeof(self->out);
	self->arg.send.flags = KIPC_NONBLOCK;
	self->arg.recv.data = PTR(&self->in);
	self->arg.recv.data_size = sizeof(self->in);
	self->arg.recv.flags = KIPC_NONBLOCK;
}

FIXTURE_TEARDOWN(both) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static int issue(struct _test_data_both *self)
{
	return kipc(self->here, KIPC_MAILBOX_SEND_RECV, &self->arg);
}

TEST_F(both, posts_and_receives) {
	must(mail_post(self->here, 7));
	self->arg.send.priority = 9;
	ASSERT_EQ(0, issue(self));
	EXPECT_EQ(7, self->in);
	EXPECT_EQ(1, self->arg.recv.mail.sequence);
	EXPECT_EQ(self->there, self->arg.to);
	EXPECT_EQ(5, mail_next(self->there));
}

/* The message was posted: what is left to be done is the receipt. */
TEST_F(both, only_the_receipt_fails) {
	EXPECT_EQ(-EAGAIN, issue(self));
	EXPECT_EQ(-1, self->arg.to);
	must(mail_post(self->here, 7));
	self->arg.recv.data_size = 1;
	EXPECT_EQ(-EMSGSIZE, issue(self));
	EXPECT_EQ(-1, self->arg.to);
	EXPECT_EQ(sizeof(self->in), self->arg.recv.mail.size);
	self->arg.recv.data_size = sizeof(self->in);
	ASSERT_EQ(0, issue(self));
	EXPECT_EQ(7, self->in);
	EXPECT_EQ(5, mail_next(self->there));
	EXPECT_EQ(0, mailbox_info(self->there).messages);
}

TEST_F(both, too_large_for_the_receiver) {
	must(mail_post(self->here, 7));
	self->arg.recv.data_size = 1;
	EXPECT_EQ(-EMSGSIZE, issue(self));
	EXPECT_EQ(-1, self->arg.to);
	EXPECT_EQ(sizeof(self->in), self->arg.recv.mail.size);
	EXPECT_EQ(7, mail_next(self->here));
	EXPECT_EQ(5, mail_next(self->there));
}

/* Nothing is received then, and nothing posted if the receipt cannot be. */
TEST_F(both, cannot_be_posted) {
	int pipes[2];

	must(mail_post(self->here, 7));
	must_errno(pipe2(pipes, O_CLOEXEC));
	self->arg.to = pipes[1];
	EXPECT_EQ(-EPROTOTYPE, issue(self));
	self->arg.to = 1000;
	EXPECT_EQ(-EBADF, issue(self));
	self->arg.to = self->there;
	self->arg.send.priority = KIPC_PRIORITY_MAX + 1;
	EXPECT_EQ(-EINVAL, issue(self));
	self->arg.send.priority = 0;
	self->arg.recv.priority_min = KIPC_PRIORITY_MAX + 1;
	EXPECT_EQ(-EINVAL, issue(self));
	self->arg.recv.priority_min = 0;
	must(mail_post(self->there, 1));
	must(mail_post(self->there, 2));
	EXPECT_EQ(-EAGAIN, issue(self));
	EXPECT_EQ(self->there, self->arg.to);
	EXPECT_EQ(1, mailbox_info(self->here).messages);
	EXPECT_EQ(2, mailbox_info(self->there).messages);
}

static void answer(void *arg)
{
	struct _test_data_both *self = arg;
	__u32 number = 0;
	struct kipc_mailbox_send_recv both = {
		.to = -1,
		.send.data = PTR(&number),
		.send.data_size = sizeof(number),
		.recv.data = PTR(&number),
		.recv.data_size = sizeof(number),
	};
	int i;

	for (i = 0; i < ROUNDS; i++) {
		must(kipc(self->there, KIPC_MAILBOX_SEND_RECV, &both));
		number++;
		both.to = self->here;
	}
	must(mail_post(self->here, number));
}

/* Round trips, two system calls for each */
TEST_F(both, round_trips) {
	struct thread thread;
	__u32 i;

	thread_start(&thread, answer, self);
	self->arg.send.flags = 0;
	self->arg.recv.flags = 0;
	for (i = 0; i < ROUNDS; i++) {
		self->out = i;
		ASSERT_EQ(0, issue(self));
		ASSERT_EQ(i + 1, self->in);
	}
	thread_join(&thread);
	EXPECT_EQ((__u64)ROUNDS, mailbox_info(self->here).accepted);
}

TEST_HARNESS_MAIN
