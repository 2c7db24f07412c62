// SPDX-License-Identifier: GPL-2.0-only
/* Being told when names come and go under a prefix. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(watch) {
	struct live live;
	struct endpoint server;
	struct endpoint client;
	__u32 node;
};

FIXTURE_SETUP(watch) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->client, POOL);
	self->node = node_create(&self->server, COOKIE);
}

FIXTURE_TEARDOWN(watch) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int publish(struct _test_data_watch *self, const char *name)
{
	return name_publish(&self->server, name, self->node, 0777);
}

/* The bits of the notice that is there, 0 if there is none */
static __u64 notice(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_message message;
	int ret = recv_now(endpoint, &message);

	if (ret == -EAGAIN)
		return 0;
	must(ret);
	check(message.kind == KIPC_MSG_NAMES);
	check(message.cookie == cookie);
	check(!message.token && !message.size && !message.attachment_count);
	check(!message.pid && !message.tid);
	return message.bits;
}

TEST_F(watch, appeared_and_vanished) {
	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	EXPECT_EQ(0, notice(&self->client, 1));
	ASSERT_EQ(0, publish(self, "a.b"));
	EXPECT_EQ(KIPC_NAMES_APPEARED, notice(&self->client, 1));
	EXPECT_EQ(0, notice(&self->client, 1));
	ASSERT_EQ(0, name_unpublish(&self->server, "a.b"));
	EXPECT_EQ(KIPC_NAMES_VANISHED, notice(&self->client, 1));
	EXPECT_EQ(0, notice(&self->client, 1));
}

TEST_F(watch, coalesces) {
	int i;

	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, publish(self, "a"));
		ASSERT_EQ(0, name_unpublish(&self->server, "a"));
	}
	EXPECT_EQ(KIPC_NAMES_APPEARED | KIPC_NAMES_VANISHED,
		  notice(&self->client, 1));
	EXPECT_EQ(0, notice(&self->client, 1));
}

TEST_F(watch, prefix) {
	ASSERT_EQ(0, name_watch(&self->client, "a.b", 1));
	ASSERT_EQ(0, publish(self, "a"));
	ASSERT_EQ(0, publish(self, "a.bc"));
	ASSERT_EQ(0, publish(self, "b"));
	EXPECT_EQ(0, notice(&self->client, 1));
	ASSERT_EQ(0, publish(self, "a.b"));
	EXPECT_EQ(KIPC_NAMES_APPEARED, notice(&self->client, 1));
	ASSERT_EQ(0, publish(self, "a.b.c"));
	EXPECT_EQ(KIPC_NAMES_APPEARED, notice(&self->client, 1));
}

/* What is there already is no news. */
TEST_F(watch, only_news) {
	ASSERT_EQ(0, publish(self, "old"));
	ASSERT_EQ(0, name_watch(&self->client, "", 1));
	EXPECT_EQ(0, notice(&self->client, 1));
	EXPECT_EQ(-EEXIST, publish(self, "old"));
	EXPECT_EQ(0, notice(&self->client, 1));
}

/* Several watches of one endpoint have their own cookies. */
TEST_F(watch, cookies) {
	struct kipc_message message;
	struct kipc_stat before;
	__u64 seen = 0;
	int i;

	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	stat_get(&self->client, &before);
	EXPECT_EQ(-EEXIST, name_watch(&self->client, "b", 1));
	EXPECT_TRUE(stat_same(&self->client, &before));
	ASSERT_EQ(0, name_watch(&self->client, "a.b", 2));
	ASSERT_EQ(0, name_watch(&self->client, "", ~0ULL));
	/* Other endpoints may use the same one, and so may 0 be used. */
	ASSERT_EQ(0, name_watch(&self->server, "a", 1));
	ASSERT_EQ(0, name_watch(&self->server, "a", 0));

	ASSERT_EQ(0, publish(self, "a.b"));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, recv_now(&self->client, &message));
		EXPECT_EQ(KIPC_MSG_NAMES, message.kind);
		seen += message.cookie;
	}
	EXPECT_EQ(1 + 2 + ~0ULL, seen);
	EXPECT_EQ(-EAGAIN, recv_now(&self->client, &message));
}

TEST_F(watch, unwatched) {
	struct kipc_stat before;

	EXPECT_EQ(-ENXIO, name_unwatch(&self->client, 1));
	stat_get(&self->client, &before);
	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	EXPECT_EQ(-ENXIO, name_unwatch(&self->server, 1));
	ASSERT_EQ(0, name_unwatch(&self->client, 1));
	EXPECT_EQ(-ENXIO, name_unwatch(&self->client, 1));
	EXPECT_TRUE(stat_same(&self->client, &before));
	ASSERT_EQ(0, publish(self, "a"));
	EXPECT_EQ(0, notice(&self->client, 1));
	/* The cookie is free again. */
	EXPECT_EQ(0, name_watch(&self->client, "b", 1));
}

/* A notice that waits is taken back with its watch. */
TEST_F(watch, unwatched_with_notice) {
	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	ASSERT_EQ(0, publish(self, "a"));
	ASSERT_EQ(0, name_unwatch(&self->client, 1));
	EXPECT_EQ(0, notice(&self->client, 1));
}

TEST_F(watch, node_dies) {
	ASSERT_EQ(0, publish(self, "a"));
	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	ASSERT_EQ(0, node_destroy(&self->server, self->node));
	EXPECT_EQ(KIPC_NAMES_VANISHED, notice(&self->client, 1));
}

TEST_F(watch, publisher_dies) {
	ASSERT_EQ(0, publish(self, "a"));
	ASSERT_EQ(0, publish(self, "b"));
	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	endpoint_close(&self->server);
	EXPECT_EQ(KIPC_NAMES_VANISHED, notice(&self->client, 1));
	EXPECT_EQ(0, notice(&self->client, 1));
}

/* A watcher that dies with notices waiting leaves nothing. */
TEST_F(watch, watcher_dies) {
	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	ASSERT_EQ(0, name_watch(&self->client, "b", 2));
	ASSERT_EQ(0, publish(self, "a"));
	endpoint_close(&self->client);
	EXPECT_EQ(0, publish(self, "b"));
}

static void wait_for_notice(void *arg)
{
	struct endpoint *endpoint = arg;
	struct kipc_message message;

	must(recv_soon(endpoint, &message));
	check(message.kind == KIPC_MSG_NAMES);
	check(message.bits == KIPC_NAMES_APPEARED);
}

TEST_F(watch, wakes) {
	struct thread thread;

	ASSERT_EQ(0, name_watch(&self->client, "a", 1));
	thread_start(&thread, wait_for_notice, &self->client);
	wait_blocked(thread.tid, KIPC_RECV);
	ASSERT_EQ(0, publish(self, "a"));
	thread_join(&thread);
}

/* No change is missed: after each notice the list is as the last change. */
static void toggle(void *arg)
{
	struct _test_data_watch *self = arg;
	int i;

	for (i = 0; i < (debug_kernel() ? 300 : 3000); i++) {
		must(publish(self, "flag"));
		must(name_unpublish(&self->server, "flag"));
	}
	must(publish(self, "done"));
}

TEST_F(watch, none_is_missed) {
	struct kipc_message message;
	struct thread thread;
	__u64 seen = 0;
	__u32 handle;

	ASSERT_EQ(0, name_watch(&self->client, "", 1));
	thread_start(&thread, toggle, self);
	while (name_lookup(&self->client, "done", 0, &handle)) {
		ASSERT_EQ(0, recv_soon(&self->client, &message));
		EXPECT_EQ(KIPC_MSG_NAMES, message.kind);
		EXPECT_NE(0, message.bits);
		seen |= message.bits;
	}
	thread_join(&thread);
	seen |= notice(&self->client, 1);
	EXPECT_EQ(KIPC_NAMES_APPEARED | KIPC_NAMES_VANISHED, seen);
}

TEST_HARNESS_MAIN
