// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that are queued are received in the order of their callers' priority, and
 * within one in the order in which they came. One-way messages have the priority of
 * nice 0, and notices come right before those.
 *
 * The node of these tests gives no priority on, so that the test keeps its own.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "policy.h"
#include "puppet.h"

#define CALLERS_MAX	12

/**
 * struct ranked - a thread that takes a priority and makes a call
 * @caller: the call; its code is the number of the thread
 * @policy: the priority
 */
struct ranked {
	struct caller caller;
	struct policy policy;
};

FIXTURE(priority) {
	struct live live;
	struct pair pair;
	struct ranked ranked[CALLERS_MAX];
	int count;
};

static __u32 create(struct endpoint *endpoint, __u32 flags)
{
	struct kipc_node_create create = { .flags = flags };

	must(kipc(endpoint->fd, KIPC_NODE_CREATE, &create));
	return create.node;
}

FIXTURE_SETUP(priority) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->pair.handle = connect_to(&self->pair.client, &self->pair.server,
				       create(&self->pair.server,
					      KIPC_NODE_NO_INHERIT),
				       KIPC_RIGHTS_ALL);
	self->count = 0;
	interrupt_install(0);
}

FIXTURE_TEARDOWN(priority) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void take_rank_and_call(void *arg)
{
	struct ranked *ranked = arg;
	struct caller *caller = &ranked->caller;

	policy_set(0, ranked->policy);
	caller->ret = kipc(caller->endpoint->fd, KIPC_CALL, &caller->call);
}

/* One more call is queued, by a thread of that priority. */
static struct ranked *enqueue(struct _test_data_priority *self,
			      struct policy policy)
{
	struct ranked *ranked = &self->ranked[self->count];

	check(self->count < CALLERS_MAX);
	memset(ranked, 0, sizeof(*ranked));
	ranked->policy = policy;
	ranked->caller.endpoint = &self->pair.client;
	ranked->caller.call.handle = self->pair.handle;
	ranked->caller.call.code = (__u32)self->count++;
	thread_start(&ranked->caller.thread, take_rank_and_call, ranked);
	wait_blocked(ranked->caller.thread.tid, KIPC_CALL);
	return ranked;
}

/* The next message must be the call of that number. It is answered. */
static bool comes_next(struct _test_data_priority *self, __u32 number)
{
	struct kipc_message message;

	must(recv_now(&self->pair.server, &message));
	if (message.kind != KIPC_MSG_CALL || message.code != number) {
		fprintf(stderr, "# kind %u, number %u, not number %u\n",
			message.kind, message.code, number);
		return false;
	}
	must(reply_empty(&self->pair.server, message.token));
	must(caller_join(&self->ranked[number].caller));
	return true;
}

/* Queues calls of those priorities, and receives them in that order. */
static bool in_order(struct _test_data_priority *self, int count,
		     const struct policy *policy, const __u32 *order)
{
	int i;

	for (i = 0; i < count; i++)
		enqueue(self, policy[i]);
	for (i = 0; i < count; i++) {
		if (!comes_next(self, order[i]))
			return false;
	}
	return true;
}

TEST_F(priority, all_kinds) {
	static const struct policy policy[] = {
		{ CLASS_OTHER, 0 }, { CLASS_FIFO, 1 }, { CLASS_OTHER, -20 },
		{ CLASS_RR, 50 }, { CLASS_OTHER, 19 }, { CLASS_FIFO, 51 },
		{ CLASS_FIFO, 99 }, { CLASS_OTHER, -1 }, { CLASS_RR, 49 },
		{ CLASS_OTHER, 1 },
	};
	static const __u32 order[] = { 6, 5, 3, 8, 1, 2, 7, 0, 9, 4 };

	EXPECT_TRUE(in_order(self, ARRAY_SIZE(policy), policy, order));
}

TEST_F(priority, nice_values) {
	static const struct policy policy[] = {
		{ CLASS_OTHER, 19 }, { CLASS_OTHER, 10 }, { CLASS_OTHER, 5 },
		{ CLASS_OTHER, 1 }, { CLASS_OTHER, 0 }, { CLASS_OTHER, -1 },
		{ CLASS_OTHER, -10 }, { CLASS_OTHER, -19 },
		{ CLASS_OTHER, -20 },
	};
	static const __u32 order[] = { 8, 7, 6, 5, 4, 3, 2, 1, 0 };

	EXPECT_TRUE(in_order(self, ARRAY_SIZE(policy), policy, order));
}

/* First come, first served; FIFO and RR make no difference. */
TEST_F(priority, same_priority) {
	static const struct policy policy[] = {
		{ CLASS_OTHER, 0 }, { CLASS_FIFO, 7 }, { CLASS_OTHER, 0 },
		{ CLASS_RR, 7 }, { CLASS_OTHER, 0 }, { CLASS_FIFO, 7 },
		{ CLASS_OTHER, 0 }, { CLASS_RR, 7 }, { CLASS_OTHER, 0 },
	};
	static const __u32 order[] = { 1, 3, 5, 7, 0, 2, 4, 6, 8 };

	EXPECT_TRUE(in_order(self, ARRAY_SIZE(policy), policy, order));
}

/* A batch task counts by its nice value, like any other. */
TEST_F(priority, batch) {
	static const struct policy policy[] = {
		{ CLASS_BATCH, 5 }, { CLASS_OTHER, 5 }, { CLASS_BATCH, -5 },
		{ CLASS_OTHER, -5 }, { CLASS_OTHER, 0 },
	};
	static const __u32 order[] = { 2, 3, 4, 0, 1 };

	EXPECT_TRUE(in_order(self, ARRAY_SIZE(policy), policy, order));
}

/* An idle task comes last, whatever its nice value. */
TEST_F(priority, idle) {
	static const struct policy policy[] = {
		{ CLASS_IDLE, 0 }, { CLASS_IDLE, -20 }, { CLASS_OTHER, 18 },
		{ CLASS_OTHER, 0 },
	};
	static const __u32 order[] = { 3, 2, 0, 1 };

	EXPECT_TRUE(in_order(self, ARRAY_SIZE(policy), policy, order));
}

/* A deadline task is like FIFO 99. */
TEST_F(priority, deadline) {
	static const struct policy policy[] = {
		{ CLASS_FIFO, 98 }, { CLASS_DEADLINE, 0 }, { CLASS_FIFO, 99 },
		{ CLASS_DEADLINE, 0 }, { CLASS_OTHER, -20 },
	};
	static const __u32 order[] = { 1, 2, 3, 0, 4 };

	EXPECT_TRUE(in_order(self, ARRAY_SIZE(policy), policy, order));
}

/* What is received in between changes nothing for the others. */
TEST_F(priority, comes_while_others_are_served) {
	enqueue(self, NICE(5));
	enqueue(self, NICE(0));
	EXPECT_TRUE(comes_next(self, 1));
	enqueue(self, NICE(10));
	enqueue(self, NICE(4));
	enqueue(self, NICE(5));
	EXPECT_TRUE(comes_next(self, 3));
	EXPECT_TRUE(comes_next(self, 0));
	enqueue(self, FIFO(1));
	EXPECT_TRUE(comes_next(self, 5));
	EXPECT_TRUE(comes_next(self, 4));
	EXPECT_TRUE(comes_next(self, 2));
}

/* One is withdrawn from the middle, the first, and the last. */
TEST_F(priority, withdrawn) {
	static const int leaving[] = { 3, 1, 4 };
	size_t i;

	enqueue(self, NICE(0));
	enqueue(self, FIFO(5));
	enqueue(self, NICE(-5));
	enqueue(self, NICE(0));
	enqueue(self, NICE(10));
	enqueue(self, NICE(0));
	for (i = 0; i < ARRAY_SIZE(leaving); i++) {
		struct caller *caller = &self->ranked[leaving[i]].caller;

		interrupt(&caller->thread);
		EXPECT_EQ(-EINTR, caller_join(caller));
		EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller->call.stage);
	}
	EXPECT_TRUE(comes_next(self, 2));
	EXPECT_TRUE(comes_next(self, 0));
	EXPECT_TRUE(comes_next(self, 5));
}

/* A call that is restarted after a signal is the last of its priority. */
TEST_F(priority, restarted) {
	interrupt_install(SA_RESTART);
	enqueue(self, NICE(5));
	enqueue(self, NICE(5));
	enqueue(self, NICE(6));
	interrupt(&self->ranked[0].caller.thread);
	wait_blocked(self->ranked[0].caller.thread.tid, KIPC_CALL);
	EXPECT_TRUE(comes_next(self, 1));
	EXPECT_TRUE(comes_next(self, 0));
	EXPECT_TRUE(comes_next(self, 2));
}

/* What could not be received keeps its place. */
TEST_F(priority, put_back) {
	struct kipc_recv *recv;

	enqueue(self, NICE(0));
	enqueue(self, FIFO(5));
	enqueue(self, FIFO(5));
	enqueue(self, NICE(-5));
	recv = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)recv);
	EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_RECV, recv));
	enqueue(self, FIFO(4));
	EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_RECV, recv));
	munmap(recv, 4096);
	EXPECT_TRUE(comes_next(self, 1));
	EXPECT_TRUE(comes_next(self, 2));
	EXPECT_TRUE(comes_next(self, 4));
	EXPECT_TRUE(comes_next(self, 3));
	EXPECT_TRUE(comes_next(self, 0));
}

/* The next message must be of that kind, and no call. */
static bool kind_comes_next(struct _test_data_priority *self, __u32 kind)
{
	struct kipc_message message;

	must(recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &message);
	if (message.kind == kind)
		return true;
	fprintf(stderr, "# kind %u, number %u, not kind %u\n", message.kind,
		message.code, kind);
	return false;
}

/* A one-way message is among calls of nice 0, whoever sends it. */
TEST_F(priority, one_way) {
	struct kipc_send send = { .handle = self->pair.handle };
	struct puppet sender;

	puppet_open(&sender);
	policy_set(sender.thread.tid, FIFO(50));
	enqueue(self, NICE(1));
	enqueue(self, NICE(0));
	EXPECT_EQ(0, puppet_do(&sender, &self->pair.client, KIPC_SEND, &send));
	enqueue(self, NICE(-1));
	enqueue(self, NICE(0));
	EXPECT_TRUE(comes_next(self, 2));
	EXPECT_TRUE(comes_next(self, 1));
	EXPECT_TRUE(kind_comes_next(self, KIPC_MSG_SEND));
	EXPECT_TRUE(comes_next(self, 3));
	EXPECT_TRUE(comes_next(self, 0));
	puppet_close(&sender);
}

/*
 * Notices come before what is of nice 0, and after what is real-time, but not those
 * that others can bring about at will.
 */
TEST_F(priority, notices) {
	__u32 node = create(&self->pair.client, 0);
	__u32 handle = connect_to(&self->pair.server, &self->pair.client, node,
				  KIPC_RIGHTS_ALL);

	ASSERT_EQ(0, handle_watch(&self->pair.server, handle, 5));
	enqueue(self, NICE(0));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	ASSERT_EQ(0, node_destroy(&self->pair.client, node));
	enqueue(self, NICE(1));
	enqueue(self, FIFO(1));
	EXPECT_TRUE(comes_next(self, 2));
	EXPECT_TRUE(kind_comes_next(self, KIPC_MSG_DEATH));
	EXPECT_TRUE(comes_next(self, 0));
	EXPECT_TRUE(kind_comes_next(self, KIPC_MSG_SEND));
	EXPECT_TRUE(kind_comes_next(self, KIPC_MSG_NOTIFY));
	EXPECT_TRUE(comes_next(self, 1));
}

/* However often somebody notifies, a call waits for one notice at the most. */
TEST_F(priority, notified_without_end) {
	enqueue(self, NICE(0));
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	enqueue(self, NICE(0));
	EXPECT_TRUE(comes_next(self, 0));
	EXPECT_TRUE(kind_comes_next(self, KIPC_MSG_NOTIFY));
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_TRUE(comes_next(self, 1));
	EXPECT_TRUE(kind_comes_next(self, KIPC_MSG_NOTIFY));
}

/* A server calls on at the priority that it got from its own caller. */
TEST_F(priority, inherited) {
	__u32 node = create(&self->pair.client, 0);
	__u32 handle = connect_to(&self->pair.server, &self->pair.client, node,
				  0);
	struct kipc_call first = { .handle = handle };
	struct kipc_call onward = {
		.handle = self->pair.handle,
		.code = CALLERS_MAX,
	};
	struct puppet caller, middle;
	struct kipc_message message;

	puppet_open(&caller);
	puppet_open(&middle);
	policy_set(caller.thread.tid, FIFO(10));
	puppet_begin(&caller, &self->pair.server, KIPC_CALL, &first);
	onward.parent = puppet_recv_call(&middle, &self->pair.client);
	enqueue(self, NICE(-20));
	enqueue(self, FIFO(9));
	puppet_block(&middle, &self->pair.client, KIPC_CALL, &onward);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(CALLERS_MAX, message.code);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, puppet_end(&middle));
	EXPECT_TRUE(comes_next(self, 1));
	EXPECT_TRUE(comes_next(self, 0));
	EXPECT_EQ(0, puppet_reply(&middle, &self->pair.client, onward.parent));
	EXPECT_EQ(0, puppet_end(&caller));
	puppet_close(&middle);
	puppet_close(&caller);
}

TEST_HARNESS_MAIN
