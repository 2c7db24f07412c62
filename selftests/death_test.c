// SPDX-License-Identifier: GPL-2.0-only
/* Death at each step of a call: the other side is told at once, nothing leaks. */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/socket.h>

#include "message.h"

FIXTURE(death) {
	struct live live;
	struct endpoint endpoint;
	struct child child;
	__u32 handle;
};

/* What the child is to do next */
enum step {
	RECEIVE = 1,
	REPLY,
	CLOSE,
};

static void serve(int sock, void *arg)
{
	struct endpoint server;
	__u64 token = 0;
	__u32 node;

	(void)arg;
	endpoint_open(&server, POOL);
	node = node_create(&server, 1);
	must(name_publish(&server, "death.server", node, 0777));
	tell(sock, 1);
	for (;;) {
		switch (hear(sock)) {
		case RECEIVE:
			token = recv_call(&server);
			break;
		case REPLY:
			must(reply_empty(&server, token));
			break;
		case CLOSE:
			endpoint_close(&server);
			break;
		}
		tell(sock, token);
	}
}

FIXTURE_SETUP(death) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	child_start(&self->child, CHILD_CLOSES, serve, NULL);
	hear(self->child.sock);
	ASSERT_EQ(0, name_lookup(&self->endpoint, "death.server", 0,
				 &self->handle));
}

FIXTURE_TEARDOWN(death) {
	if (self->child.pid)
		child_kill(&self->child);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Has the server take the step, and waits until it did. */
static __u64 take(struct _test_data_death *self, enum step step)
{
	tell(self->child.sock, step);
	return hear(self->child.sock);
}

static void kill_server(struct _test_data_death *self)
{
	child_kill(&self->child);
	self->child.pid = 0;
}

TEST_F(death, server_with_calls_queued) {
	struct caller caller[3];
	struct kipc_stat stat;
	int i;

	for (i = 0; i < 3; i++) {
		caller_start(&caller[i], &self->endpoint, self->handle);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	wait_queued(3);
	kill_server(self);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-EOWNERDEAD, caller_join(&caller[i]));
		EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller[i].call.stage);
	}
	EXPECT_EQ(-EOWNERDEAD, call_empty(&self->endpoint, self->handle));
	stat_get(&self->endpoint, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(3, stat.failed);
}

TEST_F(death, server_with_call_received) {
	struct caller caller;

	caller_start(&caller, &self->endpoint, self->handle);
	take(self, RECEIVE);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	kill_server(self);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
}

/* Closing is dying, for an endpoint. */
TEST_F(death, server_closes) {
	struct caller first, second;

	caller_start(&first, &self->endpoint, self->handle);
	take(self, RECEIVE);
	caller_start(&second, &self->endpoint, self->handle);
	wait_blocked(second.thread.tid, KIPC_CALL);
	take(self, CLOSE);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&first));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, first.call.stage);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, second.call.stage);
}

/* The answer was given before death: it arrives. */
TEST_F(death, server_after_reply) {
	struct caller caller;

	caller_start(&caller, &self->endpoint, self->handle);
	take(self, RECEIVE);
	take(self, REPLY);
	kill_server(self);
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_DONE, caller.call.stage);
}

static void client_calls(int sock, void *arg)
{
	struct _test_data_death *self = arg;
	struct endpoint client;
	struct kipc_attachment attachment[2] = {
		{ .type = KIPC_ATTACH_FD, .id = (__u32)sock },
		{ .type = KIPC_ATTACH_NODE, .rights = KIPC_RIGHTS_ALL },
	};
	struct kipc_call call = {
		.data = PTR("abc"),
		.data_size = 3,
		.attachments = PTR(attachment),
		.attachment_count = 2,
	};

	(void)self;
	endpoint_open(&client, POOL);
	attachment[1].id = node_create(&client, 2);
	must(name_wait(&client, "death.mine", 0, &call.handle));
	kipc(client.fd, KIPC_CALL, &call);
}

/* The client of what follows calls a node of the test's own endpoint. */
static void start_client(struct _test_data_death *self, struct child *client)
{
	__u32 node = node_create(&self->endpoint, COOKIE);

	must(name_publish(&self->endpoint, "death.mine", node, 0777));
	child_start(client, CHILD_CLOSES, client_calls, self);
}

/* Whether the other end of the socket pair is closed everywhere */
static bool hung_up(int sock)
{
	char byte;

	return recv(sock, &byte, 1, MSG_DONTWAIT) == 0;
}

TEST_F(death, client_with_call_queued) {
	struct kipc_message message;
	struct kipc_stat stat;
	struct child client;

	start_client(self, &client);
	wait_queued(1);
	wait_blocked(client.pid, KIPC_CALL);
	kill(client.pid, SIGKILL);
	wait_queued(0);
	EXPECT_EQ(-EAGAIN, recv_now(&self->endpoint, &message));
	while (!hung_up(client.sock))
		pause_ms(1);
	child_end(&client);
	stat_get(&self->endpoint, &stat);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(2, stat.domain_endpoints);
}

TEST_F(death, client_with_call_received) {
	struct kipc_message message;
	struct child client;
	__u32 theirs;
	int fd;

	start_client(self, &client);
	ASSERT_EQ(0, recv_soon(&self->endpoint, &message));
	fd = (int)came(&self->endpoint, &message, 0)->id;
	theirs = came(&self->endpoint, &message, 1)->id;
	EXPECT_EQ(0, handle_watch(&self->endpoint, theirs, 99));
	wait_blocked(client.pid, KIPC_CALL);
	kill(client.pid, SIGKILL);
	waitid(P_PID, (id_t)client.pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	/* What came is the receiver's and stays, be the sender dead. */
	EXPECT_EQ(0, memcmp("abc", payload(&self->endpoint, message.offset),
			    3));
	EXPECT_FALSE(hung_up(client.sock));
	close(fd);
	EXPECT_TRUE(hung_up(client.sock));
	EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->endpoint, theirs, NULL, 0));
	EXPECT_EQ(-ECANCELED, reply_bytes(&self->endpoint, message.token, "x",
					  1));
	EXPECT_EQ(-ENXIO, reply_empty(&self->endpoint, message.token));
	message_free(&self->endpoint, &message);
	ASSERT_EQ(0, recv_now(&self->endpoint, &message));
	EXPECT_EQ(KIPC_MSG_DEATH, message.kind);
	EXPECT_EQ(99, message.cookie);
	child_end(&client);
}

static void send_and_wait(int sock, void *arg)
{
	struct endpoint client;
	__u32 handle;
	int i;

	(void)arg;
	endpoint_open(&client, POOL);
	must(name_wait(&client, "death.mine", 0, &handle));
	for (i = 0; i < 10; i++)
		must(send_bytes(&client, handle, "abc", 3));
	tell(sock, 1);
	hear(sock);
}

/* One-way messages outlive their sender. */
TEST_F(death, sender) {
	struct kipc_message message;
	struct child client;
	int i;

	ASSERT_EQ(0, name_publish(&self->endpoint, "death.mine",
				  node_create(&self->endpoint, 1), 0777));
	child_start(&client, CHILD_CLOSES, send_and_wait, NULL);
	hear(client.sock);
	child_kill(&client);
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, recv_now(&self->endpoint, &message));
		EXPECT_EQ(KIPC_MSG_SEND, message.kind);
		EXPECT_EQ(3, message.size);
		message_free(&self->endpoint, &message);
	}
}

/* A process that dies in the middle of a chain: each neighbour is told. */
static void call_onward(void *arg)
{
	struct _test_data_death *self = arg;
	__u64 token = recv_call(&self->endpoint);

	check(call_empty(&self->endpoint, self->handle) == -EOWNERDEAD);
	must(reply_empty(&self->endpoint, token));
}

TEST_F(death, end_of_a_chain) {
	struct thread middle;
	struct endpoint first;
	__u32 handle;
	struct caller caller;

	endpoint_open(&first, POOL);
	handle = connect_to(&first, &self->endpoint,
			    node_create(&self->endpoint, 1), 0);
	thread_start(&middle, call_onward, self);
	caller_start(&caller, &first, handle);
	take(self, RECEIVE);
	kill_server(self);
	EXPECT_EQ(0, caller_join(&caller));
	thread_join(&middle);
}

static void publish_and_execute(int sock, void *arg)
{
	struct endpoint endpoint;

	(void)arg;
	endpoint_open(&endpoint, POOL);
	must(name_publish(&endpoint, "death.exec", node_create(&endpoint, 1),
			  0777));
	tell(sock, 1);
	hear(sock);
	execlp("sleep", "sleep", "1000", NULL);
}

/* An endpoint that is close-on-exec ends when its process runs another. */
TEST_F(death, by_execution) {
	struct kipc_message message;
	struct child child;
	__u32 handle;

	child_start(&child, CHILD_CLOSES, publish_and_execute, NULL);
	hear(child.sock);
	ASSERT_EQ(0, name_lookup(&self->endpoint, "death.exec", 0, &handle));
	ASSERT_EQ(0, handle_watch(&self->endpoint, handle, 5));
	tell(child.sock, 1);
	ASSERT_EQ(0, recv_soon(&self->endpoint, &message));
	EXPECT_EQ(KIPC_MSG_DEATH, message.kind);
	EXPECT_EQ(5, message.cookie);
	/* It is alive still, as another program. */
	EXPECT_EQ(0, kill(child.pid, 0));
	child_kill(&child);
}

/* Messages in both directions that hold each other's objects */
TEST_F(death, cycle_of_messages) {
	struct pair pair;
	__u32 back;
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_NODE,
		.rights = KIPC_RIGHTS_ALL,
	};
	int i;

	pair_open(&pair, POOL);
	attachment.id = node_create(&pair.client, 1);
	back = connect_to(&pair.server, &pair.client, attachment.id, 0);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_attached(&pair.client, pair.handle,
					   &attachment, 1));
	attachment.id = pair.node;
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_attached(&pair.server, back, &attachment, 1));
	/* Some come home: a message to the server with the server's node */
	attachment.type = KIPC_ATTACH_HANDLE;
	attachment.id = pair.handle;
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_attached(&pair.client, pair.handle,
					   &attachment, 1));
	pair_close(&pair);
}

/* A shared endpoint outlives one of its processes, and so do its tokens. */
static void receive_and_tell(int sock, void *arg)
{
	struct pair *pair = arg;
	struct kipc_message message;

	must(recv_soon(&pair->server, &message));
	tell(sock, message.token);
	hear(sock);
}

TEST_F(death, one_of_two_processes) {
	struct caller caller;
	struct child child;
	struct pair pair;
	__u64 token;

	pair_open(&pair, POOL);
	child_start(&child, CHILD_SHARES, receive_and_tell, &pair);
	caller_start(&caller, &pair.client, pair.handle);
	token = hear(child.sock);
	child_kill(&child);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(&pair.server, token));
	EXPECT_EQ(0, caller_join(&caller));
	pair_close(&pair);
}

/* ... and ends with the other one */
TEST_F(death, both_processes) {
	struct caller caller;
	struct child child;
	struct endpoint server;
	struct pair pair;

	pair_open(&pair, POOL);
	server = pair.server;
	child_start(&child, CHILD_SHARES, receive_and_tell, &pair);
	caller_start(&caller, &pair.client, pair.handle);
	hear(child.sock);
	endpoint_close(&pair.server);
	EXPECT_NE(-1, server.fd);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	child_kill(&child);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
	endpoint_close(&pair.client);
}

/* Whoever waits in any command dies at once when killed. */
static void wait_for_ever(int sock, void *arg)
{
	struct pair *pair = arg;
	__u32 handle;

	switch (hear(sock)) {
	case KIPC_RECV:
		recv_call(&pair->client);
		break;
	case KIPC_CALL:
		call_empty(&pair->client, pair->handle);
		break;
	case KIPC_NAME_LOOKUP:
		name_wait(&pair->client, "death.never", 0, &handle);
		break;
	}
}

TEST_F(death, in_any_wait) {
	static const unsigned long commands[] = {
		KIPC_RECV, KIPC_CALL, KIPC_NAME_LOOKUP,
	};
	struct kipc_message message;
	struct child child;
	struct pair pair;
	size_t i;

	pair_open(&pair, POOL);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		child_start(&child, CHILD_SHARES, wait_for_ever, &pair);
		tell(child.sock, commands[i]);
		wait_blocked(child.pid, commands[i]);
		EXPECT_EQ(-SIGKILL, (kill(child.pid, SIGKILL),
				     child_end(&child)));
	}
	EXPECT_EQ(-EAGAIN, recv_now(&pair.server, &message));
	pair_close(&pair);
}

/* A full queue goes with its owner: messages, files and handles. */
TEST_F(death, with_a_full_queue) {
	struct kipc_attachment attachment[3] = {
		{ .type = KIPC_ATTACH_FD },
		{ .type = KIPC_ATTACH_NODE, .rights = KIPC_RIGHTS_ALL },
		{ .type = KIPC_ATTACH_HANDLE, .rights = KIPC_RIGHT_CALL,
		  .id = self->handle },
	};
	struct kipc_send send = {
		.handle = self->handle,
		.data = PTR("abcdefgh"),
		.data_size = 8,
		.attachments = PTR(attachment),
		.attachment_count = 3,
	};
	struct kipc_stat stat;
	int count = 0;

	attachment[1].id = node_create_watched(&self->endpoint, 5);
	while (!kipc(self->endpoint.fd, KIPC_SEND, &send))
		count++;
	/* So many pieces are in the half that one-way messages may have. */
	EXPECT_EQ(POOL / 2 / 256, count);
	kill_server(self);
	stat_get(&self->endpoint, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(1, stat.handles.used);
}

TEST_HARNESS_MAIN
