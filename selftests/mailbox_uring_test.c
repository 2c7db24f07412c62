// SPDX-License-Identifier: GPL-2.0-only
/* io_uring on mailboxes: reads and writes that wait, and hold up nobody. */
#include <kselftest_harness.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <sys/syscall.h>

#include "mailbox.h"

#define ENTRIES		128U
#define NO_RINGS	"this kernel has no io_uring"

/**
 * struct ring - an io_uring
 * @fd: its file; negative if the kernel has none
 * @params: as the kernel has it
 * @sq: where submissions are told
 * @cq: where completions are
 * @sqes: submissions
 */
struct ring {
	int fd;
	struct io_uring_params params;
	__u8 *sq;
	__u8 *cq;
	struct io_uring_sqe *sqes;
};

FIXTURE(uring) {
	struct live live;
	struct ring ring;
	int fd;
	__u32 numbers[ENTRIES];
};

static void *map(struct ring *ring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, ring->fd, offset);

	must_errno(memory == MAP_FAILED ? -1 : 0);
	return memory;
}

static bool ring_open(struct ring *ring)
{
	struct io_uring_params *params = &ring->params;

	memset(params, 0, sizeof(*params));
	ring->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, params);
	if (ring->fd < 0)
		return false;
	ring->sq = map(ring, params->sq_off.array + ENTRIES * sizeof(__u32),
		       IORING_OFF_SQ_RING);
	ring->cq = map(ring, params->cq_off.cqes + params->cq_entries *
		       sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	ring->sqes = map(ring, ENTRIES * sizeof(struct io_uring_sqe),
			 IORING_OFF_SQES);
	return true;
}

static __u32 *word(__u8 *base, __u32 offset)
{
	return (__u32 *)(base + offset);
}

/* Submits a read or write of one number, which is also its cookie. */
static void submit(struct _test_data_uring *self, __u8 opcode, __u32 index)
{
	struct ring *ring = &self->ring;
	__u32 *tail = word(ring->sq, ring->params.sq_off.tail);
	__u32 slot = *tail & *word(ring->sq, ring->params.sq_off.ring_mask);
	struct io_uring_sqe *sqe = &ring->sqes[slot];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = opcode;
	sqe->fd = self->fd;
	sqe->addr = PTR(&self->numbers[index]);
	sqe->len = sizeof(__u32);
	sqe->off = ~0ULL;
	sqe->user_data = index;
	word(ring->sq, ring->params.sq_off.array)[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	check(syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0) == 1);
}

/* Waits for a completion, and returns its cookie; it must have been good. */
static __u32 complete(struct _test_data_uring *self)
{
	struct ring *ring = &self->ring;
	__u32 *head = word(ring->cq, ring->params.cq_off.head);
	__u32 mask = *word(ring->cq, ring->params.cq_off.ring_mask);
	struct io_uring_cqe *cqes = (void *)(ring->cq +
					     ring->params.cq_off.cqes);
	__u32 cookie;

	must_errno((int)syscall(SYS_io_uring_enter, ring->fd, 0, 1,
				IORING_ENTER_GETEVENTS, NULL, 0));
	check(*head != __atomic_load_n(word(ring->cq, ring->params.cq_off.tail),
				       __ATOMIC_ACQUIRE));
	check(cqes[*head & mask].res == sizeof(__u32));
	cookie = (__u32)cqes[*head & mask].user_data;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return cookie;
}

static __u32 completions(const struct ring *ring)
{
	return __atomic_load_n(word(ring->cq, ring->params.cq_off.tail),
			       __ATOMIC_ACQUIRE) -
	       *word(ring->cq, ring->params.cq_off.head);
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
	EXPECT_EQ(0, completions(&self->ring));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mail_post(self->fd, 100 + i));
		seen |= 1U << complete(self);
		EXPECT_EQ(0, completions(&self->ring));
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
	while (completions(&self->ring) < 4 && now() < end)
		pause_ms(1);
	pause_ms(50);
	EXPECT_EQ(4, completions(&self->ring));
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
