// SPDX-License-Identifier: GPL-2.0-only
/* Handles and nodes that are attached to messages in mailboxes. */
#include <kselftest_harness.h>
#include <sched.h>

#include "mailbox.h"

FIXTURE(attach) {
	struct live live;
	struct endpoint sender;
	struct endpoint receiver;
	struct endpoint third;
	__u32 node;
	int fd;
	struct kipc_attachment out[KIPC_ATTACHMENTS_MAX + 1];
	struct kipc_attachment in[KIPC_ATTACHMENTS_MAX];
};

FIXTURE_SETUP(attach) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->sender, POOL);
	endpoint_open(&self->receiver, POOL);
	endpoint_open(&self->third, POOL);
	self->node = node_create_watched(&self->sender, COOKIE);
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 10);
}

FIXTURE_TEARDOWN(attach) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void set(struct _test_data_attach *self, __u32 type, __u32 id,
		__u32 rights)
{
	self->out[0] = (struct kipc_attachment) {
		.type = type,
		.id = id,
		.rights = rights,
	};
}

static int send_by(struct _test_data_attach *self, int endpoint, __u32 count)
{
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(self->out),
		.attachment_count = count,
		.endpoint = endpoint,
	};

	return kipc(self->fd, KIPC_MAILBOX_SEND, &send);
}

static int send_one(struct _test_data_attach *self)
{
	return send_by(self, self->sender.fd, 1);
}

static int recv_by(struct _test_data_attach *self, int endpoint)
{
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(self->in),
		.attachments_max = KIPC_ATTACHMENTS_MAX,
		.endpoint = endpoint,
	};

	memset(self->in, 0xee, sizeof(self->in));
	return kipc(self->fd, KIPC_MAILBOX_RECV, &recv);
}

/* The receiver gets a handle, which is good for what its rights say. */
TEST_F(attach, node) {
	struct kipc_message message;

	set(self, KIPC_ATTACH_NODE, self->node, KIPC_RIGHT_CALL);
	ASSERT_EQ(0, send_one(self));
	ASSERT_EQ(0, recv_by(self, self->receiver.fd));
	EXPECT_EQ(KIPC_ATTACH_HANDLE, self->in[0].type);
	EXPECT_EQ(KIPC_RIGHT_CALL, self->in[0].rights);
	EXPECT_EQ(0, self->in[0].lease);
	EXPECT_EQ(0, self->in[0].cookie);
	EXPECT_EQ(0, send_bytes(&self->receiver, self->in[0].id, "x", 1));
	EXPECT_EQ(-EACCES, handle_watch(&self->receiver, self->in[0].id, 1));
	ASSERT_EQ(0, recv_now(&self->sender, &message));
	EXPECT_EQ(COOKIE, message.cookie);
	message_free(&self->sender, &message);
	EXPECT_EQ(0, handle_drop(&self->receiver, self->in[0].id));
	ASSERT_EQ(0, recv_soon(&self->sender, &message));
	EXPECT_EQ(KIPC_MSG_NO_SENDERS, message.kind);
}

/* One use for each message, the same handle */
TEST_F(attach, handle) {
	__u32 handle = connect_to(&self->third, &self->sender, self->node,
				  KIPC_RIGHTS_ALL), i, got = 0;

	set(self, KIPC_ATTACH_HANDLE, handle, KIPC_RIGHTS_ALL);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, send_by(self, self->third.fd, 1));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, recv_by(self, self->receiver.fd));
		EXPECT_EQ(KIPC_ATTACH_HANDLE, self->in[0].type);
		EXPECT_EQ(KIPC_RIGHTS_ALL, self->in[0].rights);
		EXPECT_TRUE(!i || got == self->in[0].id);
		got = self->in[0].id;
	}
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, handle_drop(&self->receiver, got));
	EXPECT_EQ(-ENXIO, handle_drop(&self->receiver, got));
}

TEST_F(attach, comes_home) {
	__u32 handle = connect_to(&self->third, &self->sender, self->node,
				  KIPC_RIGHTS_ALL);

	set(self, KIPC_ATTACH_HANDLE, handle, KIPC_RIGHT_CALL);
	ASSERT_EQ(0, send_by(self, self->third.fd, 1));
	ASSERT_EQ(0, recv_by(self, self->sender.fd));
	EXPECT_EQ(KIPC_ATTACH_NODE, self->in[0].type);
	EXPECT_EQ(0, self->in[0].id);
	EXPECT_EQ(0, self->in[0].rights);
	EXPECT_EQ(COOKIE, self->in[0].cookie);
}

/* Two processes that have never met get to know each other by a mailbox. */
static void attach_and_serve(int sock, void *arg)
{
	struct _test_data_attach *self = arg;
	struct endpoint endpoint;

	endpoint_open(&endpoint, POOL);
	set(self, KIPC_ATTACH_NODE, node_create(&endpoint, 1),
	    KIPC_RIGHT_CALL);
	must(send_by(self, endpoint.fd, 1));
	tell(sock, 1);
	must(reply_bytes(&endpoint, recv_call(&endpoint), "abc", 3));
}

TEST_F(attach, introduction) {
	struct kipc_call call = { 0 };
	struct child child;

	child_start(&child, CHILD_SHARES, attach_and_serve, self);
	hear(child.sock);
	ASSERT_EQ(0, recv_by(self, self->receiver.fd));
	call.handle = self->in[0].id;
	EXPECT_EQ(0, kipc(self->receiver.fd, KIPC_CALL, &call));
	EXPECT_EQ(3, call.reply_size);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->receiver, call.handle, "x", 1));
}

/* The node's owner is gone before the message is received. */
TEST_F(attach, dead_node) {
	set(self, KIPC_ATTACH_NODE, self->node, KIPC_RIGHT_CALL);
	ASSERT_EQ(0, send_one(self));
	endpoint_close(&self->sender);
	ASSERT_EQ(0, recv_by(self, self->receiver.fd));
	EXPECT_EQ(KIPC_ATTACH_HANDLE, self->in[0].type);
	EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->receiver, self->in[0].id, "x",
					  1));
}

TEST_F(attach, endpoint_of_the_sender) {
	struct endpoint other;
	int pipes[2];

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	set(self, KIPC_ATTACH_NODE, self->node, KIPC_RIGHT_CALL);
	EXPECT_EQ(-EBADF, send_by(self, -1, 1));
	EXPECT_EQ(-EBADF, send_by(self, 999, 1));
	EXPECT_EQ(-EPROTOTYPE, send_by(self, pipes[0], 1));
	EXPECT_EQ(-EPROTOTYPE, send_by(self, self->fd, 1));
	/* It is not looked at if nothing is attached. */
	EXPECT_EQ(0, send_by(self, pipes[0], 0));
	EXPECT_EQ(0, recv_by(self, pipes[0]));
	EXPECT_EQ(-ENXIO, send_by(self, self->third.fd, 1));
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	endpoint_open(&other, POOL);
	set(self, KIPC_ATTACH_NODE, node_create(&other, 1), KIPC_RIGHT_CALL);
	EXPECT_EQ(-EXDEV, send_by(self, other.fd, 1));
	set(self, KIPC_ATTACH_NODE, self->node, KIPC_RIGHT_CALL);
	ASSERT_EQ(0, send_one(self));
	EXPECT_EQ(-EXDEV, recv_by(self, other.fd));
	EXPECT_EQ(1, mailbox_info(self->fd).messages);
	close(pipes[0]);
	close(pipes[1]);
}

TEST_F(attach, what_cannot_be_sent) {
	__u32 handle = connect_to(&self->third, &self->sender, self->node,
				  KIPC_RIGHT_CALL);
	struct kipc_stat before;

	stat_get(&self->third, &before);
	/* Without GRANT, or with a right that it does not have */
	set(self, KIPC_ATTACH_HANDLE, handle, KIPC_RIGHT_CALL);
	EXPECT_EQ(-EACCES, send_by(self, self->third.fd, 1));
	set(self, KIPC_ATTACH_HANDLE, 0xfffff0, KIPC_RIGHT_CALL);
	EXPECT_EQ(-ENXIO, send_by(self, self->third.fd, 1));
	set(self, KIPC_ATTACH_NODE, 0xfffff0, KIPC_RIGHT_CALL);
	EXPECT_EQ(-ENXIO, send_by(self, self->third.fd, 1));
	set(self, 0, handle, KIPC_RIGHT_CALL);
	EXPECT_EQ(-EINVAL, send_by(self, self->third.fd, 1));
	set(self, KIPC_ATTACH_FD + 1, handle, KIPC_RIGHT_CALL);
	EXPECT_EQ(-EINVAL, send_by(self, self->third.fd, 1));
	set(self, KIPC_ATTACH_FD, 999, 0);
	EXPECT_EQ(-EBADF, send_by(self, self->third.fd, 1));
	EXPECT_EQ(-E2BIG, send_by(self, self->third.fd,
				  KIPC_ATTACHMENTS_MAX + 1));
	EXPECT_TRUE(stat_same(&self->third, &before));
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
}

/* As many as there can be, all or nothing */
TEST_F(attach, many) {
	__u32 i;

	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++)
		self->out[i] = (struct kipc_attachment) {
			.type = KIPC_ATTACH_NODE,
			.id = node_create(&self->sender, i),
			.rights = KIPC_RIGHT_CALL,
		};
	ASSERT_EQ(0, send_by(self, self->sender.fd, KIPC_ATTACHMENTS_MAX));
	ASSERT_EQ(0, recv_by(self, self->receiver.fd));
	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++) {
		EXPECT_EQ(KIPC_ATTACH_HANDLE, self->in[i].type);
		EXPECT_EQ(0, handle_drop(&self->receiver, self->in[i].id));
	}
	/* The last of them is bad: none is held. */
	self->out[KIPC_ATTACHMENTS_MAX - 1].id = 0xfffff0;
	EXPECT_EQ(-ENXIO, send_by(self, self->sender.fd,
				  KIPC_ATTACHMENTS_MAX));
}

/* What is thrown away, or dropped, gives up its handles. */
TEST_F(attach, thrown_away) {
	int drop = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 1), i;
	struct kipc_message message;
	struct kipc_stat stat;

	for (i = 0; i < 3; i++) {
		set(self, KIPC_ATTACH_NODE, self->node, KIPC_RIGHT_CALL);
		if (i == 2) {
			close(self->fd);
			self->fd = drop;
		}
		ASSERT_EQ(0, send_one(self));
		EXPECT_EQ(-EAGAIN, recv_now(&self->sender, &message));
		if (i == 0) {
			EXPECT_EQ(1, mail_purge(self->fd));
		} else if (i == 1) {
			close(self->fd);
			self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1);
		} else {
			EXPECT_EQ(0, mail_post(drop, 1));
		}
		ASSERT_EQ(0, recv_soon(&self->sender, &message));
		EXPECT_EQ(KIPC_MSG_NO_SENDERS, message.kind);
		stat_get(&self->sender, &stat);
		EXPECT_EQ(0, stat.attached_handles.used);
	}
}

TEST_HARNESS_MAIN
