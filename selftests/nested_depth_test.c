// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a chain of calls may be: KIPC_DEPTH_MAX, whoever takes part in it, and
 * one more gets ELOOP. Each endpoint has a single thread, which serves calls while
 * it waits; so a chain that is longer than the circle works by nested calls only.
 */
#include <kselftest_harness.h>

#include "nested.h"

/* Threads of each of two endpoints that serve nothing while they wait */
#define POOL_THREADS	(KIPC_DEPTH_MAX / 2 + 4)

/**
 * struct actor - the thread of one endpoint
 * @endpoint: where it serves
 * @next: the handle that it calls when it is called
 * @thread: the thread
 * @length: of the chain so far; all actors share it
 * @limit: calls on until the chain is so long
 * @serves_waiting: whether it serves calls while it waits
 * @plain: makes calls that belong to no chain
 */
struct actor {
	struct endpoint *endpoint;
	__u32 next;
	struct thread thread;
	__u32 *length;
	__u32 limit;
	bool serves_waiting;
	bool plain;
};

FIXTURE(depth) {
	struct live live;
	struct party party[PARTIES_MAX];
	struct actor actor[PARTIES_MAX];
	__u32 length;
};

FIXTURE_VARIANT(depth) {
	int count;
};

FIXTURE_VARIANT_ADD(depth, two_endpoints) {
	.count = 2,
};

FIXTURE_VARIANT_ADD(depth, three_endpoints) {
	.count = 3,
};

FIXTURE_VARIANT_ADD(depth, five_endpoints) {
	.count = 5,
};

static void serve(void *arg, const struct kipc_message *message);

/* Calls the next one, and returns what the end of the chain said. */
static __u32 call_next(struct actor *actor, __u64 parent)
{
	struct kipc_call call = {
		.handle = actor->next,
		.parent = actor->plain ? 0 : parent,
	};
	int ret;

	if (actor->serves_waiting)
		ret = call_serving(actor->endpoint, &call, serve, actor);
	else
		ret = kipc(actor->endpoint->fd, KIPC_CALL, &call);
	if (!ret)
		return call.reply_code;
	check(call.stage == KIPC_STAGE_NOT_QUEUED);
	return (__u32)-ret;
}

/* The reply tells the errno that the end of the chain got. */
static void serve(void *arg, const struct kipc_message *message)
{
	struct actor *actor = arg;
	struct kipc_reply reply = { .token = message->token };

	if (message->code == ECHO_STOP) {
		reply.code = ECHO_STOP;
	} else {
		++*actor->length;
		check(message->depth == (actor->plain ? 1 : *actor->length));
		if (*actor->length < actor->limit)
			reply.code = call_next(actor, message->token);
	}
	must(kipc(actor->endpoint->fd, KIPC_REPLY, &reply));
}

/* Takes calls until one of them tells it to stop. */
static void act(void *arg)
{
	struct actor *actor = arg;
	struct kipc_message message;

	do {
		must(recv_flags(actor->endpoint, 0, 0, &message));
		serve(actor, &message);
	} while (message.code != ECHO_STOP);
}

FIXTURE_SETUP(depth) {
	int i, next;

	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, variant->count);
	self->length = 0;
	memset(self->actor, 0, sizeof(self->actor));
	for (i = 0; i < variant->count; i++) {
		next = (i + 1) % variant->count;
		self->actor[i].endpoint = &self->party[i].endpoint;
		self->actor[i].next = self->party[i].to[next];
		self->actor[i].length = &self->length;
		self->actor[i].limit = ~0U;
		self->actor[i].serves_waiting = true;
		if (i)
			thread_start(&self->actor[i].thread, act,
				     &self->actor[i]);
	}
}

FIXTURE_TEARDOWN(depth) {
	int i;

	for (i = 1; i < variant->count; i++) {
		echo_stop(&self->party[0].endpoint, self->party[0].to[i]);
		thread_join(&self->actor[i].thread);
	}
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void limit_all(struct _test_data_depth *self, __u32 limit)
{
	int i;

	for (i = 0; i < PARTIES_MAX; i++)
		self->actor[i].limit = limit;
}

/* Any shorter chain comes to its end, and all replies come back. */
TEST_F(depth, shorter_chains) {
	__u32 limit;

	for (limit = 1; limit < KIPC_DEPTH_MAX; limit++) {
		limit_all(self, limit);
		self->length = 0;
		EXPECT_EQ(0, call_next(&self->actor[0], 0));
		EXPECT_EQ(limit, self->length);
	}
}

TEST_F(depth, longest_chain) {
	limit_all(self, KIPC_DEPTH_MAX);
	EXPECT_EQ(0, call_next(&self->actor[0], 0));
	EXPECT_EQ(KIPC_DEPTH_MAX, self->length);
}

/* The call that is one too many gets ELOOP; the others go on. */
TEST_F(depth, one_too_many) {
	struct kipc_stat before, stat;
	int i;

	stat_get(&self->party[0].endpoint, &before);
	for (i = 1; i <= 3; i++) {
		self->length = 0;
		EXPECT_EQ(ELOOP, call_next(&self->actor[0], 0));
		EXPECT_EQ(KIPC_DEPTH_MAX, self->length);
		stat_get(&self->party[0].endpoint, &stat);
		EXPECT_EQ(before.calls + KIPC_DEPTH_MAX * (__u64)i,
			  stat.calls);
		EXPECT_EQ(before.replies + KIPC_DEPTH_MAX * (__u64)i,
			  stat.replies);
		EXPECT_EQ(before.failed, stat.failed);
	}
}

/* Gives up waiting for one that does not answer. */
static void give_up(void *arg, const struct kipc_message *message)
{
	struct actor *actor = arg;
	struct kipc_call call = {
		.handle = actor->next,
		.parent = message->token,
		.deadline = after(200 * MILLISECOND),
	};

	check(kipc(actor->endpoint->fd, KIPC_CALL, &call) == -ETIMEDOUT);
	must(reply_empty(actor->endpoint, message->token));
}

/* If the last call of a chain fails, the others go on. */
TEST_F(depth, last_call_times_out) {
	struct endpoint client, silent;
	struct kipc_call call = { 0 };
	struct actor actor = { .endpoint = &client };
	int last = variant->count - 1;

	endpoint_open(&client, POOL);
	endpoint_open(&silent, POOL);
	actor.next = connect_to(&client, &silent, node_create(&silent, 1), 0);
	self->actor[last].next = connect_to(&self->party[last].endpoint,
					    &client, node_create(&client, 1),
					    0);
	call.handle = connect_to(&client, &self->party[0].endpoint,
				 self->party[0].node, 0);
	thread_start(&self->actor[0].thread, act, &self->actor[0]);
	EXPECT_EQ(0, call_serving(&client, &call, give_up, &actor));
	EXPECT_EQ(KIPC_STAGE_DONE, call.stage);
	EXPECT_EQ(0, call.reply_code);
	EXPECT_EQ(variant->count, self->length);
	echo_stop(&client, call.handle);
	thread_join(&self->actor[0].thread);
}

/* The length counts whether or not anybody serves while he waits. */
FIXTURE(queued) {
	struct live live;
	struct party party[2];
	struct actor actor[2];
	struct thread thread[2][POOL_THREADS];
	__u32 length;
};

FIXTURE_SETUP(queued) {
	int i, j;

	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 2);
	self->length = 0;
	memset(self->actor, 0, sizeof(self->actor));
	for (i = 0; i < 2; i++) {
		self->actor[i].endpoint = &self->party[i].endpoint;
		self->actor[i].next = self->party[i].to[!i];
		self->actor[i].length = &self->length;
		self->actor[i].limit = ~0U;
		for (j = 0; j < POOL_THREADS; j++)
			thread_start(&self->thread[i][j], act,
				     &self->actor[i]);
	}
}

FIXTURE_TEARDOWN(queued) {
	int i, j;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < POOL_THREADS; j++)
			echo_stop(&self->party[!i].endpoint,
				  self->party[!i].to[i]);
		for (j = 0; j < POOL_THREADS; j++)
			thread_join(&self->thread[i][j]);
	}
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(queued, one_too_many) {
	EXPECT_EQ(ELOOP, call_next(&self->actor[0], 0));
	EXPECT_EQ(KIPC_DEPTH_MAX, self->length);
}

/* Without a parent there is no chain, and no limit but that of threads. */
TEST_F(queued, no_chain) {
	int i;

	for (i = 0; i < 2; i++) {
		self->actor[i].plain = true;
		self->actor[i].limit = KIPC_DEPTH_MAX + 4;
	}
	EXPECT_EQ(0, call_next(&self->actor[0], 0));
	EXPECT_EQ(KIPC_DEPTH_MAX + 4, self->length);
}

TEST_HARNESS_MAIN
