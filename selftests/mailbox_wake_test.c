// SPDX-License-Identifier: GPL-2.0-only
/* Who is woken for a message: exactly one, and the one that waits longest. */
#include <kselftest_harness.h>

#include "mailbox.h"
#include "policy.h"

#define CROWD	64

FIXTURE(wake) {
	struct live live;
	int fd;
	struct mailer mailer[CROWD];
};

FIXTURE_SETUP(wake) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, CROWD);
}

FIXTURE_TEARDOWN(wake) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void wait_in(struct _test_data_wake *self, int i, __u32 priority_min)
{
	mailer_recv(&self->mailer[i], self->fd, priority_min);
	mailer_blocks(&self->mailer[i]);
}

static void wait_in_all(struct _test_data_wake *self, int count)
{
	int i;

	for (i = 0; i < count; i++)
		wait_in(self, i, 0);
}

/* The mailer gets that number. */
static bool got(struct _test_data_wake *self, int i, __u32 number)
{
	return !mailer_join(&self->mailer[i]) &&
	       self->mailer[i].number == number;
}

static bool slept_on(struct _test_data_wake *self, int from, int to)
{
	int i;

	for (i = from; i < to; i++) {
		if (!mailer_slept_on(&self->mailer[i])) {
			fprintf(stderr, "# %d did not sleep on\n", i);
			return false;
		}
	}
	return true;
}

TEST_F_TIMEOUT(wake, one_for_each_message, 100) {
	__u32 i;

	wait_in_all(self, CROWD);
	EXPECT_EQ(CROWD, mailbox_info(self->fd).receivers);
	for (i = 0; i < CROWD; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		EXPECT_TRUE(got(self, (int)i, i));
		EXPECT_EQ(CROWD - i - 1, mailbox_info(self->fd).receivers);
		if (i % 16 == 0)
			EXPECT_TRUE(slept_on(self, (int)i + 1, CROWD));
	}
	EXPECT_EQ(CROWD, mailbox_info(self->fd).delivered);
}

/* A batch wakes as many as there are messages in it. */
TEST_F(wake, one_for_each_of_a_batch) {
	struct kipc_mailbox_send sends[3] = { { .endpoint = -1 },
					      { .endpoint = -1 },
					      { .endpoint = -1 } };
	struct kipc_mailbox_send_batch batch = {
		.messages = PTR(sends),
		.count = 3,
	};
	__u32 number[3] = { 0, 1, 2 }, i;

	for (i = 0; i < 3; i++) {
		sends[i].data = PTR(&number[i]);
		sends[i].data_size = sizeof(__u32);
	}
	wait_in_all(self, 5);
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND_BATCH, &batch));
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(got(self, (int)i, i));
	EXPECT_TRUE(slept_on(self, 3, 5));
	ASSERT_EQ(0, mail_post(self->fd, 3));
	ASSERT_EQ(0, mail_post(self->fd, 4));
	EXPECT_TRUE(got(self, 3, 3));
	EXPECT_TRUE(got(self, 4, 4));
}

/* Those of a real-time priority come first. */
TEST_F(wake, real_time_first) {
	pid_t tid = thread_id();

	wait_in(self, 0, 0);
	policy_set(tid, FIFO(3));
	wait_in(self, 1, 0);
	policy_set(tid, FIFO(7));
	wait_in(self, 2, 0);
	policy_set(tid, FIFO(3));
	wait_in(self, 3, 0);
	policy_set(tid, NICE(0));
	wait_in(self, 4, 0);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_TRUE(got(self, 2, 1));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_TRUE(got(self, 1, 2));
	ASSERT_EQ(0, mail_post(self->fd, 3));
	EXPECT_TRUE(got(self, 3, 3));
	ASSERT_EQ(0, mail_post(self->fd, 4));
	EXPECT_TRUE(got(self, 0, 4));
	ASSERT_EQ(0, mail_post(self->fd, 5));
	EXPECT_TRUE(got(self, 4, 5));
}

/* One that wants something more urgent is passed over. */
TEST_F(wake, at_least) {
	wait_in(self, 0, 5);
	wait_in(self, 1, 1);
	wait_in(self, 2, 0);
	ASSERT_EQ(0, mail_post_at(self->fd, 1, 0));
	EXPECT_TRUE(got(self, 2, 1));
	EXPECT_TRUE(slept_on(self, 0, 2));
	ASSERT_EQ(0, mail_post_at(self->fd, 2, 4));
	EXPECT_TRUE(got(self, 1, 2));
	/* What it does not want stays, and does not wake it. */
	ASSERT_EQ(0, mail_post_at(self->fd, 3, 4));
	EXPECT_TRUE(slept_on(self, 0, 1));
	ASSERT_EQ(0, mail_post_at(self->fd, 4, 5));
	EXPECT_TRUE(got(self, 0, 4));
	EXPECT_EQ(3, mail_next(self->fd));
}

/* Those who want something urgent come after all others, who wants least first. */
TEST_F(wake, at_least_in_order) {
	wait_in(self, 0, 5);
	wait_in(self, 1, 0);
	wait_in(self, 2, 3);
	wait_in(self, 3, 0);
	wait_in(self, 4, 3);
	ASSERT_EQ(0, mail_post_at(self->fd, 1, 9));
	EXPECT_TRUE(got(self, 1, 1));
	ASSERT_EQ(0, mail_post_at(self->fd, 2, 9));
	EXPECT_TRUE(got(self, 3, 2));
	ASSERT_EQ(0, mail_post_at(self->fd, 3, 9));
	EXPECT_TRUE(got(self, 2, 3));
	ASSERT_EQ(0, mail_post_at(self->fd, 4, 9));
	EXPECT_TRUE(got(self, 4, 4));
	ASSERT_EQ(0, mail_post_at(self->fd, 5, 9));
	EXPECT_TRUE(got(self, 0, 5));
}

/* A message goes to who waits: it is not taken by somebody else in between. */
TEST_F_TIMEOUT(wake, handed_over, 100) {
	__u32 number;
	int i;

	for (i = 0; i < 100; i++) {
		wait_in(self, 0, 0);
		ASSERT_EQ(0, mail_post(self->fd, (__u32)i));
		ASSERT_EQ(-EAGAIN, mail_take(self->fd, &number));
		ASSERT_TRUE(got(self, 0, (__u32)i));
	}
}

/*
 * Its receiver cannot copy it: the message is at the head again, and the next of
 * those who wait gets it.
 */
TEST_F(wake, one_that_faults) {
	struct kipc_mailbox_recv recv = { .data = 8, .data_size = 4,
					  .endpoint = -1 };
	struct puppet puppet;

	puppet_open(&puppet);
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_RECV, &recv);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_RECV);
	wait_in_all(self, 2);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(-EFAULT, puppet_end(&puppet));
	EXPECT_TRUE(got(self, 0, 7));
	EXPECT_TRUE(slept_on(self, 1, 2));
	ASSERT_EQ(0, mail_post(self->fd, 8));
	EXPECT_TRUE(got(self, 1, 8));
	/* Nobody waits: it is there for the next one, before those behind it. */
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_RECV, &recv);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_RECV);
	ASSERT_EQ(0, mail_post(self->fd, 9));
	ASSERT_EQ(0, mail_post(self->fd, 10));
	EXPECT_EQ(-EFAULT, puppet_end(&puppet));
	EXPECT_EQ(9, mail_next(self->fd));
	EXPECT_EQ(10, mail_next(self->fd));
	EXPECT_EQ(4, mailbox_info(self->fd).delivered);
	puppet_close(&puppet);
}

/* The same with a message that is too large for it */
TEST_F(wake, one_that_has_no_room) {
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	struct puppet puppet;

	puppet_open(&puppet);
	puppet_begin_on(&puppet, self->fd, KIPC_MAILBOX_RECV, &recv);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_RECV);
	wait_in_all(self, 1);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(-EMSGSIZE, puppet_end(&puppet));
	EXPECT_EQ(4, recv.mail.size);
	EXPECT_TRUE(got(self, 0, 7));
	puppet_close(&puppet);
}

/* Threads that pass a number on, each to the next one: nobody misses a wake-up. */
#define RING	4

struct link {
	struct thread thread;
	int from;
	int to;
};

static void pass_on(void *arg)
{
	struct link *link = arg;
	__u32 number;

	do {
		number = mail_next(link->from);
		/* 0 goes round, so that all of them end. */
		must(mail_post(link->to, number ? number - 1 : 0));
	} while (number);
}

TEST_F_TIMEOUT(wake, ring, 100) {
	__u32 rounds = debug_kernel() ? 1000 : 8000;
	struct link link[RING];
	int fd[RING], i;

	for (i = 0; i < RING; i++)
		fd[i] = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, RING + 1);
	for (i = 0; i < RING; i++) {
		link[i].from = fd[i];
		link[i].to = fd[(i + 1) % RING];
		thread_start(&link[i].thread, pass_on, &link[i]);
	}
	ASSERT_EQ(0, mail_post(fd[0], rounds));
	for (i = 0; i < RING; i++)
		thread_join(&link[i].thread);
	for (i = 0; i < RING; i++)
		close(fd[i]);
}

/*
 * Two threads have one file of a broadcast, and one of them never waits: what it takes
 * away from the other one must not keep a third, with a file of its own, asleep.
 */
struct reader {
	struct thread thread;
	int fd;
	int back;
	int stop;
};

static void snatch(void *arg)
{
	struct reader *reader = arg;
	__u32 number;

	while (!__atomic_load_n(&reader->stop, __ATOMIC_RELAXED))
		mail_take(reader->fd, &number);
}

static void read_on(void *arg)
{
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	struct reader *reader = arg;
	__u32 number;

	do {
		must(mail_recv(reader->fd, &recv, &number));
		if (reader->back >= 0)
			must(mail_post(reader->back, number));
	} while (number);
}

TEST_F_TIMEOUT(wake, readers_of_a_broadcast, 100) {
	static const char name[] = "mailbox.wake";
	__u32 rounds = debug_kernel() ? 500 : 5000, i;
	int fd = mailbox_make(name, KIPC_MAILBOX_BROADCAST, 8);
	struct reader reader[3];

	for (i = 0; i < 3; i++)
		reader[i] = (struct reader) {
			.fd = i == 1 ? reader[0].fd :
				       (int)must(mailbox_join(name, READER)),
			.back = i == 2 ? self->fd : -1,
		};
	ASSERT_EQ(0, mailbox_unlink(name));
	for (i = 0; i < 3; i++)
		thread_start(&reader[i].thread, i == 1 ? snatch : read_on,
			     &reader[i]);
	for (i = rounds; i; i--) {
		ASSERT_EQ(0, mail_post(fd, i));
		ASSERT_EQ(i, mail_next(self->fd));
	}
	__atomic_store_n(&reader[1].stop, 1, __ATOMIC_RELAXED);
	thread_join(&reader[1].thread);
	ASSERT_EQ(0, mail_post(fd, 0));
	thread_join(&reader[0].thread);
	thread_join(&reader[2].thread);
	close(reader[0].fd);
	close(reader[2].fd);
	close(fd);
}

TEST_HARNESS_MAIN
