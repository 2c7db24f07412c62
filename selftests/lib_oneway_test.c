// SPDX-License-Identifier: GPL-2.0-only
/*
 * One-way messages by the library: in order and one at a time, whoever receives
 * them, also in batches; and how they are sent.
 */
#include <poll.h>

#include <kipc.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define THREADS		8
#define MANY		500
#define POOL_SIZE	65536
#define PATIENCE_MS	20000

FIXTURE(oneway)
{
	struct kipc *server;
	struct kipc *client;
	struct kipc_node *node;
	uint32_t handle;
	/* Of the handler: how many run, and the code that comes next */
	int inside;
	uint32_t next;
	uint32_t last;
	struct kipc_request *kept;
	struct live before;
};

static uint32_t received(struct _test_data_oneway *self)
{
	return __atomic_load_n(&self->next, __ATOMIC_SEQ_CST);
}

/* No other one runs meanwhile, and each comes when it is its turn */
static int take_in_turn(struct kipc_request *request, void *userdata)
{
	struct _test_data_oneway *self = userdata;
	uint32_t code = kipc_request_code(request);

	check(__atomic_add_fetch(&self->inside, 1, __ATOMIC_SEQ_CST) == 1);
	check(code == self->next);
	if (code % 16 == 0)
		pause_ms(1);
	__atomic_store_n(&self->next, code + 1, __ATOMIC_SEQ_CST);
	check(__atomic_sub_fetch(&self->inside, 1, __ATOMIC_SEQ_CST) == 0);
	return 0;
}

static int take_any(struct kipc_request *request, void *userdata)
{
	struct _test_data_oneway *self = userdata;

	self->last = kipc_request_code(request);
	self->next++;
	if (kipc_request_size(request) == 4)
		return kipc_request_defer(request, &self->kept);
	return 0;
}

static void open_pair(struct _test_data_oneway *self, kipc_handler handler)
{
	must(kipc_open(NULL, POOL_SIZE, 0, &self->server));
	must(kipc_open(NULL, POOL_SIZE, 0, &self->client));
	must(kipc_node_new(self->server, handler, self, 0, &self->node));
	must(kipc_node_publish(self->node, "lib.oneway", 0666));
	must(kipc_name_lookup(self->client, "lib.oneway", 0, KIPC_NO_WAIT,
			      &self->handle, NULL));
}

FIXTURE_SETUP(oneway)
{
	must(live_begin(&self->before));
	self->inside = 0;
	self->next = 0;
	self->last = 0;
	self->kept = NULL;
}

FIXTURE_TEARDOWN(oneway)
{
	EXPECT_EQ(0, kipc_close(self->client));
	EXPECT_EQ(0, kipc_close(self->server));
	EXPECT_EQ(0, live_end(&self->before));
}

static int send_with(struct _test_data_oneway *self, uint32_t code,
		     const void *data, size_t size,
		     const struct kipc_send_options *options)
{
	const struct iovec segment = { (void *)data, size };
	const struct kipc_content content = { .iov = &segment, .iov_count = 1 };

	return kipc_send_with(self->client, self->handle, code, &content,
			      options);
}

/* With room made for it, if need be */
static void send_in_turn(struct _test_data_oneway *self, uint32_t count)
{
	struct kipc_send_options options = { .flags = KIPC_WAIT };
	char text[100];
	uint32_t code;

	memset(text, 'x', sizeof(text));
	for (code = 0; code < count; code++) {
		options.deadline = kipc_deadline_ms(PATIENCE_MS);
		must(send_with(self, code, text, code % sizeof(text),
			       &options));
	}
}

static void serve(void *arg)
{
	must(kipc_serve(arg, THREADS));
}

/* Many threads serve, and still it is one after the other */
TEST_F(oneway, threads_take_turns)
{
	struct thread thread;

	open_pair(self, take_in_turn);
	thread_start(&thread, serve, self->server);
	send_in_turn(self, MANY);
	while (received(self) < MANY)
		pause_ms(1);
	EXPECT_EQ(0, kipc_serve_stop(self->server));
	thread_join(&thread);
}

/* Each is announced: a loop that takes one at a time is not left waiting */
TEST_F(oneway, event_loop)
{
	struct pollfd pollfd = { .events = POLLIN };
	uint32_t i;

	open_pair(self, take_in_turn);
	pollfd.fd = kipc_fd(self->server);
	send_in_turn(self, 20);
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(1, poll(&pollfd, 1, PATIENCE_MS));
		ASSERT_EQ(1, kipc_dispatch_one(self->server, KIPC_NO_WAIT));
		ASSERT_EQ(i + 1, received(self));
	}
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	EXPECT_EQ(-EAGAIN, kipc_dispatch_one(self->server, KIPC_NO_WAIT));
}

static void send_all(void *arg)
{
	send_in_turn(arg, MANY);
}

/* In batches, in order, while more of them come */
TEST_F(oneway, batches)
{
	struct thread thread;
	int ret, batches = 0;

	open_pair(self, take_in_turn);
	thread_start(&thread, send_all, self);
	/* There is no more room: some of them are one batch. */
	wait_blocked(thread.tid, KIPC_SEND);
	while (received(self) < MANY) {
		ret = kipc_dispatch_batch(self->server,
					  kipc_deadline_ms(PATIENCE_MS));
		ASSERT_LT(0, ret);
		ASSERT_GE(64, ret);
		batches++;
	}
	thread_join(&thread);
	EXPECT_LT(batches, MANY);
	EXPECT_EQ(-EAGAIN, kipc_dispatch_batch(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(-ETIMEDOUT, kipc_dispatch_batch(self->server,
						  kipc_deadline_ms(1)));
}

static void call_once(void *arg)
{
	struct _test_data_oneway *self = arg;

	check(kipc_call(self->client, self->handle, 1, NULL, 0,
			kipc_deadline_ms(PATIENCE_MS), NULL) == 0);
}

/* A batch ends before a call, which comes alone */
TEST_F(oneway, batch_and_call)
{
	struct thread thread;

	open_pair(self, take_any);
	thread_start(&thread, call_once, self);
	wait_blocked(thread.tid, KIPC_CALL);
	ASSERT_EQ(0, kipc_send(self->client, self->handle, 2, NULL, 0));
	ASSERT_EQ(0, kipc_send(self->client, self->handle, 3, NULL, 0));
	EXPECT_EQ(1, kipc_dispatch_batch(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(1, self->last);
	thread_join(&thread);
	EXPECT_EQ(2, kipc_dispatch_batch(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(3, self->last);
}

/* One that is kept holds back those behind it, and calls not */
TEST_F(oneway, kept)
{
	struct thread thread;

	open_pair(self, take_any);
	ASSERT_EQ(0, kipc_send(self->client, self->handle, 1, "keep", 4));
	ASSERT_EQ(0, kipc_send(self->client, self->handle, 2, "x", 1));
	EXPECT_EQ(1, kipc_dispatch(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(-EAGAIN, kipc_dispatch(self->server, KIPC_NO_WAIT));
	thread_start(&thread, call_once, self);
	EXPECT_EQ(1, kipc_dispatch_one(self->server,
				       kipc_deadline_ms(PATIENCE_MS)));
	thread_join(&thread);
	EXPECT_EQ(0, memcmp("keep", kipc_request_data(self->kept), 4));
	kipc_request_free(self->kept);
	EXPECT_EQ(1, kipc_dispatch(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(2, self->last);
}

/* A newer one of the same code takes the place of the older one */
TEST_F(oneway, update)
{
	const struct kipc_send_options update = { .flags = KIPC_SEND_UPDATE };

	open_pair(self, take_any);
	ASSERT_EQ(0, send_with(self, 1, "old", 3, &update));
	ASSERT_EQ(0, send_with(self, 2, "other", 5, &update));
	ASSERT_EQ(0, send_with(self, 1, "newer", 5, &update));
	EXPECT_EQ(1, kipc_dispatch_one(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(1, self->last);
	EXPECT_EQ(1, kipc_dispatch_one(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(2, self->last);
	EXPECT_EQ(-EAGAIN, kipc_dispatch_one(self->server, KIPC_NO_WAIT));
}

static char large[POOL_SIZE / 8];

/* Sends until there is no more room; returns how many */
static int fill(struct _test_data_oneway *self)
{
	int count = 0;
	int ret;

	while (!(ret = kipc_send(self->client, self->handle, 0, large,
				 sizeof(large))))
		count++;
	check(ret == -EAGAIN);
	return count;
}

static void send_when_there_is_room(void *arg)
{
	const struct kipc_send_options options = {
		.flags = KIPC_WAIT,
		.deadline = kipc_deadline_ms(PATIENCE_MS),
	};

	must(send_with(arg, 7, large, sizeof(large), &options));
}

TEST_F(oneway, wait_for_room)
{
	const struct kipc_send_options options = {
		.flags = KIPC_WAIT,
		.deadline = kipc_deadline_ms(50),
	};
	struct thread thread;
	int count, i;

	open_pair(self, take_any);
	count = fill(self);
	EXPECT_LT(0, count);
	EXPECT_GE(4, count);
	EXPECT_EQ(-ETIMEDOUT, send_with(self, 0, large, sizeof(large),
					&options));
	thread_start(&thread, send_when_there_is_room, self);
	wait_blocked(thread.tid, KIPC_SEND);
	for (i = 0; i < count + 1; i++)
		EXPECT_EQ(1, kipc_dispatch_one(self->server,
					       kipc_deadline_ms(PATIENCE_MS)));
	thread_join(&thread);
	EXPECT_EQ(7, self->last);
}

/* Who floods is told so, once, and what he sent is sent */
TEST_F(oneway, spam)
{
	const struct kipc_send_options none = { .flags = 0 };
	int told = 0, count = 0;
	int ret;

	open_pair(self, take_any);
	while ((ret = send_with(self, 0, large, 100, &none)) >= 0) {
		check(ret == 0 || ret == KIPC_SENT_SPAM);
		told += ret == KIPC_SENT_SPAM;
		count++;
	}
	EXPECT_EQ(-EAGAIN, ret);
	EXPECT_EQ(1, told);
	while (kipc_dispatch(self->server, KIPC_NO_WAIT) > 0)
		;
	EXPECT_EQ((uint32_t)count, self->next);
	/* A new episode */
	told = 0;
	while ((ret = send_with(self, 0, large, 100, &none)) >= 0)
		told += ret;
	EXPECT_EQ(1, told);
}

TEST_F(oneway, clear)
{
	const struct kipc_send_options options = {
		.flags = KIPC_CLEAR | KIPC_WAIT | KIPC_SEND_UPDATE,
		.deadline = kipc_deadline_ms(PATIENCE_MS),
	};

	open_pair(self, take_any);
	EXPECT_EQ(0, send_with(self, 5, "secret", 6, &options));
	EXPECT_EQ(1, kipc_dispatch(self->server, KIPC_NO_WAIT));
	EXPECT_EQ(5, self->last);
}

TEST_F(oneway, bad_options)
{
	struct kipc_send_options options = { .flags = KIPC_VEC };

	open_pair(self, take_any);
	EXPECT_EQ(-EINVAL, send_with(self, 0, "x", 1, &options));
	options.flags = 0;
	options.deadline = kipc_deadline_ms(PATIENCE_MS);
	EXPECT_EQ(-EINVAL, send_with(self, 0, "x", 1, &options));
	EXPECT_EQ(-EAGAIN, kipc_dispatch(self->server, KIPC_NO_WAIT));
}

TEST_HARNESS_MAIN
