// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Endpoints: opening, closing, forking; and deadlines. */

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "world.h"

static void opens_and_closes(void)
{
	struct kipc_info info;
	struct kipc_stat stat;
	struct kipc *endpoint;

	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &endpoint));
	/* What the structs hold beforehand is nothing to the library */
	memset(&info, 0xff, sizeof(info));
	memset(&stat, 0xff, sizeof(stat));
	EXPECT_EQ(0, kipc_info(endpoint, &info));
	EXPECT_EQ(1 << 20, info.pool_size);
	EXPECT_EQ(0, kipc_stat(endpoint, &stat));
	EXPECT(kipc_fd(endpoint) >= 0);
	EXPECT_EQ(0, kipc_close(endpoint));
	EXPECT_EQ(0, kipc_close(NULL));
}

static void rounds_pool_up(void)
{
	struct kipc_info info;
	struct kipc *endpoint;

	EXPECT_EQ(0, kipc_open("/dev/kipc", 1, 0, &endpoint));
	EXPECT_EQ(0, kipc_info(endpoint, &info));
	EXPECT_EQ(sysconf(_SC_PAGESIZE), info.pool_size);
	EXPECT_EQ(0, kipc_close(endpoint));
}

static void opens_without_pool(void)
{
	struct kipc_info info;
	struct kipc *endpoint;

	EXPECT_EQ(0, kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, &endpoint));
	EXPECT_EQ(0, kipc_info(endpoint, &info));
	EXPECT_EQ(0, info.pool_size);
	EXPECT_EQ(0, kipc_close(endpoint));
}

static void refuses_bad_arguments(void)
{
	struct kipc *endpoint;

	EXPECT_EQ(-EINVAL, kipc_open(NULL, 0, 2, &endpoint));
	EXPECT_EQ(-EINVAL, kipc_open(NULL, 4096, KIPC_OPEN_NO_POOL,
				     &endpoint));
	EXPECT_EQ(-EINVAL, kipc_open(NULL, KIPC_POOL_MAX + 1, 0, &endpoint));
	EXPECT_EQ(-ENOENT, kipc_open("/nowhere", 0, 0, &endpoint));
}

static void refuses_other_abi(void)
{
	struct kipc *endpoint;

	fake_set_abi(KIPC_ABI_VERSION + 1);
	EXPECT_EQ(-EPROTONOSUPPORT, kipc_open(NULL, 0, 0, &endpoint));
	fake_fail(KIPC_INFO, ENOTTY, 1);
	EXPECT_EQ(-ENOTTY, kipc_open(NULL, 0, 0, &endpoint));
}

static int close_own(struct kipc_request *request, void *userdata)
{
	*(int *)userdata = kipc_close(kipc_request_endpoint(request));
	return 0;
}

static void is_not_closed_under_a_handler(void)
{
	struct world world;
	int closed = 0;

	world_open(&world, close_own, &closed);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, NULL, 0));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(-EBUSY, closed);
	world_close(&world);
}

static void never_died(struct kipc *endpoint, uint32_t handle, void *userdata)
{
	(void)endpoint;
	(void)handle;
	(void)userdata;
	abort();
}

static void never_named(struct kipc *endpoint, const struct kipc_name *name,
			int appeared, void *userdata)
{
	(void)endpoint;
	(void)name;
	(void)appeared;
	(void)userdata;
	abort();
}

/* What is left open is freed with the endpoint: the leak checker looks */
static void frees_what_it_owns(void)
{
	struct kipc_watch *watch;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_handle_watch(world.client, world.handle,
				       never_died, NULL,
				       &watch));
	EXPECT_EQ(0, kipc_name_watch(world.client, "a",
				     never_named, NULL, 0,
				     &watch));
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(0, kipc_node_new(world.server, world_echo, NULL, 0,
					   &world.node));
	world_close(&world);
}

/* In the child of a fork: returns what is wrong, as a bit each */
static int child(struct world *world)
{
	struct kipc_result result;
	struct kipc_info info;
	uint32_t handle;
	int bad = 0;

	bad |= kipc_fd(world->server) != -ECHILD;
	bad |= (kipc_info(world->server, &info) != -ECHILD) << 1;
	bad |= (kipc_call(world->client, world->handle, 0, NULL, 0, 0,
			  &result) != -ECHILD) << 2;
	bad |= (kipc_node_free(world->node) != -ECHILD) << 3;
	bad |= (kipc_name_lookup(world->client, WORLD_NAME, 0, KIPC_NO_WAIT,
				 &handle, NULL) != -ECHILD) << 4;
	bad |= (kipc_serve(world->server, 1) != -ECHILD) << 5;
	bad |= (kipc_close(world->server) != 0) << 6;
	return bad;
}

static void does_nothing_in_a_child(void)
{
	struct world world;
	int status;
	pid_t pid;

	world_open(&world, world_echo, NULL);
	pid = fork();
	if (!pid)
		_exit(child(&world));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, NULL, 0));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_NO_WAIT));
	world_close(&world);
}

static void counts_deadlines(void)
{
	uint64_t deadline = kipc_deadline_ms(1000);
	uint64_t left = kipc_deadline_remaining(deadline);

	EXPECT(left > 0 && left <= 1000000000);
	EXPECT_EQ(0, kipc_deadline_remaining(KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_deadline_remaining(kipc_deadline_ns(0)));
	EXPECT(kipc_deadline_remaining(KIPC_FOREVER) == UINT64_MAX);
	EXPECT_EQ(INT64_MAX, kipc_deadline_ns(UINT64_MAX));
	EXPECT_EQ(INT64_MAX, kipc_deadline_ms(UINT64_MAX));
	EXPECT_EQ(INT64_MAX, kipc_deadline_ms(INT64_MAX / 1000000));
}

static const struct test tests[] = {
	TEST(opens_and_closes),
	TEST(rounds_pool_up),
	TEST(opens_without_pool),
	TEST(refuses_bad_arguments),
	TEST(refuses_other_abi),
	TEST(is_not_closed_under_a_handler),
	TEST(frees_what_it_owns),
	TEST(does_nothing_in_a_child),
	TEST(counts_deadlines),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
