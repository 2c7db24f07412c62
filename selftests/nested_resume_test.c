// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going on to wait for a call that came back because another one was to be served:
 * by its id, by one thread at a time, with nothing but what is looked at.
 */
#include <kselftest_harness.h>

#include "nested.h"

FIXTURE(resume) {
	struct live live;
	struct party party[2];
	struct endpoint *a;
	struct endpoint *b;
	struct waiter outer;
	struct caller inner;
	struct kipc_call *call;
	__u64 token;
	__u64 back;
};

#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])

/* B calls back A, whose call to B is suspended. */
static void call_back(struct _test_data_resume *self)
{
	caller_start_for(&self->inner, self->b, B_TO_A, self->token);
	self->back = waiter_nested(&self->outer);
}

FIXTURE_SETUP(resume) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 2);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	self->call = &self->outer.caller.call;
	waiter_start(&self->outer, self->a, A_TO_B, 0);
	self->token = recv_call(self->b);
	call_back(self);
}

FIXTURE_TEARDOWN(resume) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void answer_inner(struct _test_data_resume *self)
{
	must(reply_empty(self->a, self->back));
	must(caller_join(&self->inner));
}

/* The right call is there still, and comes to its end. */
static void finish(struct _test_data_resume *self)
{
	answer_inner(self);
	waiter_resume(&self->outer);
	must(reply_bytes(self->b, self->token, "done", 4));
	must(waiter_join(&self->outer));
	check(self->call->stage == KIPC_STAGE_DONE);
	check(self->call->reply_size == 4);
	reply_free(self->a, self->call);
}

static int resume_id(struct endpoint *endpoint, __u64 id)
{
	struct kipc_call call = { .flags = KIPC_CALL_RESUME, .id = id };

	return kipc(endpoint->fd, KIPC_CALL, &call);
}

TEST_F(resume, wrong_id) {
	__u64 id = self->call->id;

	EXPECT_EQ(-ENXIO, resume_id(self->a, 0));
	EXPECT_EQ(-ENXIO, resume_id(self->a, id + 1000));
	EXPECT_EQ(-ENXIO, resume_id(self->a, ~0ULL));
	EXPECT_EQ(-ENXIO, resume_id(self->a, id | 1ULL << 32));
	/* It is an id of A's alone. */
	EXPECT_EQ(-ENXIO, resume_id(self->b, id));
	finish(self);
}

/* A token is no id: B has not called anybody who called back. */
TEST_F(resume, token) {
	EXPECT_EQ(-ENXIO, resume_id(self->b, self->token));
	finish(self);
}

TEST_F(resume, after_the_end) {
	__u64 id = self->call->id;

	finish(self);
	EXPECT_EQ(-ENXIO, resume_id(self->a, id));
}

/* Two calls that are suspended have two ids, and come to their ends in any order. */
TEST_F(resume, several) {
	struct waiter second;
	struct caller inner;
	__u64 token;

	waiter_start(&second, self->a, A_TO_B, 0);
	token = recv_call(self->b);
	caller_start_for(&inner, self->b, B_TO_A, token);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&second)));
	EXPECT_EQ(0, caller_join(&inner));
	EXPECT_NE(self->call->id, second.caller.call.id);
	EXPECT_EQ(0, reply_bytes(self->b, token, "2", 1));
	waiter_resume(&second);
	EXPECT_EQ(0, waiter_join(&second));
	EXPECT_EQ(1, second.caller.call.reply_size);
	reply_free(self->a, &second.caller.call);
	finish(self);
}

/* While one thread waits again, there is nothing for a second one to resume. */
TEST_F(resume, twice_at_once) {
	__u64 id = self->call->id;

	answer_inner(self);
	waiter_resume(&self->outer);
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(-ENXIO, resume_id(self->a, id));
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->b, self->token));
	EXPECT_EQ(0, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_DONE, self->call->stage);
}

struct racer {
	struct thread thread;
	struct endpoint *endpoint;
	__u64 id;
	int ret;
};

static void race(void *arg)
{
	struct racer *racer = arg;

	racer->ret = resume_id(racer->endpoint, racer->id);
}

/* If the reply is there already, exactly one of many gets it. */
TEST_F(resume, one_gets_the_reply) {
	struct racer racer[4];
	int round, i, done;

	for (round = 0; round < (debug_kernel() ? 20 : 200); round++) {
		answer_inner(self);
		must(reply_empty(self->b, self->token));
		for (i = 0; i < 4; i++) {
			racer[i].endpoint = self->a;
			racer[i].id = self->call->id;
			thread_start(&racer[i].thread, race, &racer[i]);
		}
		done = 0;
		for (i = 0; i < 4; i++) {
			thread_join(&racer[i].thread);
			EXPECT_EQ(racer[i].ret ? -ENXIO : 0, racer[i].ret);
			done += !racer[i].ret;
		}
		EXPECT_EQ(1, done);
		waiter_start(&self->outer, self->a, A_TO_B, 0);
		self->token = recv_call(self->b);
		call_back(self);
	}
	finish(self);
}

/* Whatever else stands in the struct is not looked at. */
TEST_F(resume, other_fields) {
	self->call->handle = 12345;
	self->call->parent = 54321;
	self->call->data = 1;
	self->call->data_size = 100;
	self->call->attachments = 1;
	self->call->attachment_count = 3;
	self->call->deadline = 1;
	self->call->flags |= KIPC_CALL_NO_INHERIT | KIPC_CALL_OWN_DEADLINE |
			     KIPC_CLEAR | KIPC_WAIT | KIPC_VEC;
	finish(self);
}

TEST_F(resume, unknown_flags) {
	__u32 flags = self->call->flags;

	self->call->flags = flags | 1U << 31;
	EXPECT_EQ(-EINVAL, kipc(self->a->fd, KIPC_CALL, self->call));
	self->call->flags = flags;
	finish(self);
}

/* The slice of what came can be freed along with going on. */
TEST_F(resume, frees_a_slice) {
	struct kipc_message message;

	ASSERT_EQ(0, send_bytes(self->b, B_TO_A, "x", 1));
	ASSERT_EQ(0, recv_now(self->a, &message));
	self->call->flags |= KIPC_FREE_SLICE;
	self->call->free = message.offset + 8;
	EXPECT_EQ(-ENXIO, kipc(self->a->fd, KIPC_CALL, self->call));
	EXPECT_EQ(KIPC_FREE_SLICE, self->call->flags & KIPC_FREE_SLICE);
	self->call->free = message.offset;
	finish(self);
	EXPECT_EQ(0, self->call->flags & KIPC_FREE_SLICE);
	EXPECT_EQ(-ENXIO, slice_free(self->a, message.offset));
}

/* A bad message, or none to resume, frees nothing and ends nothing. */
TEST_F(resume, keeps_a_slice) {
	struct kipc_call call = { .flags = KIPC_CALL_RESUME | KIPC_FREE_SLICE };
	struct kipc_message message;

	ASSERT_EQ(0, send_bytes(self->b, B_TO_A, "x", 1));
	ASSERT_EQ(0, recv_now(self->a, &message));
	call.free = message.offset;
	call.id = self->call->id + 1000;
	EXPECT_EQ(-ENXIO, kipc(self->a->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_FREE_SLICE, call.flags & KIPC_FREE_SLICE);
	call.id = self->call->id;
	call.message = 8;
	EXPECT_EQ(-EFAULT, kipc(self->a->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_FREE_SLICE, call.flags & KIPC_FREE_SLICE);
	EXPECT_EQ(0, slice_free(self->a, message.offset));
	finish(self);
}

/* Going on without a message: what comes now goes to the queue. */
TEST_F(resume, without_message) {
	struct caller inner;

	answer_inner(self);
	self->call->message = 0;
	waiter_resume(&self->outer);
	caller_start_for(&inner, self->b, B_TO_A, self->token);
	EXPECT_EQ(0, reply_empty(self->a, recv_call(self->a)));
	EXPECT_EQ(0, caller_join(&inner));
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->b, self->token));
	EXPECT_EQ(0, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_DONE, self->call->stage);
}

static void resume_in_child(int sock, void *arg)
{
	struct _test_data_resume *self = arg;

	must(kipc(self->a->fd, KIPC_CALL, self->call));
	check(self->call->stage == KIPC_STAGE_DONE);
	tell(sock, self->call->reply_code);
}

/* The call is the endpoint's: who shares it may go on for it. */
TEST_F(resume, in_another_process) {
	struct kipc_reply reply = { .token = self->token, .code = 77 };
	struct child child;

	answer_inner(self);
	child_start(&child, CHILD_SHARES, resume_in_child, self);
	wait_blocked(child.pid, KIPC_CALL);
	EXPECT_EQ(0, kipc(self->b->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(77, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* A struct that was issued again and again can make a new call. */
TEST_F(resume, new_call_with_the_same_struct) {
	finish(self);
	self->call->flags = 0;
	self->call->id = 0;
	caller_run(&self->outer.caller);
	self->token = recv_call(self->b);
	call_back(self);
	finish(self);
}

TEST_HARNESS_MAIN
