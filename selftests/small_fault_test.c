// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small payloads that come in the struct, when something goes wrong: bad addresses on
 * either side, signals, queues that are full, nodes that end. Nothing of them is
 * left, and what comes a second time is what it was.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "nested.h"
#include "patient.h"
#include "puppet.h"
#include "trip.h"

FIXTURE(small_fault) {
	struct live live;
	struct trips trips;
	struct trip trip;
	struct puppet puppet;
	size_t page_size;
	/* Where a page begins that can go away; before it is one that stays. */
	__u8 *edge;
};

FIXTURE_SETUP(small_fault) {
	__u8 *pages;

	ASSERT_EQ(0, live_begin(&self->live));
	trips_open(&self->trips);
	trip_init(&self->trip, &self->trips, 40, 20);
	puppet_open(&self->puppet);
	self->page_size = (size_t)sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, 2 * self->page_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)pages);
	self->edge = pages + self->page_size;
}

FIXTURE_TEARDOWN(small_fault) {
	munmap(self->edge - self->page_size, 2 * self->page_size);
	puppet_close(&self->puppet);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void go_away(struct _test_data_small_fault *self)
{
	must_errno(mprotect(self->edge, self->page_size, PROT_NONE));
}

/* A struct whose payload, at @small, begins on the page that can go away */
static void *at_edge(struct _test_data_small_fault *self, size_t small)
{
	return self->edge - small;
}

static bool nothing_there(struct endpoint *endpoint)
{
	struct kipc_message message;

	return recv_now(endpoint, &message) == -EAGAIN;
}

/* What stands there already, but for the end, is no payload of the next call. */
TEST_F(small_fault, bad_request) {
	struct kipc_call bad = self->trip.caller.call;
	struct endpoint *client = &self->trips.pair.client;
	const __u64 data[] = {
		0, 1, PTR(self->edge), PTR(self->edge - 39), ~0ULL - 20,
	};
	struct kipc_stat before;
	size_t i;

	memset(self->edge - self->page_size, 0xee, self->page_size);
	go_away(self);
	stat_get(client, &before);
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		bad.data = data[i];
		EXPECT_EQ(-EFAULT, kipc(client->fd, KIPC_CALL, &bad));
		EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, bad.stage);
		EXPECT_TRUE(nothing_there(self->trip.server));
		EXPECT_TRUE(stat_same(client, &before));
	}
	trip_resize(&self->trip, 1, 1);
	EXPECT_TRUE(trip_run(&self->trip));
}

/* The call can still be answered, with a small payload or with another. */
TEST_F(small_fault, bad_reply) {
	const __u64 data[] = {
		0, 1, PTR(self->edge), PTR(self->edge - 19), ~0ULL - 10,
	};
	static const size_t sizes[] = { 1, 64, 65, 0 };
	struct kipc_reply bad;
	size_t i, j;

	memset(self->edge - self->page_size, 0xee, self->page_size);
	go_away(self);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		trip_resize(&self->trip, 64, sizes[i]);
		caller_run(&self->trip.caller);
		EXPECT_TRUE(trip_receive(&self->trip));
		bad = self->trip.reply;
		bad.data_size = 20;
		for (j = 0; j < ARRAY_SIZE(data); j++) {
			bad.data = data[j];
			EXPECT_EQ(-EFAULT, kipc(self->trip.server->fd,
						KIPC_REPLY, &bad));
		}
		EXPECT_TRUE(trip_answer(&self->trip)) {
			TH_LOG("%zu bytes", sizes[i]);
		}
	}
}

/* A large reply fails, a small one follows; and the other way round */
TEST_F(small_fault, another_reply) {
	struct kipc_reply large;

	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	large = self->trip.reply;
	large.data = 1;
	large.data_size = 1000;
	EXPECT_EQ(-EFAULT, kipc(self->trip.server->fd, KIPC_REPLY, &large));
	large.data = PTR(self->trips.reply);
	large.data_size = POOL + 1;
	EXPECT_EQ(-EMSGSIZE, kipc(self->trip.server->fd, KIPC_REPLY, &large));
	EXPECT_EQ(0, pool_used(&self->trips.pair.client));
	EXPECT_TRUE(trip_answer(&self->trip));
}

/* The receiver's struct goes away while it waits: the call is put back. */
static void check_put_back(struct _test_data_small_fault *self,
			   unsigned long command, void *arg)
{
	struct kipc_stat stat;
	int i;

	for (i = 0; i < 2; i++) {
		must_errno(mprotect(self->edge, self->page_size,
				    PROT_READ | PROT_WRITE));
		puppet_block(&self->puppet, self->trip.server, command, arg);
		go_away(self);
		caller_run(&self->trip.caller);
		check(puppet_end(&self->puppet) == -EFAULT);
		stat_get(self->trip.server, &stat);
		check(stat.queued == 1 && !stat.serving && !stat.pool_used);
		check(trip_end(&self->trip));
		check(nothing_there(self->trip.server));
	}
}

TEST_F(small_fault, put_back) {
	struct kipc_recv *recv =
		at_edge(self, offsetof(struct kipc_recv, message.small));

	check_put_back(self, KIPC_RECV, recv);
}

TEST_F(small_fault, put_back_from_within) {
	struct kipc_recv *recv =
		at_edge(self, offsetof(struct kipc_recv, message.small) + 8);

	check_put_back(self, KIPC_RECV, recv);
}

TEST_F(small_fault, put_back_by_reply_recv) {
	struct kipc_reply_recv *both =
		at_edge(self, offsetof(struct kipc_reply_recv,
				       recv.message.small) + 24);

	check_put_back(self, KIPC_REPLY_RECV, both);
}

/* The array of a batch need not be there before. */
TEST_F(small_fault, put_back_by_batch) {
	struct kipc_message *messages =
		at_edge(self, offsetof(struct kipc_message, small) + 16);
	struct kipc_recv_batch batch = {
		.count = 1,
		.messages = PTR(messages),
	};
	int i;

	check_put_back(self, KIPC_RECV_BATCH, &batch);
	trip_begin(&self->trip);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-EFAULT, kipc(self->trip.server->fd, KIPC_RECV_BATCH,
					&batch));
		EXPECT_EQ(0, batch.received);
	}
	EXPECT_TRUE(trip_end(&self->trip));
}

/* The waiting caller cannot be told of a nested call: that goes to the queue. */
TEST_F(small_fault, put_back_by_waiter) {
	struct endpoint *a = &self->trips.pair.client;
	struct endpoint *b = &self->trips.pair.server;
	struct kipc_call *call = &self->trip.caller.call;
	struct trip back;

	call->message = PTR(at_edge(self, offsetof(struct kipc_message,
						   small) + 8));
	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	wait_blocked(self->trip.caller.thread.tid, KIPC_CALL);
	go_away(self);
	trip_init(&back, &self->trips, 33, 44);
	back.caller.endpoint = b;
	back.caller.call.handle = connect_to(b, a, node_create_small(a), 0);
	back.caller.call.parent = self->trip.reply.token;
	back.server = a;
	caller_run(&back.caller);
	EXPECT_EQ(-EFAULT, caller_join(&self->trip.caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, call->stage);
	EXPECT_TRUE(trip_end(&back));
	EXPECT_EQ(-ECANCELED, kipc(b->fd, KIPC_REPLY, &self->trip.reply));
}

/* The caller's struct goes away: the reply is lost, and nothing is left of it. */
TEST_F(small_fault, reply_is_lost) {
	struct kipc_call *call = at_edge(self, offsetof(struct kipc_call,
							small) + 8);
	struct endpoint *client = &self->trips.pair.client;

	*call = self->trip.caller.call;
	puppet_block(&self->puppet, client, KIPC_CALL, call);
	EXPECT_TRUE(trip_receive(&self->trip));
	go_away(self);
	EXPECT_EQ(0, kipc(self->trip.server->fd, KIPC_REPLY,
			  &self->trip.reply));
	EXPECT_EQ(-EFAULT, puppet_end(&self->puppet));
	EXPECT_EQ(0, pool_used(client));
	EXPECT_TRUE(trip_run(&self->trip));
}

/* A call that has to wait for its place in the queue keeps its payload. */
TEST_F(small_fault, full_queue) {
	struct pair *pair = &self->trips.pair;
	struct kipc_call *call = &self->trip.caller.call;

	pair_fill_queue(pair);
	call->handle = connect_to(&pair->client, &pair->server,
				  node_create_small(&pair->server), 0);
	EXPECT_EQ(-EAGAIN, call_probe(&pair->client, call->handle, 1));
	call->flags |= KIPC_WAIT;
	caller_run(&self->trip.caller);
	wait_blocked(self->trip.caller.thread.tid, KIPC_CALL);
	ASSERT_EQ(0, node_destroy(&pair->server, pair->node));
	EXPECT_TRUE(trip_end(&self->trip));
}

/* Withdrawn and made again, with the same payload */
TEST_F(small_fault, restarted) {
	struct thread *thread = &self->trip.caller.thread;
	struct kipc_stat stat;

	interrupt_install(SA_RESTART);
	trip_begin(&self->trip);
	wait_blocked(thread->tid, KIPC_CALL);
	interrupt(thread);
	wait_blocked(thread->tid, KIPC_CALL);
	EXPECT_TRUE(trip_end(&self->trip));
	stat_get(&self->trips.pair.client, &stat);
	EXPECT_EQ(2, stat.calls);
	EXPECT_EQ(1, stat.failed);
}

TEST_F(small_fault, too_late) {
	struct kipc_call *call = &self->trip.caller.call;

	call->deadline = 1;
	EXPECT_EQ(-ETIMEDOUT, kipc(self->trips.pair.client.fd, KIPC_CALL,
				   call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call->stage);
	EXPECT_TRUE(nothing_there(self->trip.server));
	call->deadline = 0;
	EXPECT_TRUE(trip_run(&self->trip));
}

/* The caller leaves: its reply uses up the token, and is nowhere. */
TEST_F(small_fault, caller_leaves) {
	interrupt_install(0);
	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	wait_blocked(self->trip.caller.thread.tid, KIPC_CALL);
	caller_leave(&self->trip.caller);
	answer_in_vain(self->trip.server, self->trip.reply.token);
	EXPECT_EQ(0, pool_used(&self->trips.pair.client));
}

/* The node ends, with one call queued and one received. */
TEST_F(small_fault, node_dies) {
	struct endpoint *server = &self->trips.pair.server;
	__u32 node = node_create_small(server);
	struct trip queued;

	self->trips.handle = connect_to(&self->trips.pair.client, server, node,
					0);
	trip_init(&self->trip, &self->trips, 11, 22);
	trip_init(&queued, &self->trips, 33, 44);
	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	trip_begin(&queued);
	ASSERT_EQ(0, node_destroy(server, node));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&queued.caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, queued.caller.call.stage);
	EXPECT_TRUE(nothing_there(server));
	EXPECT_TRUE(trip_answer(&self->trip));
}

TEST_HARNESS_MAIN
