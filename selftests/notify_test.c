// SPDX-License-Identifier: GPL-2.0-only
/* Notifications: they coalesce, take no memory, and never fail or wait. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(notify) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(notify) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(notify) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* The bits that are pending, 0 if there are none */
static __u64 pending(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_message message;
	int ret = recv_now(endpoint, &message);

	if (ret == -EAGAIN)
		return 0;
	must(ret);
	check(message.kind == KIPC_MSG_NOTIFY);
	check(message.cookie == cookie);
	check(!message.token && !message.size && !message.attachment_count);
	check(message.bits);
	return message.bits;
}

TEST_F(notify, each_bit) {
	__u64 bit;

	for (bit = 1; bit; bit <<= 1) {
		EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle,
				    bit));
		EXPECT_EQ(bit, pending(&self->pair.server, COOKIE));
		EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
	}
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, ~0ULL));
	EXPECT_EQ(~0ULL, pending(&self->pair.server, COOKIE));
}

TEST_F(notify, coalesces) {
	struct kipc_stat before, stat;
	int i;

	stat_get(&self->pair.client, &before);
	for (i = 0; i < 1000; i++)
		ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle,
				    1ULL << (i % 10 * 3)));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(before.notifies + 1000, stat.notifies);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(01111111111, pending(&self->pair.server, COOKIE));
	EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
}

TEST_F(notify, no_bits) {
	EXPECT_EQ(-EINVAL, notify(&self->pair.client, self->pair.handle, 0));
	EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
}

/* Each node has a word of its own. */
TEST_F(notify, nodes_are_apart) {
	__u32 other = connect_to(&self->pair.client, &self->pair.server,
				 node_create(&self->pair.server, 2), 0);

	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(0, notify(&self->pair.client, other, 2));
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 4));
	EXPECT_EQ(5, pending(&self->pair.server, COOKIE));
	EXPECT_EQ(2, pending(&self->pair.server, 2));
	EXPECT_EQ(0, pending(&self->pair.server, 2));
}

/*
 * It comes through when nothing else does: pool and quota are full. It also comes
 * before what nobody waits for.
 */
TEST_F(notify, never_fails) {
	static char data[4096];
	long limit = param_get("max_messages");
	struct kipc_message message;
	int count = 0;

	ASSERT_LT(0, limit);
	while (!send_bytes(&self->pair.client, self->pair.handle, data,
			   sizeof(data)))
		count++;
	ASSERT_EQ(0, param_set("max_messages", 1));
	EXPECT_EQ(-EDQUOT, send_bytes(&self->pair.client, self->pair.handle,
				      NULL, 0));
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(0, param_set("max_messages", limit));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	EXPECT_EQ(1, pending(&self->pair.server, COOKIE));
	message_free(&self->pair.server, &message);
	while (--count) {
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(KIPC_MSG_SEND, message.kind);
		message_free(&self->pair.server, &message);
	}
}

TEST_F(notify, needs_no_pool) {
	struct endpoint server;
	__u32 handle;

	endpoint_open(&server, 0);
	handle = connect_to(&self->pair.client, &server,
			    node_create(&server, 3), 0);
	EXPECT_EQ(0, notify(&self->pair.client, handle, 8));
	EXPECT_EQ(8, pending(&server, 3));
}

/* The node's end takes what is pending with it. */
TEST_F(notify, node_ends) {
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
	EXPECT_EQ(-EOWNERDEAD, notify(&self->pair.client, self->pair.handle,
				      1));
}

static int notify_own(struct endpoint *endpoint, __u32 node, __u64 bits)
{
	struct kipc_notify arg = {
		.handle = node,
		.flags = KIPC_NOTIFY_OWN,
		.bits = bits,
	};

	return kipc(endpoint->fd, KIPC_NOTIFY, &arg);
}

static void receive_bits(void *arg)
{
	struct pair *pair = arg;
	struct kipc_message message;

	must(recv_soon(&pair->server, &message));
	check(message.kind == KIPC_MSG_NOTIFY);
	check(message.cookie == COOKIE);
	check(message.bits == 6);
}

/* An endpoint's own node wakes a thread of its own, without any handle. */
TEST_F(notify, own_node) {
	struct thread thread;

	thread_start(&thread, receive_bits, &self->pair);
	wait_blocked(thread.tid, KIPC_RECV);
	EXPECT_EQ(0, notify_own(&self->pair.server, self->pair.node, 6));
	thread_join(&thread);
	/* It coalesces with what others set. */
	EXPECT_EQ(0, notify_own(&self->pair.server, self->pair.node, 1));
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 2));
	EXPECT_EQ(3, pending(&self->pair.server, COOKIE));
	EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
}

TEST_F(notify, not_own_node) {
	struct kipc_stat before;

	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EINVAL, notify_own(&self->pair.server, self->pair.node, 0));
	/* A node of another, and handles, are none of this endpoint's nodes. */
	EXPECT_EQ(-ENXIO, notify_own(&self->pair.client, self->pair.node, 1));
	EXPECT_EQ(-ENXIO, notify_own(&self->pair.client, self->pair.handle,
				     1));
	EXPECT_EQ(-ENXIO, notify_own(&self->pair.server, KIPC_NONE, 1));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_EQ(-ENXIO, notify_own(&self->pair.server, self->pair.node, 1));
	EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
}

struct notifier {
	struct thread thread;
	struct pair *pair;
	int first;
};

/* Sets each of its bits over and over, each until it is set for good. */
static void set_bits(void *arg)
{
	struct notifier *notifier = arg;
	int i, bit;

	for (i = 0; i < (debug_kernel() ? 100 : 1000); i++) {
		for (bit = 0; bit < 16; bit++)
			must(notify(&notifier->pair->client,
				    notifier->pair->handle,
				    1ULL << (notifier->first + bit)));
	}
}

/* No bit is lost, and a wake-up comes with each that was not pending. */
TEST_F(notify, concurrent) {
	struct notifier notifier[4];
	struct kipc_message message;
	__u64 seen = 0;
	int i;

	for (i = 0; i < 4; i++) {
		notifier[i].pair = &self->pair;
		notifier[i].first = i * 16;
		thread_start(&notifier[i].thread, set_bits, &notifier[i]);
	}
	while (seen != ~0ULL) {
		ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
		seen |= message.bits;
	}
	for (i = 0; i < 4; i++)
		thread_join(&notifier[i].thread);
	/* The last of all is there, or was seen. */
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(1, pending(&self->pair.server, COOKIE) & 1);
	EXPECT_EQ(0, pending(&self->pair.server, COOKIE));
}

TEST_HARNESS_MAIN
