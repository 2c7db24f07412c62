// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of a mailbox each user may fill, and who of those who wait for room comes
 * first. The user is that of the sending thread.
 */
#include <kselftest_harness.h>
#include <sys/syscall.h>

#include "mailbox.h"
#include "policy.h"
#include "stranger.h"

FIXTURE(share) {
	struct live live;
	int fd;
	struct mailer mailer[8];
};

FIXTURE_SETUP(share) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 10);
}

FIXTURE_TEARDOWN(share) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int post_as(int fd, __u32 uid)
{
	int ret;

	must_errno((int)syscall(SYS_setresuid, -1, uid, -1));
	ret = mail_post(fd, uid);
	must_errno((int)syscall(SYS_setresuid, -1, 0, -1));
	return ret;
}

/* Posts until it is refused; returns how many that were. */
static int fill_as(int fd, __u32 uid)
{
	int count = 0, ret;

	do {
		ret = post_as(fd, uid);
		count += !ret;
	} while (!ret);
	check(ret == -EAGAIN);
	return count;
}

/* At most as many as are free */
TEST_F(share, of_a_stranger) {
	EXPECT_EQ(5, fill_as(self->fd, ALICE));
	/* Of the other 5, at most 2 and a half */
	EXPECT_EQ(2, fill_as(self->fd, BOB));
	EXPECT_EQ(1, fill_as(self->fd, CAROL));
	EXPECT_EQ(-EAGAIN, post_as(self->fd, ALICE));
	/* The owner gets all that is left. */
	EXPECT_EQ(2, fill_as(self->fd, 0));
}

/* What is taken out can be filled again. */
TEST_F(share, comes_back) {
	EXPECT_EQ(5, fill_as(self->fd, ALICE));
	EXPECT_EQ(ALICE, mail_next(self->fd));
	EXPECT_EQ(1, fill_as(self->fd, ALICE));
	EXPECT_EQ(2, fill_as(self->fd, BOB));
	EXPECT_EQ(ALICE, mail_next(self->fd));
	/* 4 of ALICE's, 2 of BOB's, 4 free */
	EXPECT_EQ(-EAGAIN, post_as(self->fd, ALICE));
	EXPECT_EQ(1, fill_as(self->fd, BOB));
	EXPECT_EQ(7, mail_purge(self->fd));
	EXPECT_EQ(5, fill_as(self->fd, BOB));
	EXPECT_EQ(5, mail_purge(self->fd));
}

/* The owner is who made it, root or not. */
TEST_F(share, of_the_owner) {
	int fd;

	must_errno((int)syscall(SYS_setresuid, -1, ALICE, -1));
	fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 10);
	must_errno((int)syscall(SYS_setresuid, -1, 0, -1));
	/* Root is a stranger there. */
	EXPECT_EQ(5, fill_as(fd, 0));
	EXPECT_EQ(5, fill_as(fd, ALICE));
	close(fd);
}

TEST_F(share, first_come) {
	struct kipc_mailbox_open arg = {
		.flags = MAKE | KIPC_MAILBOX_FIRST_COME,
		.messages_max = 10,
	};
	int fd;

	arg.dead_letter = -1;
	fd = mailbox_open(NULL, &arg);
	ASSERT_LE(0, fd);
	EXPECT_EQ(10, fill_as(fd, ALICE));
	EXPECT_EQ(0, fill_as(fd, 0));
	close(fd);
}

/* A single place is nobody's but the owner's; of two, one is. */
TEST_F(share, of_little) {
	static const int shares[] = { 0, 1, 1, 2, 2, 3 };
	__u32 i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(shares); i++) {
		fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, i + 1);
		EXPECT_EQ(shares[i], fill_as(fd, ALICE)) {
			TH_LOG("%u places", i + 1);
		}
		EXPECT_EQ((int)i + 1 - shares[i], fill_as(fd, 0));
		close(fd);
	}
}

/* A stranger at its limit waits; the owner passes it. */
TEST_F(share, waits) {
	EXPECT_EQ(5, fill_as(self->fd, ALICE));
	mailer_send_as(&self->mailer[0], self->fd, 7, ALICE);
	mailer_blocks(&self->mailer[0]);
	EXPECT_EQ(0, post_as(self->fd, 0));
	EXPECT_EQ(0, post_as(self->fd, BOB));
	EXPECT_TRUE(mailer_slept_on(&self->mailer[0]));
	/* 4 of ALICE's would be enough, if 5 were free. */
	EXPECT_EQ(ALICE, mail_next(self->fd));
	EXPECT_TRUE(mailer_slept_on(&self->mailer[0]));
	EXPECT_EQ(ALICE, mail_next(self->fd));
	EXPECT_EQ(0, mailer_join(&self->mailer[0]));
	EXPECT_EQ(6, mail_purge(self->fd));
}

static void wait_as(struct _test_data_share *self, int i, __u32 uid)
{
	mailer_send_as(&self->mailer[i], self->fd, (__u32)i, uid);
	mailer_blocks(&self->mailer[i]);
}

static bool comes_in(struct _test_data_share *self, int i)
{
	__u64 end = after(SOON);

	mail_next(self->fd);
	while (!mailer_is_done(&self->mailer[i]))
		if (now() > end)
			return false;
	return !mailer_join(&self->mailer[i]);
}

/* Who has least in it comes first, and of one user's who waits longest. */
TEST_F(share, order) {
	int fd, i;

	close(self->fd);
	fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 16);
	self->fd = fd;
	/* 8 of ALICE's, 4 of BOB's, 2 of CAROL's, 2 of the owner's */
	EXPECT_EQ(8, fill_as(fd, ALICE));
	EXPECT_EQ(4, fill_as(fd, BOB));
	EXPECT_EQ(2, fill_as(fd, CAROL));
	EXPECT_EQ(2, fill_as(fd, 0));
	wait_as(self, 0, ALICE);
	wait_as(self, 1, 0);
	wait_as(self, 2, 0);
	/* Each place goes to the owner first: the others are at their limits. */
	EXPECT_TRUE(comes_in(self, 1));
	EXPECT_TRUE(comes_in(self, 2));
	EXPECT_TRUE(mailer_slept_on(&self->mailer[0]));
	for (i = 0; i < 5 && !mailer_is_done(&self->mailer[0]); i++) {
		mail_next(fd);
		pause_ms(10);
	}
	EXPECT_EQ(0, mailer_join(&self->mailer[0]));
}

/* Of one user's threads, those of a higher real-time priority come first. */
TEST_F(share, real_time_first) {
	pid_t tid = thread_id();
	int i;

	EXPECT_EQ(10, fill_as(self->fd, 0));
	wait_as(self, 0, 0);
	policy_set(tid, FIFO(3));
	wait_as(self, 1, 0);
	policy_set(tid, FIFO(7));
	wait_as(self, 2, 0);
	policy_set(tid, NICE(0));
	wait_as(self, 3, 0);
	EXPECT_TRUE(comes_in(self, 2));
	EXPECT_TRUE(comes_in(self, 1));
	EXPECT_TRUE(comes_in(self, 0));
	EXPECT_TRUE(comes_in(self, 3));
	for (i = 0; i < 6; i++)
		EXPECT_EQ(0, mail_next(self->fd));
	EXPECT_EQ(2, mail_next(self->fd));
}

TEST_HARNESS_MAIN
