// SPDX-License-Identifier: GPL-2.0-only
/* Freezing an endpoint: it receives nothing, and nothing is lost. */
#include <kselftest_harness.h>
#include <poll.h>

#include "expiring.h"
#include "freeze.h"
#include "interrupt.h"
#include "nested.h"

FIXTURE(freeze) {
	struct live live;
	struct pair pair;
	struct endpoint controller;
	struct kipc_freeze answer;
	struct kipc_message message;
};

FIXTURE_SETUP(freeze) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->controller, 0);
}

FIXTURE_TEARDOWN(freeze) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void freeze_server(struct _test_data_freeze *self)
{
	freeze(&self->controller, &self->pair.server);
}

static void thaw_server(struct _test_data_freeze *self)
{
	thaw(&self->controller, &self->pair.server);
}

static const struct kipc_freeze *ask(struct _test_data_freeze *self,
				     struct endpoint *endpoint)
{
	freeze_query(&self->controller, endpoint, &self->answer);
	return &self->answer;
}

static int receive(struct _test_data_freeze *self)
{
	int ret = recv_now(&self->pair.server, &self->message);

	if (!ret)
		message_free(&self->pair.server, &self->message);
	return ret;
}

static void wait_queued_at(struct _test_data_freeze *self, __u32 count)
{
	freeze_wait_queued(&self->controller, &self->pair.server, count);
}

/* The answer counts what is on its way, as the server and the caller have it. */
TEST_F(freeze, answer) {
	struct caller caller[3];
	__u64 token;
	int i;

	EXPECT_EQ(0, ask(self, &self->pair.server)->frozen);
	EXPECT_EQ(0, self->answer.serving);
	EXPECT_EQ(0, self->answer.calling);
	EXPECT_EQ(0, self->answer.queued);

	for (i = 0; i < 3; i++) {
		caller_start(&caller[i], &self->pair.client, self->pair.handle);
		wait_queued_at(self, (__u32)i + 1);
	}
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	token = recv_call(&self->pair.server);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(0, freeze_act(&self->controller,
				number_of(&self->pair.server), KIPC_FREEZE_ON,
				&self->answer));
	EXPECT_EQ(1, self->answer.frozen);
	EXPECT_EQ(1, self->answer.serving);
	EXPECT_EQ(0, self->answer.calling);
	/* Two calls and a one-way message; notices do not count. */
	EXPECT_EQ(3, self->answer.queued);
	EXPECT_EQ(0, ask(self, &self->pair.client)->frozen);
	EXPECT_EQ(0, self->answer.serving);
	EXPECT_EQ(3, self->answer.calling);
	EXPECT_EQ(0, self->answer.queued);

	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, caller_join(&caller[i]));
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_SEND, self->message.kind);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message.kind);
	EXPECT_EQ(0, ask(self, &self->pair.server)->serving);
	EXPECT_EQ(0, self->answer.queued);
	EXPECT_EQ(0, ask(self, &self->pair.client)->calling);
}

/* Neither an error nor a withdrawn or abandoned call is left in the counts. */
TEST_F(freeze, answer_after_failures) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.data_size = POOL + 1,
	};
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call.handle = self->pair.handle,
	};
	struct kipc_stat stat;
	__u64 token;

	EXPECT_EQ(-EMSGSIZE, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(0, ask(self, &self->pair.client)->calling);
	call.data_size = 0;
	call.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(0, ask(self, &self->pair.client)->calling);
	EXPECT_EQ(0, ask(self, &self->pair.server)->queued);

	token = expiring_call(&caller, &self->pair.server);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
	EXPECT_EQ(0, ask(self, &self->pair.client)->calling);
	/* It is the server's until it answers. */
	EXPECT_EQ(1, ask(self, &self->pair.server)->serving);
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(1, stat.serving);
	EXPECT_EQ(1, stat.abandoned);
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, ask(self, &self->pair.server)->serving);
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(0, stat.serving);
	EXPECT_EQ(0, stat.abandoned);
}

/* Whatever is there, there is nothing to receive. */
TEST_F(freeze, receives_nothing) {
	struct kipc_reply_recv both = { .recv.flags = KIPC_NONBLOCK };
	struct pollfd fd = { .fd = self->pair.server.fd, .events = POLLIN };

	freeze_server(self);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(0, poll(&fd, 1, 0));
	EXPECT_EQ(-EAGAIN, receive(self));
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(-ETIMEDOUT, recv_flags(&self->pair.server, 0,
					 after(20 * MILLISECOND),
					 &self->message));
	EXPECT_EQ(-ETIMEDOUT, recv_flags(&self->pair.server, 0, 1,
					 &self->message));
	ASSERT_EQ(0, fcntl(self->pair.server.fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, recv_flags(&self->pair.server, 0, 0,
				      &self->message));
	thaw_server(self);
	EXPECT_EQ(1, poll(&fd, 1, 0));
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_SEND, self->message.kind);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message.kind);
	EXPECT_EQ(-EAGAIN, receive(self));
}

/* What was queued before stays, and comes first and in its order. */
TEST_F(freeze, queued_before) {
	struct caller caller;
	__u32 other = connect_to(&self->pair.client, &self->pair.server,
				 node_create(&self->pair.server, 7), 0);

	caller_start(&caller, &self->pair.client, self->pair.handle);
	wait_queued_at(self, 1);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	freeze_server(self);
	ASSERT_EQ(0, send_bytes(&self->pair.client, other, "x", 1));
	EXPECT_EQ(-EAGAIN, receive(self));
	EXPECT_EQ(3, ask(self, &self->pair.server)->queued);
	thaw_server(self);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_CALL, self->message.kind);
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->message.token));
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_SEND, self->message.kind);
	EXPECT_EQ(COOKIE, self->message.cookie);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(7, self->message.cookie);
	EXPECT_EQ(0, caller_join(&caller));
}

/* A call that does not want to wait is told at once, and nothing was done. */
TEST_F(freeze, call_is_refused) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct kipc_call call = {
		.handle = self->pair.handle,
		.flags = KIPC_FREE_SLICE,
		.data = PTR("payload"),
		.data_size = 7,
		.stage = KIPC_STAGE_DONE,
	};
	struct kipc_stat before, stat;

	ASSERT_EQ(0, send_bytes(&self->pair.server, back, "x", 1));
	ASSERT_EQ(0, recv_now(&self->pair.client, &self->message));
	call.free = self->message.offset;
	freeze_server(self);
	stat_get(&self->pair.server, &before);
	EXPECT_EQ(-EAGAIN, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_EQ(KIPC_FREE_SLICE, call.flags);
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(0, memcmp(&before, &stat, sizeof(stat)));
	EXPECT_EQ(0, ask(self, &self->pair.server)->queued);
	message_free(&self->pair.client, &self->message);
	thaw_server(self);
	EXPECT_EQ(-EAGAIN, receive(self));
}

TEST_F(freeze, call_waits) {
	struct caller caller;

	freeze_server(self);
	caller_start_waiting(&caller, &self->pair.client, self->pair.handle);
	wait_queued_at(self, 1);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_DONE, caller.call.stage);
}

/* KIPC_WAIT changes nothing where nobody is frozen. */
TEST_F(freeze, wait_without_need) {
	struct caller caller;

	caller_start_waiting(&caller, &self->pair.client, self->pair.handle);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

/*
 * Makes a call with a deadline, and freezes the server with the call in its queue.
 * Whether that was before the deadline; if not, the caller was joined.
 */
static bool try_freeze_with(struct _test_data_freeze *self,
			    struct caller *caller)
{
	caller_run(caller);
	while (!ask(self, &self->pair.server)->queued &&
	       now() < caller->call.deadline)
		pause_ms(1);
	must(freeze_act(&self->controller, number_of(&self->pair.server),
			KIPC_FREEZE_ON, &self->answer));
	if (self->answer.queued)
		return true;
	check(now() >= caller->call.deadline);
	thaw_server(self);
	check(caller_join(caller));
	return false;
}

/* A call that waits gives up as always: nobody has seen it. */
TEST_F(freeze, deadline) {
	struct caller before = {
		.endpoint = &self->pair.client,
		.call.handle = self->pair.handle,
	};
	__u64 time = EXPIRING_FIRST, deadline;
	__u32 stage;

	before.call.deadline = after(time);
	while (!try_freeze_with(self, &before)) {
		time = expiring_more(time);
		before.call.deadline = after(time);
	}
	deadline = after(100 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, call_waiting(&self->pair.client,
					   self->pair.handle, deadline,
					   &stage));
	EXPECT_LE(deadline, now());
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, stage);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&before));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, before.call.stage);
	EXPECT_EQ(0, ask(self, &self->pair.server)->queued);
	thaw_server(self);
	EXPECT_EQ(-EAGAIN, receive(self));
}

/* A signal withdraws it; with SA_RESTART it is made again, and waits again. */
TEST_F(freeze, signal) {
	struct caller caller;
	int round;

	freeze_server(self);
	for (round = 0; round < 2; round++) {
		interrupt_install(round ? SA_RESTART : 0);
		caller_start_waiting(&caller, &self->pair.client,
				     self->pair.handle);
		wait_queued_at(self, 1);
		wait_blocked(caller.thread.tid, KIPC_CALL);
		interrupt(&caller.thread);
		if (!round) {
			EXPECT_EQ(-EINTR, caller_join(&caller));
			EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
			EXPECT_EQ(0, ask(self, &self->pair.server)->queued);
		}
	}
	wait_blocked(caller.thread.tid, KIPC_CALL);
	wait_queued_at(self, 1);
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

static void call_and_die(int sock, void *arg)
{
	struct pair *pair = arg;
	__u32 stage;

	tell(sock, 1);
	call_waiting(&pair->client, pair->handle, 0, &stage);
}

/* A caller that dies while it waits leaves nothing. */
TEST_F(freeze, caller_dies) {
	struct child child;

	freeze_server(self);
	child_start(&child, CHILD_SHARES, call_and_die, &self->pair);
	hear(child.sock);
	wait_queued_at(self, 1);
	child_kill(&child);
	EXPECT_EQ(0, ask(self, &self->pair.server)->queued);
	EXPECT_EQ(0, ask(self, &self->pair.client)->calling);
	thaw_server(self);
	EXPECT_EQ(-EAGAIN, receive(self));
}

/* It cannot receive, but it can do all else. */
TEST_F(freeze, answers_and_calls) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct caller caller, called;
	__u64 token;

	caller_start(&caller, &self->pair.client, self->pair.handle);
	token = recv_call(&self->pair.server);
	freeze_server(self);
	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, caller_join(&caller));

	ASSERT_EQ(0, send_bytes(&self->pair.server, back, "x", 1));
	ASSERT_EQ(0, recv_now(&self->pair.client, &self->message));
	message_free(&self->pair.client, &self->message);
	caller_start(&called, &self->pair.server, back);
	token = recv_call(&self->pair.client);
	EXPECT_EQ(1, ask(self, &self->pair.server)->calling);
	EXPECT_EQ(0, reply_empty(&self->pair.client, token));
	EXPECT_EQ(0, caller_join(&called));
	EXPECT_EQ(0, ask(self, &self->pair.server)->calling);
}

/* A nested call is a call: it is refused, or waits. */
TEST_F(freeze, nested_calls) {
	struct endpoint *server = &self->pair.server;
	__u32 back = connect_to(server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct waiter outer;
	struct caller inner;
	__u64 token;

	waiter_start(&outer, server, back, 0);
	token = recv_call(&self->pair.client);
	freeze_server(self);
	caller_start_for(&inner, &self->pair.client, self->pair.handle, token);
	EXPECT_EQ(-EAGAIN, caller_join(&inner));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, inner.call.stage);

	inner.call.flags = KIPC_WAIT;
	inner.call.deadline = after(50 * MILLISECOND);
	caller_run(&inner);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&inner));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, inner.call.stage);
	inner.call.deadline = 0;
	caller_run(&inner);
	wait_queued_at(self, 1);
	EXPECT_EQ(1, ask(self, server)->calling);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(server, waiter_nested(&outer)));
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&outer);
	EXPECT_EQ(0, reply_empty(&self->pair.client, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(0, ask(self, server)->calling);
}

/* It was in the lane when its owner was frozen; whose own call ends meanwhile. */
TEST_F(freeze, call_ends_while_held) {
	struct endpoint *server = &self->pair.server;
	__u32 back = connect_to(server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct waiter outer;
	struct caller inner[2];
	__u64 token, nested;

	waiter_start(&outer, server, back, 0);
	token = recv_call(&self->pair.client);
	caller_start_for(&inner[0], &self->pair.client, self->pair.handle,
			 token);
	nested = waiter_nested(&outer);
	caller_start_for(&inner[1], &self->pair.client, self->pair.handle,
			 token);
	wait_queued_at(self, 1);
	freeze_server(self);
	EXPECT_EQ(0, reply_empty(server, nested));
	EXPECT_EQ(0, caller_join(&inner[0]));
	waiter_resume(&outer);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(&self->pair.client, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
	/* Nobody waits for it any more: it is for all. */
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(server, recv_call(server)));
	EXPECT_EQ(0, caller_join(&inner[1]));
}

/* Who is held gives up as anybody. */
TEST_F(freeze, gives_up_while_held) {
	struct endpoint *server = &self->pair.server;
	struct waiter outer = {
		.caller.endpoint = server,
	};
	struct caller inner;
	__u64 token;

	outer.caller.call.handle = connect_to(server, &self->pair.client,
					      node_create(&self->pair.client,
							  1), 0);
	outer.caller.call.message = PTR(&outer.message);
	token = expiring_call(&outer.caller, &self->pair.client);
	freeze_server(self);
	caller_start_for(&inner, &self->pair.client, self->pair.handle, token);
	EXPECT_EQ(-EAGAIN, caller_join(&inner));
	inner.call.flags = KIPC_WAIT | KIPC_CALL_OWN_DEADLINE;
	caller_run(&inner);
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, outer.caller.call.stage);
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(server, recv_call(server)));
	EXPECT_EQ(0, caller_join(&inner));
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.client, token));
}

/* Calls that an endpoint leaves in the middle are over for it. */
TEST_F(freeze, suspended_calls) {
	struct endpoint *client = &self->pair.client;
	__u32 handle = connect_to(&self->pair.server, client,
				  node_create(client, 1), 0);
	struct waiter outer;
	struct caller inner;
	__u64 token;

	waiter_start(&outer, client, self->pair.handle, 0);
	token = recv_call(&self->pair.server);
	caller_start_for(&inner, &self->pair.server, handle, token);
	waiter_nested(&outer);
	EXPECT_EQ(1, ask(self, client)->calling);
	EXPECT_EQ(1, self->answer.serving);
	EXPECT_EQ(1, ask(self, &self->pair.server)->calling);
	endpoint_close(client);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&inner));
	EXPECT_EQ(0, ask(self, &self->pair.server)->calling);
	EXPECT_EQ(0, self->answer.queued);
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, ask(self, &self->pair.server)->serving);
}

/* The first half of KIPC_REPLY_RECV is done, the second waits. */
TEST_F(freeze, reply_recv) {
	struct kipc_reply_recv both = { .recv.flags = KIPC_NONBLOCK };
	struct caller caller;

	caller_start(&caller, &self->pair.client, self->pair.handle);
	both.reply.token = recv_call(&self->pair.server);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	freeze_server(self);
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(0, both.reply.token);
	EXPECT_EQ(0, caller_join(&caller));
	thaw_server(self);
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY_RECV, &both));
	EXPECT_EQ(KIPC_MSG_NOTIFY, both.recv.message.kind);
}

/* Notices coalesce as always, and none is lost. */
TEST_F(freeze, notices) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1),
				KIPC_RIGHTS_ALL);
	int i;

	ASSERT_EQ(0, handle_watch(&self->pair.server, back, 5));
	ASSERT_EQ(0, name_watch(&self->pair.server, "freeze", 6));
	freeze_server(self);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle,
				    1U << i));
	ASSERT_EQ(0, name_publish(&self->controller, "freeze.name",
				  node_create(&self->controller, 1), 0777));
	endpoint_close(&self->pair.client);
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw_server(self);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_DEATH, self->message.kind);
	EXPECT_EQ(5, self->message.cookie);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message.kind);
	EXPECT_EQ(7, self->message.bits);
	EXPECT_EQ(0, receive(self));
	EXPECT_EQ(KIPC_MSG_NAMES, self->message.kind);
	EXPECT_EQ(6, self->message.cookie);
	EXPECT_EQ(-EAGAIN, receive(self));
}

/* One-way messages queue up within the limits, and all of them come. */
TEST_F(freeze, limits) {
	int sent = 0, received = 0;

	freeze_server(self);
	while (!send_bytes(&self->pair.client, self->pair.handle, "x", 1))
		sent++;
	EXPECT_LT(0, sent);
	EXPECT_EQ(-EAGAIN, send_bytes(&self->pair.client, self->pair.handle,
				      "x", 1));
	EXPECT_EQ(sent, (int)ask(self, &self->pair.server)->queued);
	thaw_server(self);
	while (!receive(self))
		received++;
	EXPECT_EQ(sent, received);
}

/* Freezing is a state: who does it twice thaws it once. */
TEST_F(freeze, two_controllers) {
	struct endpoint other;

	endpoint_open(&other, 0);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	freeze(&self->controller, &self->pair.server);
	freeze(&other, &self->pair.server);
	freeze(&self->controller, &self->pair.server);
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw(&other, &self->pair.server);
	EXPECT_EQ(0, receive(self));
	thaw(&self->controller, &self->pair.server);
	EXPECT_EQ(0, ask(self, &self->pair.server)->frozen);
}

/* It belongs to no controller, so it does not end with one. */
TEST_F(freeze, controller_is_gone) {
	struct endpoint other;

	endpoint_open(&other, 0);
	freeze(&other, &self->pair.server);
	endpoint_close(&other);
	EXPECT_EQ(1, ask(self, &self->pair.server)->frozen);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw_server(self);
	EXPECT_EQ(0, receive(self));
}

TEST_F(freeze, itself) {
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	freeze(&self->pair.server, &self->pair.server);
	EXPECT_EQ(-EAGAIN, receive(self));
	thaw(&self->pair.server, &self->pair.server);
	EXPECT_EQ(0, receive(self));
}

TEST_HARNESS_MAIN
