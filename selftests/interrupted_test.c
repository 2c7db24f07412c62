// SPDX-License-Identifier: GPL-2.0-only
/*
 * A signal, or the deadline, in each stage of a call: while it is queued, while it
 * is served, while the reply is being brought, and when the reply is there but its
 * caller did not get to run yet. nested_end_test.c has the same for nested calls.
 */
#include <kselftest_harness.h>

#include "hog.h"
#include "interrupt.h"
#include "message.h"
#include "stall.h"

#define NO_STALLS	"this kernel has no userfaultfd"
#define NO_HOGS		"this machine has one CPU only"
/* Far enough away to get into the stage before, also if the machine stands still */
#define DEADLINE_AFTER	(8 * SECOND)

enum event {
	SIGNAL,
	RESTARTING_SIGNAL,
	PASSED_DEADLINE,
};

FIXTURE(interrupted) {
	struct live live;
	struct pair pair;
	struct stall stall;
	bool can_stall;
	bool can_hog;
	struct caller caller;
};

FIXTURE_VARIANT(interrupted) {
	enum event event;
	int error;
};

FIXTURE_VARIANT_ADD(interrupted, by_signal) {
	.event = SIGNAL,
	.error = -EINTR,
};

FIXTURE_VARIANT_ADD(interrupted, by_restarting_signal) {
	.event = RESTARTING_SIGNAL,
	.error = -EINTR,
};

FIXTURE_VARIANT_ADD(interrupted, by_deadline) {
	.event = PASSED_DEADLINE,
	.error = -ETIMEDOUT,
};

FIXTURE_SETUP(interrupted) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->can_stall = stall_open(&self->stall);
	self->can_hog = hog_prepare();
	interrupt_install(variant->event == RESTARTING_SIGNAL ? SA_RESTART : 0);
	memset(&self->caller, 0, sizeof(self->caller));
	self->caller.endpoint = &self->pair.client;
	self->caller.call.handle = self->pair.handle;
	if (variant->event == PASSED_DEADLINE)
		self->caller.call.deadline = after(DEADLINE_AFTER);
	caller_run(&self->caller);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
}

FIXTURE_TEARDOWN(interrupted) {
	hog_restore();
	stall_close(&self->stall);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Waits for the deadline, or sends the signal. */
static void disturb(struct _test_data_interrupted *self, enum event event)
{
	__u64 deadline = self->caller.call.deadline;

	if (event != PASSED_DEADLINE)
		interrupt_send(self->caller.thread.tid);
	else
		while (now() <= deadline)
			pause_ms(10);
}

TEST_F(interrupted, while_queued) {
	struct kipc_message message;

	disturb(self, variant->event);
	if (variant->event == RESTARTING_SIGNAL) {
		while (!interrupts())
			pause_ms(1);
		EXPECT_EQ(0, reply_empty(&self->pair.server,
					 recv_call(&self->pair.server)));
		EXPECT_EQ(0, caller_join(&self->caller));
		EXPECT_EQ(KIPC_STAGE_DONE, self->caller.call.stage);
	} else {
		EXPECT_EQ(variant->error, caller_join(&self->caller));
		EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
	}
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

TEST_F(interrupted, while_served) {
	__u64 token = recv_call(&self->pair.server);

	disturb(self, variant->event);
	EXPECT_EQ(variant->error, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->caller.call.stage);
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->pair.server, token, "x", 1));
	EXPECT_EQ(-ENXIO, reply_bytes(&self->pair.server, token, "x", 1));
}

TEST_F(interrupted, while_replying) {
	struct stalled_reply reply;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	stalled_reply_begin(&reply, &self->pair.server, &self->stall,
			    recv_call(&self->pair.server));
	disturb(self, variant->event);
	EXPECT_EQ(variant->error, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->caller.call.stage);
	EXPECT_EQ(-ECANCELED, stalled_reply_end(&reply));
	EXPECT_EQ(-ENXIO, reply_empty(&self->pair.server, reply.token));
}

/*
 * The caller's CPU is used up, so it does not get to run though its reply is there.
 * What happens then comes too late: it has its reply.
 */
TEST_F(interrupted, when_the_reply_is_there) {
	struct hog hog;
	__u64 token;

	if (!self->can_hog)
		SKIP(return, NO_HOGS);
	token = recv_call(&self->pair.server);
	pin(self->caller.thread.tid, HOG_CPU);
	hog_start(&hog, FIFO(50), 20 * SECOND);
	EXPECT_EQ(0, reply_bytes(&self->pair.server, token, "x", 1));
	disturb(self, variant->event);
	hog_stop(&hog);
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_DONE, self->caller.call.stage);
	EXPECT_EQ(1, self->caller.call.reply_size);
	EXPECT_EQ(variant->event != PASSED_DEADLINE, interrupts());
	reply_free(&self->pair.client, &self->caller.call);
}

/* Stopped and continued: a process of its own calls. */
FIXTURE(stopped) {
	struct live live;
	struct pair pair;
	struct stall stall;
	bool can_stall;
	struct child child;
};

static void call_and_tell(int sock, void *arg)
{
	struct pair *pair = arg;
	struct kipc_call call = { .handle = pair->handle };
	int ret = kipc(pair->client.fd, KIPC_CALL, &call);

	tell(sock, (__u64)-ret);
	tell(sock, call.stage);
}

FIXTURE_SETUP(stopped) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->can_stall = stall_open(&self->stall);
	child_start(&self->child, CHILD_SHARES, call_and_tell, &self->pair);
	wait_blocked(self->child.pid, KIPC_CALL);
}

FIXTURE_TEARDOWN(stopped) {
	stall_close(&self->stall);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(stopped, while_queued) {
	stop_and_continue(self->child.pid);
	wait_blocked(self->child.pid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, hear(self->child.sock));
	EXPECT_EQ(KIPC_STAGE_DONE, hear(self->child.sock));
	EXPECT_EQ(0, child_end(&self->child));
}

TEST_F(stopped, while_served) {
	__u64 token = recv_call(&self->pair.server);

	stop_and_continue(self->child.pid);
	EXPECT_EQ(EINTR, hear(self->child.sock));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, hear(self->child.sock));
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, child_end(&self->child));
}

TEST_F(stopped, while_replying) {
	struct stalled_reply reply;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	stalled_reply_begin(&reply, &self->pair.server, &self->stall,
			    recv_call(&self->pair.server));
	stop_and_continue(self->child.pid);
	EXPECT_EQ(EINTR, hear(self->child.sock));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, hear(self->child.sock));
	EXPECT_EQ(-ECANCELED, stalled_reply_end(&reply));
	EXPECT_EQ(0, child_end(&self->child));
}

TEST_HARNESS_MAIN
