// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that serves two calls at once, one of them while it waits on behalf of
 * the other: it has the higher priority of both, in whichever order they end.
 */
#include <kselftest_harness.h>

#include "policy.h"
#include "puppet.h"

#define CALLERS		FIFO(20)
#define OTHERS		FIFO(30)
#define OWN		NICE(4)

FIXTURE(both) {
	struct live live;
	struct pair pair;
	struct puppet caller;
	struct puppet server;
	struct puppet other;
	struct puppet helper;
	struct kipc_call call;
	struct kipc_call onward;
	struct kipc_call back;
	struct kipc_message message;
	__u64 token;
};

/*
 * The client calls at FIFO 20, the server calls the client on its behalf, whose
 * other thread, of FIFO 30, calls back: the server's thread serves two calls.
 */
FIXTURE_SETUP(both) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	puppet_open(&self->caller);
	puppet_open(&self->server);
	puppet_open(&self->other);
	puppet_open(&self->helper);
	policy_set(self->caller.thread.tid, CALLERS);
	policy_set(self->server.thread.tid, OWN);
	policy_set(self->other.thread.tid, OTHERS);
	memset(&self->call, 0, sizeof(self->call));
	self->call.handle = self->pair.handle;
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, &self->call);
	self->token = puppet_recv_call(&self->server, &self->pair.server);
	memset(&self->onward, 0, sizeof(self->onward));
	self->onward.handle = connect_to(&self->pair.server, &self->pair.client,
					 node_create(&self->pair.client, 1), 0);
	self->onward.parent = self->token;
	self->onward.message = PTR(&self->message);
	puppet_begin(&self->server, &self->pair.server, KIPC_CALL,
		     &self->onward);
	memset(&self->back, 0, sizeof(self->back));
	self->back.handle = self->pair.handle;
	self->back.parent = puppet_recv_call(&self->other, &self->pair.client);
	ASSERT_TRUE(policy_is(self->server.thread.tid, CALLERS));
	puppet_begin(&self->other, &self->pair.client, KIPC_CALL, &self->back);
	ASSERT_EQ(0, puppet_end(&self->server));
	ASSERT_EQ(KIPC_STAGE_NESTED, self->onward.stage);
	ASSERT_TRUE(policy_is(self->server.thread.tid, OTHERS));
}

FIXTURE_TEARDOWN(both) {
	puppet_close(&self->helper);
	puppet_close(&self->other);
	puppet_close(&self->server);
	puppet_close(&self->caller);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* The other thread has its reply, answers, and the server's call is over. */
static void end_onward(struct _test_data_both *self)
{
	must(puppet_end(&self->other));
	must(puppet_reply(&self->other, &self->pair.client, self->back.parent));
	must(puppet_do(&self->server, &self->pair.server, KIPC_CALL,
		       &self->onward));
	check(self->onward.stage == KIPC_STAGE_DONE);
}

TEST_F(both, inner_first) {
	EXPECT_EQ(0, puppet_reply(&self->server, &self->pair.server,
				  self->message.token));
	EXPECT_TRUE(policy_is(self->server.thread.tid, CALLERS));
	end_onward(self);
	EXPECT_TRUE(policy_is(self->server.thread.tid, CALLERS));
	EXPECT_EQ(0, puppet_reply(&self->server, &self->pair.server,
				  self->token));
	EXPECT_TRUE(policy_is(self->server.thread.tid, OWN));
	EXPECT_EQ(0, puppet_end(&self->caller));
}

TEST_F(both, outer_first) {
	EXPECT_EQ(0, puppet_reply(&self->helper, &self->pair.server,
				  self->token));
	EXPECT_EQ(0, puppet_end(&self->caller));
	EXPECT_TRUE(policy_is(self->server.thread.tid, OTHERS));
	EXPECT_EQ(0, puppet_reply(&self->server, &self->pair.server,
				  self->message.token));
	EXPECT_TRUE(policy_is(self->server.thread.tid, OWN));
	end_onward(self);
	EXPECT_TRUE(policy_is(self->server.thread.tid, OWN));
}

TEST_HARNESS_MAIN
