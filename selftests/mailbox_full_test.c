// SPDX-License-Identifier: GPL-2.0-only
/* What happens to messages for a mailbox that is full. */
#include <kselftest_harness.h>

#include "mailbox.h"

#define CROWD	64

FIXTURE(full) {
	struct live live;
	struct mailer mailer[CROWD];
};

FIXTURE_SETUP(full) {
	ASSERT_EQ(0, live_begin(&self->live));
}

FIXTURE_TEARDOWN(full) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Who is done; @number is set to the last of them */
static int done(struct _test_data_full *self, int *number)
{
	int i, count = 0;

	for (i = 0; i < CROWD; i++) {
		if (!mailer_is_done(&self->mailer[i]))
			continue;
		*number = i;
		count++;
	}
	return count;
}

static void wait_done(struct _test_data_full *self, int count)
{
	__u64 end = after(SOON);
	int number;

	while (done(self, &number) < count) {
		check(now() < end);
		pause_ms(1);
	}
}

/* Each place wakes one of those who wait, the one that waits longest. */
TEST_F_TIMEOUT(full, blocks, 100) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4), i, j;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mail_post(fd, 1000));
	for (i = 0; i < CROWD; i++) {
		mailer_send(&self->mailer[i], fd, (__u32)i, 0);
		mailer_blocks(&self->mailer[i]);
		EXPECT_EQ((__u32)i + 1, mailbox_info(fd).senders);
	}
	for (i = 0; i < CROWD; i++) {
		EXPECT_EQ(i < 4 ? 1000 : (__u32)i - 4, mail_next(fd));
		wait_done(self, i + 1);
		EXPECT_EQ(0, mailer_join(&self->mailer[i]));
		EXPECT_EQ((__u32)CROWD - (__u32)i - 1,
			  mailbox_info(fd).senders);
		EXPECT_EQ(4, mailbox_info(fd).messages);
		/* The others have not even woken up. */
		for (j = i + 1; j < CROWD && i % 16 == 0; j++)
			EXPECT_TRUE(mailer_slept_on(&self->mailer[j]));
	}
	EXPECT_EQ(4, mail_purge(fd));
}

/* Several places at once */
TEST_F(full, purge_lets_them_in) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4), i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mail_post(fd, 1000));
	for (i = 0; i < 6; i++) {
		mailer_send(&self->mailer[i], fd, (__u32)i, 0);
		mailer_blocks(&self->mailer[i]);
	}
	EXPECT_EQ(4, mail_purge(fd));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, mailer_join(&self->mailer[i]));
	for (i = 4; i < 6; i++)
		EXPECT_TRUE(mailer_slept_on(&self->mailer[i]));
	for (i = 0; i < 6; i++)
		EXPECT_EQ((__u32)i, mail_next(fd));
	for (i = 4; i < 6; i++)
		EXPECT_EQ(0, mailer_join(&self->mailer[i]));
}

/* Nobody passes those who wait, however urgent it is. */
TEST_F(full, nobody_is_overtaken) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1);

	ASSERT_EQ(0, mail_post(fd, 1));
	mailer_send(&self->mailer[0], fd, 2, 0);
	mailer_blocks(&self->mailer[0]);
	mailer_send(&self->mailer[1], fd, 3, 9);
	mailer_blocks(&self->mailer[1]);
	EXPECT_EQ(-EAGAIN, mail_post_at(fd, 4, 10));
	EXPECT_EQ(1, mail_next(fd));
	EXPECT_EQ(0, mailer_join(&self->mailer[0]));
	EXPECT_EQ(-EAGAIN, mail_post_at(fd, 4, 10));
	EXPECT_TRUE(mailer_slept_on(&self->mailer[1]));
	EXPECT_EQ(2, mail_next(fd));
	EXPECT_EQ(3, mail_next(fd));
	EXPECT_EQ(0, mailer_join(&self->mailer[1]));
}

TEST_F(full, fails) {
	int fd = mailbox_make_policy(NULL, KIPC_MAILBOX_FAIL, 2);
	struct kipc_mailbox_send send = { .endpoint = -1 };

	ASSERT_EQ(0, mail_post(fd, 1));
	ASSERT_EQ(0, mail_post(fd, 2));
	EXPECT_EQ(-EAGAIN, kipc(fd, KIPC_MAILBOX_SEND, &send));
	send.deadline = after(SOON);
	EXPECT_EQ(-EAGAIN, kipc(fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(2, mailbox_info(fd).accepted);
	EXPECT_EQ(0, mailbox_info(fd).dropped);
	EXPECT_EQ(1, mail_next(fd));
	send.deadline = 0;
	EXPECT_EQ(0, kipc(fd, KIPC_MAILBOX_SEND, &send));
}

/* The oldest goes, and it shows. */
TEST_F(full, drops_the_oldest) {
	int fd = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 3);
	struct kipc_mail mail;
	__u32 number, i;

	for (i = 1; i <= 8; i++)
		ASSERT_EQ(0, mail_post(fd, i));
	EXPECT_EQ(8, mailbox_info(fd).accepted);
	EXPECT_EQ(5, mailbox_info(fd).dropped);
	EXPECT_EQ(3, mailbox_info(fd).messages);
	for (i = 6; i <= 8; i++) {
		ASSERT_EQ(0, mail_peek(fd, 0, &number, &mail));
		EXPECT_EQ(0, mail.missed);
		mail = mail_next_told(fd, &number);
		EXPECT_EQ(i, number);
		EXPECT_EQ(i, mail.sequence);
		EXPECT_EQ(i == 6 ? 5 : 0, mail.missed);
	}
	for (i = 9; i <= 12; i++)
		ASSERT_EQ(0, mail_post(fd, i));
	mail = mail_next_told(fd, &number);
	EXPECT_EQ(10, number);
	EXPECT_EQ(1, mail.missed);
}

/* The least urgent goes, and of equally urgent ones the oldest: be it the new one */
TEST_F(full, drops_the_least_urgent) {
	int fd = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 3);
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mail mail;
	__u32 number;

	ASSERT_EQ(0, mail_post_at(fd, 1, 5));
	ASSERT_EQ(0, mail_post_at(fd, 2, 4));
	ASSERT_EQ(0, mail_post_at(fd, 3, 4));
	/* 2 is dropped, though it is not the oldest. */
	ASSERT_EQ(0, mail_post_at(fd, 4, 6));
	/* 5 itself: its sender is not told, and it has a number. */
	ASSERT_EQ(0, mail_post_at(fd, 5, 3));
	send.priority = 7;
	ASSERT_EQ(0, kipc(fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(6, send.sequence);
	EXPECT_EQ(3, mailbox_info(fd).messages);
	EXPECT_EQ(3, mailbox_info(fd).dropped);
	EXPECT_EQ(6, mailbox_info(fd).accepted);
	ASSERT_EQ(0, mail_peek(fd, 0, &number, &mail));
	EXPECT_EQ(6, mail.sequence);
	EXPECT_EQ(3, mail_purge(fd));
	ASSERT_EQ(0, mail_post_at(fd, 7, 0));
	mail = mail_next_told(fd, &number);
	EXPECT_EQ(7, number);
	EXPECT_EQ(7, mail.sequence);
}

/* Missed is counted for each file from when it was opened. */
TEST_F(full, missed_by_each_file) {
	static const char name[] = "mailbox.full";
	int fd = mailbox_make_policy(name, KIPC_MAILBOX_DROP, 1), late;
	struct kipc_mail mail;
	__u32 number;

	ASSERT_EQ(0, mail_post(fd, 1));
	ASSERT_EQ(0, mail_post(fd, 2));
	late = mailbox_join(name, READER);
	ASSERT_LE(0, late);
	ASSERT_EQ(0, mail_post(fd, 3));
	ASSERT_EQ(0, mail_post(fd, 4));
	mail = mail_next_told(late, &number);
	EXPECT_EQ(4, number);
	EXPECT_EQ(2, mail.missed);
	ASSERT_EQ(0, mail_post(fd, 5));
	mail = mail_next_told(fd, &number);
	EXPECT_EQ(5, number);
	EXPECT_EQ(3, mail.missed);
	ASSERT_EQ(0, mailbox_unlink(name));
}

/* A leased message has its place, and is not dropped. */
TEST_F(full, leased_ones_stay) {
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = KIPC_MAILBOX_WORK,
		.policy = KIPC_MAILBOX_DROP,
		.messages_max = 2,
		.dead_letter = -1,
	};
	int fd = mailbox_open(NULL, &arg);
	__u32 number;
	__u64 token;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mail_post(fd, 1));
	token = lease_next(fd, &number);
	ASSERT_EQ(0, mail_post(fd, 2));
	ASSERT_EQ(0, mail_post(fd, 3));
	EXPECT_EQ(1, mailbox_info(fd).leased);
	EXPECT_EQ(1, mailbox_info(fd).messages);
	EXPECT_EQ(1, mailbox_info(fd).dropped);
	EXPECT_EQ(0, lease_return(fd, token));
	token = lease_next(fd, &number);
	EXPECT_EQ(1, number);
	lease_next(fd, &number);
	EXPECT_EQ(3, number);
	/* Nothing but leased ones: the new one has to go. */
	ASSERT_EQ(0, mail_post(fd, 4));
	EXPECT_EQ(2, mailbox_info(fd).dropped);
	EXPECT_EQ(0, lease_ack(fd, token));
	EXPECT_EQ(-EAGAIN, mail_take(fd, &number));
}

TEST_HARNESS_MAIN
