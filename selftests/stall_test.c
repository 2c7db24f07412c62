// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens while a message is being copied: its sender stands still in the
 * middle of it, at memory that does not come.
 */
#include <kselftest_harness.h>
#include <signal.h>

#include "message.h"
#include "stall.h"

#define NO_STALLS	"this kernel has no userfaultfd"

FIXTURE(stall) {
	struct live live;
	struct pair pair;
	struct stall stall;
	bool can_stall;
};

FIXTURE_SETUP(stall) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->can_stall = stall_open(&self->stall);
}

FIXTURE_TEARDOWN(stall) {
	stall_close(&self->stall);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A call whose payload ends in the page that is not there */
static void start_stalled_call(struct _test_data_stall *self,
			       struct caller *caller)
{
	memset(caller, 0, sizeof(*caller));
	caller->endpoint = &self->pair.client;
	caller->call.handle = self->pair.handle;
	caller->call.data = PTR(self->stall.page);
	caller->call.data_size = 100;
	caller_run(caller);
	stall_wait(&self->stall);
}

/* A sender that stands still keeps nobody else from receiving or sending. */
TEST_F(stall, does_not_block_others) {
	struct kipc_message message;
	struct kipc_stat stat;
	struct caller caller;
	__u32 node;
	int i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_stalled_call(self, &caller);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					"abc", 3));
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(3, message.size);
		message_free(&self->pair.server, &message);
	}
	/* Nor from managing handles, nodes, names and counters. */
	node = node_create(&self->pair.server, 2);
	connect_to(&self->pair.client, &self->pair.server, node, 0);
	EXPECT_EQ(0, node_destroy(&self->pair.server, node));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(5, stat.sends);
	stall_end(&self->stall);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

/* The node ends while a call to it is on its way. */
TEST_F(stall, node_ends) {
	struct kipc_message message;
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_stalled_call(self, &caller);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stall_end(&self->stall);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, caller.call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

/* Its endpoint ends. */
TEST_F(stall, server_ends) {
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_stalled_call(self, &caller);
	endpoint_close(&self->pair.server);
	stall_end(&self->stall);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, caller.call.stage);
}

/* A process that calls, sends or replies from the page that is not there */
enum how {
	BY_CALL = 1,
	BY_SEND,
	BY_REPLY,
};

static void stall_in(int sock, void *arg)
{
	struct _test_data_stall *self = arg;
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	struct kipc_call call = {
		.handle = self->pair.handle,
		.data = PTR(self->stall.page),
		.data_size = 100,
		.attachments = PTR(&file),
		.attachment_count = 1,
	};
	__u64 token;

	/* A userfaultfd is its process's own. */
	check(stall_open(&self->stall));
	call.data = PTR(self->stall.page);
	switch (hear(sock)) {
	case BY_CALL:
		kipc(self->pair.client.fd, KIPC_CALL, &call);
		break;
	case BY_SEND:
		send_bytes(&self->pair.client, self->pair.handle,
			   self->stall.page, 100);
		break;
	case BY_REPLY:
		token = recv_call(&self->pair.server);
		tell(sock, token);
		reply_bytes(&self->pair.server, token, self->stall.page, 100);
		break;
	}
	/* It must not come to this: it is killed while it stalls. */
	abort();
}

/* Starts it and waits until it sleeps in the command. */
static void start_staller(struct _test_data_stall *self, struct child *child,
			  enum how how, unsigned long command)
{
	child_start(child, CHILD_SHARES, stall_in, self);
	tell(child->sock, how);
	wait_blocked(child->pid, command);
}

/* Who is killed in the middle of sending leaves nothing. */
TEST_F(stall, sender_is_killed) {
	struct kipc_message message;
	struct kipc_stat before;
	struct child child;
	int how;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	stat_get(&self->pair.client, &before);
	for (how = BY_CALL; how <= BY_SEND; how++) {
		start_staller(self, &child, how,
			      how == BY_CALL ? KIPC_CALL : KIPC_SEND);
		kill(child.pid, SIGKILL);
		EXPECT_EQ(-SIGKILL, child_end(&child));
		EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
		EXPECT_TRUE(stat_same(&self->pair.client, &before));
	}
}

/* Who is killed in the middle of replying: the call can be answered again. */
TEST_F(stall, replier_is_killed) {
	struct caller caller;
	struct child child;
	__u64 token;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	start_staller(self, &child, BY_REPLY, KIPC_REPLY);
	token = hear(child.sock);
	/* While it has the call in hand nobody else has it. */
	EXPECT_EQ(-ENXIO, reply_empty(&self->pair.server, token));
	kill(child.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, child_end(&child));
	EXPECT_EQ(0, reply_bytes(&self->pair.server, token, "again", 5));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(5, caller.call.reply_size);
	reply_free(&self->pair.client, &caller.call);
}

/* ... and if its endpoint ended with it, the caller is told. */
TEST_F(stall, replier_ends) {
	struct caller caller;
	struct child child;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	start_staller(self, &child, BY_REPLY, KIPC_REPLY);
	hear(child.sock);
	endpoint_close(&self->pair.server);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	kill(child.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, child_end(&child));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
}

/* The caller gives up while its reply is being copied. */
TEST_F(stall, caller_gives_up) {
	struct stalled_reply reply;
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.deadline = after(8 * SECOND),
		},
	};

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	caller_run(&caller);
	stalled_reply_begin(&reply, &self->pair.server, &self->stall,
			    recv_call(&self->pair.server));
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
	EXPECT_EQ(-ECANCELED, stalled_reply_end(&reply));
	EXPECT_EQ(-ENXIO, reply_empty(&self->pair.server, reply.token));
}

/* ... or even closes its endpoint */
TEST_F(stall, caller_ends) {
	struct stalled_reply reply;
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.deadline = after(8 * SECOND),
		},
	};

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	caller_run(&caller);
	stalled_reply_begin(&reply, &self->pair.server, &self->stall,
			    recv_call(&self->pair.server));
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	endpoint_close(&self->pair.client);
	EXPECT_EQ(-ECANCELED, stalled_reply_end(&reply));
}

/* A message whose room is taken, but which is not there yet, is not received
 * before others that are.
 */
TEST_F(stall, room_is_taken) {
	static char data[POOL];
	struct kipc_message message;
	struct caller caller;
	struct kipc_call call = {
		.handle = self->pair.handle,
		.data = PTR(data),
		.data_size = POOL,
		.deadline = 1,
	};

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_stalled_call(self, &caller);
	EXPECT_EQ(-EAGAIN, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	stall_end(&self->stall);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
	/* Now it is queued, though not for long. */
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.stage);
}

TEST_HARNESS_MAIN
