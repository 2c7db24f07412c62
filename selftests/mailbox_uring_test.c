// SPDX-License-Identifier: GPL-2.0-only
/* io_uring on mailboxes: reads and writes that wait, and hold up nobody. */
#include <kselftest_harness.h>

#include "mailbox.h"
#include "ring.h"

FIXTURE(uring) {
	struct live live;
	struct ring ring;
	int fd;
	__u32 numbers[RING_ENTRIES];
};

/* Submits a read or write of one number, which is also its cookie. */
static void submit(struct _test_data_uring *self, __u8 opcode, __u32 index)
{
	const struct io_uring_sqe submission = {
		.opcode = opcode,
		.fd = self->fd,
		.addr = PTR(&self->numbers[index]),
		.len = sizeof(__u32),
		.off = ~0ULL,
		.user_data = index,
	};

	ring_submit(&self->ring, &submission);
}

/* Waits for a completion, and returns its cookie; it must have been good. */
static __u32 complete(struct _test_data_uring *self)
{
	__u64 cookie;

	check(ring_complete(&self->ring, &cookie) == sizeof(__u32));
	return (__u32)cookie;
}

FIXTURE_SETUP(uring) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);
	ring_open(&self->ring);
}

FIXTURE_TEARDOWN(uring) {
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(uring, at_once) {
	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	self->numbers[0] = 7;
	submit(self, IORING_OP_WRITE, 0);
	EXPECT_EQ(0, complete(self));
	EXPECT_EQ(1, mailbox_info(self->fd).messages);
	submit(self, IORING_OP_READ, 1);
	EXPECT_EQ(1, complete(self));
	EXPECT_EQ(7, self->numbers[1]);
}

/* A read that finds nothing completes when something comes. */
TEST_F(uring, reads_wait) {
	__u32 i, seen = 0;

	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	for (i = 0; i < 3; i++)
		submit(self, IORING_OP_READ, i);
	pause_ms(50);
	EXPECT_EQ(0, ring_completions(&self->ring));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mail_post(self->fd, 100 + i));
		seen |= 1U << complete(self);
		EXPECT_EQ(0, ring_completions(&self->ring));
	}
	EXPECT_EQ(7, seen);
	EXPECT_EQ(100 + 101 + 102, self->numbers[0] + self->numbers[1] +
				   self->numbers[2]);
}

TEST_F(uring, writes_wait) {
	__u64 end = after(SOON);
	__u32 i, sum = 0;

	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	for (i = 0; i < 8; i++) {
		self->numbers[i] = i + 1;
		submit(self, IORING_OP_WRITE, i);
	}
	while (ring_completions(&self->ring) < 4 && now() < end)
		pause_ms(1);
	pause_ms(50);
	EXPECT_EQ(4, ring_completions(&self->ring));
	for (i = 0; i < 8; i++)
		sum += mail_next(self->fd);
	EXPECT_EQ(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8, sum);
	for (i = 0; i < 8; i++)
		EXPECT_GT(8, complete(self));
}

/* A hundred that wait do not keep their process from dying, nor leave anything. */
static void wait_with_many(int sock, void *arg)
{
	struct _test_data_uring *self = arg;
	__u32 i;

	check(ring_open(&self->ring));
	for (i = 0; i < 100; i++)
		submit(self, IORING_OP_READ, i);
	tell(sock, 1);
	hear(sock);
}

TEST_F(uring, death) {
	struct child child;
	__u64 begin;
	__u32 number;

	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	child_start(&child, CHILD_SHARES, wait_with_many, self);
	hear(child.sock);
	begin = now();
	child_kill(&child);
	EXPECT_GT(20 * SECOND, now() - begin);
	/* What comes now is for others. */
	mailbox_wait(self->fd, 0, 0);
	pause_ms(200);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, mail_take(self->fd, &number));
}

TEST_HARNESS_MAIN
