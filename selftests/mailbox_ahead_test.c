// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of a batch, messages are taken, written and let go of together. Nobody may notice: what
 * was not received, after all, is where it was, and others get what they would have got.
 */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "mailbox.h"
#include "stall.h"

#define NO_STALLS	"this kernel has no userfaultfd"

/* More than the module takes at once */
#define COUNT	40

FIXTURE(ahead) {
	struct live live;
	struct stall stall;
	struct puppet puppet;
	bool can_stall;
	int fd;
	__u32 in[COUNT];
	__u32 out[COUNT];
	struct kipc_mailbox_send sends[COUNT];
	struct kipc_mailbox_recv recvs[COUNT];
	struct kipc_mailbox_send_batch send;
	struct kipc_mailbox_recv_batch recv;
};

FIXTURE_SETUP(ahead) {
	__u32 i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->can_stall = stall_open(&self->stall);
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, COUNT);
	puppet_open(&self->puppet);
	for (i = 0; i < COUNT; i++) {
		self->out[i] = i;
		self->sends[i].data = PTR(&self->out[i]);
		self->sends[i].data_size = sizeof(__u32);
		self->sends[i].endpoint = -1;
		self->recvs[i].data = PTR(&self->in[i]);
		self->recvs[i].data_size = sizeof(__u32);
		self->recvs[i].endpoint = -1;
	}
	self->send.messages = PTR(self->sends);
	self->send.count = COUNT;
	self->recv.messages = PTR(self->recvs);
	self->recv.count = COUNT;
}

FIXTURE_TEARDOWN(ahead) {
	puppet_close(&self->puppet);
	stall_close(&self->stall);
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int post(struct _test_data_ahead *self)
{
	return kipc(self->fd, KIPC_MAILBOX_SEND_BATCH, &self->send);
}

static int take(struct _test_data_ahead *self)
{
	return kipc(self->fd, KIPC_MAILBOX_RECV_BATCH, &self->recv);
}

/* A receiver stands still at its third message, with more of them in its hand. */
static void take_stalled(struct _test_data_ahead *self)
{
	self->recvs[2].data = PTR(self->stall.page);
	puppet_begin_on(&self->puppet, self->fd, KIPC_MAILBOX_RECV_BATCH,
			&self->recv);
	stall_wait(&self->stall);
}

/* It goes on, and has all of them in their order. */
TEST_F(ahead, goes_on) {
	__u32 i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, post(self));
	take_stalled(self);
	/* Their places are theirs still. */
	EXPECT_EQ(-EAGAIN, mail_post(self->fd, 100));
	stall_end(&self->stall);
	ASSERT_EQ(0, puppet_end(&self->puppet));
	ASSERT_EQ(COUNT, self->recv.received);
	for (i = 0; i < COUNT; i++) {
		EXPECT_EQ(i + 1, self->recvs[i].mail.sequence);
		EXPECT_EQ(1, self->recvs[i].mail.deliveries);
		if (i != 2)
			EXPECT_EQ(i, self->in[i]);
	}
	for (i = 0; i < COUNT; i++)
		EXPECT_EQ(0, mail_post(self->fd, i));
}

/* It fails: what it has not received is there again, in its order, before all others. */
TEST_F(ahead, fails) {
	struct kipc_mail mail;
	__u32 i, number;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	self->send.count = COUNT - 5;
	ASSERT_EQ(0, post(self));
	take_stalled(self);
	for (i = COUNT - 5; i < COUNT; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	stall_unmap(&self->stall);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(2, self->recv.received);
	EXPECT_EQ(COUNT - 2, mailbox_info(self->fd).messages);
	for (i = 2; i < COUNT; i++) {
		mail = mail_next_told(self->fd, &number);
		EXPECT_EQ(i, number);
		EXPECT_EQ(1, mail.deliveries);
		EXPECT_EQ(i + 1, mail.sequence);
	}
}

/* Those who wait get what comes back, each of them one. */
TEST_F(ahead, fails_for_others) {
	struct mailer mailers[3];
	__u32 seen = 0;
	size_t i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	self->send.count = 5;
	ASSERT_EQ(0, post(self));
	take_stalled(self);
	for (i = 0; i < ARRAY_SIZE(mailers); i++) {
		mailer_recv(&mailers[i], self->fd, 0);
		mailer_blocks(&mailers[i]);
	}
	stall_unmap(&self->stall);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(2, self->recv.received);
	for (i = 0; i < ARRAY_SIZE(mailers); i++) {
		EXPECT_EQ(0, mailer_join(&mailers[i]));
		seen |= 1U << mailers[i].number;
	}
	EXPECT_EQ(7U << 2, seen);
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
}

/* In a child: stands still with a batch in hand until it is killed. */
static void stand_still(void *arg)
{
	take(arg);
}

static void be_killed(int sock, void *arg)
{
	struct _test_data_ahead *self = arg;
	struct thread thread;

	stall_open(&self->stall);
	self->recvs[2].data = PTR(self->stall.page);
	thread_start(&thread, stand_still, self);
	stall_wait(&self->stall);
	tell(sock, 1);
	hear(sock);
}

/* Nothing of what it had not received is lost. */
TEST_F(ahead, killed) {
	struct child child;
	__u32 i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, post(self));
	child_start(&child, CHILD_SHARES, be_killed, self);
	hear(child.sock);
	child_kill(&child);
	EXPECT_EQ(COUNT - 2, mailbox_info(self->fd).messages);
	for (i = 2; i < COUNT; i++)
		EXPECT_EQ(i, mail_next(self->fd));
}

/* Who waits for urgent messages has none of the others in its hand. */
TEST_F(ahead, waits_without) {
	__u32 number;

	self->recvs[0].priority_min = 5;
	ASSERT_EQ(0, mail_post(self->fd, 1));
	puppet_begin_on(&self->puppet, self->fd, KIPC_MAILBOX_RECV_BATCH,
			&self->recv);
	mailbox_wait(self->fd, 1, 0);
	EXPECT_EQ(0, mail_take(self->fd, &number));
	EXPECT_EQ(1, number);
	ASSERT_EQ(0, mail_post(self->fd, 2));
	ASSERT_EQ(0, mail_post_at(self->fd, 3, 5));
	EXPECT_EQ(0, puppet_end(&self->puppet));
	ASSERT_EQ(2, self->recv.received);
	EXPECT_EQ(3, self->in[0]);
	EXPECT_EQ(2, self->in[1]);
}

/* In the middle of what was taken ahead one is not urgent enough: a newer one is. */
TEST_F(ahead, not_urgent_enough) {
	__u32 i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	self->send.count = 5;
	ASSERT_EQ(0, post(self));
	self->recvs[3].priority_min = 1;
	self->recv.count = 5;
	take_stalled(self);
	ASSERT_EQ(0, mail_post_at(self->fd, 100, 9));
	stall_end(&self->stall);
	ASSERT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(5, self->recv.received);
	EXPECT_EQ(100, self->in[3]);
	EXPECT_EQ(3, self->in[4]);
	for (i = 4; i < 5; i++)
		EXPECT_EQ(i, mail_next(self->fd));
}

/* How many were dropped is told once, and again if that message was not received. */
TEST_F(ahead, missed) {
	__u32 i;

	close(self->fd);
	self->fd = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, COUNT / 2);
	ASSERT_EQ(0, post(self));
	EXPECT_EQ(COUNT, self->send.sent);
	for (i = 0; i < COUNT; i++)
		EXPECT_EQ(i + 1, self->sends[i].sequence);
	self->recvs[0].data = 8;
	EXPECT_EQ(-EFAULT, take(self));
	self->recvs[0].data = PTR(&self->in[0]);
	ASSERT_EQ(0, take(self));
	ASSERT_EQ(COUNT / 2, self->recv.received);
	EXPECT_EQ(COUNT / 2, self->recvs[0].mail.missed);
	for (i = 0; i < COUNT / 2; i++)
		EXPECT_EQ(COUNT / 2 + i, self->in[i]);
	for (i = 1; i < COUNT / 2; i++)
		EXPECT_EQ(0, self->recvs[i].mail.missed);
}

/* Who looks at a message that is received meanwhile sees it. */
TEST_F(ahead, looked_at) {
	struct kipc_mailbox_peek peek = {
		.data = PTR(self->stall.page),
		.data_size = sizeof(__u32),
	};
	__u32 i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, post(self));
	peek.index = 1;
	puppet_begin_on(&self->puppet, self->fd, KIPC_MAILBOX_PEEK, &peek);
	stall_wait(&self->stall);
	ASSERT_EQ(0, take(self));
	ASSERT_EQ(COUNT, self->recv.received);
	/* What was kept of them is written again. */
	for (i = 0; i < COUNT; i++)
		self->out[i] = 100 + i;
	ASSERT_EQ(0, post(self));
	stall_end(&self->stall);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(1, *(__u32 *)self->stall.page);
	EXPECT_EQ(2, peek.mail.sequence);
	for (i = 0; i < COUNT; i++)
		EXPECT_EQ(100 + i, mail_next(self->fd));
}

/* A place for each of those who wait for one when a batch is let go of */
TEST_F(ahead, makes_room) {
	struct mailer mailers[5];
	size_t i;

	ASSERT_EQ(0, post(self));
	for (i = 0; i < ARRAY_SIZE(mailers); i++) {
		mailer_send(&mailers[i], self->fd, 100 + (__u32)i, 0);
		mailbox_wait(self->fd, 0, (__u32)i + 1);
	}
	self->recv.count = ARRAY_SIZE(mailers);
	ASSERT_EQ(0, take(self));
	for (i = 0; i < ARRAY_SIZE(mailers); i++)
		EXPECT_EQ(0, mailer_join(&mailers[i]));
	EXPECT_EQ(COUNT, mailbox_info(self->fd).messages);
}

/* A receiver for each of the messages of one batch */
TEST_F(ahead, wakes_each) {
	struct mailer mailers[5];
	__u32 seen = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mailers); i++) {
		mailer_recv(&mailers[i], self->fd, 0);
		mailbox_wait(self->fd, (__u32)i + 1, 0);
	}
	self->send.count = ARRAY_SIZE(mailers) + 1;
	ASSERT_EQ(0, post(self));
	for (i = 0; i < ARRAY_SIZE(mailers); i++) {
		EXPECT_EQ(0, mailer_join(&mailers[i]));
		seen |= 1U << mailers[i].number;
	}
	EXPECT_EQ(31, seen);
	EXPECT_EQ(5, mail_next(self->fd));
}

static int watch_alone(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	must_errno(epoll);
	must_errno(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

static void wait_alone(void *arg)
{
	struct epoll_event event;

	check(epoll_wait(*(int *)arg, &event, 1, 20000) == 1);
}

/* Those who poll, each alone, are woken for each message of one batch. */
TEST_F(ahead, wakes_each_poller) {
	struct thread threads[3];
	int epolls[3];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		epolls[i] = watch_alone(self->fd);
		thread_start(&threads[i], wait_alone, &epolls[i]);
		wait_blocked_in(threads[i].tid, SYS_epoll_wait);
	}
	self->send.count = ARRAY_SIZE(threads);
	ASSERT_EQ(0, post(self));
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		thread_join(&threads[i]);
		close(epolls[i]);
	}
}

/* Large and small ones, which are kept and which are not */
TEST_F(ahead, sizes) {
	static __u8 from[COUNT][4096], to[COUNT][4096];
	__u32 i;

	for (i = 0; i < COUNT; i++) {
		memset(from[i], 1 + (int)i, sizeof(from[i]));
		self->sends[i].data = PTR(from[i]);
		self->sends[i].data_size = i % 3 ? 16 * i : 100 * i;
		self->recvs[i].data = PTR(to[i]);
		self->recvs[i].data_size = sizeof(to[i]);
	}
	ASSERT_EQ(0, post(self));
	ASSERT_EQ(COUNT, self->send.sent);
	ASSERT_EQ(0, take(self));
	ASSERT_EQ(COUNT, self->recv.received);
	for (i = 0; i < COUNT; i++) {
		ASSERT_EQ(self->sends[i].data_size, self->recvs[i].mail.size);
		EXPECT_EQ(0, memcmp(from[i], to[i], self->recvs[i].mail.size));
	}
}

/* Files come with some of them; one cannot be had, and those behind it stay as well. */
TEST_F(ahead, attached) {
	struct kipc_attachment out = { .type = KIPC_ATTACH_FD };
	struct kipc_attachment in[COUNT];
	__u32 i;
	int pipes[2];

	signal(SIGPIPE, SIG_IGN);
	must_errno(pipe(pipes));
	out.id = (__u32)pipes[0];
	memset(in, 0, sizeof(in));
	for (i = 0; i < COUNT; i += 2) {
		self->sends[i].attachments = PTR(&out);
		self->sends[i].attachment_count = 1;
	}
	for (i = 0; i < COUNT; i++) {
		self->recvs[i].attachments = PTR(&in[i]);
		self->recvs[i].attachments_max = 1;
	}
	self->recvs[4].attachments = 8;
	ASSERT_EQ(0, post(self));
	ASSERT_EQ(0, take(self));
	EXPECT_EQ(4, self->recv.received);
	self->recvs[4].attachments = PTR(&in[4]);
	self->recv.messages = PTR(&self->recvs[4]);
	self->recv.count = COUNT - 4;
	ASSERT_EQ(0, take(self));
	EXPECT_EQ(COUNT - 4, self->recv.received);
	for (i = 0; i < COUNT; i++) {
		EXPECT_EQ(i % 2 ? 0 : 1, self->recvs[i].mail.attachment_count);
		if (i % 2)
			continue;
		EXPECT_EQ(KIPC_ATTACH_FD, in[i].type);
		EXPECT_EQ(0, close((int)in[i].id));
	}
	close(pipes[0]);
	EXPECT_EQ(-1, write(pipes[1], "x", 1));
	close(pipes[1]);
}

TEST_HARNESS_MAIN
