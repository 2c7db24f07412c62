// SPDX-License-Identifier: GPL-2.0-only
/* Files attached to messages in mailboxes, and files that must not be. */
#include <kselftest_harness.h>
#include <linux/io_uring.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "mailbox.h"

static const char name[] = "mailbox.file";

FIXTURE(file) {
	struct live live;
	struct endpoint endpoint;
	int file;
};

FIXTURE_SETUP(file) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	self->file = eventfd(0, EFD_NONBLOCK);
}

FIXTURE_TEARDOWN(file) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static int send_file(int fd, int file)
{
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)file,
	};
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};

	return kipc(fd, KIPC_MAILBOX_SEND, &send);
}

/* Receives a file; no endpoint is needed for it. */
static int recv_file(int fd)
{
	struct kipc_attachment attachment;
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(&attachment),
		.attachments_max = 1,
		.endpoint = -1,
	};
	int ret = kipc(fd, KIPC_MAILBOX_RECV, &recv);

	if (ret)
		return ret;
	check(attachment.type == KIPC_ATTACH_FD);
	check(!attachment.rights && !attachment.lease && !attachment.cookie);
	return (int)attachment.id;
}

static __u64 files_used(struct endpoint *endpoint)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	return stat.files.used;
}

TEST_F(file, same_open_file) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4), got;
	__u64 value = 7;

	ASSERT_EQ(0, send_file(fd, self->file));
	ASSERT_EQ(8, write(self->file, &value, 8));
	close(self->file);
	EXPECT_EQ(1, files_used(&self->endpoint));
	got = recv_file(fd);
	ASSERT_LE(0, got);
	EXPECT_EQ(0, files_used(&self->endpoint));
	EXPECT_EQ(FD_CLOEXEC, fcntl(got, F_GETFD));
	value = 0;
	EXPECT_EQ(8, read(got, &value, 8));
	EXPECT_EQ(7, value);
}

/* What could hold the mailbox that holds it */
TEST_F(file, refused) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);
	struct io_uring_params params = { 0 };
	int ring, socks[2];

	EXPECT_EQ(-ELOOP, send_file(fd, fd));
	EXPECT_EQ(-ELOOP, send_file(fd, mailbox_make(NULL, KIPC_MAILBOX_WORK,
						     4)));
	EXPECT_EQ(-ELOOP, send_file(fd, self->endpoint.fd));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, socks));
	EXPECT_EQ(-ELOOP, send_file(fd, socks[0]));
	EXPECT_EQ(-ELOOP, send_file(fd, open("/proc/self/ns/ipc", O_RDONLY)));
	ring = (int)syscall(SYS_io_uring_setup, 4, &params);
	if (ring >= 0)
		EXPECT_EQ(-ELOOP, send_file(fd, ring));
	EXPECT_EQ(0, files_used(&self->endpoint));
	EXPECT_EQ(0, mailbox_info(fd).messages);
}

/* Each reader of a broadcast gets the file; the quota is one file's until then. */
TEST_F(file, broadcast) {
	int fd = mailbox_make(name, KIPC_MAILBOX_BROADCAST, 4);
	int reader[3], got, i;
	__u64 value = 0;

	for (i = 0; i < 3; i++) {
		reader[i] = mailbox_join(name, READER);
		ASSERT_LE(0, reader[i]);
	}
	ASSERT_EQ(0, send_file(fd, self->file));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(1, files_used(&self->endpoint));
		got = recv_file(reader[i]);
		ASSERT_LE(0, got);
		value = (__u64)i + 1;
		EXPECT_EQ(8, write(got, &value, 8));
		close(got);
	}
	EXPECT_EQ(8, read(self->file, &value, 8));
	EXPECT_EQ(6, value);
	got = recv_file(fd);
	EXPECT_LE(0, got);
	EXPECT_EQ(0, files_used(&self->endpoint));
}

/* Leased, it is charged until the message is gone. */
TEST_F(file, leased) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_WORK, 4), i, got;
	struct kipc_attachment attachment;
	struct kipc_mailbox_recv recv = {
		.attachments = PTR(&attachment),
		.attachments_max = 1,
		.endpoint = -1,
	};
	__u64 value = 1;

	ASSERT_EQ(0, send_file(fd, self->file));
	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(0, kipc(fd, KIPC_MAILBOX_RECV, &recv));
		got = (int)attachment.id;
		EXPECT_EQ(8, write(got, &value, 8));
		close(got);
		EXPECT_EQ((__u32)i, recv.mail.deliveries);
		if (i < 3)
			EXPECT_EQ(0, lease_return(fd, recv.mail.token));
	}
	EXPECT_EQ(0, lease_ack(fd, recv.mail.token));
	EXPECT_EQ(0, files_used(&self->endpoint));
	EXPECT_EQ(8, read(self->file, &value, 8));
	EXPECT_EQ(3, value);
}

/* A pipe whose only writing end is in a mailbox ends with the mailbox. */
TEST_F(file, let_go) {
	int fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4), pipes[2];
	char byte;

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	ASSERT_EQ(0, send_file(fd, pipes[1]));
	close(pipes[1]);
	ASSERT_EQ(0, mailbox_unlink(name));
	close(fd);
	EXPECT_EQ(0, read(pipes[0], &byte, 1));
	EXPECT_EQ(0, files_used(&self->endpoint));
}

TEST_HARNESS_MAIN
