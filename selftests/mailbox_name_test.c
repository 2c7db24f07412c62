// SPDX-License-Identifier: GPL-2.0-only
/* The names of mailboxes: how they are listed, watched and waited for, and end. */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "mailbox.h"

static const char name[] = "mailbox.name";

FIXTURE(name) {
	struct live live;
	struct endpoint endpoint;
	struct puppet puppet;
	struct kipc_mailbox_open arg;
};

FIXTURE_SETUP(name) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	endpoint_open(&self->endpoint, POOL);
	puppet_open(&self->puppet);
	self->arg.name = PTR(name);
	self->arg.name_size = sizeof(name) - 1;
	self->arg.flags = BOTH | KIPC_WAIT;
}

FIXTURE_TEARDOWN(name) {
	puppet_close(&self->puppet);
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static void wait_for_it(struct _test_data_name *self)
{
	puppet_block(&self->puppet, &self->endpoint, KIPC_MAILBOX_OPEN,
		     &self->arg);
}

TEST_F(name, is_waited_for) {
	int fd;

	wait_for_it(self);
	fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(0, self->arg.created);
	EXPECT_EQ(mailbox_info(fd).id, mailbox_info(self->arg.fd).id);
	/* It is there: nobody waits. */
	EXPECT_EQ(0, puppet_do(&self->puppet, &self->endpoint,
			       KIPC_MAILBOX_OPEN, &self->arg));
}

TEST_F(name, deadline) {
	self->arg.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->endpoint.fd, KIPC_MAILBOX_OPEN,
				   &self->arg));
	EXPECT_LE(self->arg.deadline, now());
	self->arg.deadline = 1;
	EXPECT_EQ(-ETIMEDOUT, kipc(self->endpoint.fd, KIPC_MAILBOX_OPEN,
				   &self->arg));
	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(0, kipc(self->endpoint.fd, KIPC_MAILBOX_OPEN, &self->arg));
}

TEST_F(name, interrupted) {
	wait_for_it(self);
	interrupt(&self->puppet.thread);
	EXPECT_EQ(-EINTR, puppet_end(&self->puppet));
	interrupt_install(SA_RESTART);
	wait_for_it(self);
	interrupt(&self->puppet.thread);
	wait_blocked(self->puppet.thread.tid, KIPC_MAILBOX_OPEN);
	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(0, puppet_end(&self->puppet));
}

/* Another kind of object appears under the name. */
TEST_F(name, is_another_object) {
	__u32 node = node_create(&self->endpoint, 1);

	wait_for_it(self);
	ASSERT_EQ(0, name_publish(&self->endpoint, name, node, 0777));
	EXPECT_EQ(-EPROTOTYPE, puppet_end(&self->puppet));
}

TEST_F(name, is_listed) {
	static const char prefix[] = "mailbox";
	union {
		struct kipc_name_entry entry;
		char bytes[512];
	} buffer;
	struct kipc_name_list list = {
		.prefix = PTR(prefix),
		.prefix_size = sizeof(prefix) - 1,
		.buffer = PTR(&buffer),
		.buffer_size = sizeof(buffer),
	};

	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	ASSERT_EQ(0, kipc(self->endpoint.fd, KIPC_NAME_LIST, &list));
	ASSERT_EQ(1, list.count);
	EXPECT_EQ(KIPC_OBJECT_MAILBOX, buffer.entry.kind);
	EXPECT_EQ(0, buffer.entry.pid);
	EXPECT_EQ(0, buffer.entry.uid);
	EXPECT_EQ(0, buffer.entry.gid);
	EXPECT_EQ(0600, buffer.entry.mode);
	EXPECT_EQ(sizeof(name) - 1, buffer.entry.name_size);
	EXPECT_EQ(0, memcmp(name, buffer.bytes + sizeof(buffer.entry),
			    sizeof(name) - 1));
}

static int noticed(struct _test_data_name *self)
{
	struct kipc_message message;
	int ret = recv_now(&self->endpoint, &message);

	if (!ret)
		check(message.kind == KIPC_MSG_NAMES);
	return ret;
}

TEST_F(name, is_watched) {
	ASSERT_EQ(0, name_watch(&self->endpoint, "mailbox", 1));
	EXPECT_EQ(-EAGAIN, noticed(self));
	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(0, noticed(self));
	EXPECT_LE(0, mailbox_join(name, BOTH));
	EXPECT_EQ(-EAGAIN, noticed(self));
	ASSERT_EQ(0, mailbox_unlink(name));
	EXPECT_EQ(0, noticed(self));
	EXPECT_EQ(-ENOENT, mailbox_unlink(name));
}

/* What it stood for lives on, and the name can be given again. */
TEST_F(name, is_taken_away) {
	int old = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4), new;

	ASSERT_EQ(0, mail_post(old, 1));
	ASSERT_EQ(0, mailbox_unlink(name));
	EXPECT_EQ(-ENOENT, mailbox_join(name, BOTH));
	new = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4);
	EXPECT_NE(mailbox_info(old).id, mailbox_info(new).id);
	EXPECT_EQ(0, mailbox_info(new).messages);
	ASSERT_EQ(0, mail_post(old, 2));
	ASSERT_EQ(0, mail_post(new, 3));
	EXPECT_EQ(1, mail_next(old));
	EXPECT_EQ(2, mail_next(old));
	EXPECT_EQ(3, mail_next(new));
}

/* The same if the last file is closed before it is unlinked */
TEST_F(name, is_all_that_is_left) {
	int fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4);
	struct live live;

	ASSERT_EQ(0, mail_post(fd, 1));
	close(fd);
	fd = mailbox_join(name, BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, mail_next(fd));
	ASSERT_EQ(0, mail_post(fd, 2));
	close(fd);
	ASSERT_EQ(0, mailbox_unlink(name));
	ASSERT_EQ(0, live_read(&live));
	EXPECT_EQ(self->live.names, live.names);
	EXPECT_EQ(-ENOENT, mailbox_join(name, BOTH));
}

/* The name ends with the last file. */
TEST_F(name, last_close) {
	struct kipc_mailbox_open arg = {
		.flags = MAKE | KIPC_MAILBOX_LAST_CLOSE,
	};
	int fd = mailbox_open(name, &arg), other, copy;

	ASSERT_LE(0, fd);
	other = mailbox_join(name, 0);
	ASSERT_LE(0, other);
	close(fd);
	fd = mailbox_join(name, READER);
	ASSERT_LE(0, fd);
	copy = dup(fd);
	close(fd);
	close(other);
	fd = mailbox_join(name, READER);
	EXPECT_LE(0, fd);
	close(copy);
	close(fd);
	EXPECT_EQ(-ENOENT, mailbox_join(name, READER));
	/* It is free at once. */
	fd = mailbox_open(name, &arg);
	EXPECT_LE(0, fd);
	/* Somebody takes it away before. */
	ASSERT_EQ(0, mailbox_unlink(name));
	other = mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	close(fd);
	EXPECT_LE(0, mailbox_join(name, READER));
}

TEST_F(name, of_bad_syntax) {
	static const char *const bad[] = { ".", "a.", ".a", "a..b", "a/b", "\x01" };
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
	};
	char large[KIPC_NAME_MAX + 2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, mailbox_open(bad[i], &arg));
	memset(large, 'a', sizeof(large));
	large[KIPC_NAME_MAX + 1] = 0;
	EXPECT_EQ(-ENAMETOOLONG, mailbox_open(large, &arg));
	large[KIPC_NAME_MAX] = 0;
	EXPECT_LE(0, mailbox_open(large, &arg));
	EXPECT_EQ(0, mailbox_unlink(large));
}

TEST_HARNESS_MAIN
