// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that serves a call has its caller's priority, from receipt to reply:
 * which one that is, for each pair of a server's and a caller's, and in chains.
 * inherit_end_test.c has all the ways in which it ends.
 */
#include <kselftest_harness.h>

#include "nested.h"
#include "policy.h"
#include "puppet.h"

FIXTURE(inherit) {
	struct live live;
	struct party party[3];
	/* A thread of each party's; of the first one it is the caller */
	struct puppet puppet[3];
	/* What the caller calls with */
	struct kipc_call call;
};

FIXTURE_SETUP(inherit) {
	int i;

	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 3);
	for (i = 0; i < 3; i++)
		puppet_open(&self->puppet[i]);
	memset(&self->call, 0, sizeof(self->call));
	self->call.handle = self->party[0].to[1];
}

FIXTURE_TEARDOWN(inherit) {
	int i;

	for (i = 0; i < 3; i++)
		puppet_close(&self->puppet[i]);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static pid_t tid_of(struct _test_data_inherit *self, int i)
{
	return self->puppet[i].thread.tid;
}

/*
 * One call: whether the server's thread has @during while it serves, and its own
 * priority before and afterwards.
 */
static bool served_at(struct _test_data_inherit *self, struct policy own,
		      struct policy callers, struct policy during)
{
	struct endpoint *server = &self->party[1].endpoint;
	bool right;
	__u64 token;

	policy_set(tid_of(self, 0), callers);
	policy_set(tid_of(self, 1), own);
	puppet_begin(&self->puppet[0], &self->party[0].endpoint, KIPC_CALL,
		     &self->call);
	token = puppet_recv_call(&self->puppet[1], server);
	right = policy_is(tid_of(self, 1), during);
	must(puppet_reply(&self->puppet[1], server, token));
	right &= policy_is(tid_of(self, 1), own);
	must(puppet_end(&self->puppet[0]));
	right &= policy_is(tid_of(self, 0), callers);
	return right;
}

/* The same if the server's thread waits already when the call is made. */
static bool served_at_once_at(struct _test_data_inherit *self,
			      struct policy own, struct policy callers,
			      struct policy during)
{
	struct endpoint *server = &self->party[1].endpoint;
	struct kipc_recv recv = { 0 };
	bool right;

	policy_set(tid_of(self, 0), callers);
	policy_set(tid_of(self, 1), own);
	puppet_block(&self->puppet[1], server, KIPC_RECV, &recv);
	puppet_begin(&self->puppet[0], &self->party[0].endpoint, KIPC_CALL,
		     &self->call);
	must(puppet_end(&self->puppet[1]));
	right = policy_is(tid_of(self, 1), during);
	must(puppet_reply(&self->puppet[1], server, recv.message.token));
	right &= policy_is(tid_of(self, 1), own);
	must(puppet_end(&self->puppet[0]));
	return right;
}

static const struct {
	struct policy own;
	struct policy callers;
	struct policy during;
} cases[] = {
	/* Nice values */
	{ { CLASS_OTHER, 0 }, { CLASS_OTHER, -5 }, { CLASS_OTHER, -5 } },
	{ { CLASS_OTHER, 0 }, { CLASS_OTHER, -20 }, { CLASS_OTHER, -20 } },
	{ { CLASS_OTHER, 19 }, { CLASS_OTHER, 18 }, { CLASS_OTHER, 18 } },
	{ { CLASS_OTHER, 10 }, { CLASS_OTHER, 0 }, { CLASS_OTHER, 0 } },
	{ { CLASS_OTHER, -3 }, { CLASS_OTHER, -3 }, { CLASS_OTHER, -3 } },
	/* Nobody is slowed down. */
	{ { CLASS_OTHER, 0 }, { CLASS_OTHER, 1 }, { CLASS_OTHER, 0 } },
	{ { CLASS_OTHER, -5 }, { CLASS_OTHER, 19 }, { CLASS_OTHER, -5 } },
	{ { CLASS_OTHER, 0 }, { CLASS_BATCH, 5 }, { CLASS_OTHER, 0 } },
	{ { CLASS_OTHER, 0 }, { CLASS_IDLE, 0 }, { CLASS_OTHER, 0 } },
	{ { CLASS_OTHER, 10 }, { CLASS_IDLE, -20 }, { CLASS_OTHER, 10 } },
	{ { CLASS_FIFO, 30 }, { CLASS_FIFO, 10 }, { CLASS_FIFO, 30 } },
	{ { CLASS_FIFO, 1 }, { CLASS_OTHER, -20 }, { CLASS_FIFO, 1 } },
	{ { CLASS_RR, 30 }, { CLASS_FIFO, 29 }, { CLASS_RR, 30 } },
	{ { CLASS_DEADLINE, 0 }, { CLASS_FIFO, 98 }, { CLASS_DEADLINE, 0 } },
	{ { CLASS_DEADLINE, 0 }, { CLASS_OTHER, 0 }, { CLASS_DEADLINE, 0 } },
	/* Real-time callers */
	{ { CLASS_OTHER, 0 }, { CLASS_FIFO, 1 }, { CLASS_FIFO, 1 } },
	{ { CLASS_OTHER, -20 }, { CLASS_FIFO, 99 }, { CLASS_FIFO, 99 } },
	{ { CLASS_OTHER, 7 }, { CLASS_RR, 20 }, { CLASS_RR, 20 } },
	{ { CLASS_FIFO, 10 }, { CLASS_FIFO, 11 }, { CLASS_FIFO, 11 } },
	{ { CLASS_FIFO, 10 }, { CLASS_RR, 20 }, { CLASS_RR, 20 } },
	{ { CLASS_RR, 10 }, { CLASS_FIFO, 20 }, { CLASS_FIFO, 20 } },
	/* Deadline tasks are like the highest FIFO. */
	{ { CLASS_OTHER, 0 }, { CLASS_DEADLINE, 0 }, { CLASS_FIFO, 99 } },
	{ { CLASS_FIFO, 98 }, { CLASS_DEADLINE, 0 }, { CLASS_FIFO, 99 } },
	/* Batch and idle servers */
	{ { CLASS_BATCH, 5 }, { CLASS_FIFO, 3 }, { CLASS_FIFO, 3 } },
	{ { CLASS_IDLE, 0 }, { CLASS_FIFO, 3 }, { CLASS_FIFO, 3 } },
	{ { CLASS_IDLE, 0 }, { CLASS_OTHER, -5 }, { CLASS_OTHER, -5 } },
	{ { CLASS_BATCH, 5 }, { CLASS_OTHER, 6 }, { CLASS_BATCH, 5 } },
};

TEST_F_TIMEOUT(inherit, each_pair, 100) {
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_TRUE(served_at(self, cases[i].own, cases[i].callers,
				      cases[i].during)) {
			TH_LOG("case %zu", i);
		}
		EXPECT_TRUE(served_at_once_at(self, cases[i].own,
					      cases[i].callers,
					      cases[i].during)) {
			TH_LOG("case %zu, waiting", i);
		}
	}
}

/* A batch server stays one, or becomes an ordinary task; its nice value counts. */
TEST_F(inherit, nice_of_a_batch_server) {
	struct endpoint *server = &self->party[1].endpoint;
	struct policy policy;
	__u64 token;

	policy_set(tid_of(self, 0), NICE(-5));
	policy_set(tid_of(self, 1), BATCH(5));
	puppet_begin(&self->puppet[0], &self->party[0].endpoint, KIPC_CALL,
		     &self->call);
	token = puppet_recv_call(&self->puppet[1], server);
	policy = policy_get(tid_of(self, 1));
	EXPECT_EQ(-5, policy.value);
	EXPECT_TRUE(policy.class == CLASS_BATCH || policy.class == CLASS_OTHER);
	EXPECT_EQ(0, puppet_reply(&self->puppet[1], server, token));
	EXPECT_TRUE(policy_is(tid_of(self, 1), BATCH(5)));
	EXPECT_EQ(0, puppet_end(&self->puppet[0]));
}

/* What else belongs to a thread's scheduling comes back with its priority. */
TEST_F(inherit, keeps_flags) {
	struct endpoint *server = &self->party[1].endpoint;
	__u64 token;

	policy_set(tid_of(self, 0), FIFO(10));
	policy_set_flags(tid_of(self, 1), NICE(-7), POLICY_RESET_ON_FORK);
	puppet_begin(&self->puppet[0], &self->party[0].endpoint, KIPC_CALL,
		     &self->call);
	token = puppet_recv_call(&self->puppet[1], server);
	EXPECT_TRUE(policy_is(tid_of(self, 1), FIFO(10)));
	EXPECT_EQ(POLICY_RESET_ON_FORK,
		  policy_flags(tid_of(self, 1)) & POLICY_RESET_ON_FORK);
	EXPECT_EQ(0, puppet_reply(&self->puppet[1], server, token));
	EXPECT_TRUE(policy_is(tid_of(self, 1), NICE(-7)));
	EXPECT_EQ(POLICY_RESET_ON_FORK,
		  policy_flags(tid_of(self, 1)) & POLICY_RESET_ON_FORK);
	EXPECT_EQ(0, puppet_end(&self->puppet[0]));
	/* ... nor does it get a flag that it does not have */
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(5), FIFO(5)));
	EXPECT_EQ(0, policy_flags(tid_of(self, 1)));
}

/* A server without any privilege can get its caller's priority, and loses it. */
static void serve_as_nobody(int sock, void *arg)
{
	struct _test_data_inherit *self = arg;
	struct kipc_message message;

	become(NOBODY, NOBODY);
	must(recv_soon(&self->party[1].endpoint, &message));
	check(policy_is(0, FIFO(33)));
	must(reply_empty(&self->party[1].endpoint, message.token));
	check(policy_is(0, NICE(0)));
	tell(sock, 1);
}

TEST_F(inherit, without_privilege) {
	struct child child;

	policy_set(tid_of(self, 0), FIFO(33));
	child_start(&child, CHILD_SHARES, serve_as_nobody, self);
	EXPECT_EQ(0, puppet_do(&self->puppet[0], &self->party[0].endpoint,
			       KIPC_CALL, &self->call));
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* A server whose thread is not raised for one call is not for the next one. */
TEST_F(inherit, each_call_anew) {
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(10), FIFO(10)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(0), NICE(0)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(-1), NICE(-1)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(5), NICE(0)));
}

/* Puppet @i serves one call, and calls the next party: its token there */
static __u64 pass_on(struct _test_data_inherit *self, int i, __u64 *token,
		     struct kipc_call *call, bool chained)
{
	struct endpoint *endpoint = &self->party[i].endpoint;

	*token = puppet_recv_call(&self->puppet[i], endpoint);
	memset(call, 0, sizeof(*call));
	call->handle = self->party[i].to[i + 1];
	call->parent = chained ? *token : 0;
	puppet_begin(&self->puppet[i], endpoint, KIPC_CALL, call);
	return puppet_recv_call(&self->puppet[i + 1],
				&self->party[i + 1].endpoint);
}

static void check_chain(struct _test_data_inherit *self, bool chained)
{
	struct kipc_call call;
	__u64 token, last;

	policy_set(tid_of(self, 0), FIFO(40));
	policy_set(tid_of(self, 1), NICE(0));
	policy_set(tid_of(self, 2), NICE(5));
	puppet_begin(&self->puppet[0], &self->party[0].endpoint, KIPC_CALL,
		     &self->call);
	last = pass_on(self, 1, &token, &call, chained);
	check(policy_is(tid_of(self, 1), FIFO(40)));
	check(policy_is(tid_of(self, 2), FIFO(40)));
	must(puppet_reply(&self->puppet[2], &self->party[2].endpoint, last));
	check(policy_is(tid_of(self, 2), NICE(5)));
	must(puppet_end(&self->puppet[1]));
	check(policy_is(tid_of(self, 1), FIFO(40)));
	must(puppet_reply(&self->puppet[1], &self->party[1].endpoint, token));
	check(policy_is(tid_of(self, 1), NICE(0)));
	must(puppet_end(&self->puppet[0]));
}

/* A server that calls on does so with the priority that it has at the moment. */
TEST_F(inherit, chain) {
	check_chain(self, true);
}

TEST_F(inherit, calls_without_parent) {
	check_chain(self, false);
}

/* A thread that is called back while it waits gets the other's priority, too. */
TEST_F(inherit, nested) {
	struct endpoint *a = &self->party[0].endpoint;
	struct endpoint *b = &self->party[1].endpoint;
	struct kipc_message message;
	struct kipc_call back = { .handle = self->party[1].to[0] };

	policy_set(tid_of(self, 0), NICE(3));
	policy_set(tid_of(self, 1), NICE(-10));
	self->call.message = PTR(&message);
	puppet_begin(&self->puppet[0], a, KIPC_CALL, &self->call);
	back.parent = puppet_recv_call(&self->puppet[1], b);
	EXPECT_TRUE(policy_is(tid_of(self, 1), NICE(-10)));
	puppet_begin(&self->puppet[1], b, KIPC_CALL, &back);
	EXPECT_EQ(0, puppet_end(&self->puppet[0]));
	EXPECT_EQ(KIPC_STAGE_NESTED, self->call.stage);
	EXPECT_TRUE(policy_is(tid_of(self, 0), NICE(-10)));
	EXPECT_EQ(0, puppet_reply(&self->puppet[0], a, message.token));
	EXPECT_TRUE(policy_is(tid_of(self, 0), NICE(3)));
	EXPECT_EQ(0, puppet_end(&self->puppet[1]));
	puppet_begin(&self->puppet[0], a, KIPC_CALL, &self->call);
	EXPECT_EQ(0, puppet_reply(&self->puppet[1], b, back.parent));
	EXPECT_EQ(0, puppet_end(&self->puppet[0]));
	EXPECT_EQ(KIPC_STAGE_DONE, self->call.stage);
	EXPECT_TRUE(policy_is(tid_of(self, 0), NICE(3)));
}

/* A chain that is called back at its end: everybody has the first one's. */
TEST_F(inherit, nested_chain) {
	struct endpoint *a = &self->party[0].endpoint;
	struct endpoint *b = &self->party[1].endpoint;
	struct endpoint *c = &self->party[2].endpoint;
	struct kipc_message message;
	struct kipc_call call, back;
	__u64 token, last;

	policy_set(tid_of(self, 0), RR(21));
	self->call.message = PTR(&message);
	puppet_begin(&self->puppet[0], a, KIPC_CALL, &self->call);
	last = pass_on(self, 1, &token, &call, true);
	memset(&back, 0, sizeof(back));
	back.handle = self->party[2].to[0];
	back.parent = last;
	puppet_begin(&self->puppet[2], c, KIPC_CALL, &back);
	EXPECT_EQ(0, puppet_end(&self->puppet[0]));
	EXPECT_EQ(KIPC_STAGE_NESTED, self->call.stage);
	EXPECT_TRUE(policy_is(tid_of(self, 0), RR(21)));
	EXPECT_TRUE(policy_is(tid_of(self, 1), RR(21)));
	EXPECT_TRUE(policy_is(tid_of(self, 2), RR(21)));
	EXPECT_EQ(0, puppet_reply(&self->puppet[0], a, message.token));
	EXPECT_EQ(0, puppet_end(&self->puppet[2]));
	EXPECT_EQ(0, puppet_reply(&self->puppet[2], c, last));
	EXPECT_EQ(0, puppet_end(&self->puppet[1]));
	EXPECT_EQ(0, puppet_reply(&self->puppet[1], b, token));
	puppet_begin(&self->puppet[0], a, KIPC_CALL, &self->call);
	EXPECT_EQ(0, puppet_end(&self->puppet[0]));
	EXPECT_TRUE(policy_is(tid_of(self, 0), RR(21)));
	EXPECT_TRUE(policy_is(tid_of(self, 1), NICE(0)));
	EXPECT_TRUE(policy_is(tid_of(self, 2), NICE(0)));
}

/*
 * A thread takes a call from a second endpoint while it serves one from the first:
 * when that is answered it has what the second one's caller lends.
 */
static void check_second(struct _test_data_inherit *self, struct policy first,
			 struct policy second, struct policy after)
{
	struct endpoint *server = &self->party[1].endpoint;
	struct endpoint *other = &self->party[2].endpoint;
	struct kipc_call call = { .handle = self->party[0].to[2] };
	__u64 token, token2;

	policy_set(tid_of(self, 0), first);
	policy_set(tid_of(self, 1), NICE(4));
	policy_set(tid_of(self, 2), second);
	puppet_begin(&self->puppet[0], &self->party[0].endpoint, KIPC_CALL,
		     &self->call);
	token = puppet_recv_call(&self->puppet[1], server);
	puppet_begin(&self->puppet[2], &self->party[0].endpoint, KIPC_CALL,
		     &call);
	token2 = puppet_recv_call(&self->puppet[1], other);
	check(policy_is(tid_of(self, 1), first));
	must(puppet_reply(&self->puppet[1], server, token));
	check(policy_is(tid_of(self, 1), after));
	must(puppet_reply(&self->puppet[1], other, token2));
	check(policy_is(tid_of(self, 1), NICE(4)));
	must(puppet_end(&self->puppet[0]));
	must(puppet_end(&self->puppet[2]));
}

TEST_F(inherit, two_endpoints_same) {
	check_second(self, FIFO(80), FIFO(80), FIFO(80));
}

TEST_F(inherit, two_endpoints_less) {
	check_second(self, FIFO(80), NICE(-3), NICE(-3));
}

TEST_F(inherit, two_endpoints_none) {
	check_second(self, FIFO(80), NICE(9), NICE(4));
}

TEST_HARNESS_MAIN
