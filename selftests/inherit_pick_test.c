// SPDX-License-Identifier: GPL-2.0-only
/*
 * A priority is lent to the thread that is picked for a call, before it is woken. It
 * does not stay with that one if another takes the call.
 */
#include <kselftest_harness.h>

#include "policy.h"
#include "puppet.h"

#define CALLERS		FIFO(80)
/* Of who takes the call: it needs nothing. */
#define TAKERS		FIFO(90)
#define OWN		NICE(4)
/* What it takes long to wipe */
#define LARGE		(8U << 20)
/* How often it is tried, until it was as it should be so often */
#define TRIES		30
#define ENOUGH		3

FIXTURE(pick) {
	struct live live;
	struct pair pair;
	struct puppet caller;
	/* It waits, and is picked. */
	struct puppet picked;
	struct kipc_recv recv;
	/* It looks whether there is something, again and again, until told to stop. */
	struct thread taker;
	struct kipc_message taken;
	bool looks;
	bool stop;
};

FIXTURE_SETUP(pick) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->pair.server, POOL);
	endpoint_open(&self->pair.client, 2 * LARGE);
	self->pair.node = node_create(&self->pair.server, COOKIE);
	self->pair.handle = connect_to(&self->pair.client, &self->pair.server,
				       self->pair.node, 0);
	puppet_open(&self->caller);
	puppet_open(&self->picked);
	policy_set(self->caller.thread.tid, CALLERS);
	policy_set(self->picked.thread.tid, OWN);
}

FIXTURE_TEARDOWN(pick) {
	puppet_close(&self->picked);
	puppet_close(&self->caller);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A call whose reply is large, and wiped when it is freed: where it is */
static __u64 large_reply(struct _test_data_pick *self)
{
	struct kipc_call call = { .handle = self->pair.handle };
	struct kipc_reply reply = { .flags = KIPC_CLEAR };
	void *data = calloc(1, LARGE);

	check(data);
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, &call);
	reply.token = recv_call(&self->pair.server);
	reply.data = PTR(data);
	reply.data_size = LARGE;
	must(kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	must(puppet_end(&self->caller));
	free(data);
	return call.reply_offset;
}

static void take(void *arg)
{
	struct _test_data_pick *self = arg;
	int ret;

	policy_set(0, TAKERS);
	do {
		ret = recv_now(&self->pair.server, &self->taken);
		__atomic_store_n(&self->looks, true, __ATOMIC_RELEASE);
	} while (ret == -EAGAIN &&
		 !__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE));
	if (ret)
		self->taken.token = 0;
}

static void start_taker(struct _test_data_pick *self)
{
	self->looks = false;
	self->stop = false;
	thread_start(&self->taker, take, self);
	while (!__atomic_load_n(&self->looks, __ATOMIC_ACQUIRE))
		pause_ms(1);
}

static void stop_taker(struct _test_data_pick *self)
{
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	thread_join(&self->taker);
}

/*
 * Makes a call that is received when this returns. Returns whether by the one that
 * was not picked: if this machine lets it run in time.
 */
static bool call_and_take(struct _test_data_pick *self, struct kipc_call *call)
{
	memset(&self->recv, 0, sizeof(self->recv));
	puppet_block(&self->picked, &self->pair.server, KIPC_RECV, &self->recv);
	start_taker(self);
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, call);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	stop_taker(self);
	return self->taken.token;
}

static void answer(struct _test_data_pick *self, __u64 token)
{
	must(reply_empty(&self->pair.server, token));
	must(puppet_end(&self->caller));
}

/*
 * The caller picks one thread, and frees the large slice before it lends to it.
 * Meanwhile the other one takes the call.
 */
TEST_F_TIMEOUT(pick, another_takes_it, 100) {
	struct kipc_call call = { .handle = self->pair.handle };
	int try, count = 0;

	for (try = 0; try < TRIES && count < ENOUGH; try++) {
		call.free = large_reply(self);
		call.flags = KIPC_FREE_SLICE;
		if (!call_and_take(self, &call)) {
			EXPECT_EQ(0, puppet_end(&self->picked));
			answer(self, self->recv.message.token);
			continue;
		}
		count++;
		EXPECT_TRUE(policy_is(self->picked.thread.tid, OWN));
		answer(self, self->taken.token);
		EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
		EXPECT_EQ(0, puppet_end(&self->picked));
		EXPECT_TRUE(policy_is(self->picked.thread.tid, OWN));
	}
	if (!count)
		SKIP(return, "the call was never taken by another thread");
}

TEST_HARNESS_MAIN
