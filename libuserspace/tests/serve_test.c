// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* kipc_serve(): how its threads come, and how they go. */

#include <signal.h>
#include <time.h>

#include "test.h"
#include "world.h"

#define MANY	8

/* Handlers that meet here: how many were in at the same time */
struct crowd {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int inside;
	unsigned int most;
	unsigned int wanted;
};

static void crowd_init(struct crowd *crowd, unsigned int wanted)
{
	*crowd = (struct crowd) {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.wanted = wanted,
	};
}

/* Wait until as many as wanted are inside */
static int meet(struct kipc_request *request, void *userdata)
{
	struct crowd *crowd = userdata;

	(void)request;
	pthread_mutex_lock(&crowd->lock);
	if (++crowd->inside > crowd->most)
		crowd->most = crowd->inside;
	pthread_cond_broadcast(&crowd->changed);
	while (crowd->most < crowd->wanted)
		pthread_cond_wait(&crowd->changed, &crowd->lock);
	crowd->inside--;
	pthread_mutex_unlock(&crowd->lock);
	return 0;
}

/* Eight handlers that wait for each other need eight threads */
static void grows_to_what_is_needed(void)
{
	struct crowd crowd;
	struct world world;

	crowd_init(&crowd, MANY);
	world_open(&world, meet, &crowd);
	world_serve(&world, 100);
	world_call_many(&world, MANY);
	world_join_callers(&world);
	world_stop(&world);
	EXPECT_EQ(MANY, crowd.most);
	world_close(&world);
}

/* With each thread that gets busy exactly one is started, which waits */
static void starts_one_at_a_time(void)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	struct crowd crowd;
	struct world world;

	crowd_init(&crowd, MANY);
	world_open(&world, meet, &crowd);
	world_serve(&world, 100);
	for (unsigned int busy = 1; busy < MANY; busy++) {
		world_wait_idle(&world, 1);
		world_call_many(&world, 1);
		pthread_mutex_lock(&crowd.lock);
		while (crowd.most < busy)
			pthread_cond_wait(&crowd.changed, &crowd.lock);
		pthread_mutex_unlock(&crowd.lock);
		world_wait_idle(&world, 1);
		nanosleep(&pause, NULL);
		EXPECT_EQ(1, fake_waiting(kipc_fd(world.server)));
	}
	world_call_many(&world, 1);
	world_join_callers(&world);
	world_wait_idle(&world, MANY + 1);
	world_stop(&world);
	world_close(&world);
}

static int linger(struct kipc_request *request, void *userdata)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	struct crowd *crowd = userdata;

	(void)request;
	pthread_mutex_lock(&crowd->lock);
	if (++crowd->inside > crowd->most)
		crowd->most = crowd->inside;
	pthread_mutex_unlock(&crowd->lock);
	nanosleep(&pause, NULL);
	pthread_mutex_lock(&crowd->lock);
	crowd->inside--;
	pthread_mutex_unlock(&crowd->lock);
	return 0;
}

static void stays_within_limit(void)
{
	struct crowd crowd;
	struct world world;

	crowd_init(&crowd, 0);
	world_open(&world, linger, &crowd);
	world_serve(&world, 3);
	world_call_many(&world, 40);
	world_join_callers(&world);
	world_wait_idle(&world, 3);
	world_stop(&world);
	EXPECT_EQ(3, crowd.most);
	world_close(&world);
}

/* Threads that have nothing to do go, but for a few; and come again */
static void shrinks_when_idle(void)
{
	struct crowd crowd;
	struct world world;

	world_open(&world, meet, &crowd);
	world_serve(&world, MANY);
	for (int round = 0; round < 3; round++) {
		crowd_init(&crowd, MANY);
		world_call_many(&world, MANY);
		world_join_callers(&world);
		EXPECT_EQ(MANY, crowd.most);
		world_wait_idle(&world, MANY);
		fake_time_out();
		world_wait_idle(&world, 4);
		fake_time_out();
		crowd_init(&crowd, 1);
		world_call_many(&world, 1);
		world_join_callers(&world);
		world_wait_idle(&world, 4);
	}
	world_stop(&world);
	world_close(&world);
}

/* They come and go, and every call is answered */
static void grows_and_shrinks_under_fire(void)
{
	struct crowd crowd;
	struct world world;

	world_open(&world, linger, &crowd);
	world_serve(&world, MANY);
	for (int round = 0; round < 20; round++) {
		crowd_init(&crowd, 0);
		world_call_many(&world, 2 * MANY);
		fake_time_out();
		world_join_callers(&world);
		fake_time_out();
	}
	world_stop(&world);
	world_close(&world);
}

/* One at a time: no thread is started for those who come one by one */
static void does_not_grow_without_need(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	world_serve(&world, 100);
	for (int i = 0; i < 50; i++) {
		world_expect(&world, "text", 0, "text");
		/* Until the server waits again; a second thread may be there */
		while (!fake_waiting(kipc_fd(world.server)))
			;
	}
	EXPECT(fake_waiting(kipc_fd(world.server)) <= 2);
	world_stop(&world);
	world_close(&world);
}

static void refuses_bad_arguments(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-EINVAL, kipc_serve(world.server, 0));
	EXPECT_EQ(-EINVAL, kipc_serve(world.server, 1025));
	fake_fail(KIPC_NODE_CREATE, EDQUOT, 1);
	EXPECT_EQ(-EDQUOT, kipc_serve(world.server, 1));
	EXPECT_EQ(1, fake_nodes());
	world_serve(&world, 1);
	world_wait_idle(&world, 1);
	EXPECT_EQ(-EBUSY, kipc_serve(world.server, 1));
	EXPECT_EQ(-EBUSY, kipc_close(world.server));
	world_stop(&world);
	world_close(&world);
}

static int stop_own(struct kipc_request *request, void *userdata)
{
	(void)userdata;
	EXPECT_EQ(0, kipc_serve_stop(kipc_request_endpoint(request)));
	return kipc_request_reply(request, 0, "stopped", 7);
}

/* A handler stops its loop, and its call is answered all the same */
static void stops_in_a_handler(void)
{
	struct world world;

	world_open(&world, stop_own, NULL);
	world_serve(&world, 4);
	world_expect(&world, "text", 0, "stopped");
	world_join(&world);
	EXPECT_EQ(0, world.result);
	world_close(&world);
}

static void stops_when_all_wait(void)
{
	struct crowd crowd;
	struct world world;

	crowd_init(&crowd, MANY);
	world_open(&world, meet, &crowd);
	world_serve(&world, MANY);
	world_call_many(&world, MANY);
	world_join_callers(&world);
	world_wait_idle(&world, MANY);
	world_stop(&world);
	/* And again, on the same endpoint */
	world_serve(&world, 1);
	world_wait_idle(&world, 1);
	world_stop(&world);
	EXPECT_EQ(0, fake_waiting(kipc_fd(world.server)));
	world_close(&world);
}

static void stops_before_it_began(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_serve_stop(world.server));
	EXPECT_EQ(0, kipc_serve(world.server, 4));
	world_serve(&world, 1);
	world_expect(&world, "text", 0, "text");
	world_stop(&world);
	world_close(&world);
}

/* A crowd, and who called kipc_serve() */
struct masks {
	struct crowd crowd;
	const struct world *world;
};

static int meet_with_masks(struct kipc_request *request, void *userdata)
{
	struct masks *masks = userdata;
	bool is_first = pthread_equal(masks->world->thread, pthread_self());
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	EXPECT_EQ(!is_first, sigismember(&set, SIGTERM));
	return meet(request, &masks->crowd);
}

static void blocks_signals_in_its_threads(void)
{
	struct world world;
	struct masks masks = { .world = &world };

	crowd_init(&masks.crowd, MANY);
	world_open(&world, meet_with_masks, &masks);
	world_serve(&world, MANY);
	world_wait_idle(&world, 1);
	world_call_many(&world, MANY);
	world_join_callers(&world);
	world_wait_idle(&world, MANY);
	world_stop(&world);
	world_close(&world);
}

/* What interrupts or delays a receipt does not end the loop */
static void goes_on_after_errors(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	fake_fail(KIPC_REPLY_RECV, EINTR, 3);
	world_serve(&world, 1);
	world_expect(&world, "text", 0, "text");
	EXPECT(fake_count(KIPC_REPLY_RECV) >= 4);
	world_stop(&world);
	fake_fail(KIPC_REPLY_RECV, ENOMEM, 2);
	world_serve(&world, 1);
	world_expect(&world, "text", 0, "text");
	world_stop(&world);
	world_close(&world);
}

/* What it cannot survive ends it, in all threads */
static void ends_with_the_first_error(void)
{
	struct crowd crowd;
	struct world world;

	crowd_init(&crowd, MANY);
	world_open(&world, meet, &crowd);
	world_serve(&world, MANY);
	world_call_many(&world, MANY);
	world_join_callers(&world);
	world_wait_idle(&world, MANY);
	fake_fail(KIPC_REPLY_RECV, EIO, 1);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "x", 1));
	world_join(&world);
	EXPECT_EQ(-EIO, world.result);
	EXPECT_EQ(0, fake_waiting(kipc_fd(world.server)));
	world_close(&world);
}

/* A wake-up that fails is tried again */
static void stops_in_spite_of_errors(void)
{
	struct crowd crowd;
	struct world world;

	crowd_init(&crowd, MANY);
	world_open(&world, meet, &crowd);
	world_serve(&world, MANY);
	world_call_many(&world, MANY);
	world_join_callers(&world);
	world_wait_idle(&world, MANY);
	fake_fail(KIPC_NOTIFY, ENOMEM, 1);
	EXPECT_EQ(-ENOMEM, kipc_serve_stop(world.server));
	fake_fail(KIPC_NOTIFY, ENOMEM, 3);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "x", 1));
	world_join(&world);
	EXPECT_EQ(0, world.result);
	world_close(&world);
}

static void *dispatch(void *argument)
{
	struct world *world = argument;
	int ret;

	do {
		ret = kipc_dispatch(world->server, kipc_deadline_ms(300));
	} while (ret > 0);
	EXPECT_EQ(-ETIMEDOUT, ret);
	return NULL;
}

/* One who dispatches beside may get the wake-up, and must pass it on */
static void stops_beside_a_dispatch(void)
{
	struct world world;
	pthread_t thread;

	world_open(&world, world_echo, NULL);
	world_serve(&world, 1);
	world_wait_idle(&world, 1);
	/* The last one to come is the first to be woken */
	EXPECT_EQ(0, pthread_create(&thread, NULL, dispatch, &world));
	world_wait_idle(&world, 2);
	world_stop(&world);
	pthread_join(thread, NULL);
	world_close(&world);
}

static const struct test tests[] = {
	TEST(grows_to_what_is_needed),
	TEST(starts_one_at_a_time),
	TEST(stays_within_limit),
	TEST(shrinks_when_idle),
	TEST(grows_and_shrinks_under_fire),
	TEST(does_not_grow_without_need),
	TEST(refuses_bad_arguments),
	TEST(stops_in_a_handler),
	TEST(stops_when_all_wait),
	TEST(stops_before_it_began),
	TEST(blocks_signals_in_its_threads),
	TEST(goes_on_after_errors),
	TEST(ends_with_the_first_error),
	TEST(stops_in_spite_of_errors),
	TEST(stops_beside_a_dispatch),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
