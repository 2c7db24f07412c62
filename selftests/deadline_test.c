// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deadlines that are inherited: a call that is made for another one ends with that
 * one's deadline, if it is earlier, and the server is told of it.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "nested.h"

/* Far away, and in this order */
#define EARLY	(100 * SECOND)
#define LATE	(200 * SECOND)

FIXTURE(deadline) {
	struct live live;
	struct party party[3];
	struct endpoint *a;
	struct endpoint *b;
	struct endpoint *c;
	struct waiter outer;
	__u64 token;
	__u64 early;
	__u64 late;
};

#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])
#define B_TO_C	(self->party[1].to[2])
#define C_TO_A	(self->party[2].to[0])

FIXTURE_SETUP(deadline) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 3);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	self->c = &self->party[2].endpoint;
	self->early = after(EARLY);
	self->late = after(LATE);
	interrupt_install(0);
}

FIXTURE_TEARDOWN(deadline) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A calls B with that deadline; what B is told of it */
static __u64 call_b(struct _test_data_deadline *self, __u64 deadline)
{
	struct kipc_message message;

	memset(&self->outer, 0, sizeof(self->outer));
	self->outer.caller.endpoint = self->a;
	self->outer.caller.call.handle = A_TO_B;
	self->outer.caller.call.deadline = deadline;
	waiter_run(&self->outer);
	must(recv_soon(self->b, &message));
	self->token = message.token;
	return message.deadline;
}

/* The same for a call of B's, on behalf of A's; C answers it. */
static __u64 call_c(struct _test_data_deadline *self, __u64 deadline,
		    __u32 flags)
{
	struct kipc_message message;
	struct caller inner = {
		.endpoint = self->b,
		.call = {
			.handle = B_TO_C,
			.parent = self->token,
			.deadline = deadline,
			.flags = flags,
		},
	};

	caller_run(&inner);
	must(recv_soon(self->c, &message));
	must(reply_empty(self->c, message.token));
	must(caller_join(&inner));
	check(inner.call.deadline == deadline);
	return message.deadline;
}

static void finish(struct _test_data_deadline *self)
{
	must(reply_empty(self->b, self->token));
	must(waiter_join(&self->outer));
}

TEST_F(deadline, earlier_one_counts) {
	EXPECT_EQ(self->early, call_b(self, self->early));
	EXPECT_EQ(self->early, call_c(self, 0, 0));
	EXPECT_EQ(self->early, call_c(self, self->late, 0));
	EXPECT_EQ(self->early - 1, call_c(self, self->early - 1, 0));
	EXPECT_EQ(self->early, call_c(self, self->early, 0));
	EXPECT_EQ(self->early, call_c(self, ~0ULL, 0));
	finish(self);
}

/* A parent without a deadline gives none. */
TEST_F(deadline, parent_without) {
	EXPECT_EQ(0, call_b(self, 0));
	EXPECT_EQ(0, call_c(self, 0, 0));
	EXPECT_EQ(self->late, call_c(self, self->late, 0));
	EXPECT_EQ(0, call_c(self, 0, KIPC_CALL_OWN_DEADLINE));
	finish(self);
}

TEST_F(deadline, own) {
	EXPECT_EQ(self->early, call_b(self, self->early));
	EXPECT_EQ(0, call_c(self, 0, KIPC_CALL_OWN_DEADLINE));
	EXPECT_EQ(self->late,
		  call_c(self, self->late, KIPC_CALL_OWN_DEADLINE));
	EXPECT_EQ(self->early - 1,
		  call_c(self, self->early - 1, KIPC_CALL_OWN_DEADLINE));
	finish(self);
}

/* Without a parent there is nothing to inherit. */
TEST_F(deadline, no_parent) {
	__u64 token;

	EXPECT_EQ(self->early, call_b(self, self->early));
	token = self->token;
	self->token = 0;
	EXPECT_EQ(0, call_c(self, 0, 0));
	EXPECT_EQ(self->late, call_c(self, self->late, 0));
	self->token = token;
	finish(self);
}

/* A call of C's on behalf of B's: what A is told of it */
static __u64 call_a(struct _test_data_deadline *self, __u64 parent,
		    __u64 deadline)
{
	struct caller last = {
		.endpoint = self->c,
		.call = {
			.handle = C_TO_A,
			.parent = parent,
			.deadline = deadline,
		},
	};

	caller_run(&last);
	must(reply_empty(self->a, waiter_nested(&self->outer)));
	deadline = self->outer.message.deadline;
	must(caller_join(&last));
	waiter_resume(&self->outer);
	return deadline;
}

/* B's call to C, which has received it: its token */
static __u64 begin_c(struct _test_data_deadline *self, struct caller *middle,
		     __u64 deadline, __u32 flags)
{
	memset(middle, 0, sizeof(*middle));
	middle->endpoint = self->b;
	middle->call.handle = B_TO_C;
	middle->call.parent = self->token;
	middle->call.deadline = deadline;
	middle->call.flags = flags;
	caller_run(middle);
	return recv_call(self->c);
}

/* It goes down the whole chain, nested calls included. */
TEST_F(deadline, of_grandparents) {
	struct caller middle;
	__u64 onward;

	call_b(self, self->early);
	onward = begin_c(self, &middle, 0, 0);
	EXPECT_EQ(self->early, call_a(self, onward, 0));
	EXPECT_EQ(self->early, call_a(self, onward, self->late));
	EXPECT_EQ(self->early - 1, call_a(self, onward, self->early - 1));
	EXPECT_EQ(0, reply_empty(self->c, onward));
	EXPECT_EQ(0, caller_join(&middle));
	/* Who has his own passes that on. */
	onward = begin_c(self, &middle, self->late, KIPC_CALL_OWN_DEADLINE);
	EXPECT_EQ(self->late, call_a(self, onward, 0));
	EXPECT_EQ(0, reply_empty(self->c, onward));
	EXPECT_EQ(0, caller_join(&middle));
	finish(self);
}

/* It is not only shown: the call ends with it, and with that of its parent. */
TEST_F(deadline, of_parent_passes) {
	__u64 deadline = after(SECOND);
	struct caller middle;
	__u64 onward;

	call_b(self, deadline);
	onward = begin_c(self, &middle, 0, 0);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&middle));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, middle.call.stage);
	EXPECT_LE(deadline, now());
	EXPECT_EQ(-ECANCELED, reply_empty(self->c, onward));
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

/* ... also while it is queued */
TEST_F(deadline, of_parent_passes_in_the_queue) {
	__u64 deadline = after(SECOND);
	struct kipc_call call = { .handle = B_TO_C };
	struct kipc_message message;

	call_b(self, deadline);
	call.parent = self->token;
	EXPECT_EQ(-ETIMEDOUT, kipc(self->b->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.stage);
	EXPECT_LE(deadline, now());
	EXPECT_EQ(-EAGAIN, recv_now(self->c, &message));
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
}

/* Whose parent's deadline has passed already comes too late. */
TEST_F(deadline, of_parent_has_passed) {
	struct kipc_call call = { .handle = B_TO_C };
	struct kipc_message message;

	call_b(self, after(SECOND));
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	call.parent = self->token;
	EXPECT_EQ(-ETIMEDOUT, kipc(self->b->fd, KIPC_CALL, &call));
	EXPECT_GE(KIPC_STAGE_WITHDRAWN, call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(self->c, &message));
	/* With its own it can still do what is to be done. */
	EXPECT_EQ(0, call_c(self, 0, KIPC_CALL_OWN_DEADLINE));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

TEST_F(deadline, own_outlives_that_of_parent) {
	struct caller middle;
	__u64 onward;

	call_b(self, after(SECOND));
	onward = begin_c(self, &middle, 0, KIPC_CALL_OWN_DEADLINE);
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	wait_blocked(middle.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->c, onward));
	EXPECT_EQ(0, caller_join(&middle));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

/* The parent is answered: the deadline that was inherited stays. */
TEST_F(deadline, of_parent_that_was_answered) {
	struct caller middle;
	__u64 deadline = after(SECOND), onward;

	call_b(self, deadline);
	onward = begin_c(self, &middle, 0, 0);
	finish(self);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&middle));
	EXPECT_LE(deadline, now());
	EXPECT_EQ(-ECANCELED, reply_empty(self->c, onward));
}

/* Going on waiting does not move the deadline, whatever stands in the struct. */
TEST_F(deadline, of_a_resumed_call) {
	__u64 deadline = after(2 * SECOND);
	struct caller inner;
	int i;

	call_b(self, deadline);
	for (i = 0; i < 3; i++) {
		caller_start_for(&inner, self->b, B_TO_A, self->token);
		EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&self->outer)));
		EXPECT_EQ(deadline, self->outer.message.deadline);
		EXPECT_EQ(0, caller_join(&inner));
		self->outer.caller.call.deadline = i ? after(LATE) : 0;
		waiter_resume(&self->outer);
	}
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->outer.caller.call.stage);
	EXPECT_LE(deadline, now());
	EXPECT_GT(deadline + 10 * SECOND, now());
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

TEST_HARNESS_MAIN
