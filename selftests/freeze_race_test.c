// SPDX-License-Identifier: GPL-2.0-only
/* Freezing while others receive, poll, call and close. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/epoll.h>

#include "freeze.h"

#define THREADS		4
#define NODES		6

struct receiver {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_message message;
	int ret;
	int done;
};

FIXTURE(freeze) {
	struct live live;
	struct pair pair;
	struct endpoint controller;
	__u32 handle[NODES];
	struct receiver receiver[THREADS];
	long switches[THREADS];
};

FIXTURE_SETUP(freeze) {
	int i;

	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->controller, 0);
	for (i = 0; i < NODES; i++)
		self->handle[i] = connect_to(&self->pair.client,
					     &self->pair.server,
					     node_create(&self->pair.server,
							 (__u64)i), 0);
}

FIXTURE_TEARDOWN(freeze) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void freeze_server(struct _test_data_freeze *self)
{
	freeze(&self->controller, &self->pair.server);
}

static void thaw_server(struct _test_data_freeze *self)
{
	thaw(&self->controller, &self->pair.server);
}

/* Puts something into the server's queue. */
static void post(struct _test_data_freeze *self, int index)
{
	must(notify(&self->pair.client, self->handle[index], 1));
}

static void receive(void *arg)
{
	struct receiver *receiver = arg;

	receiver->ret = recv_soon(receiver->endpoint, &receiver->message);
	__atomic_store_n(&receiver->done, 1, __ATOMIC_RELEASE);
}

/* Starts them all, and lets them fall asleep. */
static void start_receivers(struct _test_data_freeze *self)
{
	int i;

	for (i = 0; i < THREADS; i++) {
		struct receiver *receiver = &self->receiver[i];

		receiver->endpoint = &self->pair.server;
		receiver->done = 0;
		thread_start(&receiver->thread, receive, receiver);
		wait_blocked(receiver->thread.tid, KIPC_RECV);
		self->switches[i] = context_switches(receiver->thread.tid);
	}
}

/* How many have received; the others have not even been woken. */
static int done(struct _test_data_freeze *self)
{
	int i, count = 0;

	for (i = 0; i < THREADS; i++) {
		struct receiver *receiver = &self->receiver[i];

		if (__atomic_load_n(&receiver->done, __ATOMIC_ACQUIRE)) {
			count++;
			continue;
		}
		check(context_switches(receiver->thread.tid) ==
		      self->switches[i]);
	}
	return count;
}

/* Waits until so many have received. */
static void wait_done(struct _test_data_freeze *self, int count)
{
	__u64 end = after(20 * SECOND);
	int i, seen;

	do {
		for (i = 0, seen = 0; i < THREADS; i++)
			seen += __atomic_load_n(&self->receiver[i].done,
						__ATOMIC_ACQUIRE);
		check(now() < end);
		pause_ms(1);
	} while (seen < count);
	pause_ms(20);
	check(done(self) == count);
}

static void join_receivers(struct _test_data_freeze *self)
{
	int i;

	for (i = 0; i < THREADS; i++) {
		thread_join(&self->receiver[i].thread);
		check(!self->receiver[i].ret);
		check(self->receiver[i].message.kind == KIPC_MSG_NOTIFY);
	}
}

/* Nobody is woken while it is frozen; then as many as can receive something. */
TEST_F(freeze, wakes_as_many) {
	start_receivers(self);
	freeze_server(self);
	post(self, 0);
	post(self, 1);
	pause_ms(20);
	EXPECT_EQ(0, done(self));
	thaw_server(self);
	wait_done(self, 2);
	/* What comes afterwards wakes the others. */
	post(self, 2);
	wait_done(self, 3);
	post(self, 3);
	wait_done(self, 4);
	join_receivers(self);
}

TEST_F(freeze, wakes_all) {
	struct kipc_message message;
	int i, left = 0;

	start_receivers(self);
	freeze_server(self);
	for (i = 0; i < NODES; i++)
		post(self, i);
	thaw_server(self);
	join_receivers(self);
	while (!recv_now(&self->pair.server, &message))
		left++;
	EXPECT_EQ(NODES - THREADS, left);
}

/* Nothing there: nobody is woken. Frozen and thawed again: as if never. */
TEST_F(freeze, wakes_none) {
	int i;

	start_receivers(self);
	for (i = 0; i < 10; i++) {
		freeze_server(self);
		thaw_server(self);
	}
	pause_ms(20);
	EXPECT_EQ(0, done(self));
	for (i = 0; i < THREADS; i++)
		post(self, i);
	join_receivers(self);
}

/* Those who come to wait while it is frozen are woken, too. */
TEST_F(freeze, came_while_frozen) {
	freeze_server(self);
	post(self, 0);
	start_receivers(self);
	EXPECT_EQ(0, done(self));
	thaw_server(self);
	wait_done(self, 1);
	post(self, 1);
	post(self, 2);
	post(self, 3);
	join_receivers(self);
}

static void wait_readable(void *arg)
{
	struct endpoint *endpoint = arg;
	struct pollfd fd = { .fd = endpoint->fd, .events = POLLIN };

	check(poll(&fd, 1, 20000) == 1);
	check(fd.revents == POLLIN);
}

TEST_F(freeze, wakes_pollers) {
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct kipc_message message;
	struct thread thread;
	long switches;

	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->pair.server.fd,
			       &event));
	freeze_server(self);
	thread_start(&thread, wait_readable, &self->pair.server);
	do {
		switches = context_switches(thread.tid);
		pause_ms(20);
	} while (context_switches(thread.tid) != switches);
	post(self, 0);
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 20));
	thaw_server(self);
	thread_join(&thread);
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 0));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	/* Frozen and thawed, it is an edge again. */
	freeze_server(self);
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	thaw_server(self);
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 0));
	EXPECT_EQ(0, recv_now(&self->pair.server, &message));
	close(epoll);
}

/**
 * struct party - a thread of the storms below
 * @thread: the thread
 * @self: the test
 * @seed: of its random numbers
 * @flags: of its calls
 * @stop: set when it is to end
 */
struct party {
	struct thread thread;
	struct _test_data_freeze *self;
	__u32 seed;
	__u32 flags;
	int stop;
};

static bool stopped(struct party *party)
{
	return __atomic_load_n(&party->stop, __ATOMIC_ACQUIRE);
}

static void stop(struct party *party)
{
	__atomic_store_n(&party->stop, 1, __ATOMIC_RELEASE);
	thread_join(&party->thread);
}

static int rounds(void)
{
	return debug_kernel() ? 200 : 2000;
}

/* Makes calls until so many were answered; some give up after a while. */
static void call_often(void *arg)
{
	struct party *party = arg;
	int left = rounds(), ret;

	while (left) {
		struct kipc_call call = {
			.handle = party->self->pair.handle,
			.flags = party->flags,
			.code = 1,
		};

		if (next_random(&party->seed) % 4 == 0)
			call.deadline = after(next_random(&party->seed) %
					      MILLISECOND);
		ret = kipc(party->self->pair.client.fd, KIPC_CALL, &call);
		if (ret == -EAGAIN) {
			check(!(party->flags & KIPC_WAIT));
			check(call.stage == KIPC_STAGE_NOT_QUEUED);
			pause_ms(0);
		} else if (ret == -ETIMEDOUT) {
			check(call.stage == KIPC_STAGE_WITHDRAWN ||
			      call.stage == KIPC_STAGE_RECEIVED);
		} else {
			check(!ret);
			left--;
		}
	}
}

/* Answers calls until one has the code 0. Others may be faster for a long time. */
static void serve(void *arg)
{
	struct party *party = arg;
	struct kipc_message message;
	int ret;

	do {
		must(recv_flags(&party->self->pair.server, 0, 0, &message));
		if (message.kind != KIPC_MSG_CALL)
			continue;
		ret = reply_empty(&party->self->pair.server, message.token);
		check(!ret || ret == -ECANCELED);
	} while (message.kind != KIPC_MSG_CALL || message.code);
}

/* Freezes and thaws it, and pauses now and then. */
static void toggle(void *arg)
{
	struct party *party = arg;
	int action = KIPC_FREEZE_ON, ret;
	struct kipc_freeze answer;
	__u64 number = number_of(&party->self->pair.server);

	while (!stopped(party)) {
		ret = freeze_act(&party->self->controller, number, action,
				 &answer);
		check(!ret);
		check(answer.queued <= 8 && answer.serving <= 8);
		action = KIPC_FREEZE_ON + KIPC_FREEZE_OFF - action;
		if (next_random(&party->seed) % 8 == 0)
			pause_ms(1);
	}
	must(freeze_act(&party->self->controller, number, KIPC_FREEZE_OFF,
			&answer));
}

static void notify_often(void *arg)
{
	struct party *party = arg;

	while (!stopped(party)) {
		post(party->self, (int)(next_random(&party->seed) % NODES));
		if (next_random(&party->seed) % 16 == 0)
			pause_ms(1);
	}
}

/* Every call is answered, refused, or given up in time; none is forgotten. */
TEST_F_TIMEOUT(freeze, while_called, 120) {
	struct party client[4], server[3], controller[2], notifier;
	struct kipc_freeze answer;
	int i;

	for (i = 0; i < 3; i++) {
		server[i] = (struct party){ .self = self };
		thread_start(&server[i].thread, serve, &server[i]);
	}
	for (i = 0; i < 2; i++) {
		controller[i] = (struct party){ .self = self, .seed = 7 + i };
		thread_start(&controller[i].thread, toggle, &controller[i]);
	}
	notifier = (struct party){ .self = self, .seed = 9 };
	thread_start(&notifier.thread, notify_often, &notifier);
	for (i = 0; i < 4; i++) {
		client[i] = (struct party){ .self = self, .seed = 1 + i,
					    .flags = i % 2 ? KIPC_WAIT : 0 };
		thread_start(&client[i].thread, call_often, &client[i]);
	}
	for (i = 0; i < 4; i++)
		thread_join(&client[i].thread);
	for (i = 0; i < 2; i++)
		stop(&controller[i]);
	stop(&notifier);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, call_empty(&self->pair.client, self->pair.handle));
	for (i = 0; i < 3; i++)
		thread_join(&server[i].thread);
	freeze_query(&self->controller, &self->pair.server, &answer);
	EXPECT_EQ(0, answer.frozen);
	EXPECT_EQ(0, answer.queued);
	EXPECT_EQ(0, answer.serving);
	freeze_query(&self->controller, &self->pair.client, &answer);
	EXPECT_EQ(0, answer.calling);
}

static __u64 victim;

/* Freezes and thaws whoever is there, until there will be nobody any more. */
static void pursue(void *arg)
{
	struct party *party = arg;
	struct kipc_freeze answer;
	int ret;

	while (!stopped(party)) {
		ret = freeze_act(&party->self->controller,
				 __atomic_load_n(&victim, __ATOMIC_ACQUIRE),
				 next_random(&party->seed) % 3, &answer);
		check(!ret || ret == -ENXIO);
	}
}

/* Endpoints close while they are frozen and thawed, with a caller that waits. */
TEST_F_TIMEOUT(freeze, while_closing, 120) {
	struct party controller[2];
	struct caller caller;
	int i, left;

	for (i = 0; i < 2; i++) {
		controller[i] = (struct party){ .self = self, .seed = 7 + i };
		thread_start(&controller[i].thread, pursue, &controller[i]);
	}
	for (left = rounds() / 4; left; left--) {
		struct endpoint endpoint;
		__u32 handle;

		endpoint_open(&endpoint, POOL);
		handle = connect_to(&self->pair.client, &endpoint,
				    node_create(&endpoint, 1), KIPC_RIGHTS_ALL);
		__atomic_store_n(&victim, number_of(&endpoint),
				 __ATOMIC_RELEASE);
		caller_start_waiting(&caller, &self->pair.client, handle);
		must(send_bytes(&self->pair.client, handle, "x", 1));
		endpoint_close(&endpoint);
		EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
		ASSERT_EQ(0, handle_drop(&self->pair.client, handle));
	}
	for (i = 0; i < 2; i++)
		stop(&controller[i]);
}

TEST_HARNESS_MAIN
