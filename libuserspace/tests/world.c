// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <time.h>

#include "test.h"
#include "world.h"

void world_open(struct world *world, kipc_handler handler, void *userdata)
{
	world->caller_count = 0;
	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &world->server));
	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &world->client));
	EXPECT_EQ(0, kipc_node_new(world->server, handler, userdata, 0,
				   &world->node));
	EXPECT_EQ(0, kipc_node_publish(world->node, WORLD_NAME, 0666));
	EXPECT_EQ(0, kipc_name_lookup(world->client, WORLD_NAME, 0,
				      KIPC_NO_WAIT, &world->handle, NULL));
}

static void *serve(void *argument)
{
	struct world *world = argument;

	world->result = kipc_serve(world->server, world->threads);
	return NULL;
}

void world_serve(struct world *world, unsigned int threads)
{
	world->threads = threads;
	EXPECT_EQ(0, pthread_create(&world->thread, NULL, serve, world));
}

void world_join(struct world *world)
{
	pthread_join(world->thread, NULL);
}

void world_stop(struct world *world)
{
	EXPECT_EQ(0, kipc_serve_stop(world->server));
	world_join(world);
	EXPECT_EQ(0, world->result);
}

void world_close(struct world *world)
{
	EXPECT_EQ(0, kipc_close(world->client));
	EXPECT_EQ(0, kipc_close(world->server));
}

void world_wait_idle(const struct world *world, unsigned int threads)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (fake_waiting(kipc_fd(world->server)) != threads)
		nanosleep(&pause, NULL);
}

void world_expect(const struct world *world, const char *text, int code,
		  const char *reply)
{
	struct kipc_result result;

	EXPECT_EQ(0, kipc_call(world->client, world->handle, 0, text,
			       strlen(text), KIPC_FOREVER, &result));
	EXPECT_EQ(code, result.code);
	EXPECT_EQ(strlen(reply), result.size);
	if (result.size == strlen(reply) && result.size)
		EXPECT_EQ(0, memcmp(result.data, reply, result.size));
	kipc_result_release(&result);
}

static void *call(void *argument)
{
	const struct world *world = argument;

	EXPECT_EQ(0, kipc_call(world->client, world->handle, 0, "x", 1,
			       KIPC_FOREVER, NULL));
	return NULL;
}

void world_call_many(struct world *world, unsigned int count)
{
	pthread_t *caller = &world->callers[world->caller_count];

	world->caller_count += count;
	for (; count; count--, caller++)
		EXPECT_EQ(0, pthread_create(caller, NULL, call, world));
}

void world_join_callers(struct world *world)
{
	while (world->caller_count)
		pthread_join(world->callers[--world->caller_count], NULL);
}

int world_echo(struct kipc_request *request, void *userdata)
{
	(void)userdata;
	return kipc_request_reply(request, 0, kipc_request_data(request),
				  kipc_request_size(request));
}
