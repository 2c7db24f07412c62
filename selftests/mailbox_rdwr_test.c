// SPDX-License-Identifier: GPL-2.0-only
/* read(), write() and their like on a mailbox. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "interrupt.h"
#include "mailbox.h"

/* An address at which nothing is; the compiler must not know that. */
static void *volatile nowhere = (void *)8;

FIXTURE(rdwr) {
	struct live live;
	int fd;
	char data[8192];
};

FIXTURE_SETUP(rdwr) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);
}

FIXTURE_TEARDOWN(rdwr) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(rdwr, one_message_each) {
	ASSERT_EQ(3, write(self->fd, "abc", 3));
	ASSERT_EQ(0, write(self->fd, "", 0));
	ASSERT_EQ(2, write(self->fd, "de", 2));
	EXPECT_EQ(3, mailbox_info(self->fd).messages);
	EXPECT_EQ(3, read(self->fd, self->data, sizeof(self->data)));
	EXPECT_EQ(0, memcmp("abc", self->data, 3));
	EXPECT_EQ(0, read(self->fd, self->data, sizeof(self->data)));
	EXPECT_EQ(2, read(self->fd, self->data, 2));
	EXPECT_EQ(0, memcmp("de", self->data, 2));
}

/* A buffer that is too small gets an error, and nothing is lost. */
TEST_F(rdwr, sizes) {
	ASSERT_EQ(3, write(self->fd, "abc", 3));
	EXPECT_EQ(-1, read(self->fd, self->data, 2));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(-1, read(self->fd, self->data, 0));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(3, read(self->fd, self->data, 3));
	EXPECT_EQ(-1, write(self->fd, self->data,
			    KIPC_MAILBOX_SIZE_DEFAULT + 1));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ((ssize_t)KIPC_MAILBOX_SIZE_DEFAULT,
		  write(self->fd, self->data, KIPC_MAILBOX_SIZE_DEFAULT));
	EXPECT_EQ((ssize_t)KIPC_MAILBOX_SIZE_DEFAULT,
		  read(self->fd, self->data, sizeof(self->data)));
}

TEST_F(rdwr, vectors) {
	char text[] = "abcde";
	struct iovec out[3] = { { text, 2 }, { NULL, 0 }, { text + 2, 3 } };
	struct iovec in[2] = { { self->data, 1 }, { self->data + 1, 10 } };

	ASSERT_EQ(5, writev(self->fd, out, 3));
	EXPECT_EQ(1, mailbox_info(self->fd).messages);
	EXPECT_EQ(5, readv(self->fd, in, 2));
	EXPECT_EQ(0, memcmp("abcde", self->data, 5));
	/* It is not a place in a file. */
	EXPECT_EQ(-1, pwrite(self->fd, "a", 1, 0));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
}

TEST_F(rdwr, faults) {
	struct iovec bad[2] = { { self->data, 1 }, { nowhere, 10 } };

	EXPECT_EQ(-1, write(self->fd, nowhere, 1));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, writev(self->fd, bad, 2));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
	ASSERT_EQ(3, write(self->fd, "abc", 3));
	EXPECT_EQ(-1, read(self->fd, nowhere, 10));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, readv(self->fd, bad, 2));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(3, read(self->fd, self->data, 3));
	EXPECT_EQ(0, memcmp("abc", self->data, 3));
}

TEST_F(rdwr, together_with_commands) {
	struct kipc_mail mail;
	__u32 number = 7;

	ASSERT_EQ(4, write(self->fd, &number, 4));
	ASSERT_EQ(0, mail_post_at(self->fd, 8, 1));
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(8, number);
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(7, number);
	EXPECT_EQ(0, mail.priority);
	EXPECT_EQ((__u32)getpid(), mail.pid);
}

/* Attachments are let go of. */
TEST_F(rdwr, attachments) {
	struct endpoint endpoint;
	struct kipc_attachment attachment[2] = {
		{ .type = KIPC_ATTACH_FD, .id = (__u32)eventfd(0, EFD_CLOEXEC) },
		{ .type = KIPC_ATTACH_NODE, .rights = KIPC_RIGHTS_ALL },
	};
	struct kipc_mailbox_send send = {
		.data = PTR("abc"),
		.data_size = 3,
		.attachments = PTR(attachment),
		.attachment_count = 2,
	};
	struct kipc_message message;
	struct kipc_stat stat;

	endpoint_open(&endpoint, POOL);
	attachment[1].id = node_create_watched(&endpoint, COOKIE);
	send.endpoint = endpoint.fd;
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(-EAGAIN, recv_now(&endpoint, &message));
	EXPECT_EQ(3, read(self->fd, self->data, 10));
	EXPECT_EQ(0, recv_soon(&endpoint, &message));
	EXPECT_EQ(KIPC_MSG_NO_SENDERS, message.kind);
	stat_get(&endpoint, &stat);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, stat.attached_handles.used);
	close((int)attachment[0].id);
}

/* What a work queue gives is acknowledged at once. */
TEST_F(rdwr, of_a_work_queue) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_WORK, 4);
	struct kipc_mailbox_info info;

	ASSERT_EQ(3, write(fd, "abc", 3));
	EXPECT_EQ(-1, read(fd, nowhere, 10));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(1, mailbox_info(fd).messages);
	EXPECT_EQ(3, read(fd, self->data, 3));
	info = mailbox_info(fd);
	EXPECT_EQ(0, info.messages);
	EXPECT_EQ(0, info.leased);
	EXPECT_EQ(0, info.returned);
	EXPECT_EQ(1, info.delivered);
	close(fd);
}

/* A thread that reads or writes once */
struct user {
	struct thread thread;
	int fd;
	ssize_t ret;
	int error;
	char data[8];
};

static void run_read(void *arg)
{
	struct user *user = arg;

	user->ret = read(user->fd, user->data, sizeof(user->data));
	user->error = errno;
}

static void run_write(void *arg)
{
	struct user *user = arg;

	user->ret = write(user->fd, user->data, 1);
	user->error = errno;
}

TEST_F(rdwr, wait) {
	struct user reader = { .fd = self->fd }, writer = { .fd = self->fd };
	int i;

	thread_start(&reader.thread, run_read, &reader);
	wait_blocked_in(reader.thread.tid, SYS_read);
	mailbox_wait(self->fd, 1, 0);
	ASSERT_EQ(3, write(self->fd, "abc", 3));
	thread_join(&reader.thread);
	EXPECT_EQ(3, reader.ret);
	EXPECT_EQ(0, memcmp("abc", reader.data, 3));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(1, write(self->fd, "x", 1));
	writer.data[0] = 'y';
	thread_start(&writer.thread, run_write, &writer);
	wait_blocked_in(writer.thread.tid, SYS_write);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(1, read(self->fd, self->data, 2));
		EXPECT_EQ(i < 4 ? 'x' : 'y', self->data[0]);
	}
	thread_join(&writer.thread);
	EXPECT_EQ(1, writer.ret);
}

TEST_F(rdwr, interrupted) {
	struct user user = { .fd = self->fd };

	thread_start(&user.thread, run_read, &user);
	wait_blocked_in(user.thread.tid, SYS_read);
	interrupt(&user.thread);
	thread_join(&user.thread);
	EXPECT_EQ(-1, user.ret);
	EXPECT_EQ(EINTR, user.error);
	interrupt_install(SA_RESTART);
	thread_start(&user.thread, run_read, &user);
	wait_blocked_in(user.thread.tid, SYS_read);
	interrupt(&user.thread);
	wait_blocked_in(user.thread.tid, SYS_read);
	ASSERT_EQ(1, write(self->fd, "x", 1));
	thread_join(&user.thread);
	EXPECT_EQ(1, user.ret);
}

TEST_F(rdwr, without_waiting) {
	int i;

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, read(self->fd, self->data, 10));
	EXPECT_EQ(EAGAIN, errno);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(1, write(self->fd, "x", 1));
	EXPECT_EQ(-1, write(self->fd, "x", 1));
	EXPECT_EQ(EAGAIN, errno);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(1, read(self->fd, self->data, 10));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, 0));
	EXPECT_EQ(-1, preadv2(self->fd, &(struct iovec){ self->data, 10 }, 1,
			      -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_HARNESS_MAIN
