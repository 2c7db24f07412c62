// SPDX-License-Identifier: GPL-2.0-only
/* KIPC_WAIT: who of those who wait for room gets it, and when. */
#include <kselftest_harness.h>

#include "patient.h"

#define HALF		(POOL / 2)
#define UNIT		256U

static const __u8 data[POOL];

FIXTURE(order) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(order) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(order) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

#define WAITERS	5
#define PIECE	(POOL / 8)

static void start_callers(struct _test_data_order *self,
			  struct patient *patient, int count)
{
	int i;

	for (i = 0; i < count; i++)
		pair_start_call(&self->pair, &patient[i], (__u32)i, PIECE);
}

/* Receives the call with that code, and answers it; its slice stays. */
static void serve(struct _test_data_order *self, struct patient *patient,
		  __u32 code)
{
	struct kipc_message message;

	must(recv_soon(&self->pair.server, &message));
	check(message.kind == KIPC_MSG_CALL && message.code == code);
	must(reply_empty(&self->pair.server, message.token));
	must(patient_join(patient));
}

/* First come, first served; for each slice one of them is woken. */
TEST_F(order, one_for_each_slice) {
	struct patient patient[WAITERS];
	long switches[WAITERS];
	__u64 held[8];
	int i, k;

	EXPECT_EQ(8, pair_hold_all(&self->pair, held, PIECE));
	start_callers(self, patient, WAITERS);
	for (i = 0; i < WAITERS; i++) {
		for (k = i + 1; k < WAITERS; k++)
			switches[k] = context_switches(patient[k].thread.tid);
		ASSERT_EQ(0, slice_free(&self->pair.server, held[i]));
		serve(self, &patient[i], (__u32)i);
		for (k = i + 1; k < WAITERS; k++) {
			patient_blocks(&patient[k]);
			EXPECT_EQ(switches[k],
				  context_switches(patient[k].thread.tid));
		}
	}
}

/* For each message that is taken, too */
TEST_F(order, one_for_each_place) {
	struct patient patient[WAITERS];
	long switches[WAITERS];
	int i, k;

	pair_fill_queue(&self->pair);
	for (i = 0; i < WAITERS; i++)
		pair_start_send(&self->pair, &patient[i], (__u32)i + 1, 0);
	for (i = 0; i < WAITERS; i++) {
		for (k = i + 1; k < WAITERS; k++)
			switches[k] = context_switches(patient[k].thread.tid);
		EXPECT_EQ(0, pair_take(&self->pair));
		EXPECT_EQ(0, patient_join(&patient[i]));
		for (k = i + 1; k < WAITERS; k++) {
			patient_blocks(&patient[k]);
			EXPECT_EQ(switches[k],
				  context_switches(patient[k].thread.tid));
		}
	}
	for (i = 0; i < QUEUED_MAX - WAITERS; i++)
		EXPECT_EQ(0, pair_take(&self->pair));
	for (i = 0; i < WAITERS; i++)
		EXPECT_EQ((__u32)i + 1, pair_take(&self->pair));
}

/* One slice can be room for many. */
TEST_F(order, many_for_one_slice) {
	struct patient patient[WAITERS];
	__u64 held;
	int i;

	held = call_hold(&self->pair.client, self->pair.handle,
			 &self->pair.server, POOL);
	start_callers(self, patient, WAITERS);
	ASSERT_EQ(0, slice_free(&self->pair.server, held));
	/* Each has its room now; which of them is queued first is open. */
	for (i = 0; i < WAITERS; i++)
		EXPECT_EQ(0, reply_empty(&self->pair.server,
					 recv_call(&self->pair.server)));
	for (i = 0; i < WAITERS; i++)
		EXPECT_EQ(0, patient_join(&patient[i]));
}

/* Who does not fit sleeps on, and others that came later are served. */
TEST_F(order, passed_over) {
	struct patient large, small;
	long switches;
	__u64 held[8];

	EXPECT_EQ(8, pair_hold_all(&self->pair, held, PIECE));
	pair_start_call(&self->pair, &large, 1, 2 * PIECE);
	pair_start_call(&self->pair, &small, 2, PIECE);
	switches = context_switches(large.thread.tid);
	ASSERT_EQ(0, slice_free(&self->pair.server, held[0]));
	serve(self, &small, 2);
	ASSERT_EQ(0, slice_free(&self->pair.server, held[3]));
	patient_blocks(&large);
	EXPECT_EQ(switches, context_switches(large.thread.tid));
	ASSERT_EQ(0, slice_free(&self->pair.server, held[2]));
	serve(self, &large, 1);
}

/* A user whose share is used up keeps nobody else waiting. */
TEST_F(order, shares) {
	struct patient by_alice, own;
	struct endpoint alice;
	__u64 of_alice, held[4];
	long switches;
	__u32 handle;

	handle = stranger_connect(&alice, &self->pair, ALICE);
	of_alice = call_hold(&alice, handle, &self->pair.server, HALF);
	EXPECT_EQ(4, pair_hold_all(&self->pair, held, PIECE));
	patient_call(&by_alice, &alice, handle, 1, 1);
	patient_blocks(&by_alice);
	pair_start_call(&self->pair, &own, 2, PIECE);
	switches = context_switches(by_alice.thread.tid);
	ASSERT_EQ(0, slice_free(&self->pair.server, held[0]));
	serve(self, &own, 2);
	patient_blocks(&by_alice);
	EXPECT_EQ(switches, context_switches(by_alice.thread.tid));
	ASSERT_EQ(0, slice_free(&self->pair.server, of_alice));
	serve(self, &by_alice, 1);
}

/* The half of one-way messages is waited for apart from the rest. */
TEST_F(order, half_of_the_pool) {
	struct patient send;

	ASSERT_EQ(0, pair_send(&self->pair, HALF));
	pair_start_send(&self->pair, &send, 1, UNIT);
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->pair.client,
					 self->pair.handle, HALF));
	patient_blocks(&send);
	EXPECT_EQ(0, pair_take(&self->pair));
	EXPECT_EQ(0, patient_join(&send));
	EXPECT_EQ(1, pair_take(&self->pair));
}

TEST_F(order, update) {
	struct patient update;

	ASSERT_EQ(0, pair_send(&self->pair, HALF));
	update = (struct patient) {
		.endpoint = &self->pair.client,
		.send = {
			.handle = self->pair.handle,
			.flags = KIPC_WAIT | KIPC_SEND_UPDATE,
			.code = 9,
		},
	};
	patient_run(&update);
	patient_blocks(&update);
	EXPECT_EQ(0, pair_take(&self->pair));
	EXPECT_EQ(0, patient_join(&update));
	EXPECT_EQ(9, pair_take(&self->pair));
}

/* What will never fit, and what is not room at all, is not waited for. */
TEST_F(order, not_waited_for) {
	long limit = param_get("max_handles");
	struct kipc_attachment node = {
		.type = KIPC_ATTACH_NODE,
		.rights = KIPC_RIGHTS_ALL,
	};
	struct kipc_send send = {
		.flags = KIPC_WAIT,
		.data = PTR(data),
		.data_size = HALF + 1,
	};
	struct endpoint alice;

	ASSERT_LT(0, limit);
	send.handle = stranger_connect(&alice, &self->pair, ALICE);
	EXPECT_EQ(-EMSGSIZE, kipc(alice.fd, KIPC_SEND, &send));
	send.data_size = 0;
	send.attachments = PTR(&node);
	send.attachment_count = 1;
	node.id = node_create(&alice, 1);
	ASSERT_EQ(0, param_set("max_handles", 1));
	EXPECT_EQ(-EAGAIN, kipc(alice.fd, KIPC_SEND, &send));
	ASSERT_EQ(0, param_set("max_handles", limit));
	EXPECT_EQ(0, kipc(alice.fd, KIPC_SEND, &send));
}

#define SENDERS		5
#define CALLERS		3
#define RECEIVERS	2

struct crowd {
	struct _test_data_order *self;
	__u32 handle[SENDERS];
	int left;
};

struct member {
	struct thread thread;
	struct crowd *crowd;
	__u32 number;
	__u32 seed;
	int count;
};

static void send_patiently(void *arg)
{
	struct member *member = arg;
	struct crowd *crowd = member->crowd;
	int i;

	for (i = 0; i < member->count; i++) {
		struct kipc_send send = {
			.handle = crowd->handle[member->number],
			.flags = KIPC_WAIT,
			.data = PTR(data),
			.data_size = next_random(&member->seed) % HALF,
		};

		must(kipc(crowd->self->pair.client.fd, KIPC_SEND, &send));
	}
}

static void call_patiently(void *arg)
{
	struct member *member = arg;
	struct crowd *crowd = member->crowd;
	int i;

	for (i = 0; i < member->count; i++) {
		struct kipc_call call = {
			.handle = crowd->handle[member->number],
			.flags = KIPC_WAIT,
			.data = PTR(data),
			.data_size = next_random(&member->seed) % POOL,
		};

		must(kipc(crowd->self->pair.client.fd, KIPC_CALL, &call));
	}
}

static void receive_all(void *arg)
{
	struct member *member = arg;
	struct endpoint *server = &member->crowd->self->pair.server;
	struct kipc_message message;
	int ret;

	while (__atomic_load_n(&member->crowd->left, __ATOMIC_ACQUIRE) > 0) {
		ret = recv_flags(server, 0, after(20 * MILLISECOND), &message);
		if (ret == -ETIMEDOUT)
			continue;
		must(ret);
		message_free(server, &message);
		if (message.token)
			must(reply_empty(server, message.token));
		__atomic_fetch_sub(&member->crowd->left, 1, __ATOMIC_ACQ_REL);
	}
}

/* Much more than there is room for, from many sides: all of it comes through. */
TEST_F(order, many_threads) {
	struct member sender[SENDERS], caller[CALLERS], receiver[RECEIVERS];
	int count = debug_kernel() ? 100 : 1000, i;
	struct crowd crowd = { .self = self };
	struct usage usage;

	for (i = 0; i < SENDERS; i++)
		crowd.handle[i] = connect_to(&self->pair.client,
					     &self->pair.server,
					     node_create(&self->pair.server,
							 1), 0);
	crowd.left = count * (SENDERS + CALLERS);
	for (i = 0; i < SENDERS; i++) {
		sender[i] = (struct member) {
			.crowd = &crowd, .number = (__u32)i,
			.seed = (__u32)i + 1, .count = count,
		};
		thread_start(&sender[i].thread, send_patiently, &sender[i]);
	}
	for (i = 0; i < CALLERS; i++) {
		caller[i] = (struct member) {
			.crowd = &crowd, .number = (__u32)i,
			.seed = (__u32)i + 100, .count = count,
		};
		thread_start(&caller[i].thread, call_patiently, &caller[i]);
	}
	for (i = 0; i < RECEIVERS; i++) {
		receiver[i].crowd = &crowd;
		thread_start(&receiver[i].thread, receive_all, &receiver[i]);
	}
	for (i = 0; i < SENDERS; i++)
		thread_join(&sender[i].thread);
	for (i = 0; i < CALLERS; i++)
		thread_join(&caller[i].thread);
	for (i = 0; i < RECEIVERS; i++)
		thread_join(&receiver[i].thread);
	EXPECT_EQ(0, crowd.left);
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
}

TEST_HARNESS_MAIN
