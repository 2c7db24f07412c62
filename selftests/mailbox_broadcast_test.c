// SPDX-License-Identifier: GPL-2.0-only
/* Broadcasts: every open reader gets each message, and a slow one harms nobody. */
#include <kselftest_harness.h>
#include <sys/resource.h>

#include "mailbox.h"
#include "stranger.h"

#define DEPTH	8
#define READERS	16
#define READERS_MAX	1024

static const char name[] = "mailbox.broadcast";

FIXTURE(broadcast) {
	struct live live;
	int fd;
	int reader[READERS];
	struct rlimit limit;
};

static int make(__u32 history, __u32 mode)
{
	struct kipc_mailbox_open arg = {
		.flags = WRITER | KIPC_MAILBOX_CREATE | KIPC_MAILBOX_EXCLUSIVE,
		.kind = KIPC_MAILBOX_BROADCAST,
		.mode = mode,
		.policy = KIPC_MAILBOX_DROP,
		.messages_max = DEPTH,
		.history = history,
		.dead_letter = -1,
	};

	return (int)must(mailbox_open(name, &arg));
}

FIXTURE_SETUP(broadcast) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
	self->fd = make(0, 0600);
}

FIXTURE_TEARDOWN(broadcast) {
	setrlimit(RLIMIT_NOFILE, &self->limit);
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static void open_readers(struct _test_data_broadcast *self, int count)
{
	int i;

	for (i = 0; i < count; i++)
		self->reader[i] = (int)must(mailbox_join(name, READER));
}

static void make_again(struct _test_data_broadcast *self, __u32 history)
{
	must(mailbox_unlink(name));
	close(self->fd);
	self->fd = make(history, 0600);
}

TEST_F(broadcast, to_each_reader) {
	struct kipc_mail mail;
	__u32 number, i;
	int r;

	open_readers(self, READERS);
	for (i = 1; i <= DEPTH; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	for (r = 0; r < READERS; r++) {
		EXPECT_EQ(DEPTH, mailbox_info(self->reader[r]).messages);
		for (i = 1; i <= DEPTH; i++) {
			mail = mail_next_told(self->reader[r], &number);
			EXPECT_EQ(i, number);
			EXPECT_EQ(i, mail.sequence);
			EXPECT_EQ(0, mail.missed);
			EXPECT_EQ(0, mail.token);
			EXPECT_EQ(0, mail.priority);
			EXPECT_EQ((__u32)getpid(), mail.pid);
		}
		EXPECT_EQ(-EAGAIN, mail_take(self->reader[r], &number));
	}
	EXPECT_EQ(DEPTH, mailbox_info(self->fd).accepted);
	EXPECT_EQ(DEPTH * READERS, mailbox_info(self->fd).delivered);
}

TEST_F(broadcast, no_priorities) {
	struct kipc_mailbox_recv recv = { .priority_min = 1, .endpoint = -1 };
	struct kipc_mailbox_notify notify = { .eventfd = 0 };
	__u32 number;

	open_readers(self, 1);
	EXPECT_EQ(-EINVAL, mail_post_at(self->fd, 1, 1));
	EXPECT_EQ(-EINVAL, mail_recv(self->reader[0], &recv, &number));
	EXPECT_EQ(-EINVAL, kipc(self->reader[0], KIPC_MAILBOX_NOTIFY, &notify));
	EXPECT_EQ(-ENXIO, lease_ack(self->reader[0], 1));
	EXPECT_EQ(-EAGAIN, mail_take(self->reader[0], &number));
}

/* A reader that is too slow finds a gap; the others, and the writer, do not care. */
TEST_F(broadcast, overrun) {
	struct kipc_mail mail;
	__u32 number, i;

	open_readers(self, 2);
	for (i = 1; i <= 3 * DEPTH; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		mail = mail_next_told(self->reader[0], &number);
		EXPECT_EQ(i, number);
		EXPECT_EQ(0, mail.missed);
	}
	EXPECT_EQ(DEPTH, mailbox_info(self->reader[1]).messages);
	EXPECT_EQ(0, mailbox_info(self->reader[0]).messages);
	for (i = 2 * DEPTH + 1; i <= 3 * DEPTH; i++) {
		mail = mail_next_told(self->reader[1], &number);
		EXPECT_EQ(i, number);
		EXPECT_EQ(i, mail.sequence);
		EXPECT_EQ(i == 2 * DEPTH + 1 ? 2 * DEPTH : 0, mail.missed);
	}
	ASSERT_EQ(0, mail_post(self->fd, i));
	mail = mail_next_told(self->reader[1], &number);
	EXPECT_EQ(0, mail.missed);
}

/* Who comes late gets what comes from then on, or the history as well. */
TEST_F(broadcast, late_reader) {
	__u32 number, i;

	for (i = 1; i <= DEPTH; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	open_readers(self, 1);
	EXPECT_EQ(0, mailbox_info(self->reader[0]).messages);
	EXPECT_EQ(-EAGAIN, mail_take(self->reader[0], &number));
	ASSERT_EQ(0, mail_post(self->fd, i));
	EXPECT_EQ(i, mail_next(self->reader[0]));
}

TEST_F(broadcast, history) {
	struct kipc_mail mail;
	__u32 number, i;

	make_again(self, 3);
	open_readers(self, 1);
	EXPECT_EQ(-EAGAIN, mail_take(self->reader[0], &number));
	for (i = 1; i <= 2; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	open_readers(self, 1);
	EXPECT_EQ(1, mail_next(self->reader[0]));
	for (i = 3; i <= 20; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	/* Though all others have read it, or nobody has */
	open_readers(self, 1);
	EXPECT_EQ(3, mailbox_info(self->reader[0]).messages);
	EXPECT_EQ(3, mailbox_info(self->fd).history);
	for (i = 18; i <= 20; i++) {
		mail = mail_next_told(self->reader[0], &number);
		EXPECT_EQ(i, number);
		EXPECT_EQ(0, mail.missed);
	}
	EXPECT_EQ(-EAGAIN, mail_take(self->reader[0], &number));
}

/* Nobody reads: only the history is kept. */
TEST_F(broadcast, no_readers) {
	__u32 i;

	for (i = 0; i < 3 * DEPTH; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
	make_again(self, 2);
	for (i = 0; i < 3 * DEPTH; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	EXPECT_EQ(2, mailbox_info(self->fd).messages);
}

/* What all have received is gone, and a reader that leaves holds nothing. */
TEST_F(broadcast, is_freed) {
	__u32 i;

	open_readers(self, 2);
	for (i = 0; i < DEPTH; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		EXPECT_EQ(i, mail_next(self->reader[0]));
	}
	EXPECT_EQ(DEPTH, mailbox_info(self->fd).messages);
	for (i = 0; i < DEPTH / 2; i++)
		EXPECT_EQ(i, mail_next(self->reader[1]));
	EXPECT_EQ(DEPTH / 2, mailbox_info(self->fd).messages);
	close(self->reader[1]);
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
}

TEST_F(broadcast, peek_and_purge) {
	__u32 number, i;

	open_readers(self, 2);
	for (i = 1; i <= 5; i++)
		ASSERT_EQ(0, mail_post(self->fd, i));
	EXPECT_EQ(1, mail_next(self->reader[0]));
	EXPECT_EQ(0, mail_peek(self->reader[0], 0, &number, NULL));
	EXPECT_EQ(2, number);
	EXPECT_EQ(0, mail_peek(self->reader[0], 3, &number, NULL));
	EXPECT_EQ(5, number);
	EXPECT_EQ(-ERANGE, mail_peek(self->reader[0], 4, &number, NULL));
	EXPECT_EQ(0, mail_peek(self->reader[1], 4, &number, NULL));
	EXPECT_EQ(4, mail_purge(self->reader[0]));
	EXPECT_EQ(-EAGAIN, mail_peek(self->reader[0], 0, &number, NULL));
	EXPECT_EQ(5, mailbox_info(self->reader[1]).messages);
	EXPECT_EQ(1, mail_next(self->reader[1]));
	ASSERT_EQ(0, mail_post(self->fd, 6));
	EXPECT_EQ(6, mail_next(self->reader[0]));
}

/* All that wait are woken, each with the message. */
TEST_F(broadcast, wakes_all) {
	struct mailer mailer[READERS];
	int i;

	open_readers(self, READERS);
	for (i = 0; i < READERS; i++) {
		mailer_recv(&mailer[i], self->reader[i], 0);
		mailer_blocks(&mailer[i]);
	}
	EXPECT_EQ(READERS, mailbox_info(self->fd).receivers);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	for (i = 0; i < READERS; i++) {
		EXPECT_EQ(0, mailer_join(&mailer[i]));
		EXPECT_EQ(7, mailer[i].number);
	}
}

/* Two threads of one file: one message wakes one. */
TEST_F(broadcast, wakes_one_of_a_file) {
	struct mailer mailer[2];
	int i;

	open_readers(self, 1);
	for (i = 0; i < 2; i++) {
		mailer_recv(&mailer[i], self->reader[0], 0);
		mailer_blocks(&mailer[i]);
	}
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(0, mailer_join(&mailer[0]));
	EXPECT_TRUE(mailer_slept_on(&mailer[1]));
	ASSERT_EQ(0, mail_post(self->fd, 8));
	EXPECT_EQ(0, mailer_join(&mailer[1]));
	EXPECT_EQ(8, mailer[1].number);
}

/* Opens readers until there may be no more. */
static int join_all(struct kipc_mailbox_open *arg, int *last)
{
	int count = 0, fd;

	do {
		fd = mailbox_open(name, arg);
		count += fd >= 0;
		if (fd >= 0)
			*last = fd;
	} while (fd >= 0);
	check(fd == -EUSERS);
	return count;
}

TEST_F_TIMEOUT(broadcast, too_many_readers, 100) {
	struct kipc_mailbox_open arg = { .flags = READER };
	struct rlimit limit = { 4096, 4096 };
	int last;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	must(mailbox_unlink(name));
	close(self->fd);
	self->fd = make(0, 0666);
	must_errno(seteuid(ALICE));
	EXPECT_EQ(READERS_MAX / 2, join_all(&arg, &last));
	must_errno(seteuid(0));
	EXPECT_LE(0, mailbox_join(name, WRITER));
	EXPECT_LE(0, mailbox_join(name, 0));
	EXPECT_EQ(READERS_MAX / 2, join_all(&arg, &last));
	close(last);
	EXPECT_EQ(1, join_all(&arg, &last));
	EXPECT_EQ(READERS_MAX, mailbox_info(self->fd).readers);
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(7, mail_next(last));
}

TEST_HARNESS_MAIN
