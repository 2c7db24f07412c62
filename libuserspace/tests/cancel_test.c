// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Callers that leave, and how handlers learn of it. */
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "test.h"
#include "world.h"

/* More than the library keeps of what it does not know */
#define MANY	100

/* What handlers and callbacks do here */
struct scene {
	struct world world;
	pthread_t handler_thread;
	struct kipc_request *deferred;
	struct kipc_request *told;
	unsigned int told_count;
	bool is_over;
	sem_t left;
	sem_t called;
};

static void sleep_ms(long ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000 };

	nanosleep(&pause, NULL);
}

static void scene_open(struct scene *scene, kipc_handler handler,
		       unsigned int flags)
{
	struct world *world = &scene->world;

	*scene = (struct scene) { .told_count = 0 };
	sem_init(&scene->left, 0, 0);
	sem_init(&scene->called, 0, 0);
	world->caller_count = 0;
	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &world->server));
	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &world->client));
	EXPECT_EQ(0, kipc_node_new(world->server, handler, scene, flags,
				   &world->node));
	EXPECT_EQ(0, kipc_node_publish(world->node, WORLD_NAME, 0666));
	EXPECT_EQ(0, kipc_name_lookup(world->client, WORLD_NAME, 0,
				      KIPC_NO_WAIT, &world->handle, NULL));
}

static void scene_close(struct scene *scene)
{
	EXPECT_EQ(0, fake_calls());
	EXPECT_EQ(0, fake_slices(kipc_fd(scene->world.server)));
	world_close(&scene->world);
}

/* Call, and leave soon, but not before it was received, however slow that is */
static void call_and_leave(struct scene *scene)
{
	struct kipc_result result;

	do
		EXPECT_EQ(-ETIMEDOUT, kipc_call(scene->world.client,
						scene->world.handle, 0, NULL,
						0, kipc_deadline_ms(20),
						&result));
	while (result.stage == KIPC_STAGE_WITHDRAWN);
	EXPECT_EQ(KIPC_STAGE_RECEIVED, result.stage);
	sem_post(&scene->left);
}

static void *leave(void *argument)
{
	call_and_leave(argument);
	return NULL;
}

static int wait_until_cancelled(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(0, kipc_request_cancelled(request));
	while (!kipc_request_cancelled(request))
		sleep_ms(1);
	scene->is_over = true;
	return kipc_request_reply(request, 0, NULL, 0);
}

static void tells_a_handler_that_asks(void)
{
	struct scene scene;

	scene_open(&scene, wait_until_cancelled, KIPC_NODE_CANCELED);
	world_serve(&scene.world, 2);
	for (int i = 0; i < 3; i++)
		call_and_leave(&scene);
	world_stop(&scene.world);
	EXPECT(scene.is_over);
	scene_close(&scene);
}

static int outlive_caller(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	sem_wait(&scene->left);
	EXPECT_EQ(0, kipc_request_cancelled(request));
	EXPECT_EQ(-EINVAL, kipc_request_on_cancel(request, NULL, NULL));
	/* Made at once, this says so itself */
	EXPECT_EQ(-ECANCELED, kipc_request_replyv(request, 0, NULL,
						  KIPC_REPLY_NOW));
	EXPECT_EQ(1, kipc_request_cancelled(request));
	return 0;
}

static void does_not_tell_unasked(void)
{
	struct scene scene;

	scene_open(&scene, outlive_caller, 0);
	world_serve(&scene.world, 2);
	call_and_leave(&scene);
	world_stop(&scene.world);
	scene_close(&scene);
}

static void note(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(1, kipc_request_cancelled(request));
	EXPECT_EQ(-EBUSY, kipc_request_on_cancel(request, note, scene));
	scene->told = request;
	scene->told_count++;
	sem_post(&scene->called);
}

static int wait_for_callback(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(0, kipc_request_on_cancel(request, note, scene));
	sem_wait(&scene->called);
	EXPECT(scene->told == request);
	/* Too late for this one to be called later; so it is called now */
	EXPECT_EQ(0, kipc_request_on_cancel(request, note, scene));
	EXPECT_EQ(2, scene->told_count);
	return 0;
}

static void calls_back(void)
{
	struct scene scene;

	scene_open(&scene, wait_for_callback, KIPC_NODE_CANCELED);
	world_serve(&scene.world, 2);
	call_and_leave(&scene);
	world_stop(&scene.world);
	EXPECT_EQ(2, scene.told_count);
	scene_close(&scene);
}

static int change_mind(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(0, kipc_request_on_cancel(request, note, scene));
	EXPECT_EQ(0, kipc_request_on_cancel(request, NULL, NULL));
	while (!kipc_request_cancelled(request))
		sleep_ms(1);
	return 0;
}

static void does_not_call_back_any_more(void)
{
	struct scene scene;

	scene_open(&scene, change_mind, KIPC_NODE_CANCELED);
	world_serve(&scene.world, 2);
	call_and_leave(&scene);
	world_stop(&scene.world);
	EXPECT_EQ(0, scene.told_count);
	scene_close(&scene);
}

/* Says that it began, and takes its time */
static void dawdle(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	sem_post(&scene->called);
	/* It is not this thread that serves it */
	EXPECT(!kipc_request_current());
	sleep_ms(20);
	EXPECT(!kipc_request_data(request));
	__atomic_store_n(&scene->is_over, true, __ATOMIC_SEQ_CST);
}

static int end_meanwhile(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(0, kipc_request_on_cancel(request, dawdle, scene));
	sem_wait(&scene->called);
	return 0;
}

/* A request does not end while its callback runs */
static void waits_for_the_callback(void)
{
	struct scene scene;
	pthread_t caller;

	scene_open(&scene, end_meanwhile, KIPC_NODE_CANCELED);
	EXPECT_EQ(0, pthread_create(&caller, NULL, leave, &scene));
	world_serve(&scene.world, 1);
	EXPECT_EQ(1, kipc_dispatch_one(scene.world.server, KIPC_FOREVER));
	EXPECT(__atomic_load_n(&scene.is_over, __ATOMIC_SEQ_CST));
	pthread_join(caller, NULL);
	world_stop(&scene.world);
	scene_close(&scene);
}

static void free_deferred(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT(request == scene->deferred);
	EXPECT_EQ(1, kipc_request_cancelled(request));
	kipc_request_free(request);
	scene->told_count++;
}

static int defer_and_watch(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(0, kipc_request_on_cancel(request, free_deferred, scene));
	return kipc_request_defer(request, &scene->deferred);
}

/* The callback goes with the request, and may end it; and its node may be gone */
static void follows_a_deferred_request(void)
{
	struct scene scene;
	pthread_t caller;

	scene_open(&scene, defer_and_watch, KIPC_NODE_CANCELED);
	EXPECT_EQ(0, pthread_create(&caller, NULL, leave, &scene));
	EXPECT_EQ(1, kipc_dispatch_one(scene.world.server, KIPC_FOREVER));
	EXPECT_EQ(0, kipc_request_cancelled(scene.deferred));
	EXPECT_EQ(0, kipc_node_free(scene.world.node));
	EXPECT_EQ(1, kipc_dispatch_one(scene.world.server, KIPC_FOREVER));
	EXPECT_EQ(1, scene.told_count);
	pthread_join(caller, NULL);
	scene_close(&scene);
}

static int defer_only(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	return kipc_request_defer(request, &scene->deferred);
}

/* One that was answered learns nothing any more */
static void forgets_what_is_answered(void)
{
	struct scene scene;
	pthread_t caller;

	scene_open(&scene, defer_only, KIPC_NODE_CANCELED);
	EXPECT_EQ(0, pthread_create(&caller, NULL, leave, &scene));
	EXPECT_EQ(1, kipc_dispatch_one(scene.world.server, KIPC_FOREVER));
	pthread_join(caller, NULL);
	EXPECT_EQ(0, kipc_request_on_cancel(scene.deferred, note, &scene));
	EXPECT_EQ(-ECANCELED, kipc_request_reply(scene.deferred, 0, NULL, 0));
	EXPECT_EQ(1, kipc_request_cancelled(scene.deferred));
	kipc_request_free(scene.deferred);
	EXPECT_EQ(-EAGAIN, kipc_dispatch_one(scene.world.server, KIPC_NO_WAIT));
	EXPECT_EQ(0, scene.told_count);
	scene_close(&scene);
}

/* The call was received, and before the library looks, the notice is */
static void let_the_notice_overtake(void *argument)
{
	struct scene *scene = argument;

	sem_wait(&scene->left);
	EXPECT_EQ(1, kipc_dispatch_one(scene->world.server, KIPC_NO_WAIT));
}

static int be_late(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	EXPECT_EQ(1, kipc_request_cancelled(request));
	EXPECT_EQ(0, kipc_request_on_cancel(request, note, scene));
	EXPECT_EQ(1, scene->told_count);
	return 0;
}

static void overtake(struct scene *scene)
{
	pthread_t caller;

	fake_on_receive(let_the_notice_overtake, scene);
	EXPECT_EQ(0, pthread_create(&caller, NULL, leave, scene));
	EXPECT_EQ(1, kipc_dispatch_one(scene->world.server, KIPC_FOREVER));
	pthread_join(caller, NULL);
	EXPECT_EQ(1, scene->told_count);
}

static void knows_notices_that_overtake(void)
{
	struct scene scene;

	scene_open(&scene, be_late, KIPC_NODE_CANCELED);
	overtake(&scene);
	scene_close(&scene);
}

static void answer(void *argument)
{
	struct scene *scene = argument;

	kipc_request_free(scene->deferred);
}

static int defer_or_be_late(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;

	if (scene->is_over)
		return be_late(request, userdata);
	EXPECT_EQ(0, kipc_request_cancelled(request));
	return kipc_request_defer(request, &scene->deferred);
}

/* The notice was received, and before the library looks, the call is answered */
static void survives_notices_for_nobody(void)
{
	struct scene scene;
	pthread_t caller;

	scene_open(&scene, defer_or_be_late, KIPC_NODE_CANCELED);
	for (int i = 0; i < MANY; i++) {
		EXPECT_EQ(0, pthread_create(&caller, NULL, leave, &scene));
		EXPECT_EQ(1, kipc_dispatch_one(scene.world.server,
					       KIPC_FOREVER));
		pthread_join(caller, NULL);
		sem_wait(&scene.left);
		fake_on_receive(answer, &scene);
		EXPECT_EQ(1, kipc_dispatch_one(scene.world.server,
					       KIPC_NO_WAIT));
	}
	scene.is_over = true;
	overtake(&scene);
	scene_close(&scene);
}

static int refuse_one_way(struct kipc_request *request, void *userdata)
{
	EXPECT_EQ(-EINVAL, kipc_request_on_cancel(request, note, userdata));
	EXPECT_EQ(0, kipc_request_cancelled(request));
	return 0;
}

static void is_for_calls_only(void)
{
	struct scene scene;

	scene_open(&scene, refuse_one_way, KIPC_NODE_CANCELED);
	EXPECT_EQ(0, kipc_send(scene.world.client, scene.world.handle, 0, NULL,
			       0));
	EXPECT_EQ(1, kipc_dispatch(scene.world.server, KIPC_NO_WAIT));
	scene_close(&scene);
}

static int be_told_or_not(struct kipc_request *request, void *userdata)
{
	struct scene *scene = userdata;
	unsigned int *count = &scene->told_count;

	while (!kipc_request_cancelled(request) &&
	       kipc_request_remaining(request))
		sleep_ms(1);
	__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static void *leave_often(void *argument)
{
	struct scene *scene = argument;

	for (int i = 0; i < 20; i++)
		kipc_call(scene->world.client, scene->world.handle, 0, NULL, 0,
			  kipc_deadline_ms(1), NULL);
	return NULL;
}

/* Notices and answers cross each other in all ways */
static void survives_a_crowd(void)
{
	struct scene scene;
	pthread_t callers[4];

	scene_open(&scene, be_told_or_not, KIPC_NODE_CANCELED);
	world_serve(&scene.world, 6);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(0, pthread_create(&callers[i], NULL, leave_often,
					    &scene));
	for (int i = 0; i < 4; i++)
		pthread_join(callers[i], NULL);
	world_stop(&scene.world);
	scene_close(&scene);
}

static const struct test tests[] = {
	TEST(tells_a_handler_that_asks),
	TEST(does_not_tell_unasked),
	TEST(calls_back),
	TEST(does_not_call_back_any_more),
	TEST(waits_for_the_callback),
	TEST(follows_a_deferred_request),
	TEST(forgets_what_is_answered),
	TEST(knows_notices_that_overtake),
	TEST(survives_notices_for_nobody),
	TEST(is_for_calls_only),
	TEST(survives_a_crowd),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
