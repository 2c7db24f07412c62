// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mailbox without a name ends when nobody can send any more, or receive. One with
 * a name never does: somebody may open it.
 */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/epoll.h>

#include "interrupt.h"
#include "mailbox.h"

static const char name[] = "mailbox.hangup";

FIXTURE(hangup) {
	struct live live;
	int reader;
	int writer;
	struct mailer mailer;
};

static void make(struct _test_data_hangup *self, __u32 kind)
{
	int fd = mailbox_make(name, kind, 2);

	self->reader = (int)must(mailbox_join(name, READER));
	self->writer = (int)must(mailbox_join(name, WRITER));
	close(fd);
}

FIXTURE_SETUP(hangup) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	make(self, KIPC_MAILBOX_QUEUE);
}

FIXTURE_TEARDOWN(hangup) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Begins anew with a mailbox of another kind. */
static void make_again(struct _test_data_hangup *self, __u32 kind)
{
	must(mailbox_unlink(name));
	close(self->reader);
	close(self->writer);
	make(self, kind);
}

static void expect_no_sender(struct __test_metadata *_metadata, int fd)
{
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	struct kipc_mailbox_recv_batch batch = {
		.messages = PTR(&recv),
		.count = 1,
	};
	__u32 number;
	char byte;

	EXPECT_TRUE(mailbox_polled(fd) & POLLHUP);
	EXPECT_EQ(-EPIPE, mail_recv(fd, &recv, &number));
	EXPECT_EQ(-EPIPE, mail_take(fd, &number));
	EXPECT_EQ(-EPIPE, kipc(fd, KIPC_MAILBOX_RECV_BATCH, &batch));
	EXPECT_EQ(0, read(fd, &byte, 1));
	EXPECT_EQ(-EAGAIN, mail_peek(fd, 0, &number, NULL));
}

static void expect_no_receiver(struct __test_metadata *_metadata, int fd)
{
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mailbox_send_batch batch = {
		.messages = PTR(&send),
		.count = 1,
	};

	EXPECT_TRUE(mailbox_polled(fd) & POLLERR);
	EXPECT_EQ(-EPIPE, kipc(fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(-EPIPE, mail_post(fd, 1));
	EXPECT_EQ(-EPIPE, kipc(fd, KIPC_MAILBOX_SEND_BATCH, &batch));
	signal(SIGPIPE, SIG_IGN);
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(EPIPE, errno);
}

TEST_F(hangup, no_sender) {
	ASSERT_EQ(0, mail_post(self->writer, 1));
	ASSERT_EQ(0, mailbox_unlink(name));
	EXPECT_EQ(POLLIN, mailbox_polled(self->reader));
	close(self->writer);
	/* What is there comes first. */
	EXPECT_EQ(POLLIN, mailbox_polled(self->reader));
	EXPECT_EQ(1, mail_next(self->reader));
	expect_no_sender(_metadata, self->reader);
}

TEST_F(hangup, no_receiver) {
	ASSERT_EQ(0, mail_post(self->writer, 1));
	ASSERT_EQ(0, mailbox_unlink(name));
	EXPECT_EQ(POLLOUT, mailbox_polled(self->writer));
	close(self->reader);
	expect_no_receiver(_metadata, self->writer);
}

/* With a name it never ends, and when the name goes it does. */
TEST_F(hangup, name) {
	__u32 number;

	close(self->writer);
	EXPECT_EQ(0, mailbox_polled(self->reader));
	EXPECT_EQ(-EAGAIN, mail_take(self->reader, &number));
	mailer_recv(&self->mailer, self->reader, 0);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, mailbox_unlink(name));
	EXPECT_EQ(-EPIPE, mailer_join(&self->mailer));
	expect_no_sender(_metadata, self->reader);
}

TEST_F(hangup, name_of_a_writer) {
	close(self->reader);
	ASSERT_EQ(0, mail_post(self->writer, 1));
	ASSERT_EQ(0, mail_post(self->writer, 2));
	EXPECT_EQ(0, mailbox_polled(self->writer));
	mailer_send(&self->mailer, self->writer, 3, 0);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, mailbox_unlink(name));
	EXPECT_EQ(-EPIPE, mailer_join(&self->mailer));
	expect_no_receiver(_metadata, self->writer);
}

/* A last name that ends with the last file of the others */
TEST_F(hangup, while_they_wait) {
	ASSERT_EQ(0, mailbox_unlink(name));
	mailer_recv(&self->mailer, self->reader, 0);
	mailer_blocks(&self->mailer);
	close(self->writer);
	EXPECT_EQ(-EPIPE, mailer_join(&self->mailer));
	make(self, KIPC_MAILBOX_QUEUE);
	ASSERT_EQ(0, mailbox_unlink(name));
	ASSERT_EQ(0, mail_post(self->writer, 1));
	ASSERT_EQ(0, mail_post(self->writer, 2));
	mailer_send(&self->mailer, self->writer, 3, 0);
	mailer_blocks(&self->mailer);
	close(self->reader);
	EXPECT_EQ(-EPIPE, mailer_join(&self->mailer));
}

static void read_end(void *arg)
{
	int *fd = arg;
	char byte;

	*fd = (int)read(*fd, &byte, 1);
}

TEST_F(hangup, while_it_reads) {
	struct thread thread;
	int fd = self->reader;

	ASSERT_EQ(0, mailbox_unlink(name));
	thread_start(&thread, read_end, &fd);
	mailbox_wait(self->reader, 1, 0);
	close(self->writer);
	thread_join(&thread);
	EXPECT_EQ(0, fd);
}

/* Leased work may come back: nobody hangs up before it is done. */
TEST_F(hangup, leased) {
	__u32 number;
	__u64 token;
	int other;

	make_again(self, KIPC_MAILBOX_WORK);
	other = mailbox_join(name, READER);
	ASSERT_EQ(0, mailbox_unlink(name));
	ASSERT_EQ(0, mail_post(self->writer, 1));
	token = lease_next(other, &number);
	close(self->writer);
	EXPECT_EQ(0, mailbox_polled(self->reader));
	EXPECT_EQ(-EAGAIN, mail_take(self->reader, &number));
	mailer_recv(&self->mailer, self->reader, 0);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, lease_return(other, token));
	EXPECT_EQ(0, mailer_join(&self->mailer));
	EXPECT_EQ(1, self->mailer.number);
	token = self->mailer.recv.mail.token;
	mailer_recv(&self->mailer, self->reader, 0);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, lease_ack(self->reader, token));
	EXPECT_EQ(-EPIPE, mailer_join(&self->mailer));
	expect_no_sender(_metadata, self->reader);
	expect_no_sender(_metadata, other);
}

/* Each reader of a broadcast, when it has received all */
TEST_F(hangup, broadcast) {
	int other;

	make_again(self, KIPC_MAILBOX_BROADCAST);
	other = mailbox_join(name, READER);
	ASSERT_EQ(0, mail_post(self->writer, 1));
	ASSERT_EQ(0, mailbox_unlink(name));
	close(self->writer);
	EXPECT_EQ(1, mail_next(self->reader));
	expect_no_sender(_metadata, self->reader);
	EXPECT_EQ(POLLIN, mailbox_polled(other));
	EXPECT_EQ(1, mail_next(other));
	expect_no_sender(_metadata, other);
}

TEST_F(hangup, broadcast_to_nobody) {
	make_again(self, KIPC_MAILBOX_BROADCAST);
	close(self->reader);
	EXPECT_EQ(POLLOUT, mailbox_polled(self->writer));
	EXPECT_EQ(0, mail_post(self->writer, 1));
	ASSERT_EQ(0, mailbox_unlink(name));
	expect_no_receiver(_metadata, self->writer);
}

/* A file for both keeps the mailbox going, its own wait as well. */
TEST_F(hangup, both) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1);

	EXPECT_EQ(POLLOUT, mailbox_polled(fd));
	mailer_recv(&self->mailer, fd, 0);
	mailer_blocks(&self->mailer);
	ASSERT_EQ(0, mail_post(fd, 1));
	EXPECT_EQ(0, mailer_join(&self->mailer));
}

/* epoll is told, whatever it asked for. */
TEST_F(hangup, epoll) {
	struct epoll_event event = { .events = EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->reader, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	close(self->writer);
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	ASSERT_EQ(0, mailbox_unlink(name));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, 20000));
	EXPECT_TRUE(event.events & EPOLLHUP);
	make(self, KIPC_MAILBOX_QUEUE);
	ASSERT_EQ(0, mailbox_unlink(name));
	event.events = EPOLLET;
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->writer, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	close(self->reader);
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, 20000));
	EXPECT_TRUE(event.events & EPOLLERR);
}

TEST_HARNESS_MAIN
