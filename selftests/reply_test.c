// SPDX-License-Identifier: GPL-2.0-only
/* Answering calls: once, by any thread, at any time; REPLY_RECV in all parts. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(reply) {
	struct live live;
	struct pair pair;
	struct caller caller;
	__u64 token;
};

FIXTURE_SETUP(reply) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	caller_start(&self->caller, &self->pair.client, self->pair.handle);
	self->token = recv_call(&self->pair.server);
}

FIXTURE_TEARDOWN(reply) {
	endpoint_close(&self->pair.server);
	if (self->caller.thread.tid)
		thread_join(&self->caller.thread);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int join(struct _test_data_reply *self)
{
	int ret = caller_join(&self->caller);

	self->caller.thread.tid = 0;
	return ret;
}

TEST_F(reply, once) {
	EXPECT_EQ(0, reply_bytes(&self->pair.server, self->token, "x", 1));
	EXPECT_EQ(-ENXIO, reply_bytes(&self->pair.server, self->token, "x", 1));
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(-ENXIO, reply_bytes(&self->pair.server, self->token, "x", 1));
	EXPECT_EQ(1, self->caller.call.reply_size);
	reply_free(&self->pair.client, &self->caller.call);
}

/* A token is its endpoint's own. */
TEST_F(reply, foreign_token) {
	struct endpoint other;

	endpoint_open(&other, POOL);
	EXPECT_EQ(-ENXIO, reply_empty(&other, self->token));
	EXPECT_EQ(-ENXIO, reply_empty(&self->pair.client, self->token));
	EXPECT_EQ(-ENXIO, reply_empty(&self->pair.server, self->token + 1));
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->token));
	EXPECT_EQ(0, join(self));
}

/* What fails leaves the call to be answered again. */
TEST_F(reply, failed_reply) {
	struct kipc_attachment bad = {
		.type = KIPC_ATTACH_FD,
		.id = 9999,
	};
	struct kipc_reply reply = {
		.token = self->token,
		.data = PTR("x"),
		.data_size = 1,
	};
	static char data[POOL + 1];

	reply.data = 1;
	EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	reply.data = PTR(data);
	reply.data_size = sizeof(data);
	EXPECT_EQ(-EMSGSIZE, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	reply.data_size = 1;
	reply.attachments = PTR(&bad);
	reply.attachment_count = 1;
	EXPECT_EQ(-EBADF, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	bad.id = (__u32)self->pair.server.fd;
	EXPECT_EQ(-ELOOP, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	bad.type = KIPC_ATTACH_HANDLE;
	bad.rights = KIPC_RIGHT_CALL;
	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	reply.attachment_count = 0;
	reply.flags = KIPC_FREE_SLICE;
	reply.free = 8;
	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(KIPC_FREE_SLICE, reply.flags);
	reply.flags = 0;
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(1, self->caller.call.reply_size);
	reply_free(&self->pair.client, &self->caller.call);
}

/* However often it fails, the next try needs no more room than the first. */
TEST_F(reply, failed_with_attachments) {
	enum { COUNT = 100, SIZE = COUNT * sizeof(struct kipc_attachment) };
	struct kipc_attachment attachment[COUNT] = { 0 };
	struct kipc_reply reply = {
		.token = self->token,
		.data = 1,
		.data_size = 1,
		.attachments = PTR(attachment),
		.attachment_count = COUNT,
	};
	int i;

	for (i = 0; i < COUNT; i++) {
		attachment[i].type = KIPC_ATTACH_NODE;
		attachment[i].id = node_create(&self->pair.server, 2);
		attachment[i].rights = KIPC_RIGHT_CALL;
	}
	for (i = 0; i < 2 * POOL / SIZE; i++)
		ASSERT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_REPLY,
					&reply));
	reply.data = PTR("x");
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(COUNT, self->caller.call.reply_attachment_count);
	reply_free(&self->pair.client, &self->caller.call);
}

/* The slice of a try that failed is not that of one that has none. */
TEST_F(reply, empty_after_failed) {
	struct kipc_message message;
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);

	ASSERT_EQ(0, send_bytes(&self->pair.server, back, "x", 1));
	EXPECT_EQ(-EFAULT, reply_bytes(&self->pair.server, self->token,
				       (void *)1, 1));
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->token));
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(0, self->caller.call.reply_offset);
	ASSERT_EQ(0, recv_now(&self->pair.client, &message));
	message_free(&self->pair.client, &message);
}

/* EAGAIN: the caller's pool is full; it works once there is room. */
TEST_F(reply, no_room) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct kipc_message message;
	static char data[POOL];
	int sent = 0;

	while (!send_bytes(&self->pair.server, back, data, 4096))
		sent++;
	ASSERT_LT(0, sent);
	EXPECT_EQ(-EAGAIN, reply_bytes(&self->pair.server, self->token, data,
				       POOL));
	while (sent--) {
		ASSERT_EQ(0, recv_now(&self->pair.client, &message));
		message_free(&self->pair.client, &message);
	}
	EXPECT_EQ(0, reply_bytes(&self->pair.server, self->token, data, POOL));
	EXPECT_EQ(0, join(self));
	reply_free(&self->pair.client, &self->caller.call);
}

struct replier {
	struct endpoint *endpoint;
	struct thread thread;
	__u64 token;
	int ret;
};

static void answer(void *arg)
{
	struct replier *replier = arg;

	replier->ret = reply_empty(replier->endpoint, replier->token);
}

/* Any thread may answer. */
TEST_F(reply, by_another_thread) {
	struct replier replier = {
		.endpoint = &self->pair.server,
		.token = self->token,
	};

	thread_start(&replier.thread, answer, &replier);
	thread_join(&replier.thread);
	EXPECT_EQ(0, replier.ret);
	EXPECT_EQ(0, join(self));
}

/* If several answer at once, one of them does. */
TEST_F(reply, by_several_threads) {
	struct replier replier[4];
	int i, round, done;

	for (round = 0; round < (debug_kernel() ? 30 : 300); round++) {
		done = 0;
		for (i = 0; i < 4; i++) {
			replier[i].endpoint = &self->pair.server;
			replier[i].token = self->token;
			thread_start(&replier[i].thread, answer, &replier[i]);
		}
		for (i = 0; i < 4; i++) {
			thread_join(&replier[i].thread);
			done += !replier[i].ret;
			EXPECT_EQ(replier[i].ret ? -ENXIO : 0, replier[i].ret);
		}
		EXPECT_EQ(1, done);
		EXPECT_EQ(0, join(self));
		caller_start(&self->caller, &self->pair.client,
			     self->pair.handle);
		self->token = recv_call(&self->pair.server);
	}
}

/* Answers with a good attachment and a payload that is not there. */
static void answer_badly(void *arg)
{
	struct replier *replier = arg;
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	struct kipc_reply reply = {
		.token = replier->token,
		.data = 1,
		.data_size = 1,
		.attachments = PTR(&file),
		.attachment_count = 1,
	};

	replier->ret = kipc(replier->endpoint->fd, KIPC_REPLY, &reply);
}

/* An answer that fails does not get into the way of one that succeeds. */
TEST_F(reply, one_fails_and_one_answers) {
	struct replier good, bad;
	int round;

	good.endpoint = &self->pair.server;
	bad.endpoint = &self->pair.server;
	for (round = 0; round < (debug_kernel() ? 100 : 1000); round++) {
		good.token = self->token;
		bad.token = self->token;
		thread_start(&bad.thread, answer_badly, &bad);
		answer(&good);
		thread_join(&bad.thread);
		/* While the other one had it in hand it was not there. */
		EXPECT_TRUE(bad.ret == -EFAULT || bad.ret == -ENXIO);
		if (good.ret) {
			EXPECT_EQ(-ENXIO, good.ret);
			EXPECT_EQ(-EFAULT, bad.ret);
			EXPECT_EQ(0, reply_empty(&self->pair.server,
						 self->token));
		}
		EXPECT_EQ(0, join(self));
		EXPECT_EQ(0, self->caller.call.reply_attachment_count);
		caller_start(&self->caller, &self->pair.client,
			     self->pair.handle);
		self->token = recv_call(&self->pair.server);
	}
}

/* Answers may come in any order, long after other calls. */
TEST_F(reply, deferred) {
	struct caller caller[4];
	__u64 token[4];
	int i;

	for (i = 0; i < 4; i++) {
		caller_start(&caller[i], &self->pair.client, self->pair.handle);
		token[i] = recv_call(&self->pair.server);
	}
	for (i = 3; i >= 0; i--) {
		EXPECT_EQ(0, reply_bytes(&self->pair.server, token[i],
					 &token[i], 8));
		EXPECT_EQ(0, caller_join(&caller[i]));
		EXPECT_EQ(0, memcmp(&token[i],
				    payload(&self->pair.client,
					    caller[i].call.reply_offset), 8));
		reply_free(&self->pair.client, &caller[i].call);
	}
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->token));
	EXPECT_EQ(0, join(self));
}

TEST_F(reply, and_receive) {
	struct kipc_reply_recv both = {
		.reply = {
			.token = self->token,
			.code = 5,
			.data = PTR("answer"),
			.data_size = 6,
		},
	};

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "next",
				4));
	ASSERT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(self->token, both.reply.token);
	EXPECT_EQ(KIPC_MSG_SEND, both.recv.message.kind);
	EXPECT_EQ(4, both.recv.message.size);
	message_free(&self->pair.server, &both.recv.message);
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(5, self->caller.call.reply_code);
	EXPECT_EQ(6, self->caller.call.reply_size);
	reply_free(&self->pair.client, &self->caller.call);
}

/* Without a token it only receives; then the reply must be all 0. */
TEST_F(reply, no_token) {
	struct kipc_reply_recv both = { .recv.flags = KIPC_NONBLOCK };
	struct kipc_stat before;

	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, NULL,
				0));
	stat_get(&self->pair.client, &before);
	both.reply.code = 1;
	EXPECT_EQ(-EINVAL, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	both.reply.code = 0;
	both.reply.flags = KIPC_VEC;
	EXPECT_EQ(-EINVAL, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	both.reply.flags = 0;
	both.reply.data_size = 1;
	EXPECT_EQ(-EINVAL, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	both.reply.data_size = 0;
	both.reply.free = 64;
	EXPECT_EQ(-EINVAL, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	both.reply.free = 0;
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	ASSERT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(KIPC_MSG_SEND, both.recv.message.kind);
}

/* If the reply fails, nothing is received. */
TEST_F(reply, reply_part_fails) {
	struct kipc_reply_recv both = { .reply.token = self->token + 1 };
	struct kipc_message message;

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, NULL,
				0));
	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(self->token + 1, both.reply.token);
	both.reply.token = self->token;
	both.reply.data_size = 1;
	EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(self->token, both.reply.token);
	EXPECT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->token));
	EXPECT_EQ(0, join(self));
}

/* A bad receive part is found before the reply is given. */
TEST_F(reply, recv_part_is_bad) {
	struct kipc_reply_recv both = {
		.reply.token = self->token,
		.recv.flags = KIPC_VEC,
	};

	EXPECT_EQ(-EINVAL, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(self->token, both.reply.token);
	both.recv.flags = KIPC_FREE_SLICE | KIPC_NONBLOCK;
	both.recv.free = 8;
	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(self->token, both.reply.token);
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->token));
	EXPECT_EQ(0, join(self));
}

/* If only the receive fails, the reply has come back as all 0. */
TEST_F(reply, recv_part_fails) {
	static const struct kipc_reply zero;
	struct kipc_reply_recv both = {
		.reply = {
			.token = self->token,
			.code = 3,
			.data = PTR("x"),
			.data_size = 1,
		},
		.recv.flags = KIPC_NONBLOCK,
	};

	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(0, memcmp(&zero, &both.reply, sizeof(zero)));
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(3, self->caller.call.reply_code);
	reply_free(&self->pair.client, &self->caller.call);
	/* It can be issued again as it is. */
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	both.recv.flags = 0;
	both.recv.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.server.fd, KIPC_REPLY_RECV,
				   &both));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, NULL,
				0));
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
}

/* Both parts may free a slice, and clear their flags when they did. */
TEST_F(reply, both_parts_free) {
	struct kipc_message first, second;
	struct kipc_reply_recv both = {
		.reply = {
			.token = self->token,
			.flags = KIPC_FREE_SLICE,
		},
		.recv.flags = KIPC_FREE_SLICE | KIPC_NONBLOCK,
	};
	__u32 other = connect_to(&self->pair.client, &self->pair.server,
				 node_create(&self->pair.server, 2), 0);

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "1", 1));
	ASSERT_EQ(0, send_bytes(&self->pair.client, other, "2", 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &first));
	ASSERT_EQ(0, recv_now(&self->pair.server, &second));
	both.reply.free = first.offset;
	both.recv.free = second.offset;
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(KIPC_NONBLOCK, both.recv.flags);
	EXPECT_EQ(0, both.reply.flags);
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, first.offset));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, second.offset));
	EXPECT_EQ(0, join(self));
}

/* The same slice cannot be freed by both. */
TEST_F(reply, both_parts_free_the_same) {
	struct kipc_message message;
	struct kipc_reply_recv both = {
		.reply = {
			.token = self->token,
			.flags = KIPC_FREE_SLICE,
		},
		.recv.flags = KIPC_FREE_SLICE | KIPC_NONBLOCK,
	};

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "1", 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	both.reply.free = message.offset;
	both.recv.free = message.offset;
	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(0, slice_free(&self->pair.server, message.offset));
	EXPECT_EQ(self->token, both.reply.token);
}

/* The answer to a caller that is gone: the token is used up. */
TEST_F(reply, canceled) {
	struct kipc_reply_recv both = { .recv.flags = KIPC_NONBLOCK };
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.deadline = after(SECOND),
		},
	};

	caller_run(&caller);
	both.reply.token = recv_call(&self->pair.server);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	EXPECT_EQ(-ECANCELED, kipc(self->pair.server.fd, KIPC_REPLY_RECV,
				   &both));
	EXPECT_EQ(0, both.reply.token);
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
}

TEST_HARNESS_MAIN
