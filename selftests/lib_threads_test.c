// SPDX-License-Identifier: GPL-2.0-only
/* The threads of kipc_serve(): how they come, and how they are stopped. */
#include <dirent.h>
#include <signal.h>

#include <kipc.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define MANY	8

/* Handlers that wait for each other: each needs a thread of its own */
struct crowd {
	struct kipc *endpoint;
	pthread_barrier_t barrier;
	int met;
	int ret;
};

static int meet(struct kipc_request *request, void *userdata)
{
	struct crowd *crowd = userdata;

	(void)request;
	pthread_barrier_wait(&crowd->barrier);
	__atomic_add_fetch(&crowd->met, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static void serve_crowd(void *arg)
{
	struct crowd *crowd = arg;

	crowd->ret = kipc_serve(crowd->endpoint, MANY);
}

FIXTURE(threads)
{
	struct crowd crowd;
	struct kipc *client;
	uint32_t handle;
	struct thread server;
};

FIXTURE_SETUP(threads)
{
	struct kipc_node *node;

	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &self->crowd.endpoint));
	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &self->client));
	pthread_barrier_init(&self->crowd.barrier, NULL, MANY);
	ASSERT_EQ(0, kipc_node_new(self->crowd.endpoint, meet, &self->crowd, 0,
				   &node));
	ASSERT_EQ(0, kipc_node_publish(node, "lib.crowd", 0666));
	ASSERT_EQ(0, kipc_name_lookup(self->client, "lib.crowd", 0,
				      KIPC_NO_WAIT, &self->handle, NULL));
	thread_start(&self->server, serve_crowd, &self->crowd);
	wait_blocked(self->server.tid, KIPC_REPLY_RECV);
}

FIXTURE_TEARDOWN(threads)
{
	thread_join(&self->server);
	EXPECT_EQ(0, self->crowd.ret);
	EXPECT_EQ(0, kipc_close(self->client));
	EXPECT_EQ(0, kipc_close(self->crowd.endpoint));
}

/* A call that another thread makes */
struct call {
	struct kipc *endpoint;
	uint32_t handle;
};

static void call_crowd(void *arg)
{
	struct call *call = arg;

	must(kipc_call(call->endpoint, call->handle, 0, "x", 1, KIPC_FOREVER,
		       NULL));
}

/* All are started, and all are stopped while they wait */
TEST_F(threads, grow_and_stop)
{
	struct call call = {
		.endpoint = self->client,
		.handle = self->handle,
	};
	struct thread callers[2 * MANY];
	int i;

	for (i = 0; i < 2 * MANY; i++)
		thread_start(&callers[i], call_crowd, &call);
	for (i = 0; i < 2 * MANY; i++)
		thread_join(&callers[i]);
	EXPECT_EQ(2 * MANY, self->crowd.met);
	EXPECT_EQ(-EBUSY, kipc_close(self->crowd.endpoint));
	wait_blocked(self->server.tid, KIPC_REPLY_RECV);
	EXPECT_EQ(0, kipc_serve_stop(self->crowd.endpoint));
}

static int count_threads(void)
{
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	dir = opendir("/proc/self/task");
	check(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

/* After ten seconds without work four of them are left, and that is enough */
TEST_F_TIMEOUT(threads, surplus_ends, 100)
{
	struct call call = {
		.endpoint = self->client,
		.handle = self->handle,
	};
	struct thread callers[MANY];
	__u64 end = after(60 * SECOND);
	int others, round, i;

	/* This one; the server is the first of its own */
	others = count_threads() - 1;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < MANY; i++)
			thread_start(&callers[i], call_crowd, &call);
		for (i = 0; i < MANY; i++)
			thread_join(&callers[i]);
		EXPECT_LE(others + MANY, count_threads());
		while (!round && count_threads() > others + 4) {
			ASSERT_GT(end, now());
			pause_ms(50);
		}
	}
	EXPECT_EQ(0, kipc_serve_stop(self->crowd.endpoint));
}

static struct kipc *to_stop;

static void stop_by_signal(int signal __attribute__((unused)))
{
	kipc_serve_stop(to_stop);
}

/* In the very thread that waits for messages; the system call is restarted */
TEST_F(threads, stop_in_signal_handler)
{
	const struct sigaction action = {
		.sa_handler = stop_by_signal,
		.sa_flags = SA_RESTART,
	};

	to_stop = self->crowd.endpoint;
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, pthread_kill(self->server.thread, SIGUSR1));
}

TEST_HARNESS_MAIN
