// SPDX-License-Identifier: GPL-2.0-only
/* What a user who may open a mailbox can not do to its owner. */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "mailbox.h"
#include "stranger.h"

static const char name[] = "mailbox.hostile";

FIXTURE(hostile) {
	struct live live;
	struct endpoint endpoint;
	struct kipc_stat before;
	int fd;
	struct child child;
};

static int make(__u32 kind)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = kind,
		.mode = 0666,
		.policy = kind == KIPC_MAILBOX_BROADCAST ? KIPC_MAILBOX_DROP :
							   KIPC_MAILBOX_BLOCK,
		.messages_max = 64,
		.lease = kind == KIPC_MAILBOX_WORK ? SECOND : 0,
		.dead_letter = -1,
	};

	return (int)must(mailbox_open(name, &arg));
}

FIXTURE_SETUP(hostile) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
}

FIXTURE_TEARDOWN(hostile) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Starts a stranger who does that, and waits until it is at it. */
static void begin(struct _test_data_hostile *self, __u32 kind,
		  void (*harm)(int sock, void *arg))
{
	self->fd = make(kind);
	stat_get(&self->endpoint, &self->before);
	child_start(&self->child, CHILD_CLOSES, harm, NULL);
	hear(self->child.sock);
}

/* Ends it; nothing that the owner is charged with has changed. */
static void end(struct __test_metadata *_metadata,
		struct _test_data_hostile *self)
{
	EXPECT_TRUE(stat_same(&self->endpoint, &self->before));
	child_kill(&self->child);
	EXPECT_TRUE(stat_same(&self->endpoint, &self->before));
}

static int open_as_stranger(__u32 flags)
{
	become(ALICE, ALICE);
	return (int)must(mailbox_join(name, flags));
}

/* Sends as much as it can, urgent as can be, for ever. */
static void flood(int sock, void *arg)
{
	int fd = open_as_stranger(WRITER);
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)eventfd(0, 0),
	};
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.priority = KIPC_PRIORITY_MAX,
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};
	int ret;

	(void)arg;
	do
		ret = kipc(fd, KIPC_MAILBOX_SEND, &send);
	while (!ret);
	tell(sock, 1);
	for (;;)
		kipc(fd, KIPC_MAILBOX_SEND, &send);
}

/* The owner can send all the time, and receives what it sent. */
TEST_F_TIMEOUT(hostile, flood, 100) {
	struct kipc_attachment got[1];
	struct kipc_mailbox_recv recv = {
		.data_size = 4,
		.attachments = PTR(got),
		.attachments_max = 1,
		.endpoint = -1,
		.deadline = after(SOON),
	};
	__u32 number, i, mine = 0;

	recv.data = PTR(&number);
	begin(self, KIPC_MAILBOX_QUEUE, flood);
	EXPECT_EQ(32, mailbox_info(self->fd).messages);
	for (i = 0; i < 20; i++)
		EXPECT_EQ(0, mail_post_at(self->fd, i, KIPC_PRIORITY_MAX));
	while (mine < 20) {
		ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
		if (recv.mail.attachment_count) {
			close((int)got[0].id);
			continue;
		}
		EXPECT_EQ(mine++, number);
		EXPECT_EQ(0, recv.mail.euid);
	}
	end(_metadata, self);
}

/* Waits for room with as many threads as it can. */
static void crowd(int sock, void *arg)
{
	static struct mailer mailer[100];
	int fd = open_as_stranger(WRITER), i;

	(void)arg;
	while (!mail_post(fd, 1))
		;
	for (i = 0; i < 100; i++)
		mailer_send(&mailer[i], fd, 1, 0);
	for (i = 0; i < 100; i++)
		mailer_blocks(&mailer[i]);
	tell(sock, 1);
	hear(sock);
}

TEST_F_TIMEOUT(hostile, crowd_of_senders, 100) {
	struct mailer mailer;
	int i;

	begin(self, KIPC_MAILBOX_QUEUE, crowd);
	for (i = 0; i < 32; i++)
		EXPECT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(-EAGAIN, mail_post(self->fd, 2));
	/* It is the first to whom room is given. */
	mailer_send(&mailer, self->fd, 3, 0);
	mailer_blocks(&mailer);
	mail_next(self->fd);
	EXPECT_EQ(0, mailer_join(&mailer));
	end(_metadata, self);
}

/* Takes all work and does none of it; comes back for more. */
static void hoard(int sock, void *arg)
{
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	int fd = open_as_stranger(READER);
	__u32 number;

	(void)arg;
	tell(sock, 1);
	for (;;)
		mail_recv(fd, &recv, &number);
}

/* Its leases end: the owner gets its work done in the end. */
TEST_F_TIMEOUT(hostile, hoard, 60) {
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	__u32 number;
	int got = 0;

	begin(self, KIPC_MAILBOX_WORK, hoard);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	/* Who waits longest is next; in the end that is the owner. */
	while (!got) {
		recv.deadline = after(SOON);
		ASSERT_EQ(0, mail_recv(self->fd, &recv, &number));
		got = !lease_ack(self->fd, recv.mail.token);
	}
	child_kill(&self->child);
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
	EXPECT_EQ(0, mailbox_info(self->fd).leased);
}

/* Opens it as often as it can, and reads nothing. */
static void pin(int sock, void *arg)
{
	struct rlimit limit = { 2048, 2048 };

	(void)arg;
	must_errno(setrlimit(RLIMIT_NOFILE, &limit));
	open_as_stranger(READER);
	while (mailbox_join(name, READER) >= 0)
		;
	tell(sock, 1);
	hear(sock);
}

/* The owner still can open it, and its messages cost it no more than before. */
TEST_F_TIMEOUT(hostile, slow_readers, 60) {
	struct live before, live;
	int reader;
	__u32 i;

	begin(self, KIPC_MAILBOX_BROADCAST, pin);
	reader = mailbox_join(name, READER);
	ASSERT_LE(0, reader);
	ASSERT_EQ(0, live_read(&before));
	for (i = 0; i < 500; i++) {
		ASSERT_EQ(0, mail_post(self->fd, i));
		EXPECT_EQ(i, mail_next(reader));
	}
	ASSERT_EQ(0, live_read(&live));
	EXPECT_GE(before.letters + 2 * 64, live.letters);
	end(_metadata, self);
}

/* Makes as many mailboxes as it can. */
static void make_many(int sock, void *arg)
{
	struct kipc_mailbox_open many = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
		.messages_max = 1024,
	};
	struct rlimit limit = { 4096, 4096 };
	int ret;

	(void)arg;
	must_errno(setrlimit(RLIMIT_NOFILE, &limit));
	become(ALICE, ALICE);
	many.dead_letter = -1;
	do
		ret = mailbox_open(NULL, &many);
	while (ret >= 0);
	check(ret == -EDQUOT);
	tell(sock, 1);
	hear(sock);
}

TEST_F_TIMEOUT(hostile, many_mailboxes, 60) {
	begin(self, KIPC_MAILBOX_QUEUE, make_many);
	EXPECT_LE(0, mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1024));
	child_kill(&self->child);
}

/* Takes what is there, throws it away, looks at it: that is what reading means. */
static void meddle(int sock, void *arg)
{
	int fd = open_as_stranger(BOTH);

	(void)arg;
	tell(sock, 1);
	for (;;) {
		mail_purge(fd);
		mail_post(fd, 9);
	}
}

/* The mailbox stays what it is. */
TEST_F_TIMEOUT(hostile, meddle, 100) {
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mailbox_info info;
	int i;

	begin(self, KIPC_MAILBOX_QUEUE, meddle);
	send.deadline = after(SOON);
	for (i = 0; i < 500; i++)
		ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	child_kill(&self->child);
	mail_purge(self->fd);
	info = mailbox_info(self->fd);
	EXPECT_EQ(0, info.messages);
	EXPECT_LE(500, info.accepted);
	for (i = 0; i < 64; i++)
		EXPECT_EQ(0, mail_post(self->fd, (__u32)i));
}

TEST_HARNESS_MAIN
