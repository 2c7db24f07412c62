// SPDX-License-Identifier: GPL-2.0-only
/* Receiving with many threads: one message wakes one, the last to come. */
#include <kselftest_harness.h>

#include "message.h"

#define THREADS	4
#define NODES	8

struct receiver {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_message message;
	int ret;
	int done;
};

FIXTURE(receive) {
	struct live live;
	struct pair pair;
	struct receiver receiver[THREADS];
	__u32 handle[NODES];
	int sent;
};

FIXTURE_SETUP(receive) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	for (self->sent = NODES; self->sent; self->sent--)
		self->handle[self->sent - 1] =
			connect_to(&self->pair.client, &self->pair.server,
				   node_create(&self->pair.server, 1), 0);
}

FIXTURE_TEARDOWN(receive) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void receive(void *arg)
{
	struct receiver *receiver = arg;

	receiver->ret = recv_soon(receiver->endpoint, &receiver->message);
	__atomic_store_n(&receiver->done, 1, __ATOMIC_RELEASE);
}

static void start(struct _test_data_receive *self, int i)
{
	struct receiver *receiver = &self->receiver[i];

	receiver->endpoint = &self->pair.server;
	receiver->done = 0;
	thread_start(&receiver->thread, receive, receiver);
	wait_blocked(receiver->thread.tid, KIPC_RECV);
}

/* Waits until one of the threads has received; returns which. */
static int first_done(struct _test_data_receive *self)
{
	__u64 end = after(20 * SECOND);
	int i;

	for (i = 0; !__atomic_load_n(&self->receiver[i].done, __ATOMIC_ACQUIRE);
	     i = (i + 1) % THREADS) {
		check(now() < end);
		if (i == THREADS - 1)
			pause_ms(1);
	}
	return i;
}

/* Each to another node, so none waits for the one before to be freed. */
static void send_one(struct _test_data_receive *self)
{
	must(send_bytes(&self->pair.client, self->handle[self->sent++ % NODES],
			NULL, 0));
}

static void finish(struct _test_data_receive *self, int i)
{
	thread_join(&self->receiver[i].thread);
	check(!self->receiver[i].ret);
}

/* One message wakes one thread: the others sleep on. */
TEST_F(receive, wakes_exactly_one) {
	long switches[THREADS];
	int i, woken;

	for (i = 0; i < THREADS; i++)
		start(self, i);
	for (i = 0; i < THREADS; i++)
		switches[i] = context_switches(self->receiver[i].thread.tid);
	send_one(self);
	woken = first_done(self);
	finish(self, woken);
	for (i = 0; i < THREADS; i++) {
		if (i == woken)
			continue;
		wait_blocked(self->receiver[i].thread.tid, KIPC_RECV);
		EXPECT_EQ(switches[i],
			  context_switches(self->receiver[i].thread.tid));
	}
	for (i = 1; i < THREADS; i++)
		send_one(self);
	for (i = 0; i < THREADS; i++) {
		if (i != woken)
			finish(self, i);
	}
}

/* The one that became idle last is woken: its caches are warm. */
TEST_F(receive, wakes_the_last) {
	int i;

	for (i = 0; i < THREADS; i++)
		start(self, i);
	for (i = THREADS - 1; i >= 0; i--) {
		send_one(self);
		EXPECT_EQ(i, first_done(self));
		finish(self, i);
		self->receiver[i].done = 0;
	}
}

/* The flag comes when no other thread waits any more. */
TEST_F(receive, no_idle) {
	struct kipc_message message;
	int i;

	send_one(self);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_NO_IDLE, message.flags);
	for (i = 0; i < 2; i++)
		start(self, i);
	send_one(self);
	i = first_done(self);
	finish(self, i);
	EXPECT_EQ(0, self->receiver[i].message.flags);
	send_one(self);
	finish(self, !i);
	EXPECT_EQ(KIPC_MSG_NO_IDLE, self->receiver[!i].message.flags);
}

TEST_F(receive, nonblocking) {
	struct kipc_message message;

	EXPECT_EQ(-EAGAIN, recv_flags(&self->pair.server, KIPC_NONBLOCK, 0,
				      &message));
	EXPECT_EQ(-EAGAIN, recv_flags(&self->pair.server, KIPC_NONBLOCK,
				      after(SECOND), &message));
	ASSERT_EQ(0, fcntl(self->pair.server.fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, recv_flags(&self->pair.server, 0, 0, &message));
	send_one(self);
	EXPECT_EQ(0, recv_flags(&self->pair.server, 0, 0, &message));
	EXPECT_EQ(-EAGAIN, recv_flags(&self->pair.server, 0, 0, &message));
}

TEST_F(receive, deadline) {
	struct kipc_message message;
	__u64 deadline = after(50 * MILLISECOND);

	EXPECT_EQ(-ETIMEDOUT, recv_flags(&self->pair.server, 0, deadline,
					 &message));
	EXPECT_LE(deadline, now());
	EXPECT_EQ(-ETIMEDOUT, recv_flags(&self->pair.server, 0, 1, &message));
	/* What is there is received, however late it is. */
	send_one(self);
	EXPECT_EQ(0, recv_flags(&self->pair.server, 0, 1, &message));
}

/* If the struct cannot come back, the message stays at the head. */
TEST_F(receive, fault_keeps_it) {
	struct kipc_message message;
	struct kipc_recv *recv;

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "1", 1));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "22",
				2));
	recv = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)recv);
	EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_RECV, recv));
	munmap(recv, 4096);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(1, message.size);
	message_free(&self->pair.server, &message);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(2, message.size);
	message_free(&self->pair.server, &message);
}

#define SENDERS	3

struct worker {
	struct thread thread;
	struct _test_data_receive *self;
	int rounds;
	long got;
};

static void call_often(void *arg)
{
	struct worker *worker = arg;
	struct endpoint *client = &worker->self->pair.client;
	__u32 word;
	int i;

	for (i = 0; i < worker->rounds; i++) {
		struct kipc_call call = {
			.handle = worker->self->pair.handle,
			.data = PTR(&word),
			.data_size = sizeof(word),
		};

		word = (__u32)i;
		must(kipc(client->fd, KIPC_CALL, &call));
		check(call.reply_size == sizeof(word));
		check(!memcmp(payload(client, call.reply_offset), &word,
			      sizeof(word)));
		reply_free(client, &call);
	}
}

static void serve(void *arg)
{
	struct worker *worker = arg;

	echo_serve(&worker->self->pair.server);
}

/* Many threads call, many serve: each call has its own answer. */
TEST_F(receive, many_threads) {
	struct worker server[THREADS], client[SENDERS];
	int i;

	for (i = 0; i < THREADS; i++) {
		server[i].self = self;
		thread_start(&server[i].thread, serve, &server[i]);
	}
	for (i = 0; i < SENDERS; i++) {
		client[i].self = self;
		client[i].rounds = debug_kernel() ? 200 : 2000;
		thread_start(&client[i].thread, call_often, &client[i]);
	}
	for (i = 0; i < SENDERS; i++)
		thread_join(&client[i].thread);
	for (i = 0; i < THREADS; i++)
		echo_stop(&self->pair.client, self->pair.handle);
	for (i = 0; i < THREADS; i++)
		thread_join(&server[i].thread);
}

TEST_HARNESS_MAIN
