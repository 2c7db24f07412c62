// SPDX-License-Identifier: GPL-2.0-only
/*
 * A class of errors of Binder: a process that calls itself, directly or through
 * others, and blocks for good, with locks held or unkillably.
 *
 * An endpoint cannot call itself: its own nodes come to it as cookies. But a process
 * may have two, and whoever calls the one that nobody serves waits for nobody. Such a
 * wait ends by its deadline, a signal, or death, like any other. And if the call
 * belongs to a chain, it is served by the thread that waits.
 */
#include <kselftest_harness.h>

#include "expiring.h"
#include "interrupt.h"
#include "nested.h"

FIXTURE(cve_self) {
	struct live live;
	struct party party[3];
	struct endpoint *one;
	struct endpoint *two;
	struct endpoint *other;
};

#define ONE_TO_TWO	(self->party[0].to[1])
#define TWO_TO_ONE	(self->party[1].to[0])
#define ONE_TO_OTHER	(self->party[0].to[2])
#define OTHER_TO_ONE	(self->party[2].to[0])
#define OTHER_TO_TWO	(self->party[2].to[1])

FIXTURE_SETUP(cve_self) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 3);
	self->one = &self->party[0].endpoint;
	self->two = &self->party[1].endpoint;
	self->other = &self->party[2].endpoint;
	interrupt_install(0);
}

FIXTURE_TEARDOWN(cve_self) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* There is no way to a handle to one's own node. */
TEST_F(cve_self, own_node) {
	struct kipc_call call = { .handle = self->party[0].node };
	struct kipc_attachment own = {
		.type = KIPC_ATTACH_NODE,
		.id = self->party[0].node,
		.rights = KIPC_RIGHTS_ALL,
	};
	const struct kipc_attachment *got;
	struct kipc_message message;
	__u32 handle, there;

	/* A number may be that of a node and of a handle: this one is not. */
	while (call.handle == ONE_TO_TWO || call.handle == ONE_TO_OTHER)
		call.handle++;
	EXPECT_EQ(-ENXIO, kipc(self->one->fd, KIPC_CALL, &call));
	ASSERT_EQ(0, name_publish(self->one, "self.one", self->party[0].node,
				  0777));
	EXPECT_EQ(0, name_lookup(self->one, "self.one", 0, &handle));
	EXPECT_EQ(0, handle);
	/* Sent away and back, it is a cookie again. */
	ASSERT_EQ(0, send_attached(self->one, ONE_TO_TWO, &own, 1));
	ASSERT_EQ(0, recv_now(self->two, &message));
	there = came(self->two, &message, 0)->id;
	message_free(self->two, &message);
	own.type = KIPC_ATTACH_HANDLE;
	own.id = there;
	ASSERT_EQ(0, send_attached(self->two, TWO_TO_ONE, &own, 1));
	ASSERT_EQ(0, recv_now(self->one, &message));
	got = came(self->one, &message, 0);
	EXPECT_EQ(KIPC_ATTACH_NODE, got->type);
	EXPECT_EQ(0, got->id);
	message_free(self->one, &message);
}

/* The only thread calls, and would have to serve: its deadline ends that. */
TEST_F(cve_self, one_thread) {
	struct kipc_call call = {
		.handle = ONE_TO_TWO,
		.deadline = after(100 * MILLISECOND),
	};
	struct kipc_message message;

	EXPECT_EQ(-ETIMEDOUT, kipc(self->one->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(self->two, &message));
}

/* A signal ends it as well, and the end of the endpoint that is called. */
TEST_F(cve_self, signal_or_close) {
	struct caller caller;

	caller_start(&caller, self->one, ONE_TO_TWO);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	interrupt(&caller.thread);
	EXPECT_EQ(-EINTR, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
	caller_start(&caller, self->one, ONE_TO_TWO);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	endpoint_close(self->two);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
}

static void call_in_child(int sock, void *arg)
{
	struct _test_data_cve_self *self = arg;

	(void)sock;
	call_empty(self->one, ONE_TO_TWO);
}

TEST_F(cve_self, killed) {
	struct child child;

	child_start(&child, CHILD_SHARES, call_in_child, self);
	wait_blocked(child.pid, KIPC_CALL);
	kill(child.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, child_end(&child));
}

/* Two threads that wait for each other, each on the other's endpoint */
static void call_each_other(int sock, void *arg)
{
	struct _test_data_cve_self *self = arg;
	struct caller there, back;

	endpoints_close();
	parties_open(self->party, 2);
	caller_start(&there, self->one, ONE_TO_TWO);
	caller_start(&back, self->two, TWO_TO_ONE);
	wait_blocked(there.thread.tid, KIPC_CALL);
	wait_blocked(back.thread.tid, KIPC_CALL);
	tell(sock, 1);
	hear(sock);
}

/* Their endpoints end with them, with a call to and from each. */
TEST_F(cve_self, cycle_is_killed) {
	struct child child;
	int i;

	for (i = 0; i < 10; i++) {
		child_start(&child, CHILD_SHARES, call_each_other, self);
		EXPECT_EQ(1, hear(child.sock));
		kill(child.pid, SIGKILL);
		EXPECT_EQ(-SIGKILL, child_end(&child));
	}
}

/* A cycle of calls that are received by threads which then call on, in a circle */
static void call_on(void *arg)
{
	struct _test_data_cve_self *self = arg;
	struct kipc_call call = {
		.handle = TWO_TO_ONE,
		.deadline = after(200 * MILLISECOND),
	};

	call.parent = recv_call(self->two);
	/* Nobody serves it: the one who waits gave no message. */
	check(kipc(self->two->fd, KIPC_CALL, &call) == -ETIMEDOUT);
	check(call.stage == KIPC_STAGE_WITHDRAWN);
	must(reply_empty(self->two, call.parent));
}

TEST_F(cve_self, circle) {
	struct thread thread;

	thread_start(&thread, call_on, self);
	EXPECT_EQ(0, call_empty(self->one, ONE_TO_TWO));
	thread_join(&thread);
}

static void serve(void *arg, const struct kipc_message *message)
{
	struct _test_data_cve_self *self = arg;

	check(message->depth == 2);
	must(reply_bytes(self->one, message->token, "me", 2));
}

/* Calls back the endpoint of the thread that waits for it. */
static void call_back(void *arg)
{
	struct _test_data_cve_self *self = arg;
	struct kipc_call call = { .handle = OTHER_TO_ONE };

	call.parent = recv_call(self->other);
	must(kipc(self->other->fd, KIPC_CALL, &call));
	check(call.reply_size == 2);
	must(reply_bytes(self->other, call.parent,
			 payload(self->other, call.reply_offset), 2));
	reply_free(self->other, &call);
}

/* A chain that comes back to where it began is served there, by one thread. */
TEST_F(cve_self, back_to_itself) {
	struct kipc_call call = { .handle = ONE_TO_OTHER };
	struct thread thread;

	thread_start(&thread, call_back, self);
	ASSERT_EQ(0, call_serving(self->one, &call, serve, self));
	thread_join(&thread);
	EXPECT_EQ(KIPC_STAGE_DONE, call.stage);
	ASSERT_EQ(2, call.reply_size);
	EXPECT_EQ(0, memcmp("me", payload(self->one, call.reply_offset), 2));
	reply_free(self->one, &call);
}

/* Who waits on its one endpoint, and would serve, is called on its other one. */
TEST_F(cve_self, back_to_the_other_endpoint) {
	struct waiter outer = {
		.caller.endpoint = self->one,
		.caller.call.handle = ONE_TO_OTHER,
	};
	struct kipc_call back = { .handle = OTHER_TO_TWO };

	outer.caller.call.message = PTR(&outer.message);
	back.parent = expiring_call(&outer.caller, self->other);
	/* It has the same deadline. */
	EXPECT_EQ(-ETIMEDOUT, kipc(self->other->fd, KIPC_CALL, &back));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, back.stage);
	EXPECT_EQ(-ETIMEDOUT, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, outer.caller.call.stage);
	EXPECT_EQ(-ECANCELED, reply_empty(self->other, back.parent));
}

TEST_HARNESS_MAIN
