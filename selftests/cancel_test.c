// SPDX-License-Identifier: GPL-2.0-only
/*
 * KIPC_MSG_CANCELED: a server that asks for it is told once, and at once, when the
 * caller of a call that it has received leaves. The call must still be answered.
 */
#include <kselftest_harness.h>
#include <poll.h>

#include "expiring.h"
#include "interrupt.h"
#include "nested.h"
#include "stall.h"

#define ASKING_COOKIE	0xa5c1
#define MANY		12

FIXTURE(cancel) {
	struct live live;
	struct endpoint server;
	struct endpoint client;
	struct caller caller;
	/* Of the node that asks to be told, and of one that does not */
	__u32 node;
	__u32 handle;
	__u32 plain;
	__u64 token;
};

static __u32 create(struct endpoint *endpoint, __u64 cookie, __u32 flags)
{
	struct kipc_node_create create = { .flags = flags, .cookie = cookie };

	must(kipc(endpoint->fd, KIPC_NODE_CREATE, &create));
	return create.node;
}

FIXTURE_SETUP(cancel) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->client, POOL);
	self->node = create(&self->server, ASKING_COOKIE, KIPC_NODE_CANCELED);
	self->handle = connect_to(&self->client, &self->server, self->node, 0);
	self->plain = connect_to(&self->client, &self->server,
				 create(&self->server, COOKIE, 0), 0);
	interrupt_install(0);
}

FIXTURE_TEARDOWN(cancel) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A call that the server has received */
static void call(struct _test_data_cancel *self, __u32 handle)
{
	caller_start(&self->caller, &self->client, handle);
	self->token = recv_call(&self->server);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
}

static void check_nothing(struct endpoint *server)
{
	struct kipc_message message;

	check(recv_now(server, &message) == -EAGAIN);
}

TEST_F(cancel, by_signal) {
	struct kipc_stat stat;

	call(self, self->handle);
	check_nothing(&self->server);
	stat_get(&self->server, &stat);
	EXPECT_EQ(1, stat.serving);
	EXPECT_EQ(0, stat.abandoned);
	caller_leave(&self->caller);
	stat_get(&self->server, &stat);
	EXPECT_EQ(1, stat.serving);
	EXPECT_EQ(1, stat.abandoned);
	check_canceled(&self->server, self->token, ASKING_COOKIE);
	/* Once */
	check_nothing(&self->server);
	answer_in_vain(&self->server, self->token);
	check_nothing(&self->server);
	stat_get(&self->server, &stat);
	EXPECT_EQ(0, stat.serving);
	EXPECT_EQ(0, stat.abandoned);
}

TEST_F(cancel, by_deadline) {
	memset(&self->caller, 0, sizeof(self->caller));
	self->caller.endpoint = &self->client;
	self->caller.call.handle = self->handle;
	self->token = expiring_call(&self->caller, &self->server);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->caller));
	check_canceled(&self->server, self->token, ASKING_COOKIE);
	check_nothing(&self->server);
	answer_in_vain(&self->server, self->token);
}

static void call_in_child(int sock, void *arg)
{
	struct _test_data_cancel *self = arg;

	(void)sock;
	call_empty(&self->client, self->handle);
}

TEST_F(cancel, by_death) {
	struct child child;
	__u64 token;

	child_start(&child, CHILD_SHARES, call_in_child, self);
	token = recv_call(&self->server);
	wait_blocked(child.pid, KIPC_CALL);
	child_kill(&child);
	check_canceled(&self->server, token, ASKING_COOKIE);
	check_nothing(&self->server);
	answer_in_vain(&self->server, token);
}

static void call_alone(int sock, void *arg)
{
	struct endpoint endpoint;
	__u32 handle;

	(void)sock;
	(void)arg;
	endpoint_open(&endpoint, POOL);
	must(name_lookup(&endpoint, "cancel.server", 0, &handle));
	call_empty(&endpoint, handle);
}

/* ... with its endpoint */
TEST_F(cancel, by_death_with_endpoint) {
	struct child child;
	__u64 token;

	ASSERT_EQ(0, name_publish(&self->server, "cancel.server", self->node,
				  0777));
	child_start(&child, CHILD_CLOSES, call_alone, NULL);
	token = recv_call(&self->server);
	wait_blocked(child.pid, KIPC_CALL);
	child_kill(&child);
	check_canceled(&self->server, token, ASKING_COOKIE);
	check_nothing(&self->server);
	answer_in_vain(&self->server, token);
}

/* Who does not ask is not told. */
TEST_F(cancel, not_asked) {
	struct kipc_stat stat;

	call(self, self->plain);
	caller_leave(&self->caller);
	check_nothing(&self->server);
	stat_get(&self->server, &stat);
	EXPECT_EQ(1, stat.abandoned);
	answer_in_vain(&self->server, self->token);
}

/* A call that is withdrawn was never the server's business. */
TEST_F(cancel, not_received) {
	struct caller caller;

	caller_start(&caller, &self->client, self->handle);
	wait_queued(1);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	interrupt(&caller.thread);
	EXPECT_EQ(-EINTR, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
	check_nothing(&self->server);
}

TEST_F(cancel, answered) {
	call(self, self->handle);
	EXPECT_EQ(0, reply_empty(&self->server, self->token));
	EXPECT_EQ(0, caller_join(&self->caller));
	check_nothing(&self->server);
	endpoint_close(&self->client);
	check_nothing(&self->server);
}

/* The server has answered before it looked: it is not told any more. */
TEST_F(cancel, answered_before_it_is_received) {
	call(self, self->handle);
	caller_leave(&self->caller);
	answer_in_vain(&self->server, self->token);
	check_nothing(&self->server);
}

struct receiver {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_message message;
};

static void receive(void *arg)
{
	struct receiver *receiver = arg;

	must(recv_soon(receiver->endpoint, &receiver->message));
}

/* It comes at once to a thread that waits. */
TEST_F(cancel, wakes) {
	struct receiver receiver = { .endpoint = &self->server };

	call(self, self->handle);
	thread_start(&receiver.thread, receive, &receiver);
	wait_blocked(receiver.thread.tid, KIPC_RECV);
	caller_leave(&self->caller);
	thread_join(&receiver.thread);
	EXPECT_EQ(KIPC_MSG_CANCELED, receiver.message.kind);
	EXPECT_EQ(self->token, receiver.message.token);
	answer_in_vain(&self->server, self->token);
}

TEST_F(cancel, polled) {
	struct pollfd poll_fd = { .fd = self->server.fd, .events = POLLIN };

	call(self, self->handle);
	EXPECT_EQ(0, poll(&poll_fd, 1, 0));
	caller_leave(&self->caller);
	EXPECT_EQ(1, poll(&poll_fd, 1, 0));
	check_canceled(&self->server, self->token, ASKING_COOKIE);
	EXPECT_EQ(0, poll(&poll_fd, 1, 0));
	answer_in_vain(&self->server, self->token);
}

/* If the struct cannot come back, the notice stays. */
TEST_F(cancel, fault_keeps_it) {
	struct kipc_recv *recv;

	call(self, self->handle);
	caller_leave(&self->caller);
	recv = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)recv);
	EXPECT_EQ(-EFAULT, kipc(self->server.fd, KIPC_RECV, recv));
	munmap(recv, 4096);
	check_canceled(&self->server, self->token, ASKING_COOKIE);
	check_nothing(&self->server);
	answer_in_vain(&self->server, self->token);
}

/* They come in the order in which the callers left. */
TEST_F(cancel, order) {
	static const int order[MANY] = { 3, 7, 0, 11, 4, 1, 9, 2, 10, 5, 8, 6 };
	struct caller caller[MANY];
	__u64 token[MANY];
	int i;

	for (i = 0; i < MANY; i++) {
		caller_start(&caller[i], &self->client, self->handle);
		token[i] = recv_call(&self->server);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	for (i = 0; i < MANY; i++)
		caller_leave(&caller[order[i]]);
	for (i = 0; i < MANY; i++)
		check_canceled(&self->server, token[order[i]],
			       ASKING_COOKIE);
	check_nothing(&self->server);
	for (i = 0; i < MANY; i++)
		answer_in_vain(&self->server, token[i]);
}

/* Those that were answered meanwhile are left out. */
TEST_F(cancel, every_other_one_answered) {
	struct caller caller[MANY];
	__u64 token[MANY];
	int i;

	for (i = 0; i < MANY; i++) {
		caller_start(&caller[i], &self->client, self->handle);
		token[i] = recv_call(&self->server);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	for (i = 0; i < MANY; i++)
		caller_leave(&caller[i]);
	for (i = 0; i < MANY; i += 2)
		answer_in_vain(&self->server, token[i]);
	for (i = 1; i < MANY; i += 2)
		check_canceled(&self->server, token[i], ASKING_COOKIE);
	check_nothing(&self->server);
	for (i = 1; i < MANY; i += 2)
		answer_in_vain(&self->server, token[i]);
}

/* The server dies with a notice that it did not receive, and with one that it did. */
TEST_F(cancel, server_closes) {
	call(self, self->handle);
	caller_leave(&self->caller);
	check_canceled(&self->server, self->token, ASKING_COOKIE);
	call(self, self->handle);
	caller_leave(&self->caller);
	endpoint_close(&self->server);
}

/* The caller leaves while its reply is brought: the end of that says it all. */
TEST_F(cancel, while_replying) {
	struct stalled_reply reply;
	struct stall stall;

	if (!stall_open(&stall))
		SKIP(return, "this kernel has no userfaultfd");
	call(self, self->handle);
	stalled_reply_begin(&reply, &self->server, &stall, self->token);
	caller_leave(&self->caller);
	EXPECT_EQ(-ECANCELED, stalled_reply_end(&reply));
	check_nothing(&self->server);
	EXPECT_EQ(-ENXIO, reply_empty(&self->server, self->token));
	stall_close(&stall);
}

TEST_HARNESS_MAIN
