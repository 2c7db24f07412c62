// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deadlines that are inherited: a call that is made for another one ends with that
 * one's deadline, if it is earlier, and the server is told of it.
 */
#include <kselftest_harness.h>

#include "expiring.h"
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

static void run_outer(struct _test_data_deadline *self, __u64 deadline)
{
	memset(&self->outer, 0, sizeof(self->outer));
	self->outer.caller.endpoint = self->a;
	self->outer.caller.call.handle = A_TO_B;
	self->outer.caller.call.deadline = deadline;
	waiter_run(&self->outer);
}

/* A calls B with that deadline; what B is told of it */
static __u64 call_b(struct _test_data_deadline *self, __u64 deadline)
{
	struct kipc_message message;

	run_outer(self, deadline);
	must(recv_soon(self->b, &message));
	self->token = message.token;
	return message.deadline;
}

/* The same if the deadline passes soon; whether B has received it before. */
static bool try_b(struct _test_data_deadline *self, __u64 deadline)
{
	struct kipc_message message;

	run_outer(self, deadline);
	if (!expiring_received(&self->outer.caller, self->b, &message))
		return false;
	check(message.deadline == deadline);
	self->token = message.token;
	return true;
}

/* A calls B with a deadline that passes once B has received it; returns that. */
static __u64 expire_b(struct _test_data_deadline *self)
{
	__u64 time, deadline;

	for (time = EXPIRING_FIRST;; time = expiring_more(time)) {
		deadline = after(time);
		if (try_b(self, deadline))
			return deadline;
	}
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

static void run_middle(struct _test_data_deadline *self, struct caller *middle,
		       __u64 deadline, __u32 flags)
{
	memset(middle, 0, sizeof(*middle));
	middle->endpoint = self->b;
	middle->call.handle = B_TO_C;
	middle->call.parent = self->token;
	middle->call.deadline = deadline;
	middle->call.flags = flags;
	caller_run(middle);
}

/* B's call to C, which has received it: its token */
static __u64 begin_c(struct _test_data_deadline *self, struct caller *middle,
		     __u64 deadline, __u32 flags)
{
	run_middle(self, middle, deadline, flags);
	return recv_call(self->c);
}

/*
 * A calls B, and B calls C for it. Whether both calls were received before A's
 * deadline, which ends B's call, too. If not, all is over.
 */
static bool try_both(struct _test_data_deadline *self, struct caller *middle,
		     __u64 deadline, __u64 *onward)
{
	struct kipc_message message;
	int ret;

	if (!try_b(self, deadline))
		return false;
	run_middle(self, middle, 0, 0);
	ret = recv_flags(self->c, 0, deadline, &message);
	if (!ret) {
		*onward = message.token;
		return true;
	}
	check(ret == -ETIMEDOUT);
	check(caller_join(middle) == -ETIMEDOUT);
	check(middle->call.stage == KIPC_STAGE_WITHDRAWN);
	check(waiter_join(&self->outer) == -ETIMEDOUT);
	answer_in_vain(self->b, self->token);
	return false;
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
	__u64 time = EXPIRING_FIRST, deadline = after(time);
	struct caller middle;
	__u64 onward;

	while (!try_both(self, &middle, deadline, &onward)) {
		time = expiring_more(time);
		deadline = after(time);
	}
	EXPECT_EQ(-ETIMEDOUT, caller_join(&middle));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, middle.call.stage);
	EXPECT_LE(deadline, now());
	EXPECT_EQ(-ECANCELED, reply_empty(self->c, onward));
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

/* ... also while it is queued */
TEST_F(deadline, of_parent_passes_in_the_queue) {
	__u64 deadline = expire_b(self);
	struct kipc_call call = { .handle = B_TO_C };
	struct kipc_message message;

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

	expire_b(self);
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

	expire_b(self);
	onward = begin_c(self, &middle, 0, KIPC_CALL_OWN_DEADLINE);
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	wait_blocked(middle.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->c, onward));
	EXPECT_EQ(0, caller_join(&middle));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

/* As try_both(), and whether B has answered before the deadline, too */
static bool try_answer(struct _test_data_deadline *self, struct caller *middle,
		       __u64 deadline, __u64 *onward)
{
	int ret;

	if (!try_both(self, middle, deadline, onward))
		return false;
	ret = reply_empty(self->b, self->token);
	if (!ret) {
		must(waiter_join(&self->outer));
		return true;
	}
	check(ret == -ECANCELED && now() >= deadline);
	check(waiter_join(&self->outer) == -ETIMEDOUT);
	check(caller_join(middle) == -ETIMEDOUT);
	return false;
}

/* The parent is answered: the deadline that was inherited stays. */
TEST_F(deadline, of_parent_that_was_answered) {
	__u64 time = EXPIRING_FIRST, deadline = after(time);
	struct caller middle;
	__u64 onward;

	while (!try_answer(self, &middle, deadline, &onward)) {
		time = expiring_more(time);
		deadline = after(time);
	}
	EXPECT_EQ(-ETIMEDOUT, caller_join(&middle));
	EXPECT_LE(deadline, now());
	EXPECT_EQ(-ECANCELED, reply_empty(self->c, onward));
}

/*
 * A's call is resumed with another deadline in the struct, several times. Whether that
 * was before its real deadline; if not, nobody waits any more.
 */
static bool try_resume(struct _test_data_deadline *self, __u64 deadline)
{
	struct kipc_call *call = &self->outer.caller.call;
	struct caller inner;
	int i, ret;

	if (!try_b(self, deadline))
		return false;
	for (i = 0; i < 3; i++) {
		caller_start_for(&inner, self->b, B_TO_A, self->token);
		ret = waiter_join(&self->outer);
		if (!ret) {
			check(call->stage == KIPC_STAGE_NESTED);
			check(self->outer.message.deadline == deadline);
			ret = reply_empty(self->a, self->outer.message.token);
		}
		if (ret) {
			check(ret == -ETIMEDOUT || ret == -ECANCELED);
			check(caller_join(&inner) == -ETIMEDOUT);
			check(now() >= deadline);
			return false;
		}
		must(caller_join(&inner));
		call->deadline = i ? after(LATE) : 0;
		waiter_resume(&self->outer);
	}
	return true;
}

/* Going on waiting does not move the deadline, whatever stands in the struct. */
TEST_F(deadline, of_a_resumed_call) {
	__u64 time = EXPIRING_FIRST, deadline = after(time);

	while (!try_resume(self, deadline)) {
		time = expiring_more(time);
		deadline = after(time);
	}
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->outer.caller.call.stage);
	EXPECT_LE(deadline, now());
	/* Far before the one that stood in the struct */
	EXPECT_GT(deadline + LATE / 2, now());
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

TEST_HARNESS_MAIN
