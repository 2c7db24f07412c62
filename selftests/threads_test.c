// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads that receive on one endpoint: a message wakes exactly one, and that is
 * the one that became idle last; the last of them is told that nobody waits any more;
 * and what finds nobody is counted. receive_test.c has the first steps of it.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "puppet.h"

#define THREADS	5
#define ROUNDS	30

FIXTURE(threads) {
	struct live live;
	struct pair pair;
	struct puppet puppet[THREADS];
	struct kipc_recv recv[THREADS];
	long switches[THREADS];
};

FIXTURE_SETUP(threads) {
	int i;

	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	pair_open(&self->pair, POOL);
	for (i = 0; i < THREADS; i++)
		puppet_open(&self->puppet[i]);
}

FIXTURE_TEARDOWN(threads) {
	int i;

	for (i = 0; i < THREADS; i++)
		puppet_close(&self->puppet[i]);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Lets one of the threads wait, until the deadline if that is not 0. */
static void wait_in(struct _test_data_threads *self, int i, __u64 deadline)
{
	memset(&self->recv[i], 0, sizeof(self->recv[i]));
	self->recv[i].deadline = deadline;
	puppet_block(&self->puppet[i], &self->pair.server, KIPC_RECV,
		     &self->recv[i]);
	self->switches[i] = context_switches(self->puppet[i].thread.tid);
}

static void wait_in_all(struct _test_data_threads *self)
{
	int i;

	for (i = 0; i < THREADS; i++)
		wait_in(self, i, 0);
}

/* The thread receives something of that kind, with or without the hint. */
static __u64 got(struct _test_data_threads *self, int i, __u32 kind,
		 __u32 flags)
{
	struct kipc_message *message = &self->recv[i].message;

	must(puppet_end(&self->puppet[i]));
	message_free(&self->pair.server, message);
	check(message->kind == kind);
	check(message->flags == flags);
	return message->token;
}

/* Whether the thread has slept all the time since it began to wait */
static bool slept_on(struct _test_data_threads *self, int i)
{
	pid_t tid = self->puppet[i].thread.tid;

	wait_blocked(tid, KIPC_RECV);
	return context_switches(tid) == self->switches[i];
}

static void send_one(struct _test_data_threads *self)
{
	must(send_bytes(&self->pair.client, self->pair.handle, "x", 1));
}

/* Ends the wait of those that are left. */
static void dismiss(struct _test_data_threads *self, int i)
{
	send_one(self);
	must(puppet_end(&self->puppet[i]));
	message_free(&self->pair.server, &self->recv[i].message);
}

/* Who has just received and waits again is the first to be woken again. */
TEST_F(threads, most_recently_idle) {
	int i, round;

	wait_in_all(self);
	for (round = 0; round < ROUNDS; round++) {
		send_one(self);
		got(self, THREADS - 1, KIPC_MSG_SEND, 0);
		wait_in(self, THREADS - 1, 0);
	}
	for (i = 0; i < THREADS - 1; i++)
		EXPECT_TRUE(slept_on(self, i));
	for (i = THREADS - 1; i >= 0; i--)
		dismiss(self, i);
}

/* The same for calls: one is woken for each of them, none by its end. */
TEST_F(threads, one_for_each_call) {
	struct caller caller;
	__u64 token;
	int i, round;

	wait_in_all(self);
	for (round = 0; round < ROUNDS; round++) {
		caller_start(&caller, &self->pair.client, self->pair.handle);
		token = got(self, THREADS - 1, KIPC_MSG_CALL, 0);
		wait_in(self, THREADS - 1, 0);
		EXPECT_EQ(0, reply_empty(&self->pair.server, token));
		EXPECT_EQ(0, caller_join(&caller));
		EXPECT_TRUE(slept_on(self, THREADS - 1));
	}
	for (i = 0; i < THREADS - 1; i++)
		EXPECT_TRUE(slept_on(self, i));
	for (i = THREADS - 1; i >= 0; i--)
		dismiss(self, i);
}

/* ... and for notices, which wake one though they coalesce. */
TEST_F(threads, one_for_each_notice) {
	int i;

	wait_in_all(self);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	got(self, THREADS - 1, KIPC_MSG_NOTIFY, 0);
	EXPECT_EQ(1, self->recv[THREADS - 1].message.bits);
	for (i = 0; i < THREADS - 1; i++)
		EXPECT_TRUE(slept_on(self, i));
	for (i = THREADS - 2; i >= 0; i--)
		dismiss(self, i);
}

/* A burst wakes as many as there are messages, each of them once. */
TEST_F(threads, burst) {
	struct caller caller[THREADS - 2];
	__u64 token;
	int i;

	wait_in_all(self);
	for (i = 0; i < THREADS - 2; i++) {
		caller_start(&caller[i], &self->pair.client, self->pair.handle);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	for (i = 0; i < THREADS - 2; i++) {
		token = got(self, THREADS - 1 - i, KIPC_MSG_CALL, 0);
		EXPECT_EQ((__u32)caller[i].thread.tid,
			  self->recv[THREADS - 1 - i].message.tid);
		EXPECT_EQ(0, reply_empty(&self->pair.server, token));
		EXPECT_EQ(0, caller_join(&caller[i]));
	}
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(slept_on(self, i));
	for (i = 1; i >= 0; i--)
		dismiss(self, i);
}

/* The order is that of becoming idle, whatever it was before. */
TEST_F(threads, order_of_becoming_idle) {
	static const int order[THREADS] = { 2, 4, 0, 3, 1 };
	int i;

	wait_in_all(self);
	for (i = THREADS - 1; i >= 0; i--)
		dismiss(self, i);
	for (i = 0; i < THREADS; i++)
		wait_in(self, order[i], 0);
	for (i = THREADS - 1; i >= 0; i--) {
		send_one(self);
		got(self, order[i], KIPC_MSG_SEND, i ? 0 : KIPC_MSG_NO_IDLE);
	}
}

/* Who has stopped waiting is not picked any more. */
TEST_F(threads, those_who_left) {
	int i;

	wait_in_all(self);
	interrupt(&self->puppet[THREADS - 1].thread);
	EXPECT_EQ(-EINTR, puppet_end(&self->puppet[THREADS - 1]));
	dismiss(self, THREADS - 2);
	wait_in(self, THREADS - 2, after(3 * SECOND));
	EXPECT_EQ(-ETIMEDOUT, puppet_end(&self->puppet[THREADS - 2]));
	for (i = THREADS - 3; i >= 0; i--) {
		send_one(self);
		got(self, i, KIPC_MSG_SEND, i ? 0 : KIPC_MSG_NO_IDLE);
	}
}

/* A message that is there already is taken by who comes first, and hints. */
TEST_F(threads, no_idle) {
	struct kipc_message message;
	int i;

	send_one(self);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &message);
	EXPECT_EQ(KIPC_MSG_NO_IDLE, message.flags);
	for (i = 0; i < 2; i++)
		wait_in(self, i, 0);
	send_one(self);
	got(self, 1, KIPC_MSG_SEND, 0);
	send_one(self);
	got(self, 0, KIPC_MSG_SEND, KIPC_MSG_NO_IDLE);
	/* Who only polls, or waits for a reply, is not idle. */
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_NO_IDLE, message.flags);
}

/* Calls hint as well, also by KIPC_REPLY_RECV. */
TEST_F(threads, no_idle_in_calls) {
	struct kipc_reply_recv both = { 0 };
	struct caller first, second;
	__u64 token;

	wait_in(self, 0, 0);
	puppet_block(&self->puppet[1], &self->pair.server, KIPC_REPLY_RECV,
		     &both);
	caller_start(&first, &self->pair.client, self->pair.handle);
	EXPECT_EQ(0, puppet_end(&self->puppet[1]));
	EXPECT_EQ(0, both.recv.message.flags);
	caller_start(&second, &self->pair.client, self->pair.handle);
	token = got(self, 0, KIPC_MSG_CALL, KIPC_MSG_NO_IDLE);
	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, caller_join(&second));
	/* It answers, and finds the next one there already. */
	caller_start(&second, &self->pair.client, self->pair.handle);
	wait_blocked(second.thread.tid, KIPC_CALL);
	both.reply.token = both.recv.message.token;
	EXPECT_EQ(0, puppet_do(&self->puppet[1], &self->pair.server,
			       KIPC_REPLY_RECV, &both));
	EXPECT_EQ(KIPC_MSG_NO_IDLE, both.recv.message.flags);
	EXPECT_EQ(0, reply_empty(&self->pair.server, both.recv.message.token));
	EXPECT_EQ(0, caller_join(&first));
	EXPECT_EQ(0, caller_join(&second));
}

static __u64 starved(struct endpoint *endpoint)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	return stat.starved;
}

/* What finds a thread is not counted, what finds none is. */
TEST_F(threads, starved) {
	struct caller caller;
	struct kipc_message message;
	__u64 token;

	EXPECT_EQ(0, starved(&self->pair.server));
	wait_in(self, 0, 0);
	send_one(self);
	got(self, 0, KIPC_MSG_SEND, KIPC_MSG_NO_IDLE);
	EXPECT_EQ(0, starved(&self->pair.server));
	send_one(self);
	EXPECT_EQ(1, starved(&self->pair.server));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &message);
	EXPECT_EQ(1, starved(&self->pair.server));
	caller_start(&caller, &self->pair.client, self->pair.handle);
	token = recv_call(&self->pair.server);
	/* It was queued before anybody waited, or found who waits in the test. */
	EXPECT_GE(2, starved(&self->pair.server));
	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(0, starved(&self->pair.client));
}

/* A burst that is larger than the number of threads starves by the rest. */
TEST_F(threads, starved_by_a_burst) {
	struct caller caller[THREADS];
	__u64 token;
	int i;

	for (i = 0; i < 2; i++)
		wait_in(self, i, 0);
	for (i = 0; i < THREADS; i++) {
		caller_start(&caller[i], &self->pair.client, self->pair.handle);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	EXPECT_EQ(THREADS - 2, starved(&self->pair.server));
	for (i = 0; i < THREADS; i++) {
		if (i < 2) {
			must(puppet_end(&self->puppet[1 - i]));
			token = self->recv[1 - i].message.token;
		} else {
			token = recv_call(&self->pair.server);
		}
		EXPECT_EQ(0, reply_empty(&self->pair.server, token));
		EXPECT_EQ(0, caller_join(&caller[i]));
	}
	EXPECT_EQ(THREADS - 2, starved(&self->pair.server));
}

TEST_HARNESS_MAIN
