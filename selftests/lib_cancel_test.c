// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers that leave, by the library: a server in a thread of this process, whose
 * handlers learn that, and callers that give up, are interrupted, or die.
 */
#include <signal.h>

#include <kipc.h>

#include "kselftest_harness.h"
#include "interrupt.h"
#include "lib_call.h"
#include "selftest.h"
#include "task.h"

#define NAME		"lib.cancel"
#define THREADS		4
#define PATIENCE_MS	20000

/* What the handler is asked to do */
enum method {
	METHOD_POLL,	/* wait until the caller has left */
	METHOD_CALLBACK, /* likewise, by a callback */
	METHOD_DEFER,	/* put it off; the callback ends it */
	METHOD_KEEP,	/* put it off for good */
	METHOD_CROWD,	/* put it off, as many do; the callback ends it */
	METHOD_ASK,	/* tell that the caller is there */
};

FIXTURE(cancel)
{
	struct kipc *server;
	struct kipc *client;
	struct kipc_node *node;
	uint32_t handle;
	struct thread thread;
	struct kipc_request *kept;
	/* Counted by handlers and callbacks */
	int begun;
	int told;
	int called;
	struct live before;
};

static int count(int *counter)
{
	return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

static int counted(int *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void wait_counted(int *counter, int wanted)
{
	__u64 end = after(20 * SECOND);

	while (counted(counter) < wanted) {
		check(now() < end);
		pause_ms(1);
	}
}

static int poll_caller(struct _test_data_cancel *self,
		       struct kipc_request *request)
{
	count(&self->begun);
	while (!kipc_request_cancelled(request))
		pause_ms(1);
	count(&self->told);
	/* It is still to be answered, in vain */
	check(kipc_request_replyv(request, 0, NULL, KIPC_REPLY_NOW) ==
	      -ECANCELED);
	return 0;
}

static void on_cancel(struct kipc_request *request, void *userdata)
{
	struct _test_data_cancel *self = userdata;

	check(kipc_request_cancelled(request));
	check(!kipc_request_current());
	count(&self->called);
}

static int await_callback(struct _test_data_cancel *self,
			  struct kipc_request *request)
{
	must(kipc_request_on_cancel(request, on_cancel, self));
	count(&self->begun);
	wait_counted(&self->called, 1);
	return 0;
}

static void free_one(struct kipc_request *request, void *userdata)
{
	struct _test_data_cancel *self = userdata;

	kipc_request_free(request);
	count(&self->called);
}

static void free_request(struct kipc_request *request, void *userdata)
{
	struct _test_data_cancel *self = userdata;

	check(request == __atomic_load_n(&self->kept, __ATOMIC_ACQUIRE));
	free_one(request, self);
}

static int put_off(struct _test_data_cancel *self, struct kipc_request *request)
{
	struct kipc_request *deferred;

	must(kipc_request_defer(request, &deferred));
	__atomic_store_n(&self->kept, deferred, __ATOMIC_RELEASE);
	if (kipc_request_code(request) == METHOD_DEFER)
		must(kipc_request_on_cancel(deferred, free_request, self));
	count(&self->begun);
	return 0;
}

static int put_off_one(struct _test_data_cancel *self,
		       struct kipc_request *request)
{
	struct kipc_request *deferred;

	must(kipc_request_defer(request, &deferred));
	count(&self->begun);
	must(kipc_request_on_cancel(deferred, free_one, self));
	return 0;
}

static int handler(struct kipc_request *request, void *userdata)
{
	struct _test_data_cancel *self = userdata;

	switch (kipc_request_code(request)) {
	case METHOD_POLL:
		return poll_caller(self, request);
	case METHOD_CALLBACK:
		return await_callback(self, request);
	case METHOD_ASK:
		return kipc_request_cancelled(request);
	case METHOD_CROWD:
		return put_off_one(self, request);
	default:
		return put_off(self, request);
	}
}

static void serve(void *arg)
{
	must(kipc_serve(arg, THREADS));
}

FIXTURE_SETUP(cancel)
{
	must(live_begin(&self->before));
	self->begun = 0;
	self->told = 0;
	self->called = 0;
	must(kipc_open(NULL, 0, 0, &self->server));
	must(kipc_open(NULL, 0, 0, &self->client));
	must(kipc_node_new(self->server, handler, self, KIPC_NODE_CANCELED,
			   &self->node));
	must(kipc_node_publish(self->node, NAME, 0666));
	must(kipc_name_lookup(self->client, NAME, 0, KIPC_NO_WAIT,
			      &self->handle, NULL));
	thread_start(&self->thread, serve, self->server);
}

FIXTURE_TEARDOWN(cancel)
{
	EXPECT_EQ(0, kipc_call(self->client, self->handle, METHOD_ASK, NULL, 0,
			       kipc_deadline_ms(PATIENCE_MS), NULL));
	EXPECT_EQ(0, kipc_serve_stop(self->server));
	thread_join(&self->thread);
	EXPECT_EQ(0, kipc_close(self->client));
	EXPECT_EQ(0, kipc_close(self->server));
	EXPECT_EQ(0, live_end(&self->before));
}

/* Gives up when the call was received; its handler runs, or has run. */
static int call_briefly(struct _test_data_cancel *self, uint32_t method)
{
	struct kipc_result result;
	int ret;

	ret = call_too_long(self->client, self->handle, method, &result);
	check(kipc_result_stage(&result) == KIPC_STAGE_RECEIVED);
	wait_counted(&self->begun, 1);
	return ret;
}

struct caller_thread {
	struct thread thread;
	struct _test_data_cancel *test;
	uint32_t method;
	int received;
	int ret;
};

static void call_for_long(void *arg)
{
	struct caller_thread *caller = arg;

	caller->ret = kipc_call(caller->test->client, caller->test->handle,
				caller->method, NULL, 0, KIPC_FOREVER, NULL);
}

/* Calls, and is interrupted when the handler waits for that. */
static int call_and_leave(struct _test_data_cancel *self, uint32_t method)
{
	struct caller_thread caller = { .test = self, .method = method };

	interrupt_install(0);
	thread_start(&caller.thread, call_for_long, &caller);
	wait_counted(&self->begun, 1);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	check(!counted(&self->told) && !counted(&self->called));
	interrupt(&caller.thread);
	thread_join(&caller.thread);
	return caller.ret;
}

TEST_F(cancel, by_deadline)
{
	EXPECT_EQ(-ETIMEDOUT, call_briefly(self, METHOD_POLL));
	wait_counted(&self->told, 1);
}

/* It is asked for before the caller leaves, so that it runs in another thread. */
TEST_F(cancel, callback)
{
	EXPECT_EQ(-EINTR, call_and_leave(self, METHOD_CALLBACK));
	wait_counted(&self->called, 1);
}

TEST_F(cancel, deferred)
{
	EXPECT_EQ(-ETIMEDOUT, call_briefly(self, METHOD_DEFER));
	wait_counted(&self->called, 1);
}

/* The node is gone, and the request is still told */
TEST_F(cancel, deferred_without_node)
{
	struct kipc_node *node;

	EXPECT_EQ(-ETIMEDOUT, call_briefly(self, METHOD_KEEP));
	EXPECT_EQ(0, kipc_node_free(self->node));
	while (!kipc_request_cancelled(self->kept))
		pause_ms(1);
	EXPECT_EQ(0, kipc_request_on_cancel(self->kept, free_request, self));
	EXPECT_EQ(1, self->called);
	/* For the end of the test */
	ASSERT_EQ(0, kipc_handle_drop(self->client, self->handle));
	ASSERT_EQ(0, kipc_node_new(self->server, handler, self, 0, &node));
	ASSERT_EQ(0, kipc_node_publish(node, NAME, 0666));
	ASSERT_EQ(0, kipc_name_lookup(self->client, NAME, 0, KIPC_NO_WAIT,
				      &self->handle, NULL));
}

TEST_F(cancel, by_signal)
{
	EXPECT_EQ(-EINTR, call_and_leave(self, METHOD_POLL));
	wait_counted(&self->told, 1);
}

static void call_and_die(int sock, void *arg)
{
	struct kipc *endpoint;
	uint32_t handle;

	(void)sock;
	(void)arg;
	must(kipc_open(NULL, 0, 0, &endpoint));
	must(kipc_name_lookup(endpoint, NAME, 0, KIPC_NO_WAIT, &handle, NULL));
	kipc_call(endpoint, handle, METHOD_POLL, NULL, 0, KIPC_FOREVER, NULL);
}

TEST_F(cancel, by_death)
{
	struct child child;

	child_start(&child, CHILD_CLOSES, call_and_die, NULL);
	wait_counted(&self->begun, 1);
	EXPECT_EQ(0, counted(&self->told));
	child_kill(&child);
	wait_counted(&self->told, 1);
}

/* Who is answered is not told, and what was answered is forgotten */
TEST_F(cancel, answered)
{
	EXPECT_EQ(-ETIMEDOUT, call_briefly(self, METHOD_KEEP));
	EXPECT_EQ(-ECANCELED, kipc_request_reply(self->kept, 0, NULL, 0));
	EXPECT_EQ(1, kipc_request_cancelled(self->kept));
	EXPECT_EQ(0, kipc_request_on_cancel(self->kept, free_request, self));
	EXPECT_EQ(1, self->called);
}

/* Deadlines of half a millisecond and more, until one was late enough, too */
static void leave_often(void *arg)
{
	struct caller_thread *caller = arg;
	struct kipc_result result;
	int i;

	caller->received = 0;
	for (i = 0; i < 100 || !caller->received; i++) {
		check(i < 200);
		kipc_call(caller->test->client, caller->test->handle,
			  METHOD_CROWD, NULL, 0,
			  kipc_deadline_ns(500000ULL << i / 16), &result);
		caller->received += kipc_result_stage(&result) ==
				    KIPC_STAGE_RECEIVED;
	}
}

/*
 * Each that was received is told, whatever crosses what. No thread is held meanwhile: a
 * caller can have left several calls that are on their way to their handlers, and if
 * these were to wait, none might be left for the notices.
 */
TEST_F(cancel, crowd)
{
	struct caller_thread callers[THREADS - 1];
	int i, received = 0;

	for (i = 0; i < THREADS - 1; i++) {
		callers[i].test = self;
		thread_start(&callers[i].thread, leave_often, &callers[i]);
	}
	for (i = 0; i < THREADS - 1; i++) {
		thread_join(&callers[i].thread);
		received += callers[i].received;
	}
	wait_counted(&self->begun, received);
	wait_counted(&self->called, received);
	EXPECT_EQ(received, counted(&self->begun));
	EXPECT_EQ(received, counted(&self->called));
}

TEST_HARNESS_MAIN
