// SPDX-License-Identifier: GPL-2.0-only
/* Mailboxes that are passed on: in calls, in one-way messages, in sockets, by fork. */
#include <kselftest_harness.h>
#include <sys/socket.h>

#include "mailbox.h"
#include "passing.h"
#include "stranger.h"

static const char name[] = "mailbox.pass";

FIXTURE(pass) {
	struct live live;
	struct pair pair;
	int fd;
};

FIXTURE_SETUP(pass) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4);
}

FIXTURE_TEARDOWN(pass) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Whether it is the same mailbox, and may do the same */
static bool works(struct _test_data_pass *self, int fd, bool reads, bool writes)
{
	int ret;

	check(mailbox_info(fd).id == mailbox_info(self->fd).id);
	ret = mail_post(fd, 1);
	if (ret != (writes ? 0 : -EBADF))
		return false;
	must(mail_post(self->fd, 2));
	if (reads)
		return mail_next(fd) == (writes ? 1 : 2) &&
		       (!writes || mail_next(self->fd) == 2);
	return mail_purge(self->fd) == 1U + writes;
}

static void serve_one(void *arg)
{
	struct _test_data_pass *self = arg;
	struct kipc_message message;
	struct kipc_attachment back;
	struct kipc_reply reply = {
		.attachments = PTR(&back),
		.attachment_count = 1,
	};

	must(recv_soon(&self->pair.server, &message));
	back = *came(&self->pair.server, &message, 0);
	message_free(&self->pair.server, &message);
	check(works(self, (int)back.id, true, true));
	reply.token = message.token;
	must(kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	close((int)back.id);
}

TEST_F(pass, in_a_call) {
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)self->fd,
	};
	struct kipc_call call = {
		.handle = self->pair.handle,
		.attachments = PTR(&attachment),
		.attachment_count = 1,
	};
	struct thread thread;
	int got;

	thread_start(&thread, serve_one, self);
	ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_CALL, &call));
	thread_join(&thread);
	got = (int)attached(&self->pair.client, call.reply_offset, 0, 0)->id;
	EXPECT_TRUE(works(self, got, true, true));
	EXPECT_EQ(1, mailbox_info(self->fd).readers);
}

/* Rights are those of the file, not of the user. */
TEST_F(pass, in_a_one_way_message) {
	static const __u32 flags[] = { READER, WRITER, BOTH };
	struct kipc_attachment attachment = { .type = KIPC_ATTACH_FD };
	struct kipc_message message;
	size_t i;
	int got;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		attachment.id = (__u32)must(mailbox_join(name, flags[i]));
		ASSERT_EQ(0, send_attached(&self->pair.client,
					   self->pair.handle, &attachment, 1));
		close((int)attachment.id);
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		got = (int)came(&self->pair.server, &message, 0)->id;
		EXPECT_TRUE(works(self, got, flags[i] & READER,
				  flags[i] & WRITER));
		close(got);
		message_free(&self->pair.server, &message);
	}
}

/* A user that could not open it */
static void use_it(int sock, void *arg)
{
	struct _test_data_pass *self = arg;
	int fd;

	become(BOB, BOB);
	check(mailbox_join(name, BOTH) == -EACCES);
	fd = fd_recv(sock);
	check(mailbox_info(fd).id == mailbox_info(self->fd).id);
	must(mail_post(fd, 5));
	check(mail_post(self->fd, 6) == 0);
	tell(sock, 1);
	hear(sock);
}

TEST_F(pass, in_a_socket) {
	struct kipc_mail mail;
	struct child child;
	__u32 number;

	child_start(&child, CHILD_SHARES, use_it, self);
	fd_send(child.sock, self->fd);
	hear(child.sock);
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(5, number);
	EXPECT_EQ(BOB, mail.euid);
	EXPECT_EQ(6, mail_next(self->fd));
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

/* In flight in a socket it is open, and closed with the socket. */
TEST_F(pass, in_flight) {
	int socks[2], fd = mailbox_join(name, READER);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks));
	fd_send(socks[0], fd);
	close(fd);
	EXPECT_EQ(2, mailbox_info(self->fd).readers);
	close(socks[0]);
	close(socks[1]);
	EXPECT_EQ(1, mailbox_info(self->fd).readers);
}

static void post_inherited(int sock, void *arg)
{
	struct _test_data_pass *self = arg;

	must(mail_post(self->fd, (__u32)getpid()));
	tell(sock, mail_next(self->fd));
}

/* dup() and fork() make no other file. */
TEST_F(pass, copies) {
	int copy = dup(self->fd);
	struct child child;

	EXPECT_TRUE(works(self, copy, true, true));
	EXPECT_EQ(1, mailbox_info(copy).readers);
	close(copy);
	child_start(&child, CHILD_SHARES, post_inherited, self);
	EXPECT_EQ((__u64)child.pid, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(1, mailbox_info(self->fd).readers);
	EXPECT_TRUE(works(self, self->fd, true, true));
}

/* A broadcast's readers that share a file share what comes. */
TEST_F(pass, copies_of_a_broadcast) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_BROADCAST, 4);
	int copy = dup(fd);
	__u32 number;

	ASSERT_EQ(0, mail_post(fd, 1));
	ASSERT_EQ(0, mail_post(fd, 2));
	EXPECT_EQ(1, mail_next(fd));
	EXPECT_EQ(2, mail_next(copy));
	EXPECT_EQ(-EAGAIN, mail_take(fd, &number));
}

static void execute(int sock, void *arg)
{
	(void)arg;
	child_execute(sock);
}

/* Another program does not get it. */
TEST_F(pass, exec) {
	__u64 end = after(SOON);
	struct kipc_stat stat;
	struct child child;

	child_start(&child, CHILD_SHARES, execute, NULL);
	child_wait_executed(&child);
	ASSERT_EQ(0, mailbox_unlink(name));
	close(self->fd);
	do {
		ASSERT_LT(now(), end);
		pause_ms(1);
		stat_get(&self->pair.client, &stat);
	} while (stat.mailboxes.used);
	child_kill(&child);
}

TEST_HARNESS_MAIN
