// SPDX-License-Identifier: GPL-2.0-only
/*
 * Death in a chain of calls: each of those who take part in it is killed at each
 * step, and everybody else is told what became of his call.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "nested.h"

/* A child that is the first of the chain, or the second: it calls the test. */
#define TEST_NAME	"nested.test"
#define CHILD_NAME	"nested.child"

FIXTURE(nested_death) {
	struct live live;
	struct endpoint own;
	struct child child;
	/* The test's handle to the child's node */
	__u32 handle;
};

FIXTURE_SETUP(nested_death) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->own, POOL);
	ASSERT_EQ(0, name_publish(&self->own, TEST_NAME,
				  node_create(&self->own, COOKIE), 0777));
	self->child.pid = 0;
}

FIXTURE_TEARDOWN(nested_death) {
	if (self->child.pid)
		child_kill(&self->child);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void start(struct _test_data_nested_death *self,
		  void (*run)(int sock, void *arg))
{
	child_start(&self->child, CHILD_CLOSES, run, self);
	must(name_wait(&self->own, CHILD_NAME, after(20 * SECOND),
		       &self->handle));
}

static void kill_child(struct _test_data_nested_death *self)
{
	child_kill(&self->child);
	self->child.pid = 0;
}

/* The child's endpoint, and its handle to the test's node */
static __u32 child_open(struct endpoint *endpoint)
{
	__u32 handle;

	endpoint_open(endpoint, POOL);
	must(name_publish(endpoint, CHILD_NAME, node_create(endpoint, 1),
			  0777));
	must(name_lookup(endpoint, TEST_NAME, 0, &handle));
	return handle;
}

/* In the child: tells that it serves, and does so until it may go on. */
struct served {
	int sock;
	struct endpoint *endpoint;
};

static void serve(void *arg, const struct kipc_message *message)
{
	struct served *served = arg;

	tell(served->sock, message->depth);
	hear(served->sock);
	must(reply_empty(served->endpoint, message->token));
}

/* The child as the first of the chain: it calls, and is called back. */
static void call_first(int sock, void *arg)
{
	struct endpoint endpoint;
	struct served served = { .sock = sock, .endpoint = &endpoint };
	struct kipc_call call = { 0 };

	(void)arg;
	call.handle = child_open(&endpoint);
	call_serving(&endpoint, &call, serve, &served);
	tell(sock, (__u64)call.stage);
	hear(sock);
}

TEST_F(nested_death, first_while_it_waits) {
	struct kipc_call call = { 0 };
	__u64 token;

	start(self, call_first);
	token = recv_call(&self->own);
	wait_blocked(self->child.pid, KIPC_CALL);
	kill_child(self);
	call.handle = self->handle;
	call.parent = token;
	EXPECT_EQ(-EOWNERDEAD, kipc(self->own.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->own, token, "x", 1));
}

TEST_F(nested_death, first_while_it_serves) {
	struct caller inner, second;
	__u64 token;

	start(self, call_first);
	token = recv_call(&self->own);
	caller_start_for(&inner, &self->own, self->handle, token);
	EXPECT_EQ(2, hear(self->child.sock));
	/* Queued at the thread */
	caller_start_for(&second, &self->own, self->handle, token);
	wait_blocked(second.thread.tid, KIPC_CALL);
	kill_child(self);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&inner));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, inner.call.stage);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, second.call.stage);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->own, token, "x", 1));
}

TEST_F(nested_death, first_while_it_waits_again) {
	struct caller inner;
	__u64 token;

	start(self, call_first);
	token = recv_call(&self->own);
	caller_start_for(&inner, &self->own, self->handle, token);
	EXPECT_EQ(2, hear(self->child.sock));
	tell(self->child.sock, 1);
	EXPECT_EQ(0, caller_join(&inner));
	wait_blocked(self->child.pid, KIPC_CALL);
	kill_child(self);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->own, token, "x", 1));
}

/* The reply was given while it served: it is lost with it, and nobody minds. */
TEST_F(nested_death, first_with_its_reply) {
	struct caller inner;
	__u64 token;

	start(self, call_first);
	token = recv_call(&self->own);
	caller_start_for(&inner, &self->own, self->handle, token);
	EXPECT_EQ(2, hear(self->child.sock));
	EXPECT_EQ(0, reply_bytes(&self->own, token, "x", 1));
	kill_child(self);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&inner));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, inner.call.stage);
}

/* Stopped and continued while it serves: it does not wait, so nothing happens. */
TEST_F(nested_death, first_is_stopped_while_it_serves) {
	struct caller inner;
	__u64 token;

	start(self, call_first);
	token = recv_call(&self->own);
	caller_start_for(&inner, &self->own, self->handle, token);
	EXPECT_EQ(2, hear(self->child.sock));
	stop_and_continue(self->child.pid);
	tell(self->child.sock, 1);
	EXPECT_EQ(0, caller_join(&inner));
	wait_blocked(self->child.pid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(&self->own, token));
	EXPECT_EQ(KIPC_STAGE_DONE, hear(self->child.sock));
}

/* ... but when it waits again its call is abandoned. */
TEST_F(nested_death, first_is_stopped_while_it_waits_again) {
	struct caller inner;
	__u64 token;

	start(self, call_first);
	token = recv_call(&self->own);
	caller_start_for(&inner, &self->own, self->handle, token);
	EXPECT_EQ(2, hear(self->child.sock));
	tell(self->child.sock, 1);
	EXPECT_EQ(0, caller_join(&inner));
	wait_blocked(self->child.pid, KIPC_CALL);
	stop_and_continue(self->child.pid);
	EXPECT_EQ(KIPC_STAGE_RECEIVED, hear(self->child.sock));
	EXPECT_EQ(-ECANCELED, reply_empty(&self->own, token));
}

#define CALLS	2

/* The child as the second: it is called, and calls back by two threads. */
static void call_back(int sock, void *arg)
{
	struct endpoint endpoint;
	struct caller caller[CALLS];
	__u32 handle;
	__u64 token;
	int i;

	(void)arg;
	handle = child_open(&endpoint);
	token = recv_call(&endpoint);
	for (i = 0; i < CALLS; i++) {
		hear(sock);
		caller_start_for(&caller[i], &endpoint, handle, token);
		tell(sock, (__u64)caller[i].thread.tid);
	}
	hear(sock);
}

/* Lets the child call back, and waits until it does. */
static void be_called_back(struct _test_data_nested_death *self)
{
	tell(self->child.sock, 1);
	wait_blocked((pid_t)hear(self->child.sock), KIPC_CALL);
}

TEST_F(nested_death, second_while_it_is_served) {
	struct waiter outer;
	__u64 back;

	start(self, call_back);
	waiter_start(&outer, &self->own, self->handle, 0);
	be_called_back(self);
	back = waiter_nested(&outer);
	kill_child(self);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->own, back, "x", 1));
	waiter_resume(&outer);
	EXPECT_EQ(-EOWNERDEAD, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, outer.caller.call.stage);
}

/* A call that is queued at the thread goes with who made it. */
TEST_F(nested_death, second_while_it_is_queued) {
	struct kipc_message message;
	struct waiter outer;
	__u64 back;

	start(self, call_back);
	waiter_start(&outer, &self->own, self->handle, 0);
	be_called_back(self);
	back = waiter_nested(&outer);
	be_called_back(self);
	kill_child(self);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->own, back, "x", 1));
	waiter_resume(&outer);
	EXPECT_EQ(-EOWNERDEAD, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, outer.caller.call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(&self->own, &message));
}

TEST_F(nested_death, second_while_the_first_waits_again) {
	struct waiter outer;

	start(self, call_back);
	waiter_start(&outer, &self->own, self->handle, 0);
	be_called_back(self);
	EXPECT_EQ(0, reply_empty(&self->own, waiter_nested(&outer)));
	waiter_resume(&outer);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	kill_child(self);
	EXPECT_EQ(-EOWNERDEAD, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, outer.caller.call.stage);
}

/* Who is the last of three, with the test as first and second */
TEST_F(nested_death, third) {
	struct endpoint first;
	struct waiter outer, middle;
	__u32 handle;
	__u64 token, back;

	start(self, call_back);
	endpoint_open(&first, POOL);
	handle = connect_to(&first, &self->own, node_create(&self->own, 2), 0);
	waiter_start(&outer, &first, handle, 0);
	token = recv_call(&self->own);
	waiter_start(&middle, &self->own, self->handle, token);
	be_called_back(self);
	/* It calls the second, not the first. */
	back = waiter_nested(&middle);
	EXPECT_EQ(3, middle.message.depth);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	kill_child(self);
	EXPECT_EQ(-ECANCELED, reply_empty(&self->own, back));
	waiter_resume(&middle);
	EXPECT_EQ(-EOWNERDEAD, waiter_join(&middle));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, middle.caller.call.stage);
	EXPECT_EQ(0, reply_empty(&self->own, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
}

TEST_HARNESS_MAIN
