// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Nodes and their end, also while handlers run. */

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "test.h"
#include "world.h"

/* A handler that says when it begins, and ends when told to */
struct gate {
	sem_t entered;
	sem_t leave;
	unsigned int left;
};

static void gate_init(struct gate *gate)
{
	sem_init(&gate->entered, 0, 0);
	sem_init(&gate->leave, 0, 0);
	gate->left = 0;
}

static int pass_gate(struct kipc_request *request, void *userdata)
{
	struct gate *gate = userdata;

	(void)request;
	sem_post(&gate->entered);
	sem_wait(&gate->leave);
	__atomic_add_fetch(&gate->left, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static void sleep_ms(long ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000 };

	nanosleep(&pause, NULL);
}

static void refuses_bad_arguments(void)
{
	struct kipc_node *node;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-EINVAL, kipc_node_new(world.server, NULL, NULL, 0, &node));
	EXPECT_EQ(-EINVAL, kipc_node_new(world.server, world_echo, NULL, 64,
					 &node));
	fake_fail(KIPC_NODE_CREATE, EDQUOT, 1);
	EXPECT_EQ(-EDQUOT, kipc_node_new(world.server, world_echo, NULL, 0,
					 &node));
	EXPECT_EQ(0, kipc_node_free(NULL));
	world_close(&world);
}

static void expect_made(const struct kipc_node *node, uint32_t flags,
			uint32_t policy, int32_t priority)
{
	struct kipc_node_create create;

	fake_node(kipc_node_id(node), &create);
	EXPECT_EQ(flags | KIPC_NODE_SMALL, create.flags);
	EXPECT_EQ(policy, create.policy);
	EXPECT_EQ(priority, create.priority);
}

static void is_made_as_asked(void)
{
	struct kipc_node_options options = {
		.flags = KIPC_NODE_MIN_PRIORITY | KIPC_NODE_NO_INHERIT,
		.policy = SCHED_OTHER,
		.priority = -5,
	};
	const unsigned int flags = KIPC_NODE_NO_SENDERS | KIPC_NODE_CANCELED |
				   KIPC_NODE_LABEL | KIPC_NODE_NO_INHERIT;
	struct kipc_node *node;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_node_new(world.server, world_echo, NULL, flags,
				   &node));
	expect_made(node, flags, 0, 0);
	EXPECT_EQ(0, kipc_node_new_with(world.server, world_echo, NULL,
					&options, &node));
	expect_made(node, options.flags, SCHED_OTHER, -5);
	options.policy = SCHED_FIFO;
	options.priority = 50;
	EXPECT_EQ(0, kipc_node_new_with(world.server, world_echo, NULL,
					&options, &node));
	expect_made(node, options.flags, SCHED_FIFO, 50);
	EXPECT_EQ(0, kipc_node_new_with(world.server, world_echo, NULL, NULL,
					&node));
	expect_made(node, 0, 0, 0);
	/* There is no priority without a policy, nor one without the flag */
	EXPECT_EQ(-EINVAL, kipc_node_new(world.server, world_echo, NULL,
					 KIPC_NODE_MIN_PRIORITY, &node));
	options.flags = 0;
	EXPECT_EQ(-EINVAL, kipc_node_new_with(world.server, world_echo, NULL,
					      &options, &node));
	world_close(&world);
}

static void *leave_soon(void *argument)
{
	struct gate *gate = argument;

	sleep_ms(20);
	sem_post(&gate->leave);
	return NULL;
}

/* The end of a node waits for its handlers */
static void waits_for_handlers(void)
{
	struct world world;
	struct gate gate;
	pthread_t thread;

	gate_init(&gate);
	world_open(&world, pass_gate, &gate);
	world_serve(&world, 2);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "x", 1));
	sem_wait(&gate.entered);
	EXPECT_EQ(0, pthread_create(&thread, NULL, leave_soon, &gate));
	EXPECT_EQ(0, kipc_node_free(world.node));
	EXPECT_EQ(1, gate.left);
	pthread_join(thread, NULL);
	EXPECT_EQ(-EOWNERDEAD, kipc_send(world.client, world.handle, 0, "x",
					 1));
	world_stop(&world);
	world_close(&world);
}

/* Handlers of other nodes are no reason to wait */
static void does_not_wait_for_others(void)
{
	struct kipc_node *other;
	struct world world;
	struct gate gate;

	gate_init(&gate);
	world_open(&world, pass_gate, &gate);
	EXPECT_EQ(0, kipc_node_new(world.server, world_echo, NULL, 0, &other));
	world_serve(&world, 2);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "x", 1));
	sem_wait(&gate.entered);
	EXPECT_EQ(0, kipc_node_free(other));
	EXPECT_EQ(0, gate.left);
	sem_post(&gate.leave);
	world_stop(&world);
	world_close(&world);
}

static int free_own(struct kipc_request *request, void *userdata)
{
	struct world *world = userdata;

	EXPECT_EQ(0, kipc_node_free(world->node));
	/* The request is still there */
	EXPECT_EQ(0, memcmp(kipc_request_data(request), "text", 4));
	return kipc_request_reply(request, 0, "freed", 5);
}

static void can_be_freed_by_its_handler(void)
{
	struct kipc_result result;
	struct world world;

	world_open(&world, free_own, &world);
	world_serve(&world, 1);
	world_expect(&world, "text", 0, "freed");
	EXPECT_EQ(-EOWNERDEAD, kipc_call(world.client, world.handle, 0, NULL,
					 0, KIPC_FOREVER, &result));
	EXPECT_EQ(0, fake_nodes() - 1 /* the library's own, for waking */);
	world_stop(&world);
	world_close(&world);
}

/* Its handler frees it while another thread is in its handler, too */
struct pair {
	struct world *world;
	struct gate gate;
};

static int free_or_pass(struct kipc_request *request, void *userdata)
{
	struct pair *pair = userdata;

	if (kipc_request_code(request))
		return pass_gate(request, &pair->gate);
	sem_post(&pair->gate.leave);
	EXPECT_EQ(0, kipc_node_free(pair->world->node));
	EXPECT_EQ(1, pair->gate.left);
	return 0;
}

static void waits_in_its_handler_for_others(void)
{
	struct world world;
	struct pair pair = { .world = &world };

	gate_init(&pair.gate);
	world_open(&world, free_or_pass, &pair);
	world_serve(&world, 2);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 1, NULL, 0));
	sem_wait(&pair.gate.entered);
	EXPECT_EQ(0, kipc_call(world.client, world.handle, 0, NULL, 0,
			       KIPC_FOREVER, NULL));
	world_stop(&world);
	world_close(&world);
}

static int dispatch_and_free(struct kipc_request *request, void *userdata)
{
	struct world *world = userdata;

	if (kipc_request_kind(request) == KIPC_MSG_NOTIFY)
		return kipc_node_free(world->node);
	EXPECT_EQ(1, kipc_dispatch_one(world->server, KIPC_NO_WAIT));
	EXPECT_EQ(0, memcmp(kipc_request_data(request), "text", 4));
	return 0;
}

/* A handler in a handler of one thread frees the node of both */
static void can_be_freed_by_a_nested_handler(void)
{
	struct world world;

	world_open(&world, dispatch_and_free, &world);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "text", 4));
	EXPECT_EQ(0, kipc_notify(world.client, world.handle, 1));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(0, fake_nodes());
	world_close(&world);
}

static void free_node(void *argument)
{
	const struct world *world = argument;

	EXPECT_EQ(0, kipc_node_free(world->node));
}

static void *call_in_vain(void *argument)
{
	world_expect(argument, "text", -EOWNERDEAD, "");
	return NULL;
}

static int never(struct kipc_request *request, void *userdata)
{
	(void)request;
	(void)userdata;
	EXPECT(!"called");
	return 0;
}

/* The node is freed when a call to it was received, but not yet looked at */
static void refuses_calls_that_are_too_late(void)
{
	struct world world;
	pthread_t caller;

	world_open(&world, never, NULL);
	fake_on_receive(free_node, &world);
	EXPECT_EQ(0, pthread_create(&caller, NULL, call_in_vain, &world));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_FOREVER));
	pthread_join(caller, NULL);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

static int count(struct kipc_request *request, void *userdata)
{
	(void)request;
	__atomic_add_fetch((unsigned int *)userdata, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static void *flood(void *argument)
{
	const struct world *world = argument;
	int ret;

	do {
		ret = kipc_call(world->client, world->handle, 0, "x", 1,
				KIPC_FOREVER, NULL);
	} while (!ret);
	EXPECT_EQ(-EOWNERDEAD, ret);
	return NULL;
}

/*
 * Calls of two threads while the node is freed. What is received after that
 * gets EOWNERDEAD, and the handler does not run again.
 */
static void ends_under_fire(void)
{
	unsigned int calls = 0, before;
	pthread_t callers[2];
	struct world world;

	for (int round = 0; round < 20; round++) {
		world_open(&world, count, &calls);
		world_serve(&world, 4);
		for (int i = 0; i < 2; i++)
			EXPECT_EQ(0, pthread_create(&callers[i], NULL, flood,
						    &world));
		sleep_ms(2);
		EXPECT_EQ(0, kipc_node_free(world.node));
		before = __atomic_load_n(&calls, __ATOMIC_SEQ_CST);
		for (int i = 0; i < 2; i++)
			pthread_join(callers[i], NULL);
		EXPECT_EQ(before, __atomic_load_n(&calls, __ATOMIC_SEQ_CST));
		world_stop(&world);
		world_close(&world);
		fake_reset();
	}
}

static const struct test tests[] = {
	TEST(refuses_bad_arguments),
	TEST(is_made_as_asked),
	TEST(waits_for_handlers),
	TEST(does_not_wait_for_others),
	TEST(can_be_freed_by_its_handler),
	TEST(waits_in_its_handler_for_others),
	TEST(can_be_freed_by_a_nested_handler),
	TEST(refuses_calls_that_are_too_late),
	TEST(ends_under_fire),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
