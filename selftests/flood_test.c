// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flood of one-way messages: it has half of the pool at most, so calls and
 * replies come through; nobody takes the last of that half either; and who
 * floods is told.
 */
#include <kselftest_harness.h>

#include "stranger.h"

#define HALF		(POOL / 2)
#define UNIT		256U
/* Beyond so many messages that are not freed a user floods. */
#define SPAM_MESSAGES	64
/* In this pool the number of messages decides, not their bytes. */
#define LARGE_POOL	(1U << 20)

static const __u8 data[LARGE_POOL];

FIXTURE(flood) {
	struct live live;
	struct pair pair;
	struct endpoint alice;
	struct endpoint bob;
	__u32 by_alice;
	__u32 by_bob;
};

FIXTURE_SETUP(flood) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->by_alice = stranger_connect(&self->alice, &self->pair, ALICE);
	self->by_bob = stranger_connect(&self->bob, &self->pair, BOB);
}

FIXTURE_TEARDOWN(flood) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int send_own(struct _test_data_flood *self, size_t size)
{
	return send_bytes(&self->pair.client, self->pair.handle, data, size);
}

static int send_alice(struct _test_data_flood *self, size_t size)
{
	return send_bytes(&self->alice, self->by_alice, data, size);
}

static int send_bob(struct _test_data_flood *self, size_t size)
{
	return send_bytes(&self->bob, self->by_bob, data, size);
}

/* Receives one message and frees it. */
static void take(struct endpoint *server)
{
	struct kipc_message message;

	must(recv_now(server, &message));
	check(message.kind == KIPC_MSG_SEND);
	message_free(server, &message);
}

TEST_F(flood, half_of_the_pool) {
	struct kipc_stat before;

	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EMSGSIZE, send_own(self, HALF + 1));
	EXPECT_EQ(-EMSGSIZE, send_own(self, POOL));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	ASSERT_EQ(0, send_own(self, HALF - UNIT));
	ASSERT_EQ(0, send_own(self, UNIT));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EAGAIN, send_own(self, 0));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	/* The other half is for calls, and for replies. */
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->pair.client,
					 self->pair.handle, HALF));
	EXPECT_EQ(-EAGAIN, call_probe(&self->pair.client, self->pair.handle,
				      HALF + 1));
	/* A message counts until it is freed, not until it is received. */
	take(&self->pair.server);
	ASSERT_EQ(0, send_own(self, HALF - UNIT));
	EXPECT_EQ(-EAGAIN, send_own(self, 0));
	take(&self->pair.server);
	take(&self->pair.server);
	EXPECT_EQ(0, send_own(self, HALF));
}

/* Calls do not take from the half of the one-way messages, but from the pool. */
TEST_F(flood, beside_calls) {
	__u64 held = call_hold(&self->pair.client, self->pair.handle,
			       &self->pair.server, HALF + UNIT);

	EXPECT_EQ(0, send_own(self, HALF - UNIT));
	EXPECT_EQ(-EAGAIN, send_own(self, 0));
	ASSERT_EQ(0, slice_free(&self->pair.server, held));
	EXPECT_EQ(0, send_own(self, 0));
	EXPECT_EQ(-EAGAIN, send_own(self, 0));
}

/* Of that half another user has half of what is left, too. */
TEST_F(flood, shares) {
	EXPECT_EQ(-EMSGSIZE, send_alice(self, HALF / 2 + 1));
	ASSERT_EQ(0, send_alice(self, HALF / 2));
	EXPECT_EQ(-EAGAIN, send_alice(self, 0));
	EXPECT_EQ(-EAGAIN, send_bob(self, HALF / 4 + 1));
	ASSERT_EQ(0, send_bob(self, HALF / 4));
	EXPECT_EQ(-EAGAIN, send_bob(self, 0));
	EXPECT_EQ(-EAGAIN, send_own(self, HALF / 4 + 1));
	ASSERT_EQ(0, send_own(self, HALF / 4));
	EXPECT_EQ(-EAGAIN, send_own(self, 0));
	/* They still can call: half of what others left of the pool. */
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->alice, self->by_alice,
					 (POOL - HALF / 2) / 2 - HALF / 2));
	EXPECT_EQ(-EAGAIN, call_probe(&self->alice, self->by_alice,
				      (POOL - HALF / 2) / 2 - HALF / 2 + 1));
	take(&self->pair.server);
	EXPECT_EQ(0, send_alice(self, HALF / 4));
	EXPECT_EQ(-EAGAIN, send_alice(self, 0));
}

/* Whatever is sent to a caller, its replies come. */
TEST_F(flood, replies_come) {
	struct pair *pair = &self->pair;
	__u32 back = connect_to(&pair->server, &pair->client,
				node_create(&pair->client, 1), 0);
	struct caller caller;
	__u64 token;
	int sent = 0;

	while (!send_bytes(&pair->server, back, data, 100))
		sent++;
	EXPECT_EQ(HALF / UNIT, sent);
	caller_start(&caller, &pair->client, pair->handle);
	token = recv_call(&pair->server);
	EXPECT_EQ(0, reply_bytes(&pair->server, token, data, HALF));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(HALF, caller.call.reply_size);
	reply_free(&pair->client, &caller.call);
}

/* Strangers that take all they can: the receiver's own user calls, still. */
TEST_F(flood, of_everything) {
	struct kipc_message message;

	while (!send_alice(self, 100))
		;
	while (!send_bob(self, 0))
		;
	/* With this one out of the way only calls can be received. */
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	while (call_probe(&self->alice, self->by_alice, UNIT) == -ETIMEDOUT)
		call_hold(&self->alice, self->by_alice, &self->pair.server,
			  UNIT);
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->bob, self->by_bob, UNIT));
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->pair.client,
					 self->pair.handle, POOL / 4));
}

/* KIPC_SENT_* of a send that succeeds */
static __u32 told(struct endpoint *endpoint, __u32 handle, size_t size)
{
	struct kipc_send send = {
		.handle = handle,
		.data = PTR(data),
		.data_size = size,
		.sent = 99,
	};

	must(kipc(endpoint->fd, KIPC_SEND, &send));
	return send.sent;
}

static void open_large(struct _test_data_flood *self)
{
	struct pair *pair = &self->pair;

	pair_close(pair);
	pair_open(pair, LARGE_POOL);
	self->by_alice = connect_to(&self->alice, &pair->server, pair->node, 0);
	self->by_bob = connect_to(&self->bob, &pair->server, pair->node, 0);
}

/* Told once per episode, which ends when less than half of that is left */
static void flood_and_calm(struct endpoint *server, struct endpoint *sender,
			   __u32 handle)
{
	int i, round;

	for (i = 0; i < SPAM_MESSAGES; i++)
		check(told(sender, handle, 0) == 0);
	for (round = 0; round < 3; round++) {
		check(told(sender, handle, 0) == KIPC_SENT_SPAM);
		check(told(sender, handle, 0) == 0);
		/* 66 there: with 33 it still is the same episode. */
		for (i = 0; i < 33; i++)
			take(server);
		check(told(sender, handle, 0) == 0);
		for (i = 0; i < 31; i++)
			check(told(sender, handle, 0) == 0);
		check(told(sender, handle, 0) == 0);
		/* 66 again: with 32 it is over. */
		for (i = 0; i < 34; i++)
			take(server);
		for (i = 0; i < 32; i++)
			check(told(sender, handle, 0) == 0);
	}
	for (i = 0; i < SPAM_MESSAGES; i++)
		take(server);
}

TEST_F(flood, told_by_number) {
	open_large(self);
	flood_and_calm(&self->pair.server, &self->pair.client,
		       self->pair.handle);
	flood_and_calm(&self->pair.server, &self->alice, self->by_alice);
}

/* A quarter of the half is much, too: be it in one message. */
TEST_F(flood, told_by_bytes) {
	EXPECT_EQ(0, told(&self->pair.client, self->pair.handle, HALF / 4));
	EXPECT_EQ(KIPC_SENT_SPAM, told(&self->pair.client, self->pair.handle,
				       1));
	EXPECT_EQ(0, told(&self->pair.client, self->pair.handle, 1));
	take(&self->pair.server);
	/* It is over. */
	EXPECT_EQ(KIPC_SENT_SPAM, told(&self->pair.client, self->pair.handle,
				       HALF / 4 + 1));
	EXPECT_EQ(KIPC_SENT_SPAM, told(&self->alice, self->by_alice,
				       HALF / 4 + 1));
	EXPECT_EQ(0, told(&self->alice, self->by_alice, 1));
}

/* One user's flood is not another one's, nor is that at another receiver. */
TEST_F(flood, told_to_who_floods) {
	struct endpoint other;
	__u32 handle;
	int i;

	open_large(self);
	for (i = 0; i < 2 * SPAM_MESSAGES; i++)
		send_alice(self, 0);
	EXPECT_EQ(0, told(&self->bob, self->by_bob, 0));
	EXPECT_EQ(0, told(&self->pair.client, self->pair.handle, 0));
	endpoint_open(&other, LARGE_POOL);
	handle = connect_to(&self->alice, &other, node_create(&other, 1), 0);
	EXPECT_EQ(0, told(&self->alice, handle, 0));
}

/* If the one with which it began fails, the next one is told. */
TEST_F(flood, told_though_one_failed) {
	struct kipc_send bad = {
		.handle = self->by_alice,
		.data = 1,
		.data_size = HALF / 4 + 1,
	};

	EXPECT_EQ(-EFAULT, kipc(self->alice.fd, KIPC_SEND, &bad));
	EXPECT_EQ(0, told(&self->alice, self->by_alice, 1));
	EXPECT_EQ(KIPC_SENT_SPAM, told(&self->alice, self->by_alice,
				       HALF / 4));
}

/* Calls are not counted as a flood. */
TEST_F(flood, not_by_calls) {
	call_hold(&self->alice, self->by_alice, &self->pair.server, HALF - UNIT);
	EXPECT_EQ(0, told(&self->alice, self->by_alice, 0));
}

/* Nothing of it is left when all is freed. */
TEST_F(flood, accounting) {
	struct usage usage;
	int i;

	for (i = 0; i < 10; i++)
		must(send_alice(self, 1000));
	EXPECT_TRUE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_EQ(10, usage.one_way);
	EXPECT_EQ(10 * 4 * UNIT, usage.one_way_bytes);
	EXPECT_EQ(10 * 4 * UNIT, usage.bytes);
	EXPECT_EQ(10, usage.messages);
	for (i = 0; i < 10; i++)
		take(&self->pair.server);
	EXPECT_FALSE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
	/* The half is all there again. */
	EXPECT_EQ(0, send_own(self, HALF));
}

TEST_HARNESS_MAIN
