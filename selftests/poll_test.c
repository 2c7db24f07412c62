// SPDX-License-Identifier: GPL-2.0-only
/* poll(2), select(2) and epoll(7) on an endpoint. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "message.h"

FIXTURE(poll) {
	struct live live;
	struct pair pair;
	__u32 other;
	int epoll;
};

FIXTURE_SETUP(poll) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->other = connect_to(&self->pair.client, &self->pair.server,
				 node_create(&self->pair.server, 2), 0);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, self->epoll);
}

FIXTURE_TEARDOWN(poll) {
	close(self->epoll);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void add(struct _test_data_poll *self, __u32 events)
{
	struct epoll_event event = { .events = events, .data.u32 = 5 };

	must_errno(epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->pair.server.fd,
			     &event));
}

/* What epoll says at once; 0 if nothing */
static __u32 ready(struct _test_data_poll *self)
{
	struct epoll_event event;

	return epoll_wait(self->epoll, &event, 1, 0) == 1 ? event.events : 0;
}

/* What poll(2) says at once about reading */
static int polled(struct _test_data_poll *self)
{
	struct pollfd fd = {
		.fd = self->pair.server.fd,
		.events = POLLIN | POLLRDNORM,
	};

	return poll(&fd, 1, 0) == 1 ? fd.revents : 0;
}

static void send_one(struct _test_data_poll *self)
{
	must(send_bytes(&self->pair.client, self->pair.handle, NULL, 0));
}

/* To another node: it need not wait until the first one is freed. */
static void send_other(struct _test_data_poll *self)
{
	must(send_bytes(&self->pair.client, self->other, NULL, 0));
}

static void receive(struct _test_data_poll *self)
{
	struct kipc_message message;

	must(recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &message);
}

TEST_F(poll, level) {
	add(self, EPOLLIN);
	EXPECT_EQ(0, polled(self));
	EXPECT_EQ(0, ready(self));
	send_one(self);
	send_other(self);
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	EXPECT_EQ(EPOLLIN, ready(self));
	EXPECT_EQ(EPOLLIN, ready(self));
	receive(self);
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	EXPECT_EQ(EPOLLIN, ready(self));
	receive(self);
	EXPECT_EQ(0, polled(self));
	EXPECT_EQ(0, ready(self));
}

/* Each message is an edge, also when others wait. */
TEST_F(poll, edge) {
	add(self, EPOLLIN | EPOLLET);
	EXPECT_EQ(0, ready(self));
	send_one(self);
	EXPECT_EQ(EPOLLIN, ready(self));
	EXPECT_EQ(0, ready(self));
	send_other(self);
	EXPECT_EQ(EPOLLIN, ready(self));
	EXPECT_EQ(0, ready(self));
	receive(self);
	EXPECT_EQ(0, ready(self));
	receive(self);
	EXPECT_EQ(0, ready(self));
	send_one(self);
	EXPECT_EQ(EPOLLIN, ready(self));
}

/* What was there before is seen, edge or no edge. */
TEST_F(poll, edge_before) {
	send_one(self);
	add(self, EPOLLIN | EPOLLET);
	EXPECT_EQ(EPOLLIN, ready(self));
	EXPECT_EQ(0, ready(self));
}

TEST_F(poll, select) {
	struct timeval none = { 0 };
	fd_set fds;

	FD_ZERO(&fds);
	FD_SET(self->pair.server.fd, &fds);
	EXPECT_EQ(0, select(self->pair.server.fd + 1, &fds, NULL, NULL, &none));
	send_one(self);
	FD_SET(self->pair.server.fd, &fds);
	EXPECT_EQ(1, select(self->pair.server.fd + 1, &fds, NULL, NULL, &none));
}

/* Every kind of message makes it readable. */
TEST_F(poll, kinds) {
	struct caller caller;
	__u32 node = node_create(&self->pair.client, 1);
	__u32 handle = connect_to(&self->pair.server, &self->pair.client, node,
				  0);
	__u32 watched;

	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	receive(self);

	ASSERT_EQ(0, handle_watch(&self->pair.server, handle, 1));
	EXPECT_EQ(0, polled(self));
	ASSERT_EQ(0, node_destroy(&self->pair.client, node));
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	receive(self);

	ASSERT_EQ(0, name_watch(&self->pair.server, "poll", 1));
	ASSERT_EQ(0, name_publish(&self->pair.server, "poll",
				  self->pair.node, 0777));
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	receive(self);

	watched = node_create_watched(&self->pair.server, 1);
	ASSERT_EQ(0, name_publish(&self->pair.server, "other", watched, 0777));
	ASSERT_EQ(0, name_unpublish(&self->pair.server, "other"));
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	receive(self);

	caller_start(&caller, &self->pair.client, self->pair.handle);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(POLLIN | POLLRDNORM, polled(self));
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(0, polled(self));
}

/* A call that is withdrawn leaves nothing to be read. */
TEST_F(poll, withdrawn) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.deadline = after(20 * MILLISECOND),
	};

	ASSERT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(0, polled(self));
}

static void wait_in_epoll(void *arg)
{
	struct _test_data_poll *self = arg;
	struct epoll_event event;

	check(epoll_wait(self->epoll, &event, 1, 20000) == 1);
	check(event.events == EPOLLIN);
	check(event.data.u32 == 5);
	receive(self);
}

TEST_F(poll, wakes) {
	struct thread thread;
	int i;

	add(self, EPOLLIN);
	for (i = 0; i < 20; i++) {
		thread_start(&thread, wait_in_epoll, self);
		if (i % 2)
			pause_ms(2);
		send_one(self);
		thread_join(&thread);
	}
}

static void close_soon(void *arg)
{
	struct _test_data_poll *self = arg;
	int i;

	for (i = 0; i < 20; i++)
		send_one(self);
}

/* Closing while it is polled, and polled again afterwards, is harmless. */
TEST_F(poll, closed) {
	struct thread thread;

	add(self, EPOLLIN);
	thread_start(&thread, close_soon, self);
	while (!ready(self))
		pause_ms(1);
	thread_join(&thread);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(0, ready(self));
}

TEST_HARNESS_MAIN
