// SPDX-License-Identifier: GPL-2.0-only
/* Being told when the owner of an object is frozen or thawed. */
#include <kselftest_harness.h>

#include "freeze.h"

FIXTURE(watch) {
	struct live live;
	struct pair pair;
	struct endpoint controller;
};

FIXTURE_SETUP(watch) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->controller, 0);
}

FIXTURE_TEARDOWN(watch) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void freeze_server(struct _test_data_watch *self)
{
	freeze(&self->controller, &self->pair.server);
}

static void thaw_server(struct _test_data_watch *self)
{
	thaw(&self->controller, &self->pair.server);
}

static int watch(struct _test_data_watch *self, __u64 cookie)
{
	return freeze_watch(&self->pair.client, self->pair.handle, cookie);
}

/* The bits of the notice that is there, 0 if there is none */
static __u64 notice(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_message message;
	int ret = recv_now(endpoint, &message);

	if (ret == -EAGAIN)
		return 0;
	must(ret);
	check(message.kind == KIPC_MSG_FROZEN);
	check(message.cookie == cookie);
	check(!message.token && !message.size && !message.attachment_count);
	check(!message.pid && !message.tid && !message.label_size);
	check(message.bits);
	return message.bits;
}

TEST_F(watch, frozen_and_thawed) {
	ASSERT_EQ(0, watch(self, 1));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	freeze_server(self);
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, notice(&self->pair.client, 1));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	thaw_server(self);
	EXPECT_EQ(KIPC_THAWED, notice(&self->pair.client, 1));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
}

/* One notice tells all that happened, and how it is in the end. */
TEST_F(watch, coalesces) {
	int i;

	ASSERT_EQ(0, watch(self, 1));
	for (i = 0; i < 10; i++) {
		freeze_server(self);
		thaw_server(self);
	}
	EXPECT_EQ(KIPC_FROZEN | KIPC_THAWED, notice(&self->pair.client, 1));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	freeze_server(self);
	thaw_server(self);
	freeze_server(self);
	EXPECT_EQ(KIPC_FROZEN | KIPC_THAWED | KIPC_IS_FROZEN,
		  notice(&self->pair.client, 1));
	thaw_server(self);
	freeze_server(self);
	EXPECT_EQ(KIPC_FROZEN | KIPC_THAWED | KIPC_IS_FROZEN,
		  notice(&self->pair.client, 1));
	thaw_server(self);
}

/* The number of the notice that is there */
static __u32 change(struct _test_data_watch *self)
{
	struct kipc_message message;

	must(recv_now(&self->pair.client, &message));
	check(message.kind == KIPC_MSG_FROZEN);
	return message.code;
}

/* Each change has a number, whether it is told alone or with others. */
TEST_F(watch, changes_are_numbered) {
	__u32 first;

	ASSERT_EQ(0, watch(self, 1));
	freeze_server(self);
	first = change(self);
	thaw_server(self);
	EXPECT_EQ(first + 1, change(self));
	freeze_server(self);
	thaw_server(self);
	freeze_server(self);
	EXPECT_EQ(first + 4, change(self));
	/* Those that nobody is told of do not count. */
	freeze_server(self);
	thaw_server(self);
	EXPECT_EQ(first + 5, change(self));
}

/* Doing again what is done already is no news, nor is asking. */
TEST_F(watch, only_news) {
	struct kipc_freeze answer;

	ASSERT_EQ(0, watch(self, 1));
	thaw_server(self);
	freeze_query(&self->controller, &self->pair.server, &answer);
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	freeze_server(self);
	EXPECT_NE(0, notice(&self->pair.client, 1));
	freeze_server(self);
	freeze_query(&self->controller, &self->pair.server, &answer);
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	/* That of another endpoint is none either. */
	freeze(&self->controller, &self->pair.client);
	thaw(&self->controller, &self->pair.client);
	EXPECT_EQ(0, notice(&self->pair.client, 1));
}

TEST_F(watch, frozen_already) {
	freeze_server(self);
	ASSERT_EQ(0, watch(self, 1));
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, notice(&self->pair.client, 1));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	ASSERT_EQ(0, watch(self, 2));
	thaw_server(self);
	/* That of the second waits already. */
	EXPECT_EQ(KIPC_FROZEN | KIPC_THAWED, notice(&self->pair.client, 2));
	EXPECT_EQ(KIPC_THAWED, notice(&self->pair.client, 1));
}

/* Several watches of one endpoint have their own cookies. */
TEST_F(watch, cookies) {
	struct kipc_message message;
	struct kipc_stat before;
	__u64 seen = 0;
	int i;

	ASSERT_EQ(0, watch(self, 5));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EEXIST, watch(self, 5));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	ASSERT_EQ(0, watch(self, 0));
	ASSERT_EQ(0, watch(self, ~0ULL));
	ASSERT_EQ(0, watch(self, 3));
	freeze_server(self);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, recv_now(&self->pair.client, &message));
		EXPECT_EQ(KIPC_MSG_FROZEN, message.kind);
		seen += message.cookie;
	}
	EXPECT_EQ(5 + 0 + ~0ULL + 3, seen);
	EXPECT_EQ(0, notice(&self->pair.client, 0));
}

TEST_F(watch, refused) {
	struct kipc_stat before;
	__u32 handle;

	ASSERT_EQ(0, handle_dup(&self->pair.client, self->pair.handle,
				KIPC_RIGHT_CALL | KIPC_RIGHT_GRANT, &handle));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EACCES, freeze_watch(&self->pair.client, handle, 1));
	EXPECT_EQ(-ENXIO, freeze_watch(&self->pair.client, 0, 1));
	EXPECT_EQ(-ENXIO, freeze_watch(&self->pair.client, handle + 100, 1));
	EXPECT_EQ(-ENXIO, freeze_unwatch(&self->pair.client, 1));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EOWNERDEAD, watch(self, 1));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

/* They are charged as watches on death are, to who watches. */
TEST_F(watch, quota) {
	long limit = param_get("max_watches");
	struct kipc_stat stat;

	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.watches.used);
	ASSERT_EQ(0, param_set("max_watches", 2));
	EXPECT_EQ(0, watch(self, 1));
	EXPECT_EQ(0, handle_watch(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(-EDQUOT, watch(self, 2));
	EXPECT_EQ(0, handle_unwatch(&self->pair.client, self->pair.handle));
	EXPECT_EQ(0, watch(self, 2));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(2, stat.watches.used);
	EXPECT_EQ(0, freeze_unwatch(&self->pair.client, 1));
	EXPECT_EQ(0, freeze_unwatch(&self->pair.client, 2));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.watches.used);
	ASSERT_EQ(0, param_set("max_watches", limit));
}

TEST_F(watch, unwatched) {
	ASSERT_EQ(0, watch(self, 1));
	EXPECT_EQ(-ENXIO, freeze_unwatch(&self->pair.server, 1));
	ASSERT_EQ(0, freeze_unwatch(&self->pair.client, 1));
	EXPECT_EQ(-ENXIO, freeze_unwatch(&self->pair.client, 1));
	freeze_server(self);
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	/* The cookie is free again. */
	EXPECT_EQ(0, watch(self, 1));
}

/* A notice that waits is taken back with its watch. */
TEST_F(watch, unwatched_with_notice) {
	ASSERT_EQ(0, watch(self, 1));
	freeze_server(self);
	ASSERT_EQ(0, freeze_unwatch(&self->pair.client, 1));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
}

/* It is the owner that is watched: not the handle, and not the node. */
TEST_F(watch, outlives_handle_and_node) {
	ASSERT_EQ(0, watch(self, 1));
	ASSERT_EQ(0, handle_drop(&self->pair.client, self->pair.handle));
	freeze_server(self);
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, notice(&self->pair.client, 1));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	thaw_server(self);
	EXPECT_EQ(KIPC_THAWED, notice(&self->pair.client, 1));
}

/*
 * When the owner is gone there is nothing to tell any more. What was told stays,
 * and so does the watch, until it is taken back.
 */
TEST_F(watch, owner_closes) {
	struct kipc_stat stat;

	ASSERT_EQ(0, watch(self, 1));
	ASSERT_EQ(0, watch(self, 2));
	ASSERT_EQ(0, watch(self, 3));
	freeze_server(self);
	EXPECT_NE(0, notice(&self->pair.client, 1));
	endpoint_close(&self->pair.server);
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, notice(&self->pair.client, 2));
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, notice(&self->pair.client, 3));
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	EXPECT_EQ(-EOWNERDEAD, watch(self, 4));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(3, stat.watches.used);
	EXPECT_EQ(0, freeze_unwatch(&self->pair.client, 2));
	EXPECT_EQ(0, freeze_unwatch(&self->pair.client, 1));
	EXPECT_EQ(0, freeze_unwatch(&self->pair.client, 3));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.watches.used);
}

/* A closed endpoint is not kept in memory by those who watched it. */
TEST_F(watch, owner_is_not_pinned) {
	__u64 end = after(20 * SECOND);
	struct live before, live;

	ASSERT_EQ(0, watch(self, 1));
	ASSERT_EQ(0, handle_drop(&self->pair.client, self->pair.handle));
	ASSERT_EQ(0, live_read(&before));
	endpoint_close(&self->pair.server);
	do {
		ASSERT_EQ(0, live_read(&live));
		check(now() < end);
		pause_ms(1);
	} while (live.endpoints != before.endpoints - 1);
	EXPECT_EQ(before.watches, live.watches);
}

/* Of the two who know each other, either can go first, with notices waiting. */
TEST_F(watch, watcher_closes) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1),
				KIPC_RIGHTS_ALL);

	ASSERT_EQ(0, watch(self, 1));
	ASSERT_EQ(0, watch(self, 2));
	ASSERT_EQ(0, freeze_watch(&self->pair.server, back, 1));
	freeze_server(self);
	endpoint_close(&self->pair.client);
	thaw_server(self);
	EXPECT_EQ(0, notice(&self->pair.server, 1));
	EXPECT_EQ(0, freeze_unwatch(&self->pair.server, 1));
}

/* Who is frozen gets its notices when it is thawed. */
TEST_F(watch, watcher_is_frozen) {
	ASSERT_EQ(0, watch(self, 1));
	freeze(&self->controller, &self->pair.client);
	freeze_server(self);
	EXPECT_EQ(0, notice(&self->pair.client, 1));
	thaw(&self->controller, &self->pair.client);
	EXPECT_EQ(KIPC_FROZEN | KIPC_IS_FROZEN, notice(&self->pair.client, 1));
}

static void wait_for_notice(void *arg)
{
	struct endpoint *endpoint = arg;
	struct kipc_message message;

	must(recv_soon(endpoint, &message));
	check(message.kind == KIPC_MSG_FROZEN);
}

TEST_F(watch, wakes) {
	struct thread thread;

	ASSERT_EQ(0, watch(self, 1));
	thread_start(&thread, wait_for_notice, &self->pair.client);
	wait_blocked(thread.tid, KIPC_RECV);
	freeze_server(self);
	thread_join(&thread);
}

/**
 * struct party - a thread of the storms below
 * @thread: the thread
 * @self: the test
 * @number: its cookie, or the seed of its random numbers
 * @server: whom it freezes and thaws
 * @stop: set when it is to end
 */
struct party {
	struct thread thread;
	struct _test_data_watch *self;
	__u32 number;
	__u64 server;
	int stop;
};

static void toggle(void *arg)
{
	struct party *party = arg;
	struct _test_data_watch *self = party->self;
	struct kipc_freeze answer;
	int ret;

	while (!__atomic_load_n(&party->stop, __ATOMIC_ACQUIRE)) {
		ret = freeze_act(&self->controller, party->server,
				 next_random(&party->number) % 3, &answer);
		check(!ret || ret == -ENXIO);
	}
}

static void watch_and_unwatch(void *arg)
{
	struct party *party = arg;
	struct _test_data_watch *self = party->self;
	__u64 cookie = party->number;
	int ret;

	while (!__atomic_load_n(&party->stop, __ATOMIC_ACQUIRE)) {
		ret = watch(self, cookie);
		check(!ret || ret == -EOWNERDEAD);
		if (!ret)
			must(freeze_unwatch(&self->pair.client, cookie));
	}
}

static void start(struct party *party, struct _test_data_watch *self,
		  int number, void (*run)(void *arg))
{
	party->self = self;
	party->number = (__u32)number;
	party->server = number_of(&self->pair.server);
	party->stop = 0;
	thread_start(&party->thread, run, party);
}

static void stop(struct party *party)
{
	__atomic_store_n(&party->stop, 1, __ATOMIC_RELEASE);
	thread_join(&party->thread);
}

/* In the end the last notice says how it is. */
TEST_F(watch, none_is_missed) {
	struct party controller[2], watcher[2];
	struct kipc_message message;
	struct kipc_freeze answer;
	__u64 last = 0, end = after((debug_kernel() ? 3 : 1) * SECOND);
	int i;

	ASSERT_EQ(0, watch(self, 1));
	for (i = 0; i < 2; i++) {
		start(&controller[i], self, 3 + i, toggle);
		start(&watcher[i], self, 10 + i, watch_and_unwatch);
	}
	while (now() < end) {
		int ret = recv_now(&self->pair.client, &message);

		ASSERT_TRUE(!ret || ret == -EAGAIN);
		if (!ret && message.cookie == 1)
			last = message.bits;
	}
	for (i = 0; i < 2; i++) {
		stop(&controller[i]);
		stop(&watcher[i]);
	}
	while (!recv_now(&self->pair.client, &message))
		last = message.bits;
	freeze_query(&self->controller, &self->pair.server, &answer);
	EXPECT_EQ(answer.frozen, !!(last & KIPC_IS_FROZEN));
}

/* The owner closes while it is watched, unwatched, frozen and thawed. */
TEST_F_TIMEOUT(watch, while_closing, 120) {
	int i, rounds = debug_kernel() ? 50 : 300;
	struct party controller, watcher[2];

	for (; rounds; rounds--) {
		ASSERT_EQ(0, watch(self, 1));
		start(&controller, self, 3, toggle);
		for (i = 0; i < 2; i++)
			start(&watcher[i], self, 10 + i, watch_and_unwatch);
		endpoint_close(&self->pair.server);
		for (i = 0; i < 2; i++)
			stop(&watcher[i]);
		stop(&controller);
		EXPECT_EQ(0, freeze_unwatch(&self->pair.client, 1));
		endpoint_close(&self->pair.client);
		pair_open(&self->pair, POOL);
	}
}

TEST_HARNESS_MAIN
