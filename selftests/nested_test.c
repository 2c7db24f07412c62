// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested calls: who serves a call for somebody calls back, and that comes to the
 * very thread which waits for the reply. Where there is none, it is queued.
 */
#include <kselftest_harness.h>

#include "nested.h"

FIXTURE(nested) {
	struct live live;
	struct party party[3];
	struct endpoint *a;
	struct endpoint *b;
	struct endpoint *c;
};

/* Handles: who calls whom */
#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])
#define B_TO_C	(self->party[1].to[2])
#define C_TO_A	(self->party[2].to[0])
#define C_TO_B	(self->party[2].to[1])

FIXTURE_SETUP(nested) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 3);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	self->c = &self->party[2].endpoint;
}

FIXTURE_TEARDOWN(nested) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Ends what is left: B answers A's call, A goes on waiting and gets the reply. */
static void finish(struct _test_data_nested *self, struct waiter *outer,
		   __u64 token)
{
	waiter_resume(outer);
	must(reply_bytes(self->b, token, "done", 4));
	must(waiter_join(outer));
	check(outer->caller.call.stage == KIPC_STAGE_DONE);
	check(outer->caller.call.reply_size == 4);
	reply_free(self->a, &outer->caller.call);
}

/* The whole story: A calls B, B calls back, A answers and goes on waiting. */
TEST_F(nested, comes_to_who_waits) {
	struct waiter outer;
	struct caller inner;
	__u64 token, back;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	caller_start_for(&inner, self->b, B_TO_A, token);
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_NESTED, outer.caller.call.stage);
	EXPECT_EQ(KIPC_CALL_RESUME,
		  outer.caller.call.flags & KIPC_CALL_RESUME);
	EXPECT_NE(0, outer.caller.call.id);
	back = outer.message.token;
	EXPECT_EQ(0, reply_bytes(self->a, back, "back", 4));
	EXPECT_EQ(0, caller_join(&inner));
	EXPECT_EQ(KIPC_STAGE_DONE, inner.call.stage);
	EXPECT_EQ(4, inner.call.reply_size);
	EXPECT_EQ(0, memcmp("back", payload(self->b, inner.call.reply_offset),
			    4));
	reply_free(self->b, &inner.call);

	waiter_resume(&outer);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_bytes(self->b, token, "done", 4));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
	EXPECT_EQ(4, outer.caller.call.reply_size);
	EXPECT_EQ(0, memcmp("done", payload(self->a,
					    outer.caller.call.reply_offset),
			    4));
	reply_free(self->a, &outer.caller.call);
	EXPECT_EQ(-ENXIO, reply_empty(self->a, back));
}

/* Everything that the waiting thread is told about the call */
TEST_F(nested, message) {
	struct caller inner = {
		.endpoint = self->b,
		.call = { .handle = B_TO_A, .code = 0x12345678 },
	};
	struct kipc_message *message;
	struct waiter outer;
	__u64 token;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	inner.call.parent = token;
	inner.call.data = PTR("hello");
	inner.call.data_size = 5;
	caller_run(&inner);
	waiter_nested(&outer);
	message = &outer.message;
	EXPECT_EQ(KIPC_MSG_CALL, message->kind);
	EXPECT_EQ(COOKIE, message->cookie);
	EXPECT_EQ(0, message->bits);
	EXPECT_EQ(0, message->deadline);
	EXPECT_EQ(5, message->size);
	EXPECT_EQ(0, memcmp("hello", payload(self->a, message->offset), 5));
	EXPECT_EQ(0x12345678, message->code);
	EXPECT_EQ(0, message->attachment_count);
	EXPECT_EQ((__u32)getpid(), message->pid);
	EXPECT_EQ((__u32)inner.thread.tid, message->tid);
	EXPECT_EQ(0, message->euid);
	EXPECT_EQ(0, message->egid);
	EXPECT_EQ(0, message->label_size);
	EXPECT_EQ(2, message->depth);
	message_free(self->a, message);
	EXPECT_EQ(0, reply_empty(self->a, message->token));
	EXPECT_EQ(0, caller_join(&inner));
	finish(self, &outer, token);
}

/* A call without a parent is one call long. */
TEST_F(nested, depth_of_a_plain_call) {
	struct kipc_message message;
	struct caller caller;

	caller_start(&caller, self->a, A_TO_B);
	ASSERT_EQ(0, recv_soon(self->b, &message));
	EXPECT_EQ(1, message.depth);
	EXPECT_EQ(0, reply_empty(self->b, message.token));
	EXPECT_EQ(0, caller_join(&caller));
}

/* One after the other, as many as there are. */
TEST_F(nested, in_turn) {
	struct waiter outer;
	struct caller inner;
	__u64 token, id;
	int i;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	for (i = 0; i < 20; i++) {
		caller_start_for(&inner, self->b, B_TO_A, token);
		EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&outer)));
		EXPECT_EQ(2, outer.message.depth);
		EXPECT_EQ(0, caller_join(&inner));
		id = outer.caller.call.id;
		waiter_resume(&outer);
		if (i % 2)
			wait_blocked(outer.caller.thread.tid, KIPC_CALL);
		EXPECT_EQ(id, outer.caller.call.id);
	}
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
}

/* Several at once: they wait for the thread, in the order in which they came. */
TEST_F(nested, at_once) {
	struct caller inner[3];
	struct kipc_message message;
	struct waiter outer;
	__u64 token;
	int i;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	for (i = 0; i < 3; i++) {
		caller_start_for(&inner[i], self->b, B_TO_A, token);
		wait_blocked(inner[i].thread.tid, KIPC_CALL);
		if (!i)
			waiter_nested(&outer);
	}
	/* They are the thread's, and nobody else's. */
	EXPECT_EQ(-EAGAIN, recv_now(self->a, &message));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ((__u32)inner[i].thread.tid, outer.message.tid);
		EXPECT_EQ(0, reply_empty(self->a, outer.message.token));
		EXPECT_EQ(0, caller_join(&inner[i]));
		if (i < 2) {
			waiter_resume(&outer);
			waiter_nested(&outer);
		}
	}
	finish(self, &outer, token);
}

/* Who goes on waiting may answer later, or let another thread answer. */
TEST_F(nested, answered_while_waiting_again) {
	struct caller inner[2];
	struct waiter outer;
	__u64 token, back[2];
	int i;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	for (i = 0; i < 2; i++) {
		caller_start_for(&inner[i], self->b, B_TO_A, token);
		back[i] = waiter_nested(&outer);
		waiter_resume(&outer);
		wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	}
	EXPECT_NE(back[0], back[1]);
	for (i = 1; i >= 0; i--) {
		EXPECT_EQ(0, reply_empty(self->a, back[i]));
		EXPECT_EQ(0, caller_join(&inner[i]));
	}
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
}

#define THREADS	3

/* Of several threads that wait, the one gets it for whom the call is made. */
TEST_F(nested, one_of_several_threads) {
	static const int order[THREADS] = { 1, 0, 2 };
	struct waiter outer[THREADS];
	struct caller inner;
	__u64 token[THREADS];
	int i, j;

	for (i = 0; i < THREADS; i++) {
		waiter_start(&outer[i], self->a, A_TO_B, 0);
		token[i] = recv_call(self->b);
		wait_blocked(outer[i].caller.thread.tid, KIPC_CALL);
	}
	for (i = 0; i < THREADS; i++) {
		j = order[i];
		caller_start_for(&inner, self->b, B_TO_A, token[j]);
		EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&outer[j])));
		EXPECT_EQ(0, caller_join(&inner));
		finish(self, &outer[j], token[j]);
	}
}

/* The endpoint in the middle of the chain need not be the one that calls back. */
TEST_F(nested, from_further_down) {
	struct waiter outer, middle;
	struct caller inner;
	__u64 token, onward;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	waiter_start(&middle, self->b, B_TO_C, token);
	onward = recv_call(self->c);
	caller_start_for(&inner, self->c, C_TO_A, onward);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&outer)));
	EXPECT_EQ(3, outer.message.depth);
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&outer);
	/* ... and then the middle itself is called back */
	caller_start_for(&inner, self->c, C_TO_B, onward);
	EXPECT_EQ(0, reply_empty(self->b, waiter_nested(&middle)));
	EXPECT_EQ(3, middle.message.depth);
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&middle);
	EXPECT_EQ(0, reply_empty(self->c, onward));
	EXPECT_EQ(0, waiter_join(&middle));
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
}

/* A thread that waits twice in one chain gets what comes in its newer call. */
TEST_F(nested, the_newest_wait) {
	struct waiter first, second;
	struct caller inner, last;
	__u64 token, back, again;

	waiter_start(&first, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	caller_start_for(&inner, self->b, B_TO_A, token);
	back = waiter_nested(&first);
	waiter_start(&second, self->a, A_TO_B, back);
	again = recv_call(self->b);
	caller_start_for(&last, self->b, B_TO_A, again);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&second)));
	EXPECT_EQ(4, second.message.depth);
	EXPECT_NE(first.caller.call.id, second.caller.call.id);
	EXPECT_EQ(0, caller_join(&last));
	waiter_resume(&second);
	EXPECT_EQ(0, reply_empty(self->b, again));
	EXPECT_EQ(0, waiter_join(&second));
	EXPECT_EQ(0, reply_empty(self->a, back));
	EXPECT_EQ(0, caller_join(&inner));
	finish(self, &first, token);
}

/* Any node of the waiting endpoint will do. */
TEST_F(nested, another_node) {
	__u32 node = node_create(self->a, 77);
	__u32 handle = connect_to(self->b, self->a, node, 0);
	struct waiter outer;
	struct caller inner;
	__u64 token;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	caller_start_for(&inner, self->b, handle, token);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&outer)));
	EXPECT_EQ(77, outer.message.cookie);
	EXPECT_EQ(0, caller_join(&inner));
	finish(self, &outer, token);
}

/* A thread of A's receives it, and answers; the one that waits sleeps on. */
static void check_queued(struct _test_data_nested *self, struct caller *outer,
			 struct caller *inner, __u32 depth)
{
	struct kipc_message message;

	must(recv_soon(self->a, &message));
	check(message.kind == KIPC_MSG_CALL);
	check(message.depth == depth);
	wait_blocked(outer->thread.tid, KIPC_CALL);
	must(reply_empty(self->a, message.token));
	must(caller_join(inner));
}

TEST_F(nested, without_parent_it_is_queued) {
	struct waiter outer;
	struct caller inner;
	__u64 token;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	caller_start(&inner, self->b, B_TO_A);
	check_queued(self, &outer.caller, &inner, 1);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
	EXPECT_EQ(0, outer.caller.call.flags);
}

TEST_F(nested, without_message_it_is_queued) {
	struct caller outer, inner;
	__u64 token;

	caller_start(&outer, self->a, A_TO_B);
	token = recv_call(self->b);
	caller_start_for(&inner, self->b, B_TO_A, token);
	check_queued(self, &outer, &inner, 2);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, caller_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.call.stage);
}

/* One-way messages and notices never come to a thread that waits. */
TEST_F(nested, only_calls) {
	struct kipc_message message;
	struct waiter outer;
	__u64 token;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	ASSERT_EQ(0, send_bytes(self->b, B_TO_A, "x", 1));
	ASSERT_EQ(0, notify(self->b, B_TO_A, 1));
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	ASSERT_EQ(0, recv_now(self->a, &message));
	message_free(self->a, &message);
	ASSERT_EQ(0, recv_now(self->a, &message));
	message_free(self->a, &message);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
}

/* A's call is over while C still serves on its behalf: C's call is queued. */
TEST_F(nested, after_the_end_it_is_queued) {
	struct waiter outer, middle;
	struct kipc_message message;
	struct caller inner;
	__u64 token, onward;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	waiter_start(&middle, self->b, B_TO_C, token);
	onward = recv_call(self->c);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
	caller_start_for(&inner, self->c, C_TO_A, onward);
	ASSERT_EQ(0, recv_soon(self->a, &message));
	EXPECT_EQ(3, message.depth);
	EXPECT_EQ(0, reply_empty(self->a, message.token));
	EXPECT_EQ(0, caller_join(&inner));
	EXPECT_EQ(0, reply_empty(self->c, onward));
	EXPECT_EQ(0, waiter_join(&middle));
}

/* B answers although it called back: what is queued at the thread moves on. */
TEST_F(nested, left_over_is_queued) {
	struct kipc_message message;
	struct caller inner[2];
	struct waiter outer;
	__u64 token, back;

	waiter_start(&outer, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	caller_start_for(&inner[0], self->b, B_TO_A, token);
	back = waiter_nested(&outer);
	caller_start_for(&inner[1], self->b, B_TO_A, token);
	wait_blocked(inner[1].thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->b, token));
	waiter_resume(&outer);
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
	ASSERT_EQ(0, recv_soon(self->a, &message));
	EXPECT_EQ((__u32)inner[1].thread.tid, message.tid);
	EXPECT_EQ(0, reply_empty(self->a, message.token));
	EXPECT_EQ(0, caller_join(&inner[1]));
	/* The one that was received can still be answered. */
	EXPECT_EQ(0, reply_empty(self->a, back));
	EXPECT_EQ(0, caller_join(&inner[0]));
}

TEST_HARNESS_MAIN
