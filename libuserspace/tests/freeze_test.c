// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Freezing, and watches on it. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#include "test.h"
#include "world.h"

#define LOG_SIZE	256

/* What callbacks report: "1 " if frozen, "0 " if thawed */
struct journal {
	struct kipc_watch *watch;
	struct kipc *endpoint;
	uint32_t handle;
	uint64_t number;
	bool frees_itself;
	char text[LOG_SIZE];
};

static void on_freeze(struct kipc *endpoint, uint32_t handle, int frozen,
		      void *userdata)
{
	struct journal *journal = userdata;

	EXPECT(endpoint == journal->endpoint);
	EXPECT_EQ(journal->handle, handle);
	strcat(journal->text, frozen ? "1 " : "0 ");
	if (journal->frees_itself)
		EXPECT_EQ(0, kipc_watch_free(journal->watch));
}

static void expect_journal(struct journal *journal, const char *wanted)
{
	if (strcmp(wanted, journal->text))
		printf("# \"%s\" is not \"%s\"\n", journal->text, wanted);
	EXPECT_EQ(0, strcmp(wanted, journal->text));
	journal->text[0] = '\0';
}

/* The client watches the server; returns the server's number */
static void watch(const struct world *world, struct journal *journal)
{
	struct kipc_info info;

	*journal = (struct journal) {
		.endpoint = world->client,
		.handle = world->handle,
	};
	EXPECT_EQ(0, kipc_info(world->server, &info));
	journal->number = info.endpoint;
	EXPECT_EQ(0, kipc_freeze_watch(world->client, world->handle, on_freeze,
				       journal, &journal->watch));
}

static void freeze(const struct journal *journal)
{
	EXPECT_EQ(0, kipc_freeze(journal->endpoint, journal->number, NULL));
}

static void thaw(const struct journal *journal)
{
	EXPECT_EQ(0, kipc_thaw(journal->endpoint, journal->number, NULL));
}

static void dispatch(const struct journal *journal)
{
	EXPECT_EQ(1, kipc_dispatch(journal->endpoint, KIPC_NO_WAIT));
}

static void freezes_and_thaws(void)
{
	struct kipc_freeze state;
	struct kipc_info info;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_info(world.server, &info));
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "x", 1));
	EXPECT_EQ(0, kipc_freeze_query(world.client, info.endpoint, &state));
	EXPECT_EQ(0, state.frozen);
	EXPECT_EQ(1, state.queued);
	EXPECT_EQ(0, state.serving);
	EXPECT_EQ(0, kipc_freeze(world.client, info.endpoint, &state));
	EXPECT_EQ(1, state.frozen);
	EXPECT_EQ(-EAGAIN, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(-EAGAIN, kipc_call(world.client, world.handle, 0, NULL, 0,
				     KIPC_FOREVER, NULL));
	EXPECT_EQ(0, kipc_freeze(world.client, info.endpoint, NULL));
	EXPECT_EQ(0, kipc_freeze_query(world.client, info.endpoint, &state));
	EXPECT_EQ(1, state.frozen);
	EXPECT_EQ(0, kipc_thaw(world.client, info.endpoint, &state));
	EXPECT_EQ(0, state.frozen);
	EXPECT_EQ(1, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(-ENXIO, kipc_freeze(world.client, 0, &state));
	fake_fail(KIPC_FREEZE, EPERM, 1);
	EXPECT_EQ(-EPERM, kipc_thaw(world.client, info.endpoint, NULL));
	world_close(&world);
}

static void tells_of_changes(void)
{
	struct journal journal;
	struct world world;

	world_open(&world, world_echo, NULL);
	watch(&world, &journal);
	EXPECT_EQ(-EAGAIN, kipc_dispatch(world.client, KIPC_NO_WAIT));
	freeze(&journal);
	dispatch(&journal);
	expect_journal(&journal, "1 ");
	thaw(&journal);
	dispatch(&journal);
	expect_journal(&journal, "0 ");
	/* Changed back unseen: nothing to tell, whichever way it began */
	freeze(&journal);
	thaw(&journal);
	dispatch(&journal);
	expect_journal(&journal, "");
	freeze(&journal);
	thaw(&journal);
	freeze(&journal);
	dispatch(&journal);
	expect_journal(&journal, "1 ");
	thaw(&journal);
	freeze(&journal);
	dispatch(&journal);
	expect_journal(&journal, "");
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	EXPECT_EQ(0, fake_watches());
	thaw(&journal);
	EXPECT_EQ(-EAGAIN, kipc_dispatch(world.client, KIPC_NO_WAIT));
	world_close(&world);
}

static void tells_of_what_is_frozen_already(void)
{
	struct journal journal, second;
	struct world world;

	world_open(&world, world_echo, NULL);
	watch(&world, &journal);
	freeze(&journal);
	watch(&world, &second);
	EXPECT_EQ(2, kipc_dispatch(world.client, KIPC_NO_WAIT));
	expect_journal(&second, "1 ");
	/* The watch outlives its handle, and the owner it */
	EXPECT_EQ(0, kipc_handle_drop(world.client, world.handle));
	thaw(&second);
	EXPECT_EQ(2, kipc_dispatch(world.client, KIPC_NO_WAIT));
	expect_journal(&second, "0 ");
	EXPECT_EQ(0, kipc_close(world.server));
	EXPECT_EQ(-EAGAIN, kipc_dispatch(world.client, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	EXPECT_EQ(0, kipc_watch_free(second.watch));
	EXPECT_EQ(0, kipc_close(world.client));
}

static void watch_frees_itself(void)
{
	struct journal journal;
	struct world world;

	world_open(&world, world_echo, NULL);
	watch(&world, &journal);
	journal.frees_itself = true;
	freeze(&journal);
	dispatch(&journal);
	expect_journal(&journal, "1 ");
	EXPECT_EQ(0, fake_watches());
	thaw(&journal);
	world_close(&world);
}

static void refuses_bad_watches(void)
{
	struct kipc_watch *watch;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-EINVAL, kipc_freeze_watch(world.client, world.handle, NULL,
					     NULL, &watch));
	EXPECT_EQ(-ENXIO, kipc_freeze_watch(world.client, 5, on_freeze, NULL,
					    &watch));
	fake_fail(KIPC_FREEZE_WATCH, EDQUOT, 1);
	EXPECT_EQ(-EDQUOT, kipc_freeze_watch(world.client, world.handle,
					     on_freeze, NULL, &watch));
	EXPECT_EQ(0, kipc_node_free(world.node));
	EXPECT_EQ(-EOWNERDEAD, kipc_freeze_watch(world.client, world.handle,
						 on_freeze, NULL, &watch));
	EXPECT_EQ(0, fake_watches());
	world_close(&world);
}

static void thaw_and_dispatch(void *argument)
{
	const struct journal *journal = argument;

	thaw(journal);
	dispatch(journal);
}

/* The notice of the freezing was received first, but comes to be told last */
static void is_right_in_the_end(void)
{
	struct journal journal;
	struct world world;

	world_open(&world, world_echo, NULL);
	watch(&world, &journal);
	freeze(&journal);
	fake_on_receive(thaw_and_dispatch, &journal);
	EXPECT_EQ(1, kipc_dispatch_one(world.client, KIPC_NO_WAIT));
	expect_journal(&journal, "");
	freeze(&journal);
	dispatch(&journal);
	expect_journal(&journal, "1 ");
	thaw(&journal);
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	world_close(&world);
}

static void toggle_and_dispatch(void *argument)
{
	const struct journal *journal = argument;

	thaw(journal);
	freeze(journal);
	thaw(journal);
	dispatch(journal);
}

/* So it is if the second notice stands for several changes */
static void is_right_after_several_changes(void)
{
	struct journal journal;
	struct world world;

	world_open(&world, world_echo, NULL);
	watch(&world, &journal);
	freeze(&journal);
	fake_on_receive(toggle_and_dispatch, &journal);
	EXPECT_EQ(1, kipc_dispatch_one(world.client, KIPC_NO_WAIT));
	expect_journal(&journal, "");
	freeze(&journal);
	dispatch(&journal);
	expect_journal(&journal, "1 ");
	thaw(&journal);
	dispatch(&journal);
	expect_journal(&journal, "0 ");
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	world_close(&world);
}

/* A callback that says when it begins, and ends when told to */
struct slow {
	struct journal journal;
	sem_t entered;
	sem_t leave;
};

static void on_freeze_slowly(struct kipc *endpoint, uint32_t handle, int frozen,
			     void *userdata)
{
	struct slow *slow = userdata;

	on_freeze(endpoint, handle, frozen, &slow->journal);
	sem_post(&slow->entered);
	sem_wait(&slow->leave);
}

static void *dispatch_in_thread(void *argument)
{
	dispatch(argument);
	return NULL;
}

/* The second notice comes while the first one's callback still runs */
static void leaves_notices_to_the_busy_thread(void)
{
	struct world world;
	pthread_t thread;
	struct slow slow;

	sem_init(&slow.entered, 0, 0);
	sem_init(&slow.leave, 0, 0);
	world_open(&world, world_echo, NULL);
	watch(&world, &slow.journal);
	EXPECT_EQ(0, kipc_watch_free(slow.journal.watch));
	EXPECT_EQ(0, kipc_freeze_watch(world.client, world.handle,
				       on_freeze_slowly, &slow,
				       &slow.journal.watch));
	freeze(&slow.journal);
	EXPECT_EQ(0, pthread_create(&thread, NULL, dispatch_in_thread,
				    &slow.journal));
	sem_wait(&slow.entered);
	thaw(&slow.journal);
	dispatch(&slow.journal);
	sem_post(&slow.leave);
	sem_post(&slow.leave);
	pthread_join(thread, NULL);
	expect_journal(&slow.journal, "1 0 ");
	EXPECT_EQ(0, kipc_watch_free(slow.journal.watch));
	world_close(&world);
}

static const struct test tests[] = {
	TEST(freezes_and_thaws),
	TEST(tells_of_changes),
	TEST(tells_of_what_is_frozen_already),
	TEST(watch_frees_itself),
	TEST(refuses_bad_watches),
	TEST(is_right_in_the_end),
	TEST(is_right_after_several_changes),
	TEST(leaves_notices_to_the_busy_thread),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
