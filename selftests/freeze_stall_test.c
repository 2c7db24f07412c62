// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freezing somebody to whom a message is just being copied, or who is just being
 * told of one: whoever copies stands still at memory that does not come.
 */
#include <kselftest_harness.h>

#include "freeze.h"
#include "stall.h"

#define NO_STALLS	"this kernel has no userfaultfd"

FIXTURE(stall) {
	struct live live;
	struct pair pair;
	struct endpoint controller;
	struct stall stall;
	bool can_stall;
	struct thread thread;
	struct endpoint *receiver;
	int ret;
	__u32 received;
	struct kipc_freeze answer;
	struct kipc_message message;
};

FIXTURE_SETUP(stall) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->controller, 0);
	self->can_stall = stall_open(&self->stall);
}

FIXTURE_TEARDOWN(stall) {
	stall_close(&self->stall);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void freeze_server(struct _test_data_stall *self)
{
	freeze(&self->controller, &self->pair.server);
}

static void thaw_server(struct _test_data_stall *self)
{
	thaw(&self->controller, &self->pair.server);
}

/* A call, or a message, whose payload is in the page that is not there */
static void stalled_call(void *arg)
{
	struct _test_data_stall *self = arg;
	struct kipc_call call = {
		.handle = self->pair.handle,
		.data = PTR(self->stall.page),
		.data_size = 100,
	};

	self->ret = kipc(self->pair.client.fd, KIPC_CALL, &call);
	check(call.stage == KIPC_STAGE_NOT_QUEUED);
}

static void stalled_send(void *arg)
{
	struct _test_data_stall *self = arg;

	self->ret = send_bytes(&self->pair.client, self->pair.handle,
			       self->stall.page, 100);
}

/*
 * What the controller is told when it freezes an endpoint is final: a call that
 * was not queued by then is not queued.
 */
TEST_F(stall, call_on_its_way) {
	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	thread_start(&self->thread, stalled_call, self);
	stall_wait(&self->stall);
	freeze_query(&self->controller, &self->pair.client, &self->answer);
	EXPECT_EQ(1, self->answer.calling);
	freeze_act(&self->controller, number_of(&self->pair.server),
		   KIPC_FREEZE_ON, &self->answer);
	EXPECT_EQ(0, self->answer.queued);
	stall_end(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(-EAGAIN, self->ret);
	freeze_query(&self->controller, &self->pair.server, &self->answer);
	EXPECT_EQ(0, self->answer.queued);
	freeze_query(&self->controller, &self->pair.client, &self->answer);
	EXPECT_EQ(0, self->answer.calling);
}

TEST_F(stall, send_on_its_way) {
	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	thread_start(&self->thread, stalled_send, self);
	stall_wait(&self->stall);
	freeze_server(self);
	stall_end(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &self->message));
	thaw_server(self);
	EXPECT_EQ(0, recv_now(&self->pair.server, &self->message));
	message_free(&self->pair.server, &self->message);
}

static void receive(void *arg)
{
	struct _test_data_stall *self = arg;

	self->ret = kipc(self->receiver->fd, KIPC_RECV, self->stall.page);
}

/* A receiver that will stand still once there is something for it */
static void start_receiver(struct _test_data_stall *self,
			   struct endpoint *receiver)
{
	const struct kipc_recv recv = { 0 };

	self->receiver = receiver;
	stall_fill(&self->stall, &recv, sizeof(recv));
	thread_start(&self->thread, receive, self);
	wait_blocked(self->thread.tid, KIPC_RECV);
	stall_again(&self->stall);
}

/* What is in a receiver's hand was received before. */
TEST_F(stall, in_hand) {
	struct kipc_recv *recv = self->stall.page;
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_receiver(self, &self->pair.server);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	stall_wait(&self->stall);
	freeze_act(&self->controller, number_of(&self->pair.server),
		   KIPC_FREEZE_ON, &self->answer);
	EXPECT_EQ(1, self->answer.serving);
	EXPECT_EQ(0, self->answer.queued);
	stall_end(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(0, reply_empty(&self->pair.server, recv->message.token));
	EXPECT_EQ(0, caller_join(&caller));
}

static void receive_batch(void *arg)
{
	struct _test_data_stall *self = arg;
	struct kipc_recv_batch batch = {
		.messages = PTR(self->stall.page),
		.count = 8,
	};

	self->ret = kipc(self->pair.server.fd, KIPC_RECV_BATCH, &batch);
	self->received = batch.received;
}

/* A batch ends with what is in hand, though there are more for the same node. */
TEST_F(stall, batch_in_hand) {
	struct kipc_message *message = self->stall.page;
	int i;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					"x", 1));
	thread_start(&self->thread, receive_batch, self);
	stall_wait(&self->stall);
	freeze_server(self);
	stall_end(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(0, self->ret);
	ASSERT_EQ(1, self->received);
	freeze_query(&self->controller, &self->pair.server, &self->answer);
	EXPECT_EQ(2, self->answer.queued);
	thaw_server(self);
	for (i = 0; i < 2; i++) {
		message_free(&self->pair.server, message);
		ASSERT_EQ(0, recv_now(&self->pair.server, message));
	}
}

/* If the receiver cannot be told it goes back, and is frozen with the rest. */
TEST_F(stall, back_from_hand) {
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_receiver(self, &self->pair.server);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	stall_wait(&self->stall);
	freeze_server(self);
	stall_unmap(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(-EFAULT, self->ret);
	freeze_query(&self->controller, &self->pair.server, &self->answer);
	EXPECT_EQ(0, self->answer.serving);
	EXPECT_EQ(1, self->answer.queued);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &self->message));
	thaw_server(self);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

/* A notice that cannot be told comes again, with what happened since. */
TEST_F(stall, notice_comes_again) {
	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, freeze_watch(&self->pair.client, self->pair.handle, 5));
	start_receiver(self, &self->pair.client);
	freeze_server(self);
	stall_wait(&self->stall);
	thaw_server(self);
	stall_unmap(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(-EFAULT, self->ret);
	ASSERT_EQ(0, recv_now(&self->pair.client, &self->message));
	EXPECT_EQ(KIPC_MSG_FROZEN, self->message.kind);
	EXPECT_EQ(5, self->message.cookie);
	EXPECT_EQ(KIPC_FROZEN | KIPC_THAWED, self->message.bits);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.client, &self->message));
}

/* While one is being told, another is told what happened since. */
TEST_F(stall, notices_in_turn) {
	struct kipc_recv *recv = self->stall.page;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, freeze_watch(&self->pair.client, self->pair.handle, 5));
	start_receiver(self, &self->pair.client);
	freeze_server(self);
	stall_wait(&self->stall);
	thaw_server(self);
	ASSERT_EQ(0, recv_now(&self->pair.client, &self->message));
	EXPECT_EQ(KIPC_THAWED, self->message.bits);
	stall_end(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, recv->message.bits);
	/* The number tells which one is newer. */
	EXPECT_EQ(recv->message.code + 1, self->message.code);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.client, &self->message));
}

/* A watch is removed while its notice is in hand: it does not come again. */
TEST_F(stall, unwatched_in_hand) {
	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	ASSERT_EQ(0, freeze_watch(&self->pair.client, self->pair.handle, 5));
	start_receiver(self, &self->pair.client);
	freeze_server(self);
	stall_wait(&self->stall);
	ASSERT_EQ(0, freeze_unwatch(&self->pair.client, 5));
	stall_unmap(&self->stall);
	thread_join(&self->thread);
	EXPECT_EQ(-EFAULT, self->ret);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.client, &self->message));
}

TEST_HARNESS_MAIN
