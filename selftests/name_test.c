// SPDX-License-Identifier: GPL-2.0-only
/* Publishing names, looking them up, waiting for them, and their end. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(name) {
	struct live live;
	struct endpoint server;
	struct endpoint client;
	__u32 node;
};

FIXTURE_SETUP(name) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->client, POOL);
	self->node = node_create(&self->server, COOKIE);
}

FIXTURE_TEARDOWN(name) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(name, published_and_found) {
	struct kipc_message message;
	__u32 handle;

	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "a.b", 0, &handle));
	ASSERT_EQ(0, name_publish(&self->server, "a.b", self->node, 0777));
	ASSERT_EQ(0, name_lookup(&self->client, "a.b", 0, &handle));
	ASSERT_EQ(0, send_bytes(&self->client, handle, NULL, 0));
	ASSERT_EQ(0, recv_soon(&self->server, &message));
	EXPECT_EQ(COOKIE, message.cookie);
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "a", 0, &handle));
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "a.bc", 0, &handle));
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "A.B", 0, &handle));
}

/* The same object by two names is one handle, with two uses. */
TEST_F(name, two_names) {
	__u32 first, second;

	ASSERT_EQ(0, name_publish(&self->server, "one", self->node, 0777));
	ASSERT_EQ(0, name_publish(&self->server, "two", self->node, 0777));
	ASSERT_EQ(0, name_lookup(&self->client, "one", 0, &first));
	ASSERT_EQ(0, name_lookup(&self->client, "two", 0, &second));
	EXPECT_EQ(first, second);
	EXPECT_EQ(0, handle_drop(&self->client, first));
	EXPECT_EQ(0, handle_drop(&self->client, first));
	EXPECT_EQ(-ENXIO, handle_drop(&self->client, first));
}

TEST_F(name, exists_already) {
	__u32 node = node_create(&self->client, 1);
	struct kipc_stat before;

	ASSERT_EQ(0, name_publish(&self->server, "taken", self->node, 0777));
	stat_get(&self->client, &before);
	EXPECT_EQ(-EEXIST, name_publish(&self->server, "taken", self->node,
					0777));
	EXPECT_EQ(-EEXIST, name_publish(&self->client, "taken", node, 0777));
	EXPECT_TRUE(stat_same(&self->client, &before));
	ASSERT_EQ(0, name_unpublish(&self->server, "taken"));
	EXPECT_EQ(0, name_publish(&self->client, "taken", node, 0777));
}

TEST_F(name, unpublished) {
	__u32 handle;

	EXPECT_EQ(-ENOENT, name_unpublish(&self->server, "gone"));
	ASSERT_EQ(0, name_publish(&self->server, "gone", self->node, 0777));
	ASSERT_EQ(0, name_lookup(&self->client, "gone", 0, &handle));
	ASSERT_EQ(0, name_unpublish(&self->server, "gone"));
	EXPECT_EQ(-ENOENT, name_unpublish(&self->server, "gone"));
	/* The handle does not depend on the name. */
	EXPECT_EQ(0, send_bytes(&self->client, handle, NULL, 0));
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "gone", 0, &handle));
}

/* One's own node comes back as its cookie. */
TEST_F(name, own_node) {
	static const char name[] = "own";
	struct kipc_name_lookup lookup = {
		.name = PTR(name),
		.name_size = sizeof(name) - 1,
		.handle = 99,
	};
	struct kipc_stat before;

	ASSERT_EQ(0, name_publish(&self->server, name, self->node, 0777));
	stat_get(&self->server, &before);
	ASSERT_EQ(0, kipc(self->server.fd, KIPC_NAME_LOOKUP, &lookup));
	EXPECT_EQ(0, lookup.handle);
	EXPECT_EQ(COOKIE, lookup.cookie);
	EXPECT_TRUE(stat_same(&self->server, &before));

	lookup.rights = 0;
	ASSERT_EQ(0, kipc(self->client.fd, KIPC_NAME_LOOKUP, &lookup));
	EXPECT_NE(0, lookup.handle);
	EXPECT_EQ(0, lookup.cookie);
	EXPECT_EQ(KIPC_RIGHTS_ALL, lookup.rights);
}

TEST_F(name, ends_with_the_node) {
	__u32 handle;

	ASSERT_EQ(0, name_publish(&self->server, "node", self->node, 0777));
	ASSERT_EQ(0, node_destroy(&self->server, self->node));
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "node", 0, &handle));
	EXPECT_EQ(-ENOENT, name_unpublish(&self->server, "node"));
	EXPECT_EQ(-ENXIO, name_publish(&self->server, "node", self->node,
				       0777));
}

TEST_F(name, ends_with_the_owner) {
	__u32 handle = connect_to(&self->client, &self->server, self->node, 0);

	ASSERT_EQ(0, name_publish_handle(&self->client, "alias", handle, 0777));
	endpoint_close(&self->server);
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "alias", 0, &handle));
}

/* ... and with the endpoint that published it, though the object lives on. */
TEST_F(name, ends_with_the_publisher) {
	__u32 handle = connect_to(&self->client, &self->server, self->node, 0);
	struct endpoint third;

	endpoint_open(&third, POOL);
	ASSERT_EQ(0, name_publish_handle(&self->client, "alias", handle, 0777));
	ASSERT_EQ(0, name_lookup(&third, "alias", 0, &handle));
	endpoint_close(&self->client);
	EXPECT_EQ(0, send_bytes(&third, handle, NULL, 0));
	EXPECT_EQ(-ENOENT, name_lookup(&third, "alias", 0, &handle));
}

TEST_F(name, of_a_dead_object) {
	__u32 handle = connect_to(&self->client, &self->server, self->node, 0);

	ASSERT_EQ(0, node_destroy(&self->server, self->node));
	EXPECT_EQ(-EOWNERDEAD, name_publish_handle(&self->client, "dead",
						   handle, 0777));
}

/* A handle can be published only with GRANT, and gives no more than it has. */
TEST_F(name, of_a_handle) {
	__u32 handle = connect_to(&self->client, &self->server, self->node, 0);
	__u32 less, found;
	struct endpoint third;

	endpoint_open(&third, POOL);
	ASSERT_EQ(0, handle_dup(&self->client, handle,
				KIPC_RIGHT_CALL | KIPC_RIGHT_WATCH, &less));
	EXPECT_EQ(-EACCES, name_publish_handle(&self->client, "less", less,
					       0777));
	ASSERT_EQ(0, handle_dup(&self->client, handle,
				KIPC_RIGHT_GRANT | KIPC_RIGHT_WATCH, &less));
	ASSERT_EQ(0, name_publish_handle(&self->client, "less", less, 0777));
	EXPECT_EQ(-EACCES, name_lookup(&third, "less", KIPC_RIGHT_CALL,
				       &found));
	ASSERT_EQ(0, name_lookup(&third, "less", 0, &found));
	EXPECT_EQ(-EACCES, send_bytes(&third, found, NULL, 0));
	EXPECT_EQ(0, handle_watch(&third, found, 1));
}

TEST_F(name, wait_for_what_is_there) {
	__u32 handle;

	ASSERT_EQ(0, name_publish(&self->server, "there", self->node, 0777));
	EXPECT_EQ(0, name_wait(&self->client, "there", 0, &handle));
	EXPECT_EQ(0, name_wait(&self->client, "there", 1, &handle));
}

TEST_F(name, wait_in_vain) {
	__u64 deadline = after(50 * MILLISECOND);
	__u32 handle;

	EXPECT_EQ(-ETIMEDOUT, name_wait(&self->client, "vain", 1, &handle));
	EXPECT_EQ(-ETIMEDOUT, name_wait(&self->client, "vain", deadline,
					&handle));
	EXPECT_LE(deadline, now());
}

struct waiter {
	struct endpoint *endpoint;
	struct thread thread;
	const char *name;
	__u32 handle;
	int ret;
};

static void wait_for_name(void *arg)
{
	struct waiter *waiter = arg;

	waiter->ret = name_wait(waiter->endpoint, waiter->name,
				after(20 * SECOND), &waiter->handle);
}

/* All who wait get it, and those who wait for another name sleep on. */
TEST_F(name, wait_until_it_appears) {
	struct waiter waiter[3];
	long switches;
	int i;

	for (i = 0; i < 3; i++) {
		waiter[i].endpoint = &self->client;
		waiter[i].name = i < 2 ? "awaited" : "other";
		thread_start(&waiter[i].thread, wait_for_name, &waiter[i]);
		wait_blocked(waiter[i].thread.tid, KIPC_NAME_LOOKUP);
	}
	switches = context_switches(waiter[2].thread.tid);
	ASSERT_EQ(0, name_publish(&self->server, "awaited", self->node, 0777));
	for (i = 0; i < 2; i++) {
		thread_join(&waiter[i].thread);
		EXPECT_EQ(0, waiter[i].ret);
		EXPECT_EQ(waiter[0].handle, waiter[i].handle);
	}
	EXPECT_EQ(switches, context_switches(waiter[2].thread.tid));
	ASSERT_EQ(0, name_publish(&self->server, "other", self->node, 0777));
	thread_join(&waiter[2].thread);
	EXPECT_EQ(0, waiter[2].ret);
}

static void publish_in_a_loop(void *arg)
{
	struct endpoint *endpoint = arg;
	__u32 node = node_create(endpoint, 2);
	int i, ret, won = 0;

	for (i = 0; i < (debug_kernel() ? 200 : 2000); i++) {
		ret = name_publish(endpoint, "contended", node, 0777);
		check(!ret || ret == -EEXIST);
		if (ret)
			continue;
		must(name_unpublish(endpoint, "contended"));
		won++;
	}
	check(won);
	must(node_destroy(endpoint, node));
}

/* Two who fight for a name: it is never anybody's but one's. */
TEST_F(name, contended) {
	struct thread first, second;
	__u32 handle;
	int i, ret;

	thread_start(&first, publish_in_a_loop, &self->server);
	thread_start(&second, publish_in_a_loop, &self->client);
	for (i = 0; i < (debug_kernel() ? 200 : 2000); i++) {
		ret = name_lookup(&self->client, "contended", 0, &handle);
		if (!ret && handle)
			EXPECT_EQ(0, handle_drop(&self->client, handle));
		if (ret)
			EXPECT_EQ(-ENOENT, ret);
	}
	thread_join(&first);
	thread_join(&second);
	EXPECT_EQ(-ENOENT, name_lookup(&self->client, "contended", 0, &handle));
}

TEST_HARNESS_MAIN
