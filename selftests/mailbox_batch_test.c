// SPDX-License-Identifier: GPL-2.0-only
/* Several messages in one command, both ways. */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "mailbox.h"

#define COUNT	8

FIXTURE(batch) {
	struct live live;
	int fd;
	__u32 in[KIPC_BATCH_MAX];
	__u32 out[KIPC_BATCH_MAX];
	struct kipc_mailbox_send sends[KIPC_BATCH_MAX];
	struct kipc_mailbox_recv recvs[KIPC_BATCH_MAX];
	struct kipc_mailbox_send_batch send;
	struct kipc_mailbox_recv_batch recv;
};

FIXTURE_SETUP(batch) {
	__u32 i;

	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, KIPC_BATCH_MAX);
	for (i = 0; i < KIPC_BATCH_MAX; i++) {
		self->out[i] = i + 1;
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

FIXTURE_TEARDOWN(batch) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int post(struct _test_data_batch *self)
{
	return kipc(self->fd, KIPC_MAILBOX_SEND_BATCH, &self->send);
}

static int take(struct _test_data_batch *self)
{
	memset(self->in, 0, sizeof(self->in));
	return kipc(self->fd, KIPC_MAILBOX_RECV_BATCH, &self->recv);
}

/* Opens another mailbox, for so many messages. */
static void make_for(struct _test_data_batch *self, __u32 messages)
{
	close(self->fd);
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, messages);
}

TEST_F(batch, both_ways) {
	static const __u32 counts[] = { 1, 2, COUNT, KIPC_BATCH_MAX };
	__u64 sequence = 0;
	size_t round;
	__u32 i;

	for (round = 0; round < ARRAY_SIZE(counts); round++) {
		self->send.count = counts[round];
		self->recv.count = KIPC_BATCH_MAX;
		ASSERT_EQ(0, post(self));
		ASSERT_EQ(counts[round], self->send.sent);
		for (i = 0; i < counts[round]; i++)
			EXPECT_EQ(sequence + i + 1, self->sends[i].sequence);
		ASSERT_EQ(0, take(self));
		ASSERT_EQ(counts[round], self->recv.received);
		for (i = 0; i < counts[round]; i++) {
			EXPECT_EQ(i + 1, self->in[i]);
			EXPECT_EQ(sequence + i + 1,
				  self->recvs[i].mail.sequence);
		}
		sequence += counts[round];
	}
}

TEST_F(batch, by_priority) {
	__u32 i;

	for (i = 0; i < COUNT; i++)
		self->sends[i].priority = i % 3;
	ASSERT_EQ(0, post(self));
	self->recvs[2].priority_min = 1;
	/* There is none left for this one. */
	self->recvs[5].priority_min = 2;
	ASSERT_EQ(0, take(self));
	EXPECT_EQ(5, self->recv.received);
	EXPECT_EQ(3, self->in[0]);
	EXPECT_EQ(6, self->in[1]);
	EXPECT_EQ(2, self->in[2]);
	EXPECT_EQ(5, self->in[3]);
	EXPECT_EQ(8, self->in[4]);
	EXPECT_EQ(3, mailbox_info(self->fd).messages);
}

TEST_F(batch, counts) {
	self->send.count = 0;
	EXPECT_EQ(-EINVAL, post(self));
	self->send.count = KIPC_BATCH_MAX + 1;
	EXPECT_EQ(-E2BIG, post(self));
	self->recv.count = 0;
	EXPECT_EQ(-EINVAL, take(self));
	self->recv.count = KIPC_BATCH_MAX + 1;
	EXPECT_EQ(-E2BIG, take(self));
	self->recv.count = COUNT;
	self->recv.flags = KIPC_NONBLOCK;
	EXPECT_EQ(-EAGAIN, take(self));
	self->recv.flags = 0;
	self->recv.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, take(self));
	EXPECT_EQ(0, mailbox_info(self->fd).accepted);
}

/* In the middle there is no more room, and nobody waits. */
TEST_F(batch, room_for_some) {
	make_for(self, 3);
	self->send.flags = KIPC_NONBLOCK;
	ASSERT_EQ(0, post(self));
	EXPECT_EQ(3, self->send.sent);
	EXPECT_EQ(-EAGAIN, post(self));
	ASSERT_EQ(0, take(self));
	EXPECT_EQ(3, self->recv.received);
	EXPECT_EQ(3, self->in[2]);
	/* The rest, after a wait that was too long */
	self->send.flags = 0;
	self->send.deadline = after(20 * MILLISECOND);
	ASSERT_EQ(0, post(self));
	EXPECT_EQ(3, self->send.sent);
	EXPECT_EQ(-ETIMEDOUT, post(self));
	EXPECT_EQ(3, mailbox_info(self->fd).messages);
}

/* A batch that waits for room goes on as room comes. */
TEST_F(batch, waits_for_room) {
	struct puppet puppet;
	__u32 i;

	make_for(self, 3);
	puppet_open(&puppet);
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_SEND_BATCH,
			&self->send);
	for (i = 1; i <= COUNT; i++)
		EXPECT_EQ(i, mail_next(self->fd));
	EXPECT_EQ(0, puppet_end(&puppet));
	EXPECT_EQ(COUNT, self->send.sent);
	/* A signal comes after some of them. */
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_SEND_BATCH,
			&self->send);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_SEND_BATCH);
	interrupt(&puppet.thread);
	EXPECT_EQ(0, puppet_end(&puppet));
	EXPECT_EQ(3, self->send.sent);
	EXPECT_EQ(3, mail_purge(self->fd));
	puppet_close(&puppet);
}

/* It waits for one, and takes what is there then. */
TEST_F(batch, waits_for_a_message) {
	struct puppet puppet;

	puppet_open(&puppet);
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_RECV_BATCH,
			&self->recv);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_RECV_BATCH);
	EXPECT_EQ(1, mailbox_info(self->fd).receivers);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, puppet_end(&puppet));
	EXPECT_EQ(1, self->recv.received);
	EXPECT_EQ(7, self->in[0]);
	/* Interrupted, it has taken none. */
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_RECV_BATCH,
			&self->recv);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_RECV_BATCH);
	interrupt(&puppet.thread);
	EXPECT_EQ(-EINTR, puppet_end(&puppet));
	puppet_close(&puppet);
}

/* One of them cannot be sent: those before it are, and those behind it not. */
TEST_F(batch, bad_send) {
	int bad, field;

	for (bad = 0; bad < 3; bad++) {
		for (field = 0; field < 4; field++) {
			struct kipc_mailbox_send good = self->sends[bad];
			static const int errors[] = {
				EFAULT, EMSGSIZE, EINVAL, EINVAL,
			};

			if (field == 0)
				self->sends[bad].data = 8;
			else if (field == 1)
				self->sends[bad].data_size = 1 << 20;
			else if (field == 2)
				self->sends[bad].flags = KIPC_NONBLOCK;
			else
				self->sends[bad].deadline = after(SECOND);
			if (bad) {
				EXPECT_EQ(0, post(self));
				EXPECT_EQ((__u32)bad, self->send.sent);
			} else {
				EXPECT_EQ(-errors[field], post(self));
			}
			EXPECT_EQ((__u32)bad, mailbox_info(self->fd).messages);
			self->sends[bad] = good;
			EXPECT_EQ((__u64)bad, mail_purge(self->fd));
		}
	}
}

/* One cannot be received: those before it are, and it stays at the head. */
TEST_F(batch, bad_recv) {
	int bad, field;
	__u32 i;

	for (bad = 0; bad < 3; bad++) {
		for (field = 0; field < 3; field++) {
			struct kipc_mailbox_recv good = self->recvs[bad];
			static const int errors[] = {
				EFAULT, EMSGSIZE, EINVAL,
			};

			ASSERT_EQ(0, post(self));
			if (field == 0)
				self->recvs[bad].data = 8;
			else if (field == 1)
				self->recvs[bad].data_size = 3;
			else
				self->recvs[bad].flags = KIPC_NONBLOCK;
			if (bad) {
				EXPECT_EQ(0, take(self));
				EXPECT_EQ((__u32)bad, self->recv.received);
			} else {
				EXPECT_EQ(-errors[field], take(self));
			}
			self->recvs[bad] = good;
			EXPECT_EQ(0, take(self));
			EXPECT_EQ(COUNT - (__u32)bad, self->recv.received);
			for (i = 0; i < self->recv.received; i++)
				EXPECT_EQ(i + 1 + (__u32)bad, self->in[i]);
		}
	}
}

TEST_F(batch, bad_array) {
	self->send.messages = 8;
	EXPECT_EQ(-EFAULT, post(self));
	self->recv.messages = 8;
	self->recv.flags = KIPC_NONBLOCK;
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(-EFAULT, take(self));
	EXPECT_EQ(1, mailbox_info(self->fd).messages);
}

/* A read-only array, into which the results cannot be written */
TEST_F(batch, read_only_array) {
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct kipc_mailbox_recv *array;

	array = mmap(NULL, page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)array);
	memcpy(array, self->recvs, 2 * sizeof(*array));
	ASSERT_EQ(0, mprotect(array, page, PROT_READ));
	self->recv.messages = PTR(array);
	self->recv.count = 2;
	/* It does not wait for a message that it could not tell of. */
	self->recv.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-EFAULT, take(self));
	self->recv.deadline = 0;
	ASSERT_EQ(0, mail_post(self->fd, 1));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(-EFAULT, take(self));
	EXPECT_EQ(2, mailbox_info(self->fd).messages);
	self->recv.messages = PTR(self->recvs);
	EXPECT_EQ(0, take(self));
	EXPECT_EQ(2, self->recv.received);
	EXPECT_EQ(1, self->in[0]);
	munmap(array, page);
}

TEST_HARNESS_MAIN
