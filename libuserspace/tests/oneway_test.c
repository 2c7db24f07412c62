// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * One-way messages: those for one node come one after the other, because the
 * library frees each one's slice as soon as it was handled.
 */
#include "test.h"
#include "world.h"

/* What the handler below saw: the codes in their order, and who was kept */
struct journal {
	unsigned int count;
	uint32_t codes[8];
	struct kipc_request *kept;
};

#define CODE_KEEP	100

static int note(struct kipc_request *request, void *userdata)
{
	struct journal *journal = userdata;

	journal->codes[journal->count++] = kipc_request_code(request);
	if (kipc_request_code(request) == CODE_KEEP)
		return kipc_request_defer(request, &journal->kept);
	return 0;
}

static int count_only(struct kipc_request *request, void *userdata)
{
	(void)request;
	++*(unsigned int *)userdata;
	return 0;
}

static void send(const struct world *world, uint32_t code)
{
	EXPECT_EQ(0, kipc_send(world->client, world->handle, code, NULL, 0));
}

static void publish_other(struct world *world, struct journal *journal,
			  uint32_t *handle)
{
	struct kipc_node *node;

	EXPECT_EQ(0, kipc_node_new(world->server, note, journal, 0, &node));
	EXPECT_EQ(0, kipc_node_publish(node, "test.other", 0666));
	EXPECT_EQ(0, kipc_name_lookup(world->client, "test.other", 0,
				      KIPC_NO_WAIT, handle, NULL));
}

/* An event loop that takes one at a time has nothing else that frees a slice */
static void frees_at_once(void)
{
	struct journal journal = { .count = 0 };
	struct world world;

	world_open(&world, note, &journal);
	for (uint32_t code = 1; code <= 3; code++)
		send(&world, code);
	EXPECT_EQ(3, fake_slices(kipc_fd(world.server)));
	for (uint32_t code = 1; code <= 3; code++) {
		EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_NO_WAIT));
		EXPECT_EQ(code, journal.codes[code - 1]);
		EXPECT_EQ(3 - code, fake_slices(kipc_fd(world.server)));
	}
	EXPECT_EQ(3, fake_count(KIPC_FREE));
	world_close(&world);
}

/* One that goes on receiving frees along with that */
static void frees_along(void)
{
	struct journal journal = { .count = 0 };
	struct world world;

	world_open(&world, note, &journal);
	for (uint32_t code = 1; code <= 3; code++)
		send(&world, code);
	EXPECT_EQ(3, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(3, journal.codes[2]);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	EXPECT_EQ(0, fake_count(KIPC_FREE));
	world_close(&world);
}

/* Who keeps one holds back those behind it, and nobody else */
static void keeps_those_behind_waiting(void)
{
	struct journal journal = { .count = 0 };
	struct journal other = { .count = 0 };
	struct world world;
	uint32_t handle;

	world_open(&world, note, &journal);
	publish_other(&world, &other, &handle);
	send(&world, CODE_KEEP);
	send(&world, 1);
	EXPECT_EQ(0, kipc_send(world.client, handle, 2, NULL, 0));
	EXPECT_EQ(2, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(1, journal.count);
	EXPECT_EQ(1, other.count);
	kipc_request_free(journal.kept);
	EXPECT_EQ(1, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(1, journal.codes[1]);
	world_close(&world);
}

/* A slice that waits to go back does so together with one that must */
static void frees_others_with_it(void)
{
	static const char large[KIPC_SMALL_MAX + 1];
	struct journal journal = { .count = 0 };
	struct kipc_result result;
	struct kipc_node *node;
	struct world world;
	uint32_t handle;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_node_new(world.client, note, &journal, 0, &node));
	EXPECT_EQ(0, kipc_node_publish(node, "test.client", 0666));
	EXPECT_EQ(0, kipc_name_lookup(world.server, "test.client", 0,
				      KIPC_NO_WAIT, &handle, NULL));
	world_serve(&world, 1);
	EXPECT_EQ(0, kipc_send(world.server, handle, 1, "x", 1));
	EXPECT_EQ(1, kipc_dispatch_one(world.client, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_send(world.server, handle, CODE_KEEP, "x", 1));
	EXPECT_EQ(1, kipc_dispatch_one(world.client, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_call(world.client, world.handle, 0, large,
			       sizeof(large), KIPC_FOREVER, &result));
	kipc_result_release(&result);
	EXPECT_EQ(2, fake_slices(kipc_fd(world.client)));
	kipc_request_free(journal.kept);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.client)));
	EXPECT_EQ(2, fake_count(KIPC_FREE));
	world_stop(&world);
	world_close(&world);
}

static int echo_and_note(struct kipc_request *request, void *userdata)
{
	int ret = note(request, userdata);

	if (kipc_request_kind(request) == KIPC_MSG_CALL)
		return world_echo(request, userdata);
	return ret;
}

/* One system call for all of them, and one to give back what they held */
static void takes_many_at_once(void)
{
	struct journal journal = { .count = 0 };
	struct world world;
	uint32_t handle;

	world_open(&world, note, &journal);
	publish_other(&world, &journal, &handle);
	send(&world, 1);
	send(&world, 2);
	EXPECT_EQ(0, kipc_send(world.client, handle, 3, "x", 1));
	EXPECT_EQ(0, kipc_notify(world.client, handle, 1));
	send(&world, 4);
	EXPECT_EQ(5, kipc_dispatch_batch(world.server, KIPC_FOREVER));
	EXPECT_EQ(1, fake_count(KIPC_RECV_BATCH));
	EXPECT_EQ(1, fake_count(KIPC_FREE));
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	EXPECT_EQ(5, journal.count);
	for (uint32_t i = 0; i < 3; i++)
		EXPECT_EQ(i + 1, journal.codes[i]);
	EXPECT_EQ(4, journal.codes[4]);
	EXPECT_EQ(-EAGAIN, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(-ETIMEDOUT, kipc_dispatch_batch(world.server,
						  kipc_deadline_ms(1)));
	world_close(&world);
}

static void *call_between(void *argument)
{
	world_expect(argument, "between", 0, "between");
	return NULL;
}

/* Those before a call, the call alone, those behind it */
static void takes_calls_alone(void)
{
	struct journal journal = { .count = 0 };
	struct world world;
	pthread_t thread;

	world_open(&world, echo_and_note, &journal);
	send(&world, 1);
	send(&world, 2);
	EXPECT_EQ(0, pthread_create(&thread, NULL, call_between, &world));
	while (fake_queued(kipc_fd(world.server)) != 3)
		;
	send(&world, 3);
	EXPECT_EQ(2, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(1, fake_count(KIPC_FREE));
	EXPECT_EQ(1, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(1, fake_count(KIPC_FREE));
	pthread_join(thread, NULL);
	EXPECT_EQ(1, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(3, journal.codes[3]);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

static void takes_no_more_than_fit(void)
{
	unsigned int count = 0;
	struct world world;

	world_open(&world, count_only, &count);
	for (int i = 0; i < 100; i++)
		send(&world, 0);
	EXPECT_EQ(64, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(36, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(100, count);
	world_close(&world);
}

/* One that is kept stays, and holds back what comes next, but not the batch */
static void keeps_one_of_many(void)
{
	struct journal journal = { .count = 0 };
	struct world world;

	world_open(&world, note, &journal);
	send(&world, CODE_KEEP);
	send(&world, 1);
	EXPECT_EQ(2, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(1, fake_slices(kipc_fd(world.server)));
	send(&world, 2);
	EXPECT_EQ(-EAGAIN, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	kipc_request_free(journal.kept);
	EXPECT_EQ(1, kipc_dispatch_batch(world.server, KIPC_NO_WAIT));
	world_close(&world);
}

static const struct test tests[] = {
	TEST(frees_at_once),
	TEST(frees_along),
	TEST(keeps_those_behind_waiting),
	TEST(frees_others_with_it),
	TEST(takes_many_at_once),
	TEST(takes_calls_alone),
	TEST(takes_no_more_than_fit),
	TEST(keeps_one_of_many),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
