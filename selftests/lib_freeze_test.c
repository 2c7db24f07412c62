// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freezing by the library: a server in a child, and a controller, which is also its
 * client and watches it.
 */
#include <kipc.h>

#include "kselftest_harness.h"
#include "lib_call.h"
#include "selftest.h"
#include "task.h"

#define NAME		"lib.freeze"
#define PATIENCE_MS	20000

enum method {
	METHOD_ECHO,
	METHOD_STOP,
	METHOD_KEEP,	/* put it off */
	METHOD_IS_KEPT,	/* tell whether that was done */
	METHOD_RELEASE,	/* answer what was put off */
};

/* In one of two threads: the other one is asked whether it was done. */
static int keep(struct kipc_request **kept, struct kipc_request *request)
{
	struct kipc_request *deferred;
	int ret = kipc_request_defer(request, &deferred);

	if (!ret)
		__atomic_store_n(kept, deferred, __ATOMIC_RELEASE);
	return ret;
}

static int handler(struct kipc_request *request, void *userdata)
{
	struct kipc_request **kept = userdata;
	int ret;

	switch (kipc_request_code(request)) {
	case METHOD_STOP:
		return kipc_serve_stop(kipc_request_endpoint(request));
	case METHOD_KEEP:
		return keep(kept, request);
	case METHOD_IS_KEPT:
		return __atomic_load_n(kept, __ATOMIC_ACQUIRE) ? 1 : 0;
	case METHOD_RELEASE:
		ret = kipc_request_reply(*kept, 0, NULL, 0);
		kipc_request_free(*kept);
		return ret;
	default:
		return kipc_request_reply(request, 0,
					  kipc_request_data(request),
					  kipc_request_size(request));
	}
}

static void serve(int sock, void *arg)
{
	struct kipc_request *kept = NULL;
	struct kipc *endpoint;
	struct kipc_node *node;
	struct kipc_info info;

	(void)arg;
	must(kipc_open(NULL, 0, 0, &endpoint));
	must(kipc_info(endpoint, &info));
	must(kipc_node_new(endpoint, handler, &kept, 0, &node));
	must(kipc_node_publish(node, NAME, 0666));
	tell(sock, info.endpoint);
	must(kipc_serve(endpoint, 2));
	must(kipc_close(endpoint));
}

/* What the callback said, as "1 " and "0 " */
struct journal {
	uint32_t handle;
	char text[64];
};

static void on_freeze(struct kipc *endpoint, uint32_t handle, int frozen,
		      void *userdata)
{
	struct journal *journal = userdata;

	(void)endpoint;
	check(handle == journal->handle);
	check(strlen(journal->text) + 3 < sizeof(journal->text));
	strcat(journal->text, frozen ? "1 " : "0 ");
}

FIXTURE(freeze)
{
	struct child child;
	struct kipc *endpoint;
	uint32_t handle;
	uint64_t number;
	struct live before;
};

FIXTURE_SETUP(freeze)
{
	must(live_begin(&self->before));
	child_start(&self->child, CHILD_CLOSES, serve, NULL);
	self->number = hear(self->child.sock);
	must(kipc_open(NULL, 0, 0, &self->endpoint));
	must(kipc_name_lookup(self->endpoint, NAME, 0, KIPC_NO_WAIT,
			      &self->handle, NULL));
}

FIXTURE_TEARDOWN(freeze)
{
	kipc_thaw(self->endpoint, self->number, NULL);
	kipc_call(self->endpoint, self->handle, METHOD_STOP, NULL, 0,
		  kipc_deadline_ms(PATIENCE_MS), NULL);
	EXPECT_EQ(0, child_end(&self->child));
	EXPECT_EQ(0, kipc_close(self->endpoint));
	EXPECT_EQ(0, live_end(&self->before));
}

static int call(struct _test_data_freeze *self, uint32_t method,
		unsigned int flags, long ms)
{
	const struct kipc_call_options options = {
		.flags = flags,
		.deadline = kipc_deadline_ms(ms),
	};

	return kipc_call_with(self->endpoint, self->handle, method, NULL,
			      &options, NULL);
}

TEST_F(freeze, calls_fail_or_wait)
{
	struct kipc_freeze state;

	EXPECT_EQ(0, call(self, METHOD_ECHO, 0, PATIENCE_MS));
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, &state));
	EXPECT_EQ(1, state.frozen);
	EXPECT_EQ(-EAGAIN, call(self, METHOD_ECHO, 0, PATIENCE_MS));
	EXPECT_EQ(-ETIMEDOUT, call(self, METHOD_ECHO, KIPC_WAIT, 50));
	/* Once more does nothing */
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	ASSERT_EQ(0, kipc_freeze_query(self->endpoint, self->number, &state));
	EXPECT_EQ(1, state.frozen);
	ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, &state));
	EXPECT_EQ(0, state.frozen);
	EXPECT_EQ(0, call(self, METHOD_ECHO, 0, PATIENCE_MS));
}

static void call_when_thawed(void *arg)
{
	must(call(arg, METHOD_ECHO, KIPC_WAIT, PATIENCE_MS));
}

TEST_F(freeze, waits_until_thawed)
{
	struct thread thread;

	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	thread_start(&thread, call_when_thawed, self);
	wait_blocked(thread.tid, KIPC_CALL);
	ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, NULL));
	thread_join(&thread);
}

/* What is sent meanwhile waits; a call that was received can be answered */
TEST_F(freeze, tells_what_is_left_to_do)
{
	struct kipc_freeze state;
	struct kipc_result result;

	EXPECT_EQ(-ETIMEDOUT, call_too_long(self->endpoint, self->handle,
					    METHOD_KEEP, &result));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, kipc_result_stage(&result));
	while (!must(call(self, METHOD_IS_KEPT, 0, PATIENCE_MS)))
		pause_ms(1);
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, &state));
	EXPECT_EQ(1, state.serving);
	EXPECT_EQ(0, state.calling);
	ASSERT_EQ(0, kipc_send(self->endpoint, self->handle, METHOD_ECHO, "x",
			       1));
	ASSERT_EQ(0, kipc_send(self->endpoint, self->handle, METHOD_RELEASE,
			       "x", 1));
	ASSERT_EQ(0, kipc_freeze_query(self->endpoint, self->number, &state));
	EXPECT_EQ(2, state.queued);
	EXPECT_EQ(1, state.serving);
	ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, NULL));
	do {
		ASSERT_EQ(0, kipc_freeze_query(self->endpoint, self->number,
					       &state));
	} while (state.queued || state.serving);
}

TEST_F(freeze, watch)
{
	struct journal journal = { .handle = self->handle };
	struct kipc_watch *watch;

	ASSERT_EQ(0, kipc_freeze_watch(self->endpoint, self->handle, on_freeze,
				       &journal, &watch));
	EXPECT_EQ(-EAGAIN, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	EXPECT_EQ(1, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
	EXPECT_STREQ("1 ", journal.text);
	ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, NULL));
	EXPECT_EQ(1, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
	EXPECT_STREQ("1 0 ", journal.text);
	/* Changed back before anybody looked */
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, NULL));
	EXPECT_EQ(1, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
	EXPECT_STREQ("1 0 ", journal.text);
	EXPECT_EQ(0, kipc_watch_free(watch));
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	EXPECT_EQ(-EAGAIN, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
}

TEST_F(freeze, watch_what_is_frozen)
{
	struct journal journal = { .handle = self->handle };
	struct kipc_watch *watch;

	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	ASSERT_EQ(0, kipc_freeze_watch(self->endpoint, self->handle, on_freeze,
				       &journal, &watch));
	EXPECT_EQ(1, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
	EXPECT_STREQ("1 ", journal.text);
	ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, NULL));
	EXPECT_EQ(1, kipc_dispatch(self->endpoint, KIPC_NO_WAIT));
	EXPECT_STREQ("1 0 ", journal.text);
	EXPECT_EQ(0, kipc_watch_free(watch));
}

/* No more notices come */
static int is_quiet;

/* Until there is nothing left after the last notice has come */
static void watch_often(void *arg)
{
	struct kipc *endpoint = arg;
	int ret, quiet;

	do {
		quiet = __atomic_load_n(&is_quiet, __ATOMIC_ACQUIRE);
		ret = kipc_dispatch_one(endpoint, kipc_deadline_ms(50));
		check(ret == 1 || ret == -ETIMEDOUT);
	} while (ret > 0 || !quiet);
}

/* Several threads receive the notices, and what is told last is how it is */
TEST_F(freeze, watch_in_threads)
{
	struct journal journal = { .handle = self->handle };
	struct thread threads[3];
	struct kipc_watch *watch;
	int i;

	ASSERT_EQ(0, kipc_freeze_watch(self->endpoint, self->handle, on_freeze,
				       &journal, &watch));
	for (i = 0; i < 3; i++)
		thread_start(&threads[i], watch_often, self->endpoint);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
		pause_ms(2);
		ASSERT_EQ(0, kipc_thaw(self->endpoint, self->number, NULL));
		pause_ms(2);
	}
	ASSERT_EQ(0, kipc_freeze(self->endpoint, self->number, NULL));
	__atomic_store_n(&is_quiet, 1, __ATOMIC_RELEASE);
	for (i = 0; i < 3; i++)
		thread_join(&threads[i]);
	ASSERT_LE(2, strlen(journal.text));
	EXPECT_STREQ("1 ", journal.text + strlen(journal.text) - 2);
	EXPECT_EQ(0, kipc_watch_free(watch));
}

static void freeze_unprivileged(int sock, void *arg)
{
	struct kipc *endpoint;
	uint64_t number = *(uint64_t *)arg;

	(void)sock;
	become(USER, USER);
	must(kipc_open(NULL, 0, 0, &endpoint));
	check(kipc_freeze(endpoint, number, NULL) == -EPERM);
	check(kipc_thaw(endpoint, number, NULL) == -EPERM);
	check(kipc_freeze_query(endpoint, number, NULL) == -EPERM);
	must(kipc_close(endpoint));
}

TEST_F(freeze, refused)
{
	struct kipc_watch *watch;
	struct child child;

	EXPECT_EQ(-ENXIO, kipc_freeze(self->endpoint, 1ULL << 60, NULL));
	EXPECT_EQ(-ENXIO, kipc_freeze_watch(self->endpoint, 12345, on_freeze,
					    NULL, &watch));
	child_start(&child, CHILD_CLOSES, freeze_unprivileged, &self->number);
	EXPECT_EQ(0, child_end(&child));
}

TEST_HARNESS_MAIN
