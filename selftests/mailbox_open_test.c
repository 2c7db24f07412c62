// SPDX-License-Identifier: GPL-2.0-only
/* Opening and making mailboxes: by name, without one, and what a file may do. */
#include <kselftest_harness.h>
#include <sys/resource.h>

#include "interrupt.h"
#include "mailbox.h"

static const char name[] = "mailbox.open";

FIXTURE(open) {
	struct live live;
	struct rlimit limit;
};

FIXTURE_SETUP(open) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
	interrupt_install(0);
}

FIXTURE_TEARDOWN(open) {
	setrlimit(RLIMIT_NOFILE, &self->limit);
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(open, by_name) {
	struct kipc_mailbox_open arg = { .flags = BOTH };
	int first, second, third;

	EXPECT_EQ(-ENOENT, mailbox_open(name, &arg));
	arg.flags |= KIPC_MAILBOX_CREATE;
	first = mailbox_open(name, &arg);
	ASSERT_LE(0, first);
	EXPECT_EQ(1, arg.created);
	second = mailbox_open(name, &arg);
	ASSERT_LE(0, second);
	EXPECT_EQ(0, arg.created);
	arg.flags |= KIPC_MAILBOX_EXCLUSIVE;
	EXPECT_EQ(-EEXIST, mailbox_open(name, &arg));
	arg.flags = BOTH;
	third = mailbox_open(name, &arg);
	ASSERT_LE(0, third);
	EXPECT_EQ(0, arg.created);
	EXPECT_EQ(mailbox_info(first).id, mailbox_info(second).id);
	EXPECT_EQ(mailbox_info(first).id, mailbox_info(third).id);
	EXPECT_EQ(3, mailbox_info(first).readers);
	EXPECT_EQ(3, mailbox_info(first).writers);
	ASSERT_EQ(0, mail_post(first, 7));
	EXPECT_EQ(7, mail_next(second));
}

TEST_F(open, without_a_name) {
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
	};
	int first = mailbox_open(NULL, &arg), second;
	__u32 number;

	ASSERT_LE(0, first);
	EXPECT_EQ(1, arg.created);
	second = mailbox_open(NULL, &arg);
	ASSERT_LE(0, second);
	EXPECT_EQ(1, arg.created);
	EXPECT_NE(mailbox_info(first).id, mailbox_info(second).id);
	ASSERT_EQ(0, mail_post(first, 7));
	EXPECT_EQ(-EAGAIN, mail_take(second, &number));
	EXPECT_EQ(7, mail_next(first));
}

TEST_F(open, file_flags) {
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
	};
	int fd = mailbox_open(name, &arg);
	__u32 number;

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_FALSE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	arg.flags = BOTH | KIPC_NONBLOCK;
	fd = mailbox_open(name, &arg);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(-1, read(fd, &number, sizeof(number)));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(open, defaults) {
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
	};
	int fd = mailbox_open(NULL, &arg);
	struct kipc_mailbox_info info;

	ASSERT_LE(0, fd);
	info = mailbox_info(fd);
	EXPECT_EQ(0, info.flags);
	EXPECT_EQ(KIPC_MAILBOX_QUEUE, info.kind);
	EXPECT_EQ(KIPC_MAILBOX_BLOCK, info.policy);
	EXPECT_EQ(0, info.mode);
	EXPECT_EQ(0, info.uid);
	EXPECT_EQ(0, info.gid);
	EXPECT_EQ(KIPC_MAILBOX_MESSAGES_DEFAULT, info.messages_max);
	EXPECT_EQ(KIPC_MAILBOX_SIZE_DEFAULT, info.size_max);
	EXPECT_EQ(0, info.history);
	EXPECT_EQ(0, info.deliveries_max);
	EXPECT_EQ(0, info.lease);
	EXPECT_NE(0, info.id);
	EXPECT_EQ(1, info.readers);
	EXPECT_EQ(1, info.writers);
	EXPECT_EQ(0, info.messages + info.leased + info.receivers +
		     info.senders);
	EXPECT_EQ(0, info.accepted + info.delivered + info.dropped +
		     info.returned + info.dead);
}

/* What it was made with can be read, and does not change when others open it. */
TEST_F(open, attributes) {
	struct kipc_mailbox_open arg = {
		.flags = MAKE | KIPC_MAILBOX_LAST_CLOSE |
			 KIPC_MAILBOX_FIRST_COME | KIPC_MAILBOX_LABEL,
		.kind = KIPC_MAILBOX_WORK,
		.mode = 0642,
		.policy = KIPC_MAILBOX_FAIL,
		.messages_max = 17,
		.size_max = 300,
		.deliveries_max = 5,
		.lease = 3 * SECOND,
	};
	struct kipc_mailbox_info info;
	int fd;

	arg.dead_letter = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1);
	fd = mailbox_open(name, &arg);
	ASSERT_LE(0, fd);
	arg.flags = READER | KIPC_MAILBOX_CREATE;
	arg.kind = KIPC_MAILBOX_QUEUE;
	arg.messages_max = 18;
	arg.mode = 0666;
	arg.deliveries_max = 0;
	arg.dead_letter = -1;
	arg.lease = 0;
	ASSERT_LE(0, mailbox_open(name, &arg));
	info = mailbox_info(fd);
	EXPECT_EQ(KIPC_MAILBOX_LAST_CLOSE | KIPC_MAILBOX_FIRST_COME |
		  KIPC_MAILBOX_LABEL, info.flags);
	EXPECT_EQ(KIPC_MAILBOX_WORK, info.kind);
	EXPECT_EQ(KIPC_MAILBOX_FAIL, info.policy);
	EXPECT_EQ(0642, info.mode);
	EXPECT_EQ(17, info.messages_max);
	EXPECT_EQ(300, info.size_max);
	EXPECT_EQ(5, info.deliveries_max);
	EXPECT_EQ(3 * SECOND, info.lease);
	EXPECT_EQ(2, info.readers);
	EXPECT_EQ(1, info.writers);
}

/* What needs a file that may receive */
static void expect_no_reading(struct __test_metadata *_metadata, int fd)
{
	struct kipc_mailbox_notify notify = { .eventfd = -1 };
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	struct kipc_mailbox_recv_batch batch = {
		.count = 1,
		.messages = PTR(&recv),
	};
	struct kipc_mailbox_purge purge = { 0 };
	__u32 number;

	EXPECT_EQ(-EBADF, mail_take(fd, &number));
	EXPECT_EQ(-EBADF, kipc(fd, KIPC_MAILBOX_RECV_BATCH, &batch));
	EXPECT_EQ(-EBADF, mail_peek(fd, 0, &number, NULL));
	EXPECT_EQ(-EBADF, lease_ack(fd, 1));
	EXPECT_EQ(-EBADF, kipc(fd, KIPC_MAILBOX_PURGE, &purge));
	EXPECT_EQ(-EBADF, kipc(fd, KIPC_MAILBOX_NOTIFY, &notify));
	EXPECT_EQ(-1, read(fd, &number, sizeof(number)));
	EXPECT_EQ(EBADF, errno);
}

static void expect_no_writing(struct __test_metadata *_metadata, int fd)
{
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mailbox_send_batch batch = {
		.count = 1,
		.messages = PTR(&send),
	};

	EXPECT_EQ(-EBADF, mail_post(fd, 1));
	EXPECT_EQ(-EBADF, kipc(fd, KIPC_MAILBOX_SEND_BATCH, &batch));
	EXPECT_EQ(-1, write(fd, &send, 4));
	EXPECT_EQ(EBADF, errno);
}

TEST_F(open, what_a_file_may_do) {
	int both = mailbox_make(name, KIPC_MAILBOX_WORK, 4);
	int reader = mailbox_join(name, READER);
	int writer = mailbox_join(name, WRITER);
	int neither = mailbox_join(name, 0);
	__u32 number;

	ASSERT_LE(0, reader);
	ASSERT_LE(0, writer);
	ASSERT_LE(0, neither);
	EXPECT_EQ(2, mailbox_info(neither).readers);
	EXPECT_EQ(2, mailbox_info(neither).writers);
	ASSERT_EQ(0, mail_post(writer, 3));
	expect_no_reading(_metadata, writer);
	expect_no_writing(_metadata, reader);
	expect_no_reading(_metadata, neither);
	expect_no_writing(_metadata, neither);
	EXPECT_EQ(1, mailbox_info(both).messages);
	EXPECT_EQ(0, mail_take(reader, &number));
	EXPECT_EQ(3, number);
}

/* Who cannot get a descriptor has not made it either. */
TEST_F(open, no_descriptor) {
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
	};
	struct endpoint endpoint;
	struct rlimit limit = self->limit;

	endpoint_open(&endpoint, 0);
	limit.rlim_cur = (rlim_t)endpoint.fd + 1;
	arg.name = PTR(name);
	arg.name_size = sizeof(name) - 1;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, kipc(endpoint.fd, KIPC_MAILBOX_OPEN, &arg));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
	EXPECT_EQ(-ENOENT, mailbox_join(name, BOTH));
}

/* A name stands for a node, or for a mailbox. */
TEST_F(open, other_objects) {
	struct endpoint endpoint;
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
	};
	__u32 node, handle;

	endpoint_open(&endpoint, POOL);
	node = node_create(&endpoint, COOKIE);
	ASSERT_EQ(0, name_publish(&endpoint, "mailbox.node", node, 0777));
	EXPECT_EQ(-EPROTOTYPE, mailbox_join("mailbox.node", BOTH));
	EXPECT_EQ(-EPROTOTYPE, mailbox_join("mailbox.node", 0));
	EXPECT_EQ(-EPROTOTYPE, mailbox_open("mailbox.node", &arg));
	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(-EPROTOTYPE, name_lookup(&endpoint, name, 0, &handle));
	EXPECT_EQ(-EPROTOTYPE, name_wait(&endpoint, name, after(SOON),
					 &handle));
	EXPECT_EQ(-EEXIST, name_publish(&endpoint, name, node, 0777));
}

TEST_HARNESS_MAIN
