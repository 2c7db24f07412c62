// SPDX-License-Identifier: GPL-2.0-only
/* Handles: rights, use counts, and the notice of death. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(handle) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(handle) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(handle) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* One handle for an object and set of rights, with a count of uses */
TEST_F(handle, one_for_each_set_of_rights) {
	struct endpoint *client = &self->pair.client;
	__u32 first, second, third;
	struct kipc_stat stat;

	ASSERT_EQ(0, handle_dup(client, self->pair.handle, KIPC_RIGHTS_ALL,
				&first));
	EXPECT_EQ(self->pair.handle, first);
	ASSERT_EQ(0, handle_dup(client, self->pair.handle, KIPC_RIGHT_CALL,
				&second));
	EXPECT_NE(first, second);
	ASSERT_EQ(0, handle_dup(client, second, KIPC_RIGHT_CALL, &third));
	EXPECT_EQ(second, third);
	stat_get(client, &stat);
	EXPECT_EQ(2, stat.handles.used);

	EXPECT_EQ(0, handle_drop(client, second));
	EXPECT_EQ(0, send_bytes(client, second, NULL, 0));
	EXPECT_EQ(0, handle_drop(client, second));
	EXPECT_EQ(-ENXIO, send_bytes(client, second, NULL, 0));
	EXPECT_EQ(-ENXIO, handle_drop(client, second));
	EXPECT_EQ(0, send_bytes(client, first, NULL, 0));
	stat_get(client, &stat);
	EXPECT_EQ(1, stat.handles.used);
}

/* Every set of rights from every other: only what is there already */
TEST_F(handle, rights_only_shrink) {
	struct endpoint *client = &self->pair.client;
	__u32 have, want, from, to;
	struct kipc_stat before;

	for (have = 1; have <= KIPC_RIGHTS_ALL; have++) {
		ASSERT_EQ(0, handle_dup(client, self->pair.handle, have,
					&from));
		stat_get(client, &before);
		for (want = 1; want <= KIPC_RIGHTS_ALL; want++) {
			int ret = handle_dup(client, from, want, &to);

			EXPECT_EQ(want & ~have ? -EACCES : 0, ret);
			if (!ret)
				EXPECT_EQ(0, handle_drop(client, to));
		}
		EXPECT_TRUE(stat_same(client, &before));
		EXPECT_EQ(0, handle_drop(client, from));
	}
}

/* What a handle can do is what its rights say. */
TEST_F(handle, rights_are_needed) {
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_HANDLE,
		.rights = KIPC_RIGHT_CALL,
	};
	struct endpoint *client = &self->pair.client;
	struct kipc_stat before;
	__u32 handle;

	ASSERT_EQ(0, handle_dup(client, self->pair.handle,
				KIPC_RIGHT_GRANT | KIPC_RIGHT_WATCH, &handle));
	stat_get(client, &before);
	EXPECT_EQ(-EACCES, call_empty(client, handle));
	EXPECT_EQ(-EACCES, send_bytes(client, handle, NULL, 0));
	EXPECT_EQ(-EACCES, notify(client, handle, 1));
	EXPECT_TRUE(stat_same(client, &before));

	ASSERT_EQ(0, handle_dup(client, self->pair.handle,
				KIPC_RIGHT_CALL | KIPC_RIGHT_GRANT, &handle));
	stat_get(client, &before);
	EXPECT_EQ(-EACCES, handle_watch(client, handle, 1));
	EXPECT_TRUE(stat_same(client, &before));

	ASSERT_EQ(0, handle_dup(client, self->pair.handle,
				KIPC_RIGHT_CALL | KIPC_RIGHT_WATCH, &handle));
	attachment.id = handle;
	stat_get(client, &before);
	EXPECT_EQ(-EACCES, send_attached(client, self->pair.handle,
					 &attachment, 1));
	EXPECT_EQ(-EACCES, name_publish_handle(client, "handle", handle, 0777));
	EXPECT_TRUE(stat_same(client, &before));
}

/* Ids of others mean nothing. */
TEST_F(handle, foreign_and_stale) {
	struct endpoint other;
	struct kipc_stat before;
	__u32 result;

	endpoint_open(&other, POOL);
	stat_get(&other, &before);
	EXPECT_EQ(-ENXIO, call_empty(&other, self->pair.handle));
	EXPECT_EQ(-ENXIO, send_bytes(&other, self->pair.handle, NULL, 0));
	EXPECT_EQ(-ENXIO, notify(&other, self->pair.handle, 1));
	EXPECT_EQ(-ENXIO, handle_dup(&other, self->pair.handle,
				     KIPC_RIGHT_CALL, &result));
	EXPECT_EQ(-ENXIO, handle_drop(&other, self->pair.handle));
	EXPECT_EQ(-ENXIO, handle_watch(&other, self->pair.handle, 1));
	EXPECT_EQ(-ENXIO, handle_unwatch(&other, self->pair.handle));
	EXPECT_EQ(-ENXIO, name_publish_handle(&other, "handle",
					      self->pair.handle, 0777));
	EXPECT_TRUE(stat_same(&other, &before));

	ASSERT_EQ(0, handle_drop(&self->pair.client, self->pair.handle));
	EXPECT_EQ(-ENXIO, call_empty(&self->pair.client, self->pair.handle));
}

static void expect_death(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_message message;

	must(recv_soon(endpoint, &message));
	check(message.kind == KIPC_MSG_DEATH);
	check(message.cookie == cookie);
	check(!message.token && !message.size && !message.attachment_count);
	check(!message.pid && !message.tid);
}

static void expect_nothing(struct endpoint *endpoint)
{
	struct kipc_message message;

	check(recv_now(endpoint, &message) == -EAGAIN);
}

TEST_F(handle, death_is_told_once) {
	struct endpoint *client = &self->pair.client;

	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 0xdead));
	expect_nothing(client);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	expect_death(client, 0xdead);
	expect_nothing(client);
}

TEST_F(handle, death_of_the_endpoint) {
	struct endpoint *client = &self->pair.client;

	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 0));
	endpoint_close(&self->pair.server);
	expect_death(client, 0);
	expect_nothing(client);
}

/* If it is dead already, the notice comes at once. */
TEST_F(handle, death_long_ago) {
	struct endpoint *client = &self->pair.client;

	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	ASSERT_EQ(0, handle_watch(client, self->pair.handle, ~0ULL));
	expect_death(client, ~0ULL);
	expect_nothing(client);
}

TEST_F(handle, watched_already) {
	struct endpoint *client = &self->pair.client;
	struct kipc_stat before;
	__u32 less;

	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 1));
	stat_get(client, &before);
	EXPECT_EQ(1, before.watches.used);
	EXPECT_EQ(-EEXIST, handle_watch(client, self->pair.handle, 2));
	EXPECT_TRUE(stat_same(client, &before));
	/* Another handle to the same object is watched for itself. */
	ASSERT_EQ(0, handle_dup(client, self->pair.handle, KIPC_RIGHT_WATCH,
				&less));
	EXPECT_EQ(0, handle_watch(client, less, 2));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	expect_death(client, 1);
	expect_death(client, 2);
	expect_nothing(client);
}

/* Once it was told a watch is over: it counts no more, and makes room for another. */
TEST_F(handle, watched_again) {
	struct endpoint *client = &self->pair.client;
	long limit = param_get("max_watches");
	struct kipc_stat before, stat;
	__u64 cookie;

	ASSERT_EQ(0, param_set("max_watches", 1));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stat_get(client, &before);
	for (cookie = 1; cookie <= 3; cookie++) {
		EXPECT_EQ(0, handle_watch(client, self->pair.handle, cookie));
		stat_get(client, &stat);
		EXPECT_EQ(1, stat.watches.used);
		expect_death(client, cookie);
		EXPECT_TRUE(stat_same(client, &before));
	}
	/* To take it back is too late, but not wrong. */
	EXPECT_EQ(0, handle_unwatch(client, self->pair.handle));
	EXPECT_EQ(-ENXIO, handle_unwatch(client, self->pair.handle));
	EXPECT_TRUE(stat_same(client, &before));
	ASSERT_EQ(0, param_set("max_watches", limit));
	/* While it waits to be received it is one. */
	EXPECT_EQ(0, handle_watch(client, self->pair.handle, 4));
	EXPECT_EQ(-EEXIST, handle_watch(client, self->pair.handle, 5));
	expect_death(client, 4);
	expect_nothing(client);
}

static void receive_in_vain(void *arg)
{
	struct kipc_recv_batch batch = {
		.flags = KIPC_NONBLOCK,
		.count = 1,
		.messages = 1,
	};
	struct endpoint *endpoint = arg;
	int i;

	for (i = 0; i < 1000; i++) {
		int ret = kipc(endpoint->fd, KIPC_RECV_BATCH, &batch);

		check(ret == -EFAULT || ret == -EAGAIN);
	}
}

/* It counts no more when one receiver was told, however many others were not. */
TEST_F(handle, told_to_some_in_vain) {
	struct endpoint *client = &self->pair.client;
	struct kipc_stat before;
	struct thread thread[2];
	int i, k;

	stat_get(client, &before);
	for (i = 0; i < 10; i++) {
		__u32 node = node_create(&self->pair.server, 1);
		__u32 handle = connect_to(client, &self->pair.server, node,
					  KIPC_RIGHT_WATCH);

		ASSERT_EQ(0, handle_watch(client, handle, 7));
		ASSERT_EQ(0, node_destroy(&self->pair.server, node));
		for (k = 0; k < 2; k++)
			thread_start(&thread[k], receive_in_vain, client);
		expect_death(client, 7);
		for (k = 0; k < 2; k++)
			thread_join(&thread[k]);
		ASSERT_EQ(0, handle_drop(client, handle));
		EXPECT_TRUE(stat_same(client, &before));
	}
}

TEST_F(handle, unwatched) {
	struct endpoint *client = &self->pair.client;
	struct kipc_stat before;

	stat_get(client, &before);
	EXPECT_EQ(-ENXIO, handle_unwatch(client, self->pair.handle));
	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 1));
	ASSERT_EQ(0, handle_unwatch(client, self->pair.handle));
	EXPECT_EQ(-ENXIO, handle_unwatch(client, self->pair.handle));
	EXPECT_TRUE(stat_same(client, &before));
	/* It can be watched again, with another cookie. */
	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 2));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	expect_death(client, 2);
	expect_nothing(client);
}

/* After KIPC_HANDLE_UNWATCH it does not come, even if it waits already. */
TEST_F(handle, unwatched_too_late) {
	struct endpoint *client = &self->pair.client;

	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 1));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	ASSERT_EQ(0, handle_unwatch(client, self->pair.handle));
	expect_nothing(client);
}

/* With the last use of the handle its watch is gone. */
TEST_F(handle, dropped_while_watched) {
	struct endpoint *client = &self->pair.client;
	struct kipc_stat stat;
	__u32 again;

	ASSERT_EQ(0, handle_dup(client, self->pair.handle, KIPC_RIGHTS_ALL,
				&again));
	ASSERT_EQ(0, handle_watch(client, self->pair.handle, 1));
	ASSERT_EQ(0, handle_drop(client, again));
	stat_get(client, &stat);
	EXPECT_EQ(1, stat.watches.used);
	ASSERT_EQ(0, handle_drop(client, again));
	stat_get(client, &stat);
	EXPECT_EQ(0, stat.watches.used);
	EXPECT_EQ(0, stat.handles.used);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	expect_nothing(client);
}

/* A watcher that ends, before or after the object does, leaves nothing. */
TEST_F(handle, watcher_ends) {
	ASSERT_EQ(0, handle_watch(&self->pair.client, self->pair.handle, 1));
	endpoint_close(&self->pair.client);
	EXPECT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
}

TEST_F(handle, watcher_ends_with_notice) {
	ASSERT_EQ(0, handle_watch(&self->pair.client, self->pair.handle, 1));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	endpoint_close(&self->pair.client);
}

struct racer {
	struct endpoint *endpoint;
	__u32 handle;
	int rounds;
};

static void dup_and_drop(void *arg)
{
	struct racer *racer = arg;
	__u32 result;
	int i, ret;

	for (i = 0; i < racer->rounds; i++) {
		must(handle_dup(racer->endpoint, racer->handle,
				KIPC_RIGHT_CALL, &result));
		/* The queue may be full for a moment. */
		while ((ret = send_bytes(racer->endpoint, result, NULL, 0)))
			check(ret == -EAGAIN);
		must(handle_drop(racer->endpoint, result));
	}
}

/* Several threads use, make and drop the same handle. */
TEST_F_TIMEOUT(handle, concurrency, 120) {
	struct racer racer = {
		.endpoint = &self->pair.client,
		.handle = self->pair.handle,
		.rounds = debug_kernel() ? 200 : 2000,
	};
	struct kipc_message message;
	struct thread thread[3];
	struct kipc_stat stat;
	int i;

	for (i = 0; i < 3; i++)
		thread_start(&thread[i], dup_and_drop, &racer);
	for (i = 0; i < 3 * racer.rounds; i++) {
		ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
		message_free(&self->pair.server, &message);
	}
	for (i = 0; i < 3; i++)
		thread_join(&thread[i]);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.handles.used);
}

static void watch_and_unwatch(void *arg)
{
	struct racer *racer = arg;
	int i;

	for (i = 0; i < racer->rounds; i++) {
		must(handle_watch(racer->endpoint, racer->handle, 3));
		must(handle_unwatch(racer->endpoint, racer->handle));
	}
	must(handle_watch(racer->endpoint, racer->handle, 4));
}

static void unwatch(void *arg)
{
	struct racer *racer = arg;
	int ret = handle_unwatch(racer->endpoint, racer->handle);

	check(!ret || ret == -ENXIO);
}

static void drop(void *arg)
{
	struct racer *racer = arg;

	must(handle_drop(racer->endpoint, racer->handle));
}

/* No longer watching, dropping the last use and dying, all at once */
TEST_F_TIMEOUT(handle, unwatch_races_with_drop_and_death, 120) {
	struct racer racer = { .endpoint = &self->pair.client };
	struct thread first, second;
	__u32 node;
	int i;

	for (i = 0; i < (debug_kernel() ? 100 : 1000); i++) {
		node = node_create(&self->pair.server, 1);
		racer.handle = connect_to(&self->pair.client,
					  &self->pair.server, node, 0);
		ASSERT_EQ(0, handle_watch(&self->pair.client, racer.handle, 1));
		thread_start(&first, unwatch, &racer);
		thread_start(&second, drop, &racer);
		ASSERT_EQ(0, node_destroy(&self->pair.server, node));
		thread_join(&first);
		thread_join(&second);
		expect_nothing(&self->pair.client);
	}
}

/* However watching and dying meet, the notice comes exactly once. */
TEST_F_TIMEOUT(handle, watch_races_with_death, 120) {
	struct racer racer = { .endpoint = &self->pair.client, .rounds = 20 };
	struct thread thread;
	__u32 node;
	int i;

	for (i = 0; i < (debug_kernel() ? 50 : 500); i++) {
		node = node_create(&self->pair.server, 1);
		racer.handle = connect_to(&self->pair.client,
					  &self->pair.server, node, 0);
		thread_start(&thread, watch_and_unwatch, &racer);
		ASSERT_EQ(0, node_destroy(&self->pair.server, node));
		thread_join(&thread);
		expect_death(&self->pair.client, 4);
		expect_nothing(&self->pair.client);
		ASSERT_EQ(0, handle_drop(&self->pair.client, racer.handle));
	}
}

TEST_HARNESS_MAIN
