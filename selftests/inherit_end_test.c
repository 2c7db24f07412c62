// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that serves a call gets its own priority back, in whatever way that
 * ends: by its reply or another thread's, because the caller has left, or the
 * thread has turned to another message, or everything has gone.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "policy.h"
#include "puppet.h"

#define CALLERS		FIFO(20)
#define OWN		NICE(4)
/* Far enough away for the call to be received, also by a machine that stands still */
#define DEADLINE_AFTER	(8 * SECOND)

FIXTURE(end) {
	struct live live;
	struct pair pair;
	struct puppet caller;
	/* Two threads of the server's; the first one serves the caller's call. */
	struct puppet first;
	struct puppet second;
	struct kipc_call call;
	__u64 token;
};

FIXTURE_SETUP(end) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	pair_open(&self->pair, POOL);
	puppet_open(&self->caller);
	puppet_open(&self->first);
	puppet_open(&self->second);
	policy_set(self->caller.thread.tid, CALLERS);
	policy_set(self->first.thread.tid, OWN);
	memset(&self->call, 0, sizeof(self->call));
	self->call.handle = self->pair.handle;
}

FIXTURE_TEARDOWN(end) {
	puppet_close(&self->second);
	puppet_close(&self->first);
	puppet_close(&self->caller);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* The call is received, by a thread that has the caller's priority now. */
static void begin(struct _test_data_end *self)
{
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, &self->call);
	self->token = puppet_recv_call(&self->first, &self->pair.server);
	check(policy_is(self->first.thread.tid, CALLERS));
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
}

static void answer(struct _test_data_end *self, struct puppet *puppet)
{
	must(puppet_reply(puppet, &self->pair.server, self->token));
	must(puppet_end(&self->caller));
}

static bool restored(struct _test_data_end *self)
{
	return policy_is(self->first.thread.tid, OWN);
}

/* A reply that fails is none: the call is served still. */
TEST_F(end, reply) {
	struct kipc_reply bad = { .data = 1, .data_size = 1 };

	begin(self);
	bad.token = self->token;
	EXPECT_EQ(-EFAULT, puppet_do(&self->first, &self->pair.server,
				     KIPC_REPLY, &bad));
	EXPECT_TRUE(policy_is(self->first.thread.tid, CALLERS));
	answer(self, &self->first);
	EXPECT_TRUE(restored(self));
}

TEST_F(end, reply_and_receive) {
	struct kipc_reply_recv both = { .recv.flags = KIPC_NONBLOCK };

	begin(self);
	both.reply.token = self->token;
	EXPECT_EQ(-EAGAIN, puppet_do(&self->first, &self->pair.server,
				     KIPC_REPLY_RECV, &both));
	EXPECT_TRUE(restored(self));
	EXPECT_EQ(0, puppet_end(&self->caller));
}

/* It waits for the next one at its own priority. */
TEST_F(end, reply_and_wait) {
	struct kipc_reply_recv both = { 0 };

	begin(self);
	both.reply.token = self->token;
	puppet_block(&self->first, &self->pair.server, KIPC_REPLY_RECV, &both);
	EXPECT_EQ(0, puppet_end(&self->caller));
	EXPECT_TRUE(restored(self));
	policy_set(self->caller.thread.tid, RR(7));
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, &self->call);
	EXPECT_EQ(0, puppet_end(&self->first));
	EXPECT_TRUE(policy_is(self->first.thread.tid, RR(7)));
	self->token = both.recv.message.token;
	answer(self, &self->first);
	EXPECT_TRUE(restored(self));
}

/* From one call to the next, which is there already */
TEST_F(end, reply_and_next_call) {
	struct kipc_reply_recv both = { 0 };
	struct kipc_call call = self->call;
	struct puppet other;

	puppet_open(&other);
	policy_set(other.thread.tid, NICE(-6));
	begin(self);
	puppet_block(&other, &self->pair.client, KIPC_CALL, &call);
	both.reply.token = self->token;
	EXPECT_EQ(0, puppet_do(&self->first, &self->pair.server,
			       KIPC_REPLY_RECV, &both));
	EXPECT_EQ(0, puppet_end(&self->caller));
	EXPECT_TRUE(policy_is(self->first.thread.tid, NICE(-6)));
	EXPECT_EQ(0, puppet_reply(&self->first, &self->pair.server,
				  both.recv.message.token));
	EXPECT_TRUE(restored(self));
	EXPECT_EQ(0, puppet_end(&other));
	puppet_close(&other);
}

TEST_F(end, another_thread_replies) {
	begin(self);
	answer(self, &self->second);
	EXPECT_TRUE(policy_soon(self->first.thread.tid, OWN));
	EXPECT_TRUE(policy_is(self->second.thread.tid, NICE(0)));
}

/* The caller leaves: whoever works for it does so at his own expense. */
TEST_F(end, caller_is_interrupted) {
	begin(self);
	interrupt(&self->caller.thread);
	EXPECT_EQ(-EINTR, puppet_end(&self->caller));
	EXPECT_TRUE(policy_soon(self->first.thread.tid, OWN));
	EXPECT_EQ(-ECANCELED, puppet_reply(&self->first, &self->pair.server,
					   self->token));
	EXPECT_TRUE(restored(self));
}

TEST_F(end, caller_times_out) {
	self->call.deadline = after(DEADLINE_AFTER);
	begin(self);
	EXPECT_EQ(-ETIMEDOUT, puppet_end(&self->caller));
	EXPECT_TRUE(policy_soon(self->first.thread.tid, OWN));
	EXPECT_EQ(-ECANCELED, puppet_reply(&self->first, &self->pair.server,
					   self->token));
	EXPECT_TRUE(restored(self));
}

static void call_in_child(int sock, void *arg)
{
	struct pair *pair = arg;

	(void)sock;
	policy_set(0, CALLERS);
	call_empty(&pair->client, pair->handle);
}

TEST_F(end, caller_is_killed) {
	struct child child;

	child_start(&child, CHILD_SHARES, call_in_child, &self->pair);
	self->token = puppet_recv_call(&self->first, &self->pair.server);
	EXPECT_TRUE(policy_is(self->first.thread.tid, CALLERS));
	child_kill(&child);
	EXPECT_TRUE(policy_soon(self->first.thread.tid, OWN));
	EXPECT_EQ(-ECANCELED, puppet_reply(&self->first, &self->pair.server,
					   self->token));
	EXPECT_TRUE(restored(self));
}

/* The call is left for later: the thread turns to a one-way message, ... */
TEST_F(end, deferred_for_a_message) {
	struct kipc_message message;

	begin(self);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	EXPECT_EQ(0, puppet_recv_now(&self->first, &self->pair.server,
				     &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	message_free(&self->pair.server, &message);
	EXPECT_TRUE(restored(self));
	answer(self, &self->first);
	EXPECT_TRUE(restored(self));
}

/* ... to a notice, ... */
TEST_F(end, deferred_for_a_notice) {
	struct kipc_message message;

	begin(self);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(0, puppet_recv_now(&self->first, &self->pair.server,
				     &message));
	EXPECT_EQ(KIPC_MSG_NOTIFY, message.kind);
	EXPECT_TRUE(restored(self));
	answer(self, &self->second);
	EXPECT_TRUE(restored(self));
}

/* ... or to another call, whose priority it has from then on. */
static void check_deferred_for_a_call(struct _test_data_end *self,
				      struct policy callers,
				      struct policy during)
{
	struct kipc_call call = self->call;
	struct puppet other;
	__u64 token;

	puppet_open(&other);
	policy_set(other.thread.tid, callers);
	begin(self);
	puppet_begin(&other, &self->pair.client, KIPC_CALL, &call);
	token = puppet_recv_call(&self->first, &self->pair.server);
	check(policy_is(self->first.thread.tid, during));
	/* The end of the first one means nothing to it any more. */
	answer(self, &self->first);
	check(policy_is(self->first.thread.tid, during));
	must(puppet_reply(&self->first, &self->pair.server, token));
	check(restored(self));
	must(puppet_end(&other));
	puppet_close(&other);
}

TEST_F(end, deferred_for_a_lower_call) {
	check_deferred_for_a_call(self, NICE(-5), NICE(-5));
}

TEST_F(end, deferred_for_a_higher_call) {
	check_deferred_for_a_call(self, FIFO(30), FIFO(30));
}

TEST_F(end, deferred_for_a_call_that_gives_nothing) {
	check_deferred_for_a_call(self, NICE(10), OWN);
}

/* The endpoint ends, while the thread is elsewhere. */
TEST_F(end, server_closes) {
	begin(self);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, puppet_end(&self->caller));
	EXPECT_TRUE(policy_soon(self->first.thread.tid, OWN));
}

/* The node ends; its call can be answered still, and then it is over. */
TEST_F(end, node_ends) {
	begin(self);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	answer(self, &self->first);
	EXPECT_TRUE(restored(self));
}

/* The thread ends before its call does. */
TEST_F(end, thread_ends) {
	begin(self);
	puppet_close(&self->first);
	answer(self, &self->second);
	puppet_open(&self->first);
}

TEST_F(end, thread_ends_and_caller_leaves) {
	begin(self);
	puppet_close(&self->first);
	interrupt(&self->caller.thread);
	EXPECT_EQ(-EINTR, puppet_end(&self->caller));
	EXPECT_EQ(-ECANCELED, puppet_reply(&self->second, &self->pair.server,
					   self->token));
	puppet_open(&self->first);
}

TEST_F(end, thread_ends_and_server_closes) {
	begin(self);
	puppet_close(&self->first);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, puppet_end(&self->caller));
	puppet_open(&self->first);
}

/* What somebody else has decided meanwhile stays as he decided. */
TEST_F(end, changed_by_somebody_else) {
	begin(self);
	policy_set(self->first.thread.tid, NICE(7));
	answer(self, &self->first);
	EXPECT_TRUE(policy_is(self->first.thread.tid, NICE(7)));
	/* The next call is served as usual, and what comes back is that. */
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, &self->call);
	self->token = puppet_recv_call(&self->first, &self->pair.server);
	EXPECT_TRUE(policy_is(self->first.thread.tid, CALLERS));
	answer(self, &self->first);
	EXPECT_TRUE(policy_is(self->first.thread.tid, NICE(7)));
}

TEST_F(end, raised_by_somebody_else) {
	begin(self);
	policy_set(self->first.thread.tid, RR(60));
	interrupt(&self->caller.thread);
	EXPECT_EQ(-EINTR, puppet_end(&self->caller));
	EXPECT_EQ(-ECANCELED, puppet_reply(&self->first, &self->pair.server,
					   self->token));
	EXPECT_TRUE(policy_is(self->first.thread.tid, RR(60)));
}

TEST_HARNESS_MAIN
