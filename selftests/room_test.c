// SPDX-License-Identifier: GPL-2.0-only
/* KIPC_WAIT: waiting for room in the receiver's pool and queue. */
#include <kselftest_harness.h>
#include <signal.h>

#include "patient.h"

#define HALF		(POOL / 2)

static const __u8 data[POOL];

FIXTURE(room) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(room) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(room) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(room, send_waits_for_the_pool) {
	struct patient patient;

	ASSERT_EQ(0, pair_send(&self->pair, HALF));
	EXPECT_EQ(-EAGAIN, pair_send(&self->pair, 100));
	pair_start_send(&self->pair, &patient, 7, 100);
	EXPECT_EQ(0, pair_take(&self->pair));
	EXPECT_EQ(0, patient_join(&patient));
	EXPECT_EQ(7, pair_take(&self->pair));
}

TEST_F(room, call_waits_for_the_pool) {
	struct kipc_message message;
	struct patient patient;
	__u64 held[4];

	EXPECT_EQ(4, pair_hold_all(&self->pair, held, POOL / 4));
	pair_start_call(&self->pair, &patient, 7, 100);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	ASSERT_EQ(0, slice_free(&self->pair.server, held[0]));
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(7, message.code);
	EXPECT_EQ(100, message.size);
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, patient_join(&patient));
	EXPECT_EQ(KIPC_STAGE_DONE, patient.call.stage);
}

TEST_F(room, waits_for_the_queue) {
	struct patient call, send;
	struct kipc_message message;
	int sends = 0, calls = 0;

	pair_fill_queue(&self->pair);
	pair_start_call(&self->pair, &call, 7, 0);
	pair_start_send(&self->pair, &send, 8, 10);
	EXPECT_EQ(0, pair_take(&self->pair));
	/* The first of them has the place now; the other one still waits. */
	patient_blocks(&call);
	patient_blocks(&send);
	EXPECT_EQ(QUEUED_MAX, usage_messages(&self->pair.server, 0));
	EXPECT_EQ(-EAGAIN, pair_send(&self->pair, 0));
	while (sends < QUEUED_MAX) {
		ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
		if (message.kind == KIPC_MSG_CALL) {
			EXPECT_EQ(7, message.code);
			EXPECT_EQ(0, reply_empty(&self->pair.server,
						 message.token));
			calls++;
			continue;
		}
		message_free(&self->pair.server, &message);
		sends++;
	}
	EXPECT_EQ(8, message.code);
	EXPECT_EQ(1, calls);
	EXPECT_EQ(0, patient_join(&send));
	EXPECT_EQ(0, patient_join(&call));
	EXPECT_EQ(0, usage_messages(&self->pair.server, 0));
}

/* A call that its caller left has a place, too; answering it gives that back. */
TEST_F(room, place_of_an_abandoned_call) {
	struct caller caller = { .endpoint = &self->pair.client };
	struct patient patient;
	__u64 token;
	int i;

	pair_close(&self->pair);
	pair_open(&self->pair, LARGE_POOL);
	caller.call.handle = self->pair.handle;
	caller.call.deadline = after(SECOND);
	caller_run(&caller);
	token = recv_call(&self->pair.server);
	ASSERT_EQ(-ETIMEDOUT, caller_join(&caller));
	for (i = 0; i < QUEUED_MAX - 1; i++)
		must(pair_send(&self->pair, 0));
	pair_start_send(&self->pair, &patient, 1, 0);
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, patient_join(&patient));
}

/* Without the flag nobody waits, and a deadline makes no sense for a send. */
TEST_F(room, only_if_asked) {
	struct kipc_send send = {
		.handle = self->pair.handle,
		.deadline = after(SECOND),
	};
	__u64 held[4];

	EXPECT_EQ(-EINVAL, kipc(self->pair.client.fd, KIPC_SEND, &send));
	send.flags = KIPC_WAIT;
	EXPECT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_EQ(0, pair_take(&self->pair));
	pair_hold_all(&self->pair, held, POOL / 4);
	EXPECT_EQ(-EAGAIN, pair_send(&self->pair, 0));
	EXPECT_EQ(-EAGAIN, call_probe(&self->pair.client, self->pair.handle,
				      1));
}

TEST_F(room, deadline) {
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_WAIT,
	};
	struct kipc_call call = {
		.handle = self->pair.handle,
		.flags = KIPC_WAIT,
		.data = PTR(data),
		.data_size = 1,
	};
	struct kipc_stat before;
	__u64 held[4];

	/* Where there is room it does not matter that it has passed. */
	send.deadline = 1;
	EXPECT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_EQ(0, pair_take(&self->pair));
	pair_hold_all(&self->pair, held, POOL / 4);
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_SEND, &send));
	send.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_LE(send.deadline, now());
	call.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_LE(call.deadline, now());
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	/* For a place in the queue, the same */
	pair_fill_queue(&self->pair);
	send.handle = self->pair.handle;
	call.handle = self->pair.handle;
	stat_get(&self->pair.client, &before);
	send.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_SEND, &send));
	call.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

/* A call that waits for room inherits the deadline of its parent. */
TEST_F(room, deadline_of_the_parent) {
	struct pair *pair = &self->pair;
	__u32 back = connect_to(&pair->server, &pair->client,
				node_create(&pair->client, 1), 0);
	struct kipc_call call = {
		.handle = back,
		.flags = KIPC_WAIT,
		.data = PTR(data),
		.data_size = 1,
	};
	struct caller caller = {
		.endpoint = &pair->client,
		.call.handle = pair->handle,
	};
	__u64 held;

	held = call_hold(&pair->server, back, &pair->client, POOL);
	caller.call.deadline = after(5 * SECOND);
	caller_run(&caller);
	call.parent = recv_call(&pair->server);
	EXPECT_EQ(-ETIMEDOUT, kipc(pair->server.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	EXPECT_LE(caller.call.deadline, now());
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	ASSERT_EQ(0, slice_free(&pair->client, held));
}

static int handled;

static void handler(int number)
{
	(void)number;
	__atomic_fetch_add(&handled, 1, __ATOMIC_SEQ_CST);
}

static void handle_signals(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	must_errno(sigaction(SIGUSR1, &action, NULL));
}

/* Sends the signal, and waits until its handler ran. */
static void interrupt(struct patient *patient)
{
	int before = __atomic_load_n(&handled, __ATOMIC_SEQ_CST);
	__u64 end = after(20 * SECOND);

	must(-pthread_kill(patient->thread.thread, SIGUSR1));
	while (__atomic_load_n(&handled, __ATOMIC_SEQ_CST) == before) {
		check(now() < end);
		pause_ms(1);
	}
}

TEST_F(room, interrupted) {
	struct patient send, call;
	struct kipc_stat before;
	__u64 held[4];

	handle_signals(0);
	pair_hold_all(&self->pair, held, POOL / 4);
	stat_get(&self->pair.client, &before);
	pair_start_send(&self->pair, &send, 1, 1);
	pair_start_call(&self->pair, &call, 2, 1);
	interrupt(&send);
	EXPECT_EQ(-EINTR, patient_join(&send));
	interrupt(&call);
	EXPECT_EQ(-EINTR, patient_join(&call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.call.stage);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

/* With SA_RESTART it goes on waiting, and is sent once. */
TEST_F(room, restarted) {
	struct kipc_message message;
	struct patient send, call;
	__u32 codes = 0;
	__u64 held[4];
	int i;

	handle_signals(SA_RESTART);
	pair_hold_all(&self->pair, held, POOL / 4);
	pair_start_send(&self->pair, &send, 1, 1);
	pair_start_call(&self->pair, &call, 2, 1);
	interrupt(&send);
	interrupt(&call);
	patient_blocks(&send);
	patient_blocks(&call);
	ASSERT_EQ(0, slice_free(&self->pair.server, held[0]));
	/* There is room for both, and they come in any order. */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
		message_free(&self->pair.server, &message);
		codes += message.code;
		if (message.token)
			EXPECT_EQ(0, reply_empty(&self->pair.server,
						 message.token));
	}
	EXPECT_EQ(1 + 2, codes);
	EXPECT_EQ(0, patient_join(&send));
	EXPECT_EQ(0, patient_join(&call));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

/* A call that is withdrawn gives its slice back. */
TEST_F(room, of_a_withdrawn_call) {
	struct patient call, send;

	handle_signals(0);
	pair_start_call(&self->pair, &call, 1, POOL);
	pair_start_send(&self->pair, &send, 2, HALF);
	EXPECT_FALSE(patient_is_done(&send));
	interrupt(&call);
	EXPECT_EQ(-EINTR, patient_join(&call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.call.stage);
	EXPECT_EQ(0, patient_join(&send));
	EXPECT_EQ(2, pair_take(&self->pair));
}

/* The slice that is to be freed along stays until the message is queued. */
TEST_F(room, freed_along) {
	struct pair *pair = &self->pair;
	__u32 back = connect_to(&pair->server, &pair->client,
				node_create(&pair->client, 1), 0);
	struct kipc_message message;
	struct patient patient;
	__u64 held[4];

	handle_signals(0);
	pair_hold_all(&self->pair, held, POOL / 4);
	ASSERT_EQ(0, send_bytes(&pair->server, back, "abc", 3));
	ASSERT_EQ(0, recv_now(&pair->client, &message));
	patient = (struct patient) {
		.endpoint = &pair->client,
		.send = {
			.handle = pair->handle,
			.flags = KIPC_WAIT | KIPC_FREE_SLICE,
			.data = PTR(payload(&pair->client, message.offset)),
			.data_size = 3,
			.free = message.offset,
		},
	};
	patient_run(&patient);
	patient_blocks(&patient);
	interrupt(&patient);
	EXPECT_EQ(-EINTR, patient_join(&patient));
	EXPECT_TRUE(patient.send.flags & KIPC_FREE_SLICE);
	patient_run(&patient);
	patient_blocks(&patient);
	ASSERT_EQ(0, slice_free(&pair->server, held[0]));
	EXPECT_EQ(0, patient_join(&patient));
	EXPECT_FALSE(patient.send.flags & KIPC_FREE_SLICE);
	EXPECT_EQ(-ENXIO, slice_free(&pair->client, message.offset));
	ASSERT_EQ(0, recv_now(&pair->server, &message));
	EXPECT_EQ(0, memcmp("abc", payload(&pair->server, message.offset), 3));
}

TEST_F(room, receiver_dies) {
	struct patient send, call, place;
	struct kipc_stat stat;
	__u64 held[4];

	pair_hold_all(&self->pair, held, POOL / 4);
	pair_start_send(&self->pair, &send, 1, 1);
	pair_start_call(&self->pair, &call, 2, 1);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, patient_join(&send));
	EXPECT_EQ(-EOWNERDEAD, patient_join(&call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.call.stage);
	pair_fill_queue(&self->pair);
	pair_start_send(&self->pair, &place, 3, 1);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, patient_join(&place));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, stat.message_bytes.used);
}

/* A node dies: those who wait for its sake are told, the others go on waiting. */
TEST_F(room, node_dies) {
	struct pair *pair = &self->pair;
	__u32 node = node_create(&pair->server, 2);
	__u32 other = connect_to(&pair->client, &pair->server, node, 0);
	struct patient first, second, third;
	__u64 held[4];

	pair_hold_all(&self->pair, held, POOL / 4);
	pair_start_send(&self->pair, &first, 1, 1);
	patient_send(&second, &pair->client, other, 2, 1);
	patient_blocks(&second);
	pair_start_call(&self->pair, &third, 3, 1);
	ASSERT_EQ(0, node_destroy(&pair->server, pair->node));
	EXPECT_EQ(-EOWNERDEAD, patient_join(&first));
	EXPECT_EQ(-EOWNERDEAD, patient_join(&third));
	patient_blocks(&second);
	ASSERT_EQ(0, slice_free(&pair->server, held[0]));
	EXPECT_EQ(0, patient_join(&second));
	EXPECT_EQ(2, pair_take(&self->pair));
}

#define NODES	3
/* For each node; more than are looked at in one go */
#define CROWD	20

struct end_of_node {
	struct thread thread;
	struct endpoint *server;
	__u32 node;
};

static void end_node(void *arg)
{
	struct end_of_node *end = arg;

	must(node_destroy(end->server, end->node));
}

/* Nodes die at once; all that wait for them are told, and nobody else. */
TEST_F(room, nodes_die) {
	struct patient patient[CROWD * NODES];
	struct pair *pair = &self->pair;
	struct end_of_node end[NODES];
	__u32 handle[NODES];
	__u64 held[4];
	int i;

	pair_hold_all(pair, held, POOL / 4);
	for (i = 0; i < NODES; i++) {
		end[i].server = &pair->server;
		end[i].node = node_create(&pair->server, 1);
		handle[i] = connect_to(&pair->client, &pair->server,
				       end[i].node, 0);
	}
	for (i = 0; i < CROWD * NODES; i++)
		patient_send(&patient[i], &pair->client, handle[i % NODES], 1,
			     1);
	for (i = 0; i < CROWD * NODES; i++)
		patient_blocks(&patient[i]);
	for (i = 1; i < NODES; i++)
		thread_start(&end[i].thread, end_node, &end[i]);
	for (i = 1; i < NODES; i++)
		thread_join(&end[i].thread);
	for (i = 0; i < CROWD * NODES; i++)
		if (i % NODES)
			EXPECT_EQ(-EOWNERDEAD, patient_join(&patient[i]));
	for (i = 0; i < CROWD * NODES; i += NODES)
		patient_blocks(&patient[i]);
	ASSERT_EQ(0, slice_free(&pair->server, held[0]));
	for (i = 0; i < CROWD * NODES; i += NODES)
		EXPECT_EQ(0, patient_join(&patient[i]));
}

/* Waits, with an attachment, until it is killed. */
static void wait_for_ever(int sock, void *arg)
{
	struct pair *pair = arg;
	struct kipc_attachment node = {
		.type = KIPC_ATTACH_NODE,
		.id = node_create(&pair->client, 1),
		.rights = KIPC_RIGHTS_ALL,
	};
	struct kipc_send send = {
		.handle = pair->handle,
		.flags = KIPC_WAIT | KIPC_CLEAR,
		.attachments = PTR(&node),
		.attachment_count = 1,
		.data = PTR(data),
		.data_size = 100,
	};

	(void)sock;
	kipc(pair->client.fd, KIPC_SEND, &send);
}

/* Who is killed while it waits leaves nothing, and is in nobody's way. */
TEST_F(room, sender_dies) {
	struct kipc_stat before, stat;
	struct patient patient;
	struct child child;
	__u64 held[4];
	int i;

	pair_hold_all(&self->pair, held, POOL / 4);
	stat_get(&self->pair.client, &before);
	for (i = 0; i < 3; i++) {
		child_start(&child, CHILD_SHARES, wait_for_ever, &self->pair);
		wait_blocked(child.pid, KIPC_SEND);
		if (i)
			pair_start_send(&self->pair, &patient, 1, 1);
		kill(child.pid, SIGKILL);
		EXPECT_EQ(-SIGKILL, child_end(&child));
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ(before.message_count.used + !!i,
			  stat.message_count.used);
		EXPECT_EQ(0, stat.attached_handles.used);
		if (!i)
			continue;
		ASSERT_EQ(0, slice_free(&self->pair.server, held[0]));
		EXPECT_EQ(0, patient_join(&patient));
		EXPECT_EQ(1, pair_take(&self->pair));
		held[0] = call_hold(&self->pair.client, self->pair.handle,
				    &self->pair.server, POOL / 4);
	}
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
}

TEST_HARNESS_MAIN
