// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals: a call that nobody received yet is withdrawn, and restarted or not
 * as sigaction(2) says; one that was received is abandoned.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "message.h"

FIXTURE(signal) {
	struct live live;
	struct pair pair;
};

FIXTURE_VARIANT(signal) {
	int flags;
};

FIXTURE_VARIANT_ADD(signal, restart) {
	.flags = SA_RESTART,
};

FIXTURE_VARIANT_ADD(signal, interrupt) {
	.flags = 0,
};

FIXTURE_SETUP(signal) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	interrupt_install(variant->flags);
}

FIXTURE_TEARDOWN(signal) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(signal, queued_call) {
	struct kipc_message message;
	struct caller caller;
	struct kipc_stat stat;

	caller_start(&caller, &self->pair.client, self->pair.handle);
	wait_queued(1);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	interrupt(&caller.thread);
	if (!variant->flags) {
		EXPECT_EQ(-EINTR, caller_join(&caller));
		EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
		EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
		return;
	}
	/* It is queued again, once. */
	wait_blocked(caller.thread.tid, KIPC_CALL);
	wait_queued(1);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(2, stat.calls);
	EXPECT_EQ(1, stat.failed);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

/* Restarting a call does not free a slice twice. */
TEST_F(signal, queued_call_that_frees) {
	struct kipc_message message;
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.flags = KIPC_FREE_SLICE,
		},
	};
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);

	ASSERT_EQ(0, send_bytes(&self->pair.server, back, "x", 1));
	ASSERT_EQ(0, recv_now(&self->pair.client, &message));
	caller.call.free = message.offset;
	caller_run(&caller);
	wait_queued(1);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	interrupt(&caller.thread);
	if (variant->flags) {
		wait_blocked(caller.thread.tid, KIPC_CALL);
		EXPECT_EQ(0, reply_empty(&self->pair.server,
					 recv_call(&self->pair.server)));
	}
	EXPECT_EQ(variant->flags ? 0 : -EINTR, caller_join(&caller));
	EXPECT_EQ(0, caller.call.flags);
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, message.offset));
}

/* What travels with a call is there again when it is restarted. */
TEST_F(signal, queued_call_with_payload) {
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_HANDLE,
		.id = self->pair.handle,
		.rights = KIPC_RIGHT_CALL,
	};
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.data = PTR("payload"),
			.data_size = 7,
			.attachments = PTR(&attachment),
			.attachment_count = 1,
		},
	};
	struct kipc_message message;

	caller_run(&caller);
	wait_queued(1);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	interrupt(&caller.thread);
	if (!variant->flags) {
		EXPECT_EQ(-EINTR, caller_join(&caller));
		return;
	}
	wait_blocked(caller.thread.tid, KIPC_CALL);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(7, message.size);
	EXPECT_EQ(COOKIE, came(&self->pair.server, &message, 0)->cookie);
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, caller_join(&caller));
}

/* A call that was received is never made twice. */
TEST_F(signal, received_call) {
	struct caller caller;
	struct kipc_message message;
	struct kipc_stat stat;
	__u64 token;

	caller_start(&caller, &self->pair.client, self->pair.handle);
	token = recv_call(&self->pair.server);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	interrupt(&caller.thread);
	EXPECT_EQ(-EINTR, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->pair.server, token, "x", 1));
	EXPECT_EQ(-ENXIO, reply_bytes(&self->pair.server, token, "x", 1));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.calls);
	EXPECT_EQ(0, stat.replies);
	EXPECT_EQ(1, stat.failed);
}

struct receiver {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_message message;
	int ret;
};

static void receive(void *arg)
{
	struct receiver *receiver = arg;

	receiver->ret = recv_soon(receiver->endpoint, &receiver->message);
}

TEST_F(signal, receiving) {
	struct receiver receiver = { .endpoint = &self->pair.server };

	thread_start(&receiver.thread, receive, &receiver);
	wait_blocked(receiver.thread.tid, KIPC_RECV);
	interrupt(&receiver.thread);
	if (variant->flags) {
		wait_blocked(receiver.thread.tid, KIPC_RECV);
		EXPECT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					NULL, 0));
	}
	thread_join(&receiver.thread);
	EXPECT_EQ(variant->flags ? 0 : -EINTR, receiver.ret);
	if (variant->flags)
		EXPECT_EQ(KIPC_MSG_SEND, receiver.message.kind);
}

struct reply_receiver {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_reply_recv arg;
	int ret;
};

static void reply_and_receive(void *arg)
{
	struct reply_receiver *both = arg;

	both->ret = kipc(both->endpoint->fd, KIPC_REPLY_RECV, &both->arg);
}

/* The reply is not given a second time when only the wait is restarted. */
TEST_F(signal, replying_and_receiving) {
	struct reply_receiver both = { .endpoint = &self->pair.server };
	static const struct kipc_reply zero;
	struct caller caller;

	caller_start(&caller, &self->pair.client, self->pair.handle);
	both.arg.reply.token = recv_call(&self->pair.server);
	both.arg.reply.code = 7;
	thread_start(&both.thread, reply_and_receive, &both);
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(7, caller.call.reply_code);
	wait_blocked(both.thread.tid, KIPC_REPLY_RECV);
	interrupt(&both.thread);
	if (variant->flags) {
		wait_blocked(both.thread.tid, KIPC_REPLY_RECV);
		EXPECT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					NULL, 0));
	}
	thread_join(&both.thread);
	EXPECT_EQ(variant->flags ? 0 : -EINTR, both.ret);
	EXPECT_EQ(0, memcmp(&zero, &both.arg.reply, sizeof(zero)));
}

struct name_waiter {
	struct thread thread;
	struct endpoint *endpoint;
	__u32 handle;
	int ret;
};

static void wait_for_name(void *arg)
{
	struct name_waiter *waiter = arg;

	waiter->ret = name_wait(waiter->endpoint, "signal.name", 0,
				&waiter->handle);
}

TEST_F(signal, waiting_for_a_name) {
	struct name_waiter waiter = { .endpoint = &self->pair.client };

	thread_start(&waiter.thread, wait_for_name, &waiter);
	wait_blocked(waiter.thread.tid, KIPC_NAME_LOOKUP);
	interrupt(&waiter.thread);
	if (variant->flags) {
		wait_blocked(waiter.thread.tid, KIPC_NAME_LOOKUP);
		EXPECT_EQ(0, name_publish(&self->pair.server, "signal.name",
					  self->pair.node, 0777));
	}
	thread_join(&waiter.thread);
	EXPECT_EQ(variant->flags ? 0 : -EINTR, waiter.ret);
}

/* A deadline is absolute: restarting does not prolong it. */
TEST_F(signal, deadline_is_kept) {
	__u64 deadline = after(2 * SECOND);
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = { .handle = self->pair.handle, .deadline = deadline },
	};
	int i;

	caller_run(&caller);
	for (i = 0; i < (variant->flags ? 5 : 1); i++) {
		wait_blocked(caller.thread.tid, KIPC_CALL);
		interrupt(&caller.thread);
	}
	EXPECT_EQ(variant->flags ? -ETIMEDOUT : -EINTR, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
	if (variant->flags)
		EXPECT_GT(deadline + 5 * SECOND, now());
}

/* A stop and continue without a handler is not noticed by who waits. */
static void call_and_tell(int sock, void *arg)
{
	struct pair *pair = arg;

	tell(sock, (__u64)-call_empty(&pair->client, pair->handle));
}

TEST_F(signal, stopped_while_queued) {
	struct child child;

	child_start(&child, CHILD_SHARES, call_and_tell, &self->pair);
	wait_blocked(child.pid, KIPC_CALL);
	stop_and_continue(child.pid);
	wait_blocked(child.pid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* After it was received, the stop abandons the call: that is documented. */
TEST_F(signal, stopped_while_served) {
	struct child child;
	__u64 token;

	child_start(&child, CHILD_SHARES, call_and_tell, &self->pair);
	token = recv_call(&self->pair.server);
	wait_blocked(child.pid, KIPC_CALL);
	stop_and_continue(child.pid);
	EXPECT_EQ(EINTR, hear(child.sock));
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, child_end(&child));
}

TEST_HARNESS_MAIN
