// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two classes of errors of Binder, each of which was a race between taking something
 * off a list and ending it:
 *
 * - An item of work was taken off a list under the lock, and looked at after the lock
 *   was dropped, when its owner could free it: CVE-2020-0423, binder_release_work().
 *
 * - The list of those to be told of a death was moved away under the lock and walked
 *   without it, while others removed themselves from it: CVE-2025-68260, the Rust
 *   driver's Node::release.
 *
 * Here everything that can lie in a queue, and every watch, is ended by its owner in
 * the same moment as the queue, or the object, ends. The debug kernel sees what goes
 * wrong; what each side must be told is checked besides.
 */
#include <kselftest_harness.h>

#include "message.h"

#define CALLERS		3
#define WATCHERS	4

FIXTURE(race) {
	struct live live;
	struct endpoint client;
	__u32 seed;
};

FIXTURE_SETUP(race) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->client, POOL);
	self->seed = (__u32)now();
	TH_LOG("seed %u", self->seed);
}

FIXTURE_TEARDOWN(race) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int rounds(int count)
{
	return debug_kernel() ? count / 5 : count;
}

/* Passes a random time of up to so many microseconds, without sleeping. */
static void dawdle(__u32 *seed, __u32 microseconds)
{
	__u64 end = after(next_random(seed) % microseconds * 1000ULL);

	while (now() < end)
		;
}

/* Calls whose deadlines pass while the queue that they are in comes to its end */
static void start_calls(struct _test_data_race *self, struct caller *caller,
			__u32 handle)
{
	int i;

	for (i = 0; i < CALLERS; i++) {
		memset(&caller[i], 0, sizeof(caller[i]));
		caller[i].endpoint = &self->client;
		caller[i].call.handle = handle;
		caller[i].call.data = PTR("abc");
		caller[i].call.data_size = 3;
		caller[i].call.deadline =
			after(MILLISECOND + next_random(&self->seed) %
			      MILLISECOND);
		caller_run(&caller[i]);
	}
}

/* Nobody has received them; some came too late for the handle even. */
static void check_calls(struct caller *caller)
{
	int i;

	for (i = 0; i < CALLERS; i++) {
		int ret = caller_join(&caller[i]);

		check(ret == -ETIMEDOUT || ret == -EOWNERDEAD || ret == -ENXIO);
		check(caller[i].call.stage <= KIPC_STAGE_WITHDRAWN);
	}
}

/**
 * struct ender - ends what has put notices into a queue
 * @thread: does it
 * @client: owns the node that dies, and holds the handle
 * @node: watched by the owner of the queue
 * @handle: the last one to a node of the owner of the queue
 * @seed: of its random numbers
 */
struct ender {
	struct thread thread;
	struct endpoint *client;
	__u32 node;
	__u32 handle;
	__u32 seed;
};

static void end_things(void *arg)
{
	struct ender *ender = arg;

	dawdle(&ender->seed, 500);
	notify(ender->client, ender->handle, 1);
	must(node_destroy(ender->client, ender->node));
	dawdle(&ender->seed, 100);
	must(handle_drop(ender->client, ender->handle));
}

/* The queue's owner dies with everything in it. */
TEST_F_TIMEOUT(race, work_and_its_list, 120) {
	int i, count = rounds(150);

	for (i = 0; i < count; i++) {
		struct ender ender = {
			.client = &self->client,
			.seed = next_random(&self->seed),
		};
		struct caller caller[CALLERS];
		struct endpoint server;
		__u32 node, watched;

		endpoint_open(&server, POOL);
		node = node_create_watched(&server, 1);
		ender.handle = connect_to(&self->client, &server, node, 0);
		ender.node = node_create(&self->client, 2);
		watched = connect_to(&server, &self->client, ender.node, 0);
		must(handle_watch(&server, watched, 3));
		must(name_watch(&server, "race", 4));
		start_calls(self, caller, ender.handle);
		thread_start(&ender.thread, end_things, &ender);
		dawdle(&self->seed, 1000);
		if (next_random(&self->seed) % 2)
			handle_unwatch(&server, watched);
		if (next_random(&self->seed) % 2)
			must(node_destroy(&server, node));
		endpoint_close(&server);
		thread_join(&ender.thread);
		check_calls(caller);
	}
}

struct receiver {
	struct thread thread;
	struct endpoint *endpoint;
	int stop;
};

/* Receives and answers, until told to stop. */
static void receive(void *arg)
{
	struct receiver *receiver = arg;
	struct kipc_message message;
	int ret;

	while (!__atomic_load_n(&receiver->stop, __ATOMIC_RELAXED)) {
		ret = recv_now(receiver->endpoint, &message);
		check(!ret || ret == -EAGAIN);
		if (ret)
			continue;
		message_free(receiver->endpoint, &message);
		if (message.kind != KIPC_MSG_CALL)
			continue;
		ret = reply_bytes(receiver->endpoint, message.token, "x", 1);
		check(!ret || ret == -ECANCELED);
	}
}

/* Work that is in a receiver's hand while it is withdrawn, or its node ends */
TEST_F_TIMEOUT(race, work_in_hand, 120) {
	int i, j, count = rounds(100);
	struct receiver receiver[2];
	struct caller caller[CALLERS];
	struct endpoint server;

	endpoint_open(&server, POOL);
	for (i = 0; i < 2; i++) {
		receiver[i].endpoint = &server;
		receiver[i].stop = 0;
		thread_start(&receiver[i].thread, receive, &receiver[i]);
	}
	for (i = 0; i < count; i++) {
		__u32 node = node_create_watched(&server, 1);
		__u32 handle = connect_to(&self->client, &server, node, 0);

		start_calls(self, caller, handle);
		notify(&self->client, handle, 1);
		dawdle(&self->seed, 2000);
		must(node_destroy(&server, node));
		for (j = 0; j < CALLERS; j++) {
			int ret = caller_join(&caller[j]);

			check(!ret || ret == -ETIMEDOUT || ret == -EOWNERDEAD);
			if (!ret)
				reply_free(&self->client, &caller[j].call);
		}
		must(handle_drop(&self->client, handle));
	}
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&receiver[i].stop, 1, __ATOMIC_RELAXED);
		thread_join(&receiver[i].thread);
	}
}

/**
 * struct watcher - asks to be told of a death, and changes its mind
 * @thread: does it
 * @endpoint: asks
 * @handle: to the object
 * @seed: of its random numbers
 * @watches: it asked last, rather than that it does not care any more
 * @told: how often it was told since it asked last
 */
struct watcher {
	struct thread thread;
	struct endpoint endpoint;
	__u32 handle;
	__u32 seed;
	bool watches;
	int told;
};

/* How often it is told what lies in its queue. */
static int told(struct watcher *watcher)
{
	struct kipc_message message;
	int count = 0;

	while (!recv_now(&watcher->endpoint, &message)) {
		check(message.kind == KIPC_MSG_DEATH);
		check(message.cookie == 5);
		count++;
	}
	return count;
}

/* Asks and changes its mind; in the end it may keep the watch, or the handle. */
static void watch(void *arg)
{
	struct watcher *watcher = arg;
	__u32 turns = 1 + next_random(&watcher->seed) % 8;

	while (turns--) {
		must(handle_watch(&watcher->endpoint, watcher->handle, 5));
		watcher->watches = true;
		dawdle(&watcher->seed, 50);
		watcher->told = told(watcher);
		check(watcher->told <= 1);
		if (!turns && next_random(&watcher->seed) % 2)
			return;
		must(handle_unwatch(&watcher->endpoint, watcher->handle));
		watcher->watches = false;
		/* It may have come before that, and does not come afterwards. */
		told(watcher);
		check(!told(watcher));
	}
	if (next_random(&watcher->seed) % 2)
		must(handle_drop(&watcher->endpoint, watcher->handle));
}

/* The object dies while its watchers come and go. */
TEST_F_TIMEOUT(race, list_of_watches, 120) {
	struct watcher watcher[WATCHERS];
	int i, j, count = rounds(150);

	for (i = 0; i < count; i++) {
		__u32 node = node_create(&self->client, 1);

		for (j = 0; j < WATCHERS; j++) {
			memset(&watcher[j], 0, sizeof(watcher[j]));
			watcher[j].seed = next_random(&self->seed);
			endpoint_open(&watcher[j].endpoint, 0);
			watcher[j].handle = connect_to(&watcher[j].endpoint,
						       &self->client, node, 0);
		}
		for (j = 0; j < WATCHERS; j++)
			thread_start(&watcher[j].thread, watch, &watcher[j]);
		dawdle(&self->seed, 500);
		must(node_destroy(&self->client, node));
		for (j = 0; j < WATCHERS; j++) {
			thread_join(&watcher[j].thread);
			/* Who watched it to its end is told exactly once. */
			if (watcher[j].watches)
				watcher[j].told += told(&watcher[j]);
			check(!watcher[j].watches || watcher[j].told == 1);
			endpoint_close(&watcher[j].endpoint);
		}
	}
}

/* ... and closes while they do. */
TEST_F_TIMEOUT(race, watchers_of_a_dying_endpoint, 120) {
	struct watcher watcher[WATCHERS];
	int i, j, count = rounds(150);

	for (i = 0; i < count; i++) {
		struct endpoint owner;
		__u32 node;

		endpoint_open(&owner, 0);
		node = node_create(&owner, 1);
		for (j = 0; j < WATCHERS; j++) {
			memset(&watcher[j], 0, sizeof(watcher[j]));
			watcher[j].seed = next_random(&self->seed);
			endpoint_open(&watcher[j].endpoint, 0);
			watcher[j].handle = connect_to(&watcher[j].endpoint,
						       &owner, node, 0);
			thread_start(&watcher[j].thread, watch, &watcher[j]);
		}
		endpoint_close(&owner);
		for (j = 0; j < WATCHERS; j++) {
			thread_join(&watcher[j].thread);
			endpoint_close(&watcher[j].endpoint);
		}
	}
}

TEST_HARNESS_MAIN
