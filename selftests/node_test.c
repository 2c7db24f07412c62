// SPDX-License-Identifier: GPL-2.0-only
/* Nodes: their making, their end, and the notice that nobody reaches them. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(node) {
	struct live live;
	struct endpoint server;
	struct endpoint client;
};

FIXTURE_SETUP(node) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->client, POOL);
}

FIXTURE_TEARDOWN(node) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(node, ids_differ) {
	__u32 ids[64];
	int i, k;

	for (i = 0; i < 64; i++) {
		ids[i] = node_create(&self->server, 5);
		EXPECT_NE(0, ids[i]);
		for (k = 0; k < i; k++)
			EXPECT_NE(ids[k], ids[i]);
	}
}

/* Each message brings the cookie of its node: any 64 bits, also equal ones. */
TEST_F(node, cookies) {
	static const __u64 cookies[] = { 0, 1, 1, ~0ULL, 1ULL << 63 };
	struct kipc_message message;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cookies); i++) {
		__u32 node = node_create(&self->server, cookies[i]);
		__u32 handle = connect_to(&self->client, &self->server, node,
					  0);

		ASSERT_EQ(0, send_bytes(&self->client, handle, NULL, 0));
		ASSERT_EQ(0, recv_soon(&self->server, &message));
		EXPECT_EQ(cookies[i], message.cookie);
	}
}

TEST_F(node, destroyed) {
	__u32 node = node_create(&self->server, 1);
	__u32 handle = connect_to(&self->client, &self->server, node, 0);
	struct kipc_stat before;
	__u32 less;

	EXPECT_EQ(-ENXIO, node_destroy(&self->client, node));
	ASSERT_EQ(0, node_destroy(&self->server, node));
	stat_get(&self->client, &before);
	EXPECT_EQ(-ENXIO, node_destroy(&self->server, node));
	EXPECT_EQ(-EOWNERDEAD, call_empty(&self->client, handle));
	EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->client, handle, NULL, 0));
	EXPECT_EQ(-EOWNERDEAD, notify(&self->client, handle, 1));
	EXPECT_TRUE(stat_same(&self->client, &before));
	/* The handle itself is there until it is dropped. */
	EXPECT_EQ(0, handle_dup(&self->client, handle, KIPC_RIGHT_CALL, &less));
	EXPECT_EQ(0, handle_drop(&self->client, less));
	EXPECT_EQ(0, handle_drop(&self->client, handle));
	EXPECT_EQ(-ENXIO, call_empty(&self->client, handle));
}

/* Queued one-way messages are dropped; those of other nodes stay. */
TEST_F(node, destroyed_with_queue) {
	__u32 first = node_create(&self->server, 1);
	__u32 second = node_create(&self->server, 2);
	__u32 one = connect_to(&self->client, &self->server, first, 0);
	__u32 two = connect_to(&self->client, &self->server, second, 0);
	struct kipc_message message;
	struct kipc_stat stat;
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, send_bytes(&self->client, one, "one", 3));
		ASSERT_EQ(0, send_bytes(&self->client, two, "two", 3));
	}
	ASSERT_EQ(0, notify(&self->client, one, 1));
	ASSERT_EQ(0, node_destroy(&self->server, first));
	stat_get(&self->client, &stat);
	EXPECT_EQ(5, stat.message_count.used);
	EXPECT_EQ(15, stat.message_bytes.used);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, recv_now(&self->server, &message));
		EXPECT_EQ(2, message.cookie);
		message_free(&self->server, &message);
	}
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
}

/* Queued calls fail at once. */
TEST_F(node, destroyed_with_calls) {
	__u32 node = node_create(&self->server, 1);
	__u32 handle = connect_to(&self->client, &self->server, node, 0);
	struct caller caller[4];
	int i;

	for (i = 0; i < 4; i++) {
		caller_start(&caller[i], &self->client, handle);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	ASSERT_EQ(0, node_destroy(&self->server, node));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(-EOWNERDEAD, caller_join(&caller[i]));
		EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller[i].call.stage);
	}
}

/* Calls that were received can still be answered. */
TEST_F(node, destroyed_while_serving) {
	__u32 node = node_create(&self->server, 1);
	__u32 handle = connect_to(&self->client, &self->server, node, 0);
	struct caller caller;
	__u64 token;

	caller_start(&caller, &self->client, handle);
	token = recv_call(&self->server);
	ASSERT_EQ(0, node_destroy(&self->server, node));
	EXPECT_EQ(0, reply_bytes(&self->server, token, "late", 4));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(0, memcmp("late", payload(&self->client,
					    caller.call.reply_offset), 4));
	reply_free(&self->client, &caller.call);
}

static void expect_no_senders(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_message message;

	must(recv_soon(endpoint, &message));
	check(message.kind == KIPC_MSG_NO_SENDERS);
	check(message.cookie == cookie);
	check(!message.token && !message.size && !message.attachment_count);
	check(!message.pid && !message.tid);
	check(recv_now(endpoint, &message) == -EAGAIN);
}

TEST_F(node, no_senders) {
	__u32 node = node_create_watched(&self->server, 77);
	struct kipc_message message;
	__u32 handle, less;

	/* Nobody ever held one: that is no news. */
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
	ASSERT_EQ(0, name_publish(&self->server, "node", node, 0777));
	ASSERT_EQ(0, name_lookup(&self->client, "node", 0, &handle));
	ASSERT_EQ(0, handle_dup(&self->client, handle, KIPC_RIGHT_CALL, &less));
	ASSERT_EQ(0, handle_drop(&self->client, handle));
	ASSERT_EQ(0, handle_drop(&self->client, less));
	/* It is published still. */
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
	ASSERT_EQ(0, name_lookup(&self->client, "node", 0, &handle));
	ASSERT_EQ(0, name_unpublish(&self->server, "node"));
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
	ASSERT_EQ(0, handle_drop(&self->client, handle));
	expect_no_senders(&self->server, 77);
}

/* It comes each time, not only the first. */
TEST_F(node, no_senders_again) {
	__u32 node = node_create_watched(&self->server, 78);
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, name_publish(&self->server, "node", node, 0777));
		ASSERT_EQ(0, name_unpublish(&self->server, "node"));
		expect_no_senders(&self->server, 78);
	}
}

/* It comes when the holder ends. */
TEST_F(node, no_senders_by_death) {
	__u32 node = node_create_watched(&self->server, 79);

	connect_to(&self->client, &self->server, node, 0);
	/* connect_to() has published it, but the handle came in between. */
	endpoint_close(&self->client);
	expect_no_senders(&self->server, 79);
}

/* A handle on its way in a message counts, and goes with the message. */
TEST_F(node, no_senders_on_the_way) {
	__u32 back = connect_to(&self->server, &self->client,
				node_create(&self->client, 1), 0);
	__u32 node = node_create_watched(&self->server, 80);
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_NODE,
		.id = node,
		.rights = KIPC_RIGHT_CALL,
	};
	struct kipc_message message;

	ASSERT_EQ(0, send_attached(&self->server, back, &attachment, 1));
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
	ASSERT_EQ(0, recv_now(&self->client, &message));
	ASSERT_EQ(0, handle_drop(&self->client,
				 came(&self->client, &message, 0)->id));
	message_free(&self->client, &message);
	expect_no_senders(&self->server, 80);

	/* The same, but nobody receives it. */
	ASSERT_EQ(0, send_attached(&self->server, back, &attachment, 1));
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
	endpoint_close(&self->client);
	expect_no_senders(&self->server, 80);
}

/* Without the flag there is no notice. */
TEST_F(node, no_senders_unasked) {
	__u32 node = node_create(&self->server, 1);
	__u32 handle = connect_to(&self->client, &self->server, node, 0);
	struct kipc_message message;

	ASSERT_EQ(0, handle_drop(&self->client, handle));
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
}

/* A node that is gone has no notices, not even those that waited. */
TEST_F(node, no_senders_of_the_dead) {
	__u32 node = node_create_watched(&self->server, 81);
	struct kipc_message message;
	__u32 handle;

	handle = connect_to(&self->client, &self->server, node, 0);
	ASSERT_EQ(0, node_destroy(&self->server, node));
	ASSERT_EQ(0, handle_drop(&self->client, handle));
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));

	node = node_create_watched(&self->server, 82);
	handle = connect_to(&self->client, &self->server, node, 0);
	ASSERT_EQ(0, handle_drop(&self->client, handle));
	ASSERT_EQ(0, node_destroy(&self->server, node));
	EXPECT_EQ(-EAGAIN, recv_now(&self->server, &message));
}

TEST_F(node, many) {
	int count = debug_kernel() ? 500 : 5000;
	__u32 ids[5000];
	struct kipc_stat stat;
	int i;

	for (i = 0; i < count; i++)
		ids[i] = node_create(&self->server, (__u64)i);
	stat_get(&self->server, &stat);
	EXPECT_EQ((__u64)count, stat.nodes.used);
	for (i = 0; i < count; i += 2)
		ASSERT_EQ(0, node_destroy(&self->server, ids[i]));
	stat_get(&self->server, &stat);
	EXPECT_EQ((__u64)count / 2, stat.nodes.used);
}

TEST_HARNESS_MAIN
