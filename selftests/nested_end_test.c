// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested calls that end early: by signals, deadlines, closed endpoints and
 * destroyed nodes, while the one is queued at a thread, or served, or while the
 * other waits again.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "nested.h"
#include "puppet.h"

/* Long enough to get into a state, short enough to wait for */
#define SOON	(5 * SECOND)

FIXTURE(end) {
	struct live live;
	struct party party[2];
	struct endpoint *a;
	struct endpoint *b;
	struct waiter outer;
	struct caller inner;
	struct caller second;
	__u64 token;
	__u64 back;
};

#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])

FIXTURE_SETUP(end) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 2);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	interrupt_install(0);
}

FIXTURE_TEARDOWN(end) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A calls B, B calls back, and A's thread has received that. */
static void call_back(struct _test_data_end *self, __u64 deadline, __u32 flags)
{
	memset(&self->outer, 0, sizeof(self->outer));
	self->outer.caller.endpoint = self->a;
	self->outer.caller.call.handle = A_TO_B;
	self->outer.caller.call.deadline = deadline;
	waiter_run(&self->outer);
	self->token = recv_call(self->b);
	memset(&self->inner, 0, sizeof(self->inner));
	self->inner.endpoint = self->b;
	self->inner.call.handle = B_TO_A;
	self->inner.call.parent = self->token;
	self->inner.call.flags = flags;
	caller_run(&self->inner);
	self->back = waiter_nested(&self->outer);
}

/* B calls back a second time: that is queued at A's thread, which is busy. */
static void call_back_again(struct _test_data_end *self, __u64 deadline,
			    __u32 flags)
{
	memset(&self->second, 0, sizeof(self->second));
	self->second.endpoint = self->b;
	self->second.call.handle = B_TO_A;
	self->second.call.parent = self->token;
	self->second.call.deadline = deadline;
	self->second.call.flags = flags;
	caller_run(&self->second);
	if (!deadline)
		wait_blocked(self->second.thread.tid, KIPC_CALL);
}

static void answer_inner(struct _test_data_end *self)
{
	must(reply_empty(self->a, self->back));
	must(caller_join(&self->inner));
}

/* Nothing else came: A goes on waiting, and B's answer arrives. */
static void finish(struct _test_data_end *self)
{
	waiter_resume(&self->outer);
	must(reply_empty(self->b, self->token));
	must(waiter_join(&self->outer));
	check(self->outer.caller.call.stage == KIPC_STAGE_DONE);
}

/* A's call has ended with that errno, and what B answers is in vain. */
static void check_left(struct _test_data_end *self, int error)
{
	check(waiter_join(&self->outer) == error);
	check(self->outer.caller.call.stage == KIPC_STAGE_RECEIVED);
	answer_in_vain(self->b, self->token);
}

/* The deadline passes while A serves: B's call has the same deadline. */
TEST_F(end, deadline_while_served) {
	call_back(self, after(SOON), 0);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->inner));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->inner.call.stage);
	EXPECT_EQ(-ECANCELED, reply_empty(self->a, self->back));
	waiter_resume(&self->outer);
	check_left(self, -ETIMEDOUT);
}

/* B's call goes on if it has a deadline of its own. */
TEST_F(end, outer_deadline_while_served) {
	__u64 deadline = after(SOON);

	call_back(self, deadline, KIPC_CALL_OWN_DEADLINE);
	while (now() <= deadline)
		pause_ms(10);
	wait_blocked(self->inner.thread.tid, KIPC_CALL);
	answer_inner(self);
	waiter_resume(&self->outer);
	check_left(self, -ETIMEDOUT);
}

TEST_F(end, deadline_while_waiting_again) {
	__u64 deadline = after(SOON);

	call_back(self, deadline, 0);
	answer_inner(self);
	waiter_resume(&self->outer);
	check_left(self, -ETIMEDOUT);
	EXPECT_LE(deadline, now());
}

/*
 * A's deadline passes while B's second call is queued at its thread. A gets it
 * first, or it goes to the queue; it is served in any case.
 */
TEST_F(end, outer_deadline_while_queued) {
	__u64 deadline = after(SOON);

	call_back(self, deadline, KIPC_CALL_OWN_DEADLINE);
	call_back_again(self, 0, KIPC_CALL_OWN_DEADLINE);
	while (now() <= deadline)
		pause_ms(10);
	answer_inner(self);
	waiter_resume(&self->outer);
	if (!waiter_join(&self->outer)) {
		EXPECT_EQ(KIPC_STAGE_NESTED, self->outer.caller.call.stage);
		EXPECT_EQ(0, reply_empty(self->a, self->outer.message.token));
		EXPECT_EQ(0, caller_join(&self->second));
		waiter_resume(&self->outer);
		check_left(self, -ETIMEDOUT);
		return;
	}
	EXPECT_EQ(-ETIMEDOUT, self->outer.caller.ret);
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->outer.caller.call.stage);
	EXPECT_EQ(0, reply_empty(self->a, recv_call(self->a)));
	EXPECT_EQ(0, caller_join(&self->second));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

/* B's own deadline passes while its call is queued: it is withdrawn. */
TEST_F(end, inner_deadline_while_queued) {
	call_back(self, 0, 0);
	call_back_again(self, after(SOON), 0);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->second.call.stage);
	answer_inner(self);
	finish(self);
}

TEST_F(end, inner_deadline_while_served) {
	struct kipc_stat stat;

	call_back(self, 0, 0);
	interrupt(&self->inner.thread);
	EXPECT_EQ(-EINTR, caller_join(&self->inner));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->inner.call.stage);
	answer_in_vain(self->a, self->back);
	finish(self);
	stat_get(self->a, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(1, stat.failed);
}

/* A signal ends the wait, whether it is the first one or not: no restart. */
static void signal_while_waiting_again(struct _test_data_end *self, int flags)
{
	interrupt_install(flags);
	call_back(self, 0, 0);
	answer_inner(self);
	waiter_resume(&self->outer);
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	interrupt(&self->outer.caller.thread);
	check_left(self, -EINTR);
}

TEST_F(end, signal_while_waiting_again) {
	signal_while_waiting_again(self, 0);
}

TEST_F(end, restarting_signal_while_waiting_again) {
	signal_while_waiting_again(self, SA_RESTART);
}

/* While a thread serves, its own call is not interrupted by what comes. */
TEST_F(end, signal_while_served) {
	struct kipc_message message;
	struct kipc_call call = {
		.handle = A_TO_B,
		.message = PTR(&message),
	};
	struct puppet a;
	struct caller inner;
	__u64 token;

	puppet_open(&a);
	puppet_begin(&a, self->a, KIPC_CALL, &call);
	token = recv_call(self->b);
	caller_start_for(&inner, self->b, B_TO_A, token);
	EXPECT_EQ(0, puppet_end(&a));
	EXPECT_EQ(KIPC_STAGE_NESTED, call.stage);
	interrupt(&a.thread);
	EXPECT_EQ(0, puppet_reply(&a, self->a, message.token));
	EXPECT_EQ(0, caller_join(&inner));
	interrupt(&a.thread);
	puppet_block(&a, self->a, KIPC_CALL, &call);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, puppet_end(&a));
	EXPECT_EQ(KIPC_STAGE_DONE, call.stage);
	puppet_close(&a);
}

/* B's second call is withdrawn while it is queued at the thread ... */
TEST_F(end, signal_while_queued) {
	call_back(self, 0, 0);
	call_back_again(self, 0, 0);
	interrupt(&self->second.thread);
	EXPECT_EQ(-EINTR, caller_join(&self->second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->second.call.stage);
	answer_inner(self);
	finish(self);
}

/* ... or withdrawn and queued there again. */
TEST_F(end, restarting_signal_while_queued) {
	interrupt_install(SA_RESTART);
	call_back(self, 0, 0);
	call_back_again(self, 0, 0);
	interrupt(&self->second.thread);
	wait_blocked(self->second.thread.tid, KIPC_CALL);
	answer_inner(self);
	waiter_resume(&self->outer);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&self->outer)));
	EXPECT_EQ(0, caller_join(&self->second));
	finish(self);
}

/* A closes with calls suspended, served and queued. */
TEST_F(end, outer_closes) {
	call_back(self, 0, 0);
	call_back_again(self, 0, 0);
	endpoint_close(self->a);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->inner));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->inner.call.stage);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->second.call.stage);
	EXPECT_EQ(-ECANCELED, reply_bytes(self->b, self->token, "x", 1));
}

/* A closes although the reply to its suspended call is there. */
TEST_F(end, outer_closes_with_reply) {
	call_back(self, 0, 0);
	answer_inner(self);
	EXPECT_EQ(0, reply_bytes(self->b, self->token, "done", 4));
	endpoint_close(self->a);
}

/* B closes after A has answered: A finds out when it goes on waiting. */
TEST_F(end, server_closes) {
	call_back(self, 0, 0);
	answer_inner(self);
	endpoint_close(self->b);
	waiter_resume(&self->outer);
	EXPECT_EQ(-EOWNERDEAD, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->outer.caller.call.stage);
}

TEST_F(end, server_closes_while_waiting_again) {
	call_back(self, 0, 0);
	answer_inner(self);
	waiter_resume(&self->outer);
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	endpoint_close(self->b);
	EXPECT_EQ(-EOWNERDEAD, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->outer.caller.call.stage);
}

/* A's node ends: what is queued at the thread fails, what is served goes on. */
TEST_F(end, node_ends) {
	call_back(self, 0, 0);
	call_back_again(self, 0, 0);
	ASSERT_EQ(0, node_destroy(self->a, self->party[0].node));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->second.call.stage);
	answer_inner(self);
	finish(self);
}

/* B's node ends: the call was received, so it can be answered. */
TEST_F(end, server_node_ends) {
	call_back(self, 0, 0);
	ASSERT_EQ(0, node_destroy(self->b, self->party[1].node));
	answer_inner(self);
	finish(self);
}

static int freeze(struct endpoint *endpoint, __u32 action)
{
	struct kipc_freeze freeze = { .action = action };
	struct kipc_info info = { 0 };

	must(kipc(endpoint->fd, KIPC_INFO, &info));
	freeze.endpoint = info.endpoint;
	return kipc(endpoint->fd, KIPC_FREEZE, &freeze);
}

/* Who is frozen gets no nested calls either, unless their callers wait. */
TEST_F(end, frozen) {
	struct kipc_call call = { .handle = B_TO_A };
	struct caller inner;
	struct waiter outer;
	__u64 token;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	ASSERT_EQ(0, freeze(self->a, KIPC_FREEZE_ON));
	call.parent = token;
	EXPECT_EQ(-EAGAIN, kipc(self->b->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	memset(&inner, 0, sizeof(inner));
	inner.endpoint = self->b;
	inner.call.handle = B_TO_A;
	inner.call.parent = token;
	inner.call.flags = KIPC_WAIT;
	caller_run(&inner);
	wait_blocked(inner.thread.tid, KIPC_CALL);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	ASSERT_EQ(0, freeze(self->a, KIPC_FREEZE_OFF));
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&outer)));
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&outer);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
}

TEST_HARNESS_MAIN
