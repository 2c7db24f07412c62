// SPDX-License-Identifier: GPL-2.0-only
/* KIPC_RECV_BATCH by several threads at once. */
#include <kselftest_harness.h>

#include "stranger.h"

/* Most messages of one batch */
#define ROOM		16
#define MESSAGES	1000

FIXTURE(batch_threads) {
	struct live live;
	struct pair pair;
	__u32 other;
};

FIXTURE_SETUP(batch_threads) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->other = connect_to(&self->pair.client, &self->pair.server,
				 node_create(&self->pair.server, COOKIE + 1),
				 0);
}

FIXTURE_TEARDOWN(batch_threads) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

#define NODES		2
#define RECEIVERS	2

/**
 * struct crowd - threads that receive by batches what one sends
 * @pair: whose server receives
 * @next: by node, the number that comes next
 * @owner: by node, the thread that has messages of it; 0 if none does
 * @left: messages to come
 * @end: when they must have come
 */
struct crowd {
	struct pair *pair;
	__u32 next[NODES];
	pid_t owner[NODES];
	int left;
	__u64 end;
};

/* The running thread has it, and no other thread has one of that node. */
static void look_at(struct crowd *crowd, const struct kipc_message *message)
{
	struct endpoint *server = &crowd->pair->server;
	__u64 node = message->cookie - COOKIE;
	pid_t self = thread_id(), owner;
	__u32 number;

	check(message->kind == KIPC_MSG_SEND && node < NODES);
	owner = __atomic_exchange_n(&crowd->owner[node], self,
				    __ATOMIC_ACQ_REL);
	check(!owner || owner == self);
	check(message->size == sizeof(number));
	memcpy(&number, payload(server, message->offset), sizeof(number));
	check(number == crowd->next[node]++);
}

/* Gives all of a batch back, by one command. */
static void give_back(struct crowd *crowd, const struct kipc_message *message,
		      __u32 count)
{
	struct endpoint *server = &crowd->pair->server;
	__u64 offsets[ROOM];
	struct kipc_free arg = { .offsets = PTR(offsets), .count = count };
	__u32 i;

	for (i = 0; i < count; i++) {
		offsets[i] = message[i].offset;
		__atomic_store_n(&crowd->owner[message[i].cookie - COOKIE], 0,
				 __ATOMIC_RELEASE);
	}
	must(kipc(server->fd, KIPC_FREE, &arg));
	check(arg.freed == count);
	__atomic_fetch_sub(&crowd->left, (int)count, __ATOMIC_ACQ_REL);
}

static void receive_many(void *arg)
{
	struct crowd *crowd = arg;
	struct kipc_message message[ROOM];
	struct kipc_recv_batch batch = { .messages = PTR(message) };
	__u32 random = (__u32)thread_id();
	__u32 i;
	int ret;

	while (__atomic_load_n(&crowd->left, __ATOMIC_ACQUIRE) > 0) {
		batch.count = next_random(&random) % ROOM + 1;
		batch.deadline = after(20 * MILLISECOND);
		ret = kipc(crowd->pair->server.fd, KIPC_RECV_BATCH,
			   &batch);
		check(now() < crowd->end);
		if (ret == -ETIMEDOUT)
			continue;
		must(ret);
		check(batch.received && batch.received <= batch.count);
		for (i = 0; i < batch.received; i++)
			look_at(crowd, &message[i]);
		give_back(crowd, message, batch.received);
	}
}

/* Sends the numbers, in turn to each of the nodes, as there is room. */
static void send_many(struct endpoint *client, const __u32 *handles)
{
	struct kipc_send send = { .flags = KIPC_WAIT };
	__u32 i, number;

	send.data = PTR(&number);
	send.data_size = sizeof(number);
	for (i = 0; i < MESSAGES; i++) {
		number = i / NODES;
		send.handle = handles[i % NODES];
		must(kipc(client->fd, KIPC_SEND, &send));
	}
}

/* They lose nothing and get nothing twice, in order, and never the same node's. */
TEST_F_TIMEOUT(batch_threads, two, 120) {
	const __u32 handles[NODES] = { self->pair.handle, self->other };
	struct thread receiver[RECEIVERS];
	struct crowd crowd = {
		.pair = &self->pair,
		.left = MESSAGES,
		.end = after(40 * SECOND),
	};
	struct kipc_message message;
	struct kipc_stat stat;
	struct usage usage;
	int i;

	for (i = 0; i < RECEIVERS; i++)
		thread_start(&receiver[i], receive_many, &crowd);
	send_many(&self->pair.client, handles);
	for (i = 0; i < RECEIVERS; i++)
		thread_join(&receiver[i]);
	EXPECT_EQ(0, crowd.left);
	for (i = 0; i < NODES; i++)
		EXPECT_EQ(MESSAGES / NODES, crowd.next[i]);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(MESSAGES, stat.sends);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(0, stat.pool_used);
}

TEST_HARNESS_MAIN
