// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens while a message is copied into or out of a mailbox: its sender or
 * receiver stands still in the middle of it, at memory that does not come.
 */
#include <kselftest_harness.h>
#include <signal.h>

#include "mailbox.h"
#include "stall.h"

#define NO_STALLS	"this kernel has no userfaultfd"

FIXTURE(stall) {
	struct live live;
	struct stall stall;
	struct puppet puppet;
	bool can_stall;
	int fd;
};

FIXTURE_VARIANT(stall) {
	__u32 kind;
};

FIXTURE_VARIANT_ADD(stall, queue) {
	.kind = KIPC_MAILBOX_QUEUE,
};

FIXTURE_VARIANT_ADD(stall, work) {
	.kind = KIPC_MAILBOX_WORK,
};

FIXTURE_VARIANT_ADD(stall, broadcast) {
	.kind = KIPC_MAILBOX_BROADCAST,
};

FIXTURE_SETUP(stall) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->can_stall = stall_open(&self->stall);
	self->fd = mailbox_make(NULL, variant->kind, 4);
	puppet_open(&self->puppet);
}

FIXTURE_TEARDOWN(stall) {
	puppet_close(&self->puppet);
	stall_close(&self->stall);
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static bool is_broadcast(int fd)
{
	return mailbox_info(fd).kind == KIPC_MAILBOX_BROADCAST;
}

static void send_stalled(struct _test_data_stall *self,
			 struct kipc_mailbox_send *send)
{
	*send = (struct kipc_mailbox_send) {
		.data = PTR(self->stall.page),
		.data_size = 100,
		.endpoint = -1,
	};
	puppet_begin_on(&self->puppet, self->fd, KIPC_MAILBOX_SEND, send);
	stall_wait(&self->stall);
}

static void recv_stalled(struct _test_data_stall *self,
			 struct kipc_mailbox_recv *recv)
{
	*recv = (struct kipc_mailbox_recv) {
		.data = PTR(self->stall.page),
		.data_size = 100,
		.endpoint = -1,
	};
	puppet_begin_on(&self->puppet, self->fd, KIPC_MAILBOX_RECV, recv);
	stall_wait(&self->stall);
}

/* A sender that stands still keeps nobody from sending or receiving. */
TEST_F(stall, sender) {
	struct kipc_mailbox_send send;
	struct kipc_mail mail;
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	__u8 data[100];
	__u32 number, i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	send_stalled(self, &send);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		mail = mail_next_told(self->fd, &number);
		EXPECT_EQ(i, number);
		EXPECT_EQ(i + 1, mail.sequence);
		if (mail.token)
			EXPECT_EQ(0, lease_ack(self->fd, mail.token));
	}
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	stall_end(&self->stall);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(4, send.sequence);
	recv.data = PTR(data);
	recv.data_size = sizeof(data);
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(100, recv.mail.size);
}

/* A receiver that does keeps nobody either; nobody gets the same. */
TEST_F(stall, receiver) {
	struct kipc_mailbox_recv recv;
	__u32 number, i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, mail_post(self->fd, 100));
	recv_stalled(self, &recv);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	EXPECT_EQ(3, mailbox_info(self->fd).accepted);
	if (!is_broadcast(self->fd)) {
		for (i = 0; i < 2; i++)
			EXPECT_EQ(i, mail_next(self->fd));
		EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	}
	stall_end(&self->stall);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(4, recv.mail.size);
	EXPECT_EQ(1, recv.mail.sequence);
	EXPECT_EQ(100, *(__u32 *)self->stall.page);
}

/* It fails in the end: the message is there again, before the others. */
TEST_F(stall, receiver_that_fails) {
	struct kipc_mailbox_recv recv;
	struct kipc_mail mail;
	__u32 number;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, mail_post(self->fd, 100));
	recv_stalled(self, &recv);
	ASSERT_EQ(0, mail_post(self->fd, 101));
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, puppet_end(&self->puppet));
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(100, number);
	EXPECT_EQ(1, mail.deliveries);
	EXPECT_EQ(101, mail_next(self->fd));
}

/* Somebody waits for what comes back. */
TEST_F(stall, receiver_that_fails_for_another) {
	struct kipc_mailbox_recv recv;
	struct mailer mailer;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	if (is_broadcast(self->fd))
		return;
	ASSERT_EQ(0, mail_post(self->fd, 100));
	recv_stalled(self, &recv);
	mailer_recv(&mailer, self->fd, 0);
	mailer_blocks(&mailer);
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, puppet_end(&self->puppet));
	EXPECT_EQ(0, mailer_join(&mailer));
	EXPECT_EQ(100, mailer.number);
}

/* Its place is not given away meanwhile. */
TEST_F(stall, full) {
	struct kipc_mailbox_recv recv;
	__u32 i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	if (is_broadcast(self->fd))
		return;
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	recv_stalled(self, &recv);
	while (i < 5 && !mail_post(self->fd, i))
		i++;
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, puppet_end(&self->puppet));
	EXPECT_GE(4, mailbox_info(self->fd).messages);
	EXPECT_EQ(0, mail_next(self->fd));
}

/* In a child: stands still in the middle of a command until it is killed. */
static void stand_still(void *arg)
{
	struct _test_data_stall *self = arg;
	struct kipc_mailbox_send send = {
		.data = PTR(self->stall.page),
		.data_size = 100,
		.endpoint = -1,
	};
	struct kipc_mailbox_recv recv = {
		.data = PTR(self->stall.page),
		.data_size = 100,
		.endpoint = -1,
	};

	if (mailbox_info(self->fd).messages)
		kipc(self->fd, KIPC_MAILBOX_RECV, &recv);
	else
		kipc(self->fd, KIPC_MAILBOX_SEND, &send);
}

static void be_killed(int sock, void *arg)
{
	struct _test_data_stall *self = arg;
	struct thread thread;

	stall_open(&self->stall);
	thread_start(&thread, stand_still, self);
	stall_wait(&self->stall);
	tell(sock, 1);
	hear(sock);
}

TEST_F(stall, killed_sender) {
	struct child child;
	__u32 number;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	child_start(&child, CHILD_SHARES, be_killed, self);
	hear(child.sock);
	child_kill(&child);
	EXPECT_EQ(0, mailbox_info(self->fd).accepted);
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(7, mail_next(self->fd));
}

/* What it was receiving is not lost. */
TEST_F(stall, killed_receiver) {
	struct child child;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, mail_post(self->fd, 100));
	child_start(&child, CHILD_SHARES, be_killed, self);
	hear(child.sock);
	ASSERT_EQ(0, mail_post(self->fd, 101));
	child_kill(&child);
	EXPECT_EQ(100, mail_next(self->fd));
	EXPECT_EQ(101, mail_next(self->fd));
}

TEST_HARNESS_MAIN
