// SPDX-License-Identifier: GPL-2.0-only
/* A call and its reply: what travels, deadlines, and how far a call got. */
#include <kselftest_harness.h>

#include "expiring.h"

FIXTURE(call) {
	struct live live;
	struct pair pair;
	struct thread echo;
	struct endpoint echoer;
	__u32 echo_handle;
};

static void echo(void *arg)
{
	echo_serve(arg);
}

FIXTURE_SETUP(call) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->echoer, POOL);
	self->echo_handle = connect_to(&self->pair.client, &self->echoer,
				       node_create(&self->echoer, 1), 0);
	thread_start(&self->echo, echo, &self->echoer);
}

FIXTURE_TEARDOWN(call) {
	echo_stop(&self->pair.client, self->echo_handle);
	thread_join(&self->echo);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Sends @size bytes to the echo and checks what comes back. */
static void check_echo(struct _test_data_call *self, const void *data,
		       size_t size, __u32 code)
{
	struct kipc_call call = {
		.handle = self->echo_handle,
		.code = code,
		.data = PTR(data),
		.data_size = size,
	};

	must(kipc(self->pair.client.fd, KIPC_CALL, &call));
	check(call.stage == KIPC_STAGE_DONE);
	check(call.reply_size == size);
	check(call.reply_code == code);
	check(!call.reply_attachment_count);
	if (size)
		check(!memcmp(payload(&self->pair.client, call.reply_offset),
			      data, size));
	reply_free(&self->pair.client, &call);
}

TEST_F(call, payload_sizes) {
	static const size_t sizes[] = {
		0, 1, 7, 8, 9, 63, 64, 65, 4095, 4096, 4097, 8192, 65535, POOL,
	};
	static __u8 data[POOL];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill(data, sizes[i], (__u32)i);
		check_echo(self, data, sizes[i], (__u32)i);
	}
}

/* Where the payload does not begin at a page, in the sender's memory too */
TEST_F(call, unaligned_payload) {
	static __u8 data[16384];
	size_t i;

	fill(data, sizeof(data), 3);
	for (i = 1; i < 4096; i = i * 3 + 1)
		check_echo(self, data + i, 9000, (__u32)i);
}

TEST_F(call, codes) {
	static const __u32 codes[] = { 0, 1, 1U << 31, ECHO_STOP - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		check_echo(self, "x", 1, codes[i]);
}

TEST_F(call, too_large) {
	static __u8 data[POOL + 1];
	struct kipc_call call = {
		.handle = self->echo_handle,
		.data = PTR(data),
		.data_size = sizeof(data),
	};
	struct kipc_stat before;

	stat_get(&self->pair.client, &before);
	call.stage = 99;
	EXPECT_EQ(-EMSGSIZE, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

/* Who has no pool can get messages that need none. */
TEST_F(call, no_pool) {
	struct endpoint server;
	struct caller caller;
	__u32 handle;

	endpoint_open(&server, 0);
	handle = connect_to(&self->pair.client, &server,
			    node_create(&server, 1), 0);
	EXPECT_EQ(-EMSGSIZE, send_bytes(&self->pair.client, handle, "x", 1));
	caller_start(&caller, &self->pair.client, handle);
	EXPECT_EQ(0, reply_bytes(&server, recv_call(&server), "abc", 3));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(3, caller.call.reply_size);
	reply_free(&self->pair.client, &caller.call);
}

/* Everything that the server is told */
TEST_F(call, message) {
	struct kipc_message message;
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.code = 0x12345678,
			.data = PTR("hello"),
			.data_size = 5,
			.deadline = after(20 * SECOND),
		},
	};

	caller_run(&caller);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_CALL, message.kind);
	EXPECT_EQ(0, message.flags & ~KIPC_MSG_NO_IDLE);
	EXPECT_EQ(COOKIE, message.cookie);
	EXPECT_NE(0, message.token);
	EXPECT_EQ(0, message.bits);
	EXPECT_EQ(5, message.size);
	EXPECT_EQ(0, message.offset % 8);
	EXPECT_EQ(0, memcmp("hello", payload(&self->pair.server,
					     message.offset), 5));
	EXPECT_EQ(caller.call.deadline, message.deadline);
	EXPECT_EQ(0x12345678, message.code);
	EXPECT_EQ(0, message.attachment_count);
	EXPECT_EQ((__u32)getpid(), message.pid);
	EXPECT_EQ((__u32)caller.thread.tid, message.tid);
	EXPECT_EQ(0, message.euid);
	EXPECT_EQ(0, message.egid);
	EXPECT_EQ(0, message.label_size);
	EXPECT_EQ(1, message.depth);
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, caller_join(&caller));
}

TEST_F(call, tokens_are_never_used_twice) {
	__u64 last = 0, token;
	struct caller caller;
	int i;

	for (i = 0; i < 50; i++) {
		caller_start(&caller, &self->pair.client, self->pair.handle);
		token = recv_call(&self->pair.server);
		EXPECT_NE(last, token);
		EXPECT_EQ(0, reply_empty(&self->pair.server, token));
		EXPECT_EQ(-ENXIO, reply_empty(&self->pair.server, token));
		EXPECT_EQ(0, caller_join(&caller));
		last = token;
	}
}

/* The reply can be as large as the caller's pool, and no larger. */
TEST_F(call, reply_sizes) {
	static __u8 data[POOL + 1];
	struct caller caller;
	__u64 token;

	fill(data, sizeof(data), 4);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	token = recv_call(&self->pair.server);
	EXPECT_EQ(-EMSGSIZE, reply_bytes(&self->pair.server, token, data,
					 POOL + 1));
	EXPECT_EQ(0, reply_bytes(&self->pair.server, token, data, POOL));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(POOL, caller.call.reply_size);
	EXPECT_TRUE(filled(payload(&self->pair.client,
				   caller.call.reply_offset), POOL, 4));
	reply_free(&self->pair.client, &caller.call);
}

/* What a deadline that passed while the call was queued leaves: nothing */
TEST_F(call, deadline_in_the_queue) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.deadline = after(50 * MILLISECOND),
	};
	struct kipc_message message;
	struct kipc_stat stat;
	__u64 deadline = call.deadline;

	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_LE(deadline, now());
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.stage);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(1, stat.failed);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

TEST_F(call, deadline_already_passed) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.deadline = 1,
	};
	struct kipc_message message;

	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_GE(KIPC_STAGE_WITHDRAWN, call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

/* After the server received it: the reply is canceled, the token used up. */
TEST_F(call, deadline_while_served) {
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
		},
	};
	__u64 token = expiring_call(&caller, &self->pair.server);

	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->pair.server, token, "x", 1));
	EXPECT_EQ(-ENXIO, reply_bytes(&self->pair.server, token, "x", 1));
}

/* A deadline in the far future is none. */
TEST_F(call, deadline_far_away) {
	struct kipc_call call = {
		.handle = self->echo_handle,
		.deadline = ~0ULL,
	};

	EXPECT_EQ(0, kipc(self->pair.client.fd, KIPC_CALL, &call));
	call.deadline = 1ULL << 63;
	EXPECT_EQ(0, kipc(self->pair.client.fd, KIPC_CALL, &call));
}

/* Calls that nobody saw: each refusal says so. */
TEST_F(call, not_queued) {
	struct kipc_call call = {
		.handle = 12345,
		.stage = 99,
	};
	struct kipc_stat before;
	__u32 weak;

	ASSERT_EQ(0, handle_dup(&self->pair.client, self->pair.handle,
				KIPC_RIGHT_WATCH, &weak));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-ENXIO, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	call.handle = weak;
	call.stage = 99;
	EXPECT_EQ(-EACCES, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	call.handle = self->pair.handle;
	call.data_size = 8;
	call.stage = 99;
	EXPECT_EQ(-EFAULT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));

	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	call.stage = 99;
	call.data_size = 0;
	EXPECT_EQ(-EOWNERDEAD, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
}

/* The counters of traffic tell what happened. */
TEST_F(call, counted) {
	struct kipc_stat before, stat;
	struct caller caller;

	stat_get(&self->pair.client, &before);
	check_echo(self, "abc", 3, 0);
	/* The echo counts its reply after its caller may have got it. */
	wait_blocked(self->echo.tid, KIPC_REPLY_RECV);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(before.calls + 1, stat.calls);
	EXPECT_EQ(before.replies + 1, stat.replies);
	EXPECT_EQ(before.failed, stat.failed);

	caller.endpoint = &self->pair.client;
	memset(&caller.call, 0, sizeof(caller.call));
	caller.call.handle = self->pair.handle;
	caller.call.data = PTR("abc");
	caller.call.data_size = 3;
	caller_run(&caller);
	wait_queued(1);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(before.replies + 2, stat.replies);
}

/* O_NONBLOCK is for receiving: a call waits for its reply. */
TEST_F(call, on_nonblocking_file) {
	ASSERT_EQ(0, fcntl(self->pair.client.fd, F_SETFL, O_NONBLOCK));
	check_echo(self, "abc", 3, 0);
}

/* Two endpoints that call each other, and one that calls while it serves */
static void serve_by_calling(void *arg)
{
	struct _test_data_call *self = arg;
	__u32 onward = connect_to(&self->pair.server, &self->echoer,
				  node_create(&self->echoer, 2), 0);
	__u64 token = recv_call(&self->pair.server);

	must(call_empty(&self->pair.server, onward));
	must(reply_empty(&self->pair.server, token));
}

TEST_F(call, while_serving) {
	struct thread thread;

	thread_start(&thread, serve_by_calling, self);
	EXPECT_EQ(0, call_empty(&self->pair.client, self->pair.handle));
	thread_join(&thread);
}

TEST_HARNESS_MAIN
