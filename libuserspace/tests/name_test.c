// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Names: publishing, looking up, listing. */

#include <stdio.h>

#include "test.h"
#include "world.h"

static void publishes_and_unpublishes(void)
{
	char long_name[300];
	struct world world;

	memset(long_name, 'a', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-EEXIST, kipc_node_publish(world.node, WORLD_NAME, 0600));
	EXPECT_EQ(-EINVAL, kipc_node_publish(world.node, "", 0600));
	EXPECT_EQ(-ENAMETOOLONG, kipc_node_publish(world.node, long_name, 0));
	EXPECT_EQ(0, kipc_handle_publish(world.client, world.handle, "b",
					 0600));
	EXPECT_EQ(-ENXIO, kipc_handle_publish(world.client, 3, "c", 0600));
	EXPECT_EQ(0, kipc_name_unpublish(world.client, "b"));
	EXPECT_EQ(-ENOENT, kipc_name_unpublish(world.client, "b"));
	world_close(&world);
}

static void looks_up(void)
{
	struct kipc_node *own = NULL;
	struct world world;
	uint32_t handle;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-ENOENT, kipc_name_lookup(world.client, "b", 0, KIPC_NO_WAIT,
					    &handle, NULL));
	EXPECT_EQ(-ETIMEDOUT, kipc_name_lookup(world.client, "b", 0,
					       kipc_deadline_ms(1), &handle,
					       NULL));
	EXPECT_EQ(0, kipc_name_lookup(world.client, WORLD_NAME,
				      KIPC_RIGHT_CALL, KIPC_FOREVER, &handle,
				      &own));
	EXPECT_EQ(world.handle, handle);
	EXPECT(!own);
	EXPECT_EQ(2, fake_uses(kipc_fd(world.client), handle));
	EXPECT_EQ(0, kipc_handle_drop(world.client, handle));
	EXPECT_EQ(0, kipc_handle_dup(world.client, handle, KIPC_RIGHT_CALL,
				     &handle));
	EXPECT_EQ(-EACCES, kipc_handle_dup(world.client, handle, 8, &handle));
	world_close(&world);
}

static void finds_own_nodes(void)
{
	struct kipc_node *own;
	struct world world;
	uint32_t handle;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-ELOOP, kipc_name_lookup(world.server, WORLD_NAME, 0,
					   KIPC_NO_WAIT, &handle, NULL));
	EXPECT_EQ(0, kipc_name_lookup(world.server, WORLD_NAME, 0,
				      KIPC_NO_WAIT, &handle, &own));
	EXPECT_EQ(KIPC_NONE, handle);
	EXPECT(own == world.node);
	EXPECT(kipc_node_id(own) != 0);
	world_close(&world);
}

static void publish_many(const struct world *world, int count)
{
	char name[32];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "list.%02d", i);
		EXPECT_EQ(0, kipc_node_publish(world->node, name, 0640));
	}
}

static void expect_list(const struct world *world, int count)
{
	struct kipc_names *names;
	struct kipc_name name;
	uint64_t last = 0;
	char wanted[32];

	EXPECT_EQ(0, kipc_names_new(world->client, "list.", &names));
	for (int i = 0; i < count; i++) {
		snprintf(wanted, sizeof(wanted), "list.%02d", i);
		EXPECT_EQ(1, kipc_names_next(names, &name));
		EXPECT_EQ(0, strcmp(wanted, name.name));
		EXPECT(name.serial > last);
		EXPECT_EQ(0640, name.mode);
		EXPECT_EQ(KIPC_OBJECT_NODE, name.kind);
		last = name.serial;
	}
	EXPECT_EQ(0, kipc_names_next(names, &name));
	EXPECT_EQ(0, kipc_names_next(names, &name));
	kipc_names_free(names);
}

static void lists(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	expect_list(&world, 0);
	publish_many(&world, 30);
	expect_list(&world, 30);
	/* Page by page it is the same list */
	fake_list_one_by_one();
	expect_list(&world, 30);
	world_close(&world);
}

static void reports_errors_of_lists(void)
{
	char long_prefix[300];
	struct kipc_names *names;
	struct kipc_name name;
	struct world world;

	memset(long_prefix, 'a', sizeof(long_prefix));
	long_prefix[sizeof(long_prefix) - 1] = '\0';
	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-ENAMETOOLONG, kipc_names_new(world.client, long_prefix,
						&names));
	EXPECT_EQ(0, kipc_names_new(world.client, NULL, &names));
	fake_fail(KIPC_NAME_LIST, EINVAL, 1);
	EXPECT_EQ(-EINVAL, kipc_names_next(names, &name));
	EXPECT_EQ(1, kipc_names_next(names, &name));
	kipc_names_free(names);
	kipc_names_free(NULL);
	world_close(&world);
}

static const struct test tests[] = {
	TEST(publishes_and_unpublishes),
	TEST(looks_up),
	TEST(finds_own_nodes),
	TEST(lists),
	TEST(reports_errors_of_lists),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
