// SPDX-License-Identifier: GPL-2.0-only
/* The pool: slices that keep their content, are freed, and are used again. */
#include <kselftest_harness.h>

#include "message.h"

#define PAGE	4096U
/* How long an idle pool may keep its memory */
#define IDLE	(4 * SECOND)

/*
 * The pool that is looked at is the client's, filled by replies: of those as many
 * as there is room for can be held at a time.
 */
FIXTURE(pool) {
	struct live live;
	struct pair pair;
	struct thread server;
};

/* What a reply is to be */
struct order {
	__u64 size;
	__u32 seed;
};

/* Gives what is ordered, or nothing and the error as the code. */
static void give(void *arg)
{
	struct kipc_reply_recv both = { 0 };
	const struct kipc_message *message = &both.recv.message;
	struct endpoint *server = arg;
	static __u8 data[POOL];
	struct order order;
	int ret;

	do {
		ret = kipc(server->fd, KIPC_REPLY_RECV, &both);
		if (ret && both.reply.token) {
			both.reply.code = (__u32)-ret;
			both.reply.data_size = 0;
			ret = kipc(server->fd, KIPC_REPLY_RECV, &both);
		}
		must(ret);
		both.reply.token = message->token;
		both.reply.code = 0;
		if (message->code == ECHO_STOP)
			break;
		memcpy(&order, payload(server, message->offset),
		       sizeof(order));
		message_free(server, message);
		fill(data, order.size, order.seed);
		both.reply.data = PTR(data);
		both.reply.data_size = order.size;
	} while (1);
	both.reply.data_size = 0;
	must(kipc(server->fd, KIPC_REPLY, &both.reply));
}

static void server_start(struct _test_data_pool *self)
{
	thread_start(&self->server, give, &self->pair.server);
}

FIXTURE_SETUP(pool) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	server_start(self);
}

static void server_stop(struct _test_data_pool *self)
{
	echo_stop(&self->pair.client, self->pair.handle);
	thread_join(&self->server);
}

FIXTURE_TEARDOWN(pool) {
	server_stop(self);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Orders so many bytes of that seed; 0 or a negative errno. */
static int order(struct pair *pair, size_t size, __u32 seed, __u64 *offset)
{
	struct order order = { .size = size, .seed = seed };
	struct kipc_call call = {
		.handle = pair->handle,
		.data = PTR(&order),
		.data_size = sizeof(order),
	};

	must(kipc(pair->client.fd, KIPC_CALL, &call));
	if (call.reply_code)
		return -(int)call.reply_code;
	check(call.reply_size == size);
	check(call.reply_offset + size <= pair->client.pool_size);
	*offset = call.reply_offset;
	return 0;
}

static __u64 deliver(struct pair *pair, size_t size, __u32 seed)
{
	__u64 offset;

	must(order(pair, size, seed, &offset));
	return offset;
}

static bool intact(struct pair *pair, __u64 offset, size_t size, __u32 seed)
{
	return filled(payload(&pair->client, offset), size, seed);
}

/* Frees a batch; how many were freed is in @freed. */
static int free_batch(struct endpoint *endpoint, const __u64 *offsets,
		      __u32 count, __u32 *freed)
{
	struct kipc_free arg = {
		.offsets = PTR(offsets),
		.count = count,
		.freed = 99,
	};
	int ret = kipc(endpoint->fd, KIPC_FREE, &arg);

	*freed = arg.freed;
	return ret;
}

/* Slices that are held stay as they are while others come and go. */
TEST_F(pool, content_is_kept) {
	__u64 held[8], other;
	__u32 i, k;

	for (i = 0; i < 8; i++)
		held[i] = deliver(&self->pair, 1000 + i * 100, i);
	for (k = 0; k < 50; k++) {
		other = deliver(&self->pair, 3000, k);
		for (i = 0; i < 8; i++)
			EXPECT_TRUE(intact(&self->pair, held[i], 1000 + i * 100,
					   i));
		EXPECT_EQ(0, slice_free(&self->pair.client, other));
	}
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, slice_free(&self->pair.client, held[i]));
}

TEST_F(pool, freed_once) {
	__u64 offset = deliver(&self->pair, 100, 1);

	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, offset));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, offset + 8));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, POOL));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, offset + (1ULL << 32)));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, ~0ULL));
	EXPECT_EQ(0, slice_free(&self->pair.client, offset));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, offset));
}

/* What was not received yet cannot be freed: its offset is not known. */
TEST_F(pool, queued_is_not_freed) {
	struct kipc_message message;
	struct pair quiet;
	__u64 offset;

	pair_open(&quiet, POOL);
	ASSERT_EQ(0, send_bytes(&quiet.client, quiet.handle, "abc", 3));
	for (offset = 0; offset < POOL; offset += 8)
		ASSERT_EQ(-ENXIO, slice_free(&quiet.server, offset));
	ASSERT_EQ(0, recv_now(&quiet.server, &message));
	EXPECT_EQ(0, memcmp("abc", payload(&quiet.server, message.offset), 3));
	EXPECT_EQ(0, slice_free(&quiet.server, message.offset));
}

TEST_F(pool, batch) {
	__u64 offsets[10];
	__u32 freed, i;

	for (i = 0; i < 10; i++)
		offsets[i] = deliver(&self->pair, 100, i);
	EXPECT_EQ(0, free_batch(&self->pair.client, offsets, 0, &freed));
	EXPECT_EQ(0, freed);
	EXPECT_EQ(0, free_batch(&self->pair.client, offsets, 10, &freed));
	EXPECT_EQ(10, freed);
	EXPECT_EQ(-ENXIO, free_batch(&self->pair.client, offsets, 10, &freed));
	EXPECT_EQ(0, freed);
}

/* It stops at the first that is none, and says how far it came. */
TEST_F(pool, batch_in_part) {
	__u64 offsets[5];
	__u32 freed, i;

	for (i = 0; i < 5; i++)
		offsets[i] = deliver(&self->pair, 100, i);
	offsets[3] = offsets[1];
	EXPECT_EQ(-ENXIO, free_batch(&self->pair.client, offsets, 5, &freed));
	EXPECT_EQ(3, freed);
	EXPECT_TRUE(intact(&self->pair, offsets[4], 100, 4));
	EXPECT_EQ(0, slice_free(&self->pair.client, offsets[4]));
}

TEST_F(pool, batch_size) {
	static __u64 offsets[KIPC_BATCH_MAX + 1];
	struct pair large = self->pair;
	__u32 freed, i;

	/* A pool that holds so many */
	endpoint_open(&large.client, 1 << 20);
	large.handle = connect_to(&large.client, &self->pair.server,
				  self->pair.node, 0);
	for (i = 0; i < KIPC_BATCH_MAX; i++)
		offsets[i] = deliver(&large, 1, 1);
	EXPECT_EQ(-E2BIG, free_batch(&large.client, offsets,
				     KIPC_BATCH_MAX + 1, &freed));
	EXPECT_EQ(0, free_batch(&large.client, offsets, KIPC_BATCH_MAX,
				&freed));
	EXPECT_EQ(KIPC_BATCH_MAX, freed);
	endpoint_close(&large.client);
}

/* A receive can free what was received before; the flag is cleared then. */
TEST_F(pool, freed_along_with_recv) {
	struct endpoint *client = &self->pair.client;
	__u32 back = connect_to(&self->pair.server, client,
				node_create(client, 1), 0);
	struct kipc_recv recv = {
		.flags = KIPC_FREE_SLICE | KIPC_NONBLOCK,
		.free = 8,
	};
	__u64 offset;

	EXPECT_EQ(-ENXIO, kipc(client->fd, KIPC_RECV, &recv));
	EXPECT_EQ(KIPC_FREE_SLICE | KIPC_NONBLOCK, recv.flags);
	offset = deliver(&self->pair, 100, 1);
	recv.free = offset;
	/* There is nothing to receive, but the slice is freed. */
	EXPECT_EQ(-EAGAIN, kipc(client->fd, KIPC_RECV, &recv));
	EXPECT_EQ(KIPC_NONBLOCK, recv.flags);
	EXPECT_EQ(-ENXIO, slice_free(client, offset));
	EXPECT_EQ(-EAGAIN, kipc(client->fd, KIPC_RECV, &recv));

	offset = deliver(&self->pair, 100, 1);
	ASSERT_EQ(0, send_bytes(&self->pair.server, back, "x", 1));
	recv.flags = KIPC_FREE_SLICE;
	recv.free = offset;
	EXPECT_EQ(0, kipc(client->fd, KIPC_RECV, &recv));
	EXPECT_EQ(0, recv.flags);
	message_free(client, &recv.message);
}

/* In a failed command the flag tells whether the slice was freed. */
TEST_F(pool, freed_along_with_failure) {
	struct endpoint *client = &self->pair.client;
	struct kipc_call call = { 0 };
	struct kipc_send send = { 0 };
	static char data[POOL + 1];
	struct endpoint idle;
	__u32 handle;
	int i;

	endpoint_open(&idle, POOL);
	handle = connect_to(client, &idle, node_create(&idle, 1), 0);
	for (i = 0; i < 4; i++) {
		__u64 offset = deliver(&self->pair, 10, 1);
		int freed;

		call.flags = KIPC_FREE_SLICE;
		call.free = offset;
		call.deadline = i == 0 ? after(10 * MILLISECOND) : 0;
		call.handle = i == 1 ? 9999 : handle;
		call.data = i == 2 ? 1 : PTR(data);
		call.data_size = i == 3 ? sizeof(data) : (__u64)i;
		EXPECT_NE(0, kipc(client->fd, KIPC_CALL, &call));
		freed = !(call.flags & KIPC_FREE_SLICE);
		EXPECT_EQ(freed ? -ENXIO : 0, slice_free(client, offset));
	}
	for (i = 0; i < 3; i++) {
		__u64 offset = deliver(&self->pair, 10, 1);
		int freed;

		send.flags = KIPC_FREE_SLICE;
		send.free = offset;
		send.handle = i == 0 ? 9999 : handle;
		send.data = i == 1 ? 1 : PTR(data);
		send.data_size = i == 2 ? sizeof(data) : (__u64)i;
		EXPECT_NE(0, kipc(client->fd, KIPC_SEND, &send));
		freed = !(send.flags & KIPC_FREE_SLICE);
		EXPECT_EQ(freed ? -ENXIO : 0, slice_free(client, offset));
	}
}

/* A slice without payload but with attachments is a slice, too. */
TEST_F(pool, attachments_only) {
	struct kipc_attachment attachment = { .type = KIPC_ATTACH_FD };
	struct caller caller = {
		.call = {
			.attachments = PTR(&attachment),
			.attachment_count = 1,
		},
	};
	struct kipc_message message;
	struct pair quiet;

	pair_open(&quiet, POOL);
	caller.endpoint = &quiet.client;
	caller.call.handle = quiet.handle;
	caller_run(&caller);
	ASSERT_EQ(0, recv_soon(&quiet.server, &message));
	EXPECT_EQ(0, message.size);
	close((int)came(&quiet.server, &message, 0)->id);
	EXPECT_EQ(0, slice_free(&quiet.server, message.offset));
	EXPECT_EQ(0, reply_empty(&quiet.server, message.token));
	EXPECT_EQ(0, caller_join(&caller));
}

#define HELD	24

/* Random sizes, freed in random order: content is right, and room comes back. */
TEST_F(pool, fragmentation) {
	struct {
		__u64 offset;
		size_t size;
		__u32 seed;
	} slot[HELD] = { 0 };
	__u32 seed = (__u32)now(), i, n;
	int refused = 0;

	TH_LOG("seed %u", seed);
	for (n = 0; n < (debug_kernel() ? 3000 : 30000); n++) {
		int ret;

		i = next_random(&seed) % HELD;
		if (slot[i].size) {
			ASSERT_TRUE(intact(&self->pair, slot[i].offset,
					   slot[i].size, slot[i].seed));
			ASSERT_EQ(0, slice_free(&self->pair.client,
						slot[i].offset));
		}
		slot[i].size = 1 + next_random(&seed) % 8192;
		slot[i].seed = n;
		ret = order(&self->pair, slot[i].size, n, &slot[i].offset);
		if (ret) {
			ASSERT_EQ(-EAGAIN, ret);
			slot[i].size = 0;
			refused++;
		}
	}
	EXPECT_LT(0, refused);
	for (i = 0; i < HELD; i++) {
		if (slot[i].size)
			ASSERT_EQ(0, slice_free(&self->pair.client,
						slot[i].offset));
	}
	/* All of it is one piece again. */
	slot[0].offset = deliver(&self->pair, POOL, 1);
	EXPECT_EQ(0, slice_free(&self->pair.client, slot[0].offset));
}

/* Payloads that are larger than anything that is likely to be in one piece */
TEST_F(pool, large) {
	size_t size = debug_kernel() ? 2 << 20 : 24 << 20;
	struct kipc_message message;
	struct endpoint server;
	__u8 *data = malloc(size);
	__u32 handle;
	int round;

	ASSERT_NE(NULL, data);
	/* A one-way message can have half of it. */
	endpoint_open(&server, 2 * size);
	handle = connect_to(&self->pair.client, &server,
			    node_create(&server, 1), 0);
	for (round = 1; round <= 2; round++) {
		fill(data, size, (__u32)round);
		ASSERT_EQ(0, send_bytes(&self->pair.client, handle, data,
					size));
		ASSERT_EQ(0, recv_now(&server, &message));
		EXPECT_EQ(size, message.size);
		EXPECT_TRUE(filled(payload(&server, message.offset), size,
				   (__u32)round));
		message_free(&server, &message);
	}
	free(data);
}

static long pool_pages(void)
{
	struct live live;

	must(live_read(&live));
	return live.pool_pages;
}

/* An idle pool gives its memory back, but for what its slices need. */
TEST_F(pool, memory_goes_back) {
	long before = pool_pages();
	__u64 held, offset, end;
	__u32 round;

	for (round = 0; round < 2; round++) {
		held = deliver(&self->pair, 100, round);
		offset = deliver(&self->pair, POOL / 2, round);
		EXPECT_LE(before + POOL / 2 / PAGE, pool_pages());
		ASSERT_EQ(0, slice_free(&self->pair.client, offset));
		end = after(IDLE);
		while (pool_pages() > before + 1 && now() < end)
			pause_ms(50);
		EXPECT_EQ(before + 1, pool_pages());
		EXPECT_TRUE(intact(&self->pair, held, 100, round));
		ASSERT_EQ(0, slice_free(&self->pair.client, held));
		end = after(IDLE);
		while (pool_pages() > before && now() < end)
			pause_ms(50);
		EXPECT_EQ(before, pool_pages());
	}
}

/* Memory that went back and came again shows no old bytes to be mapped. */
TEST_F(pool, memory_comes_again) {
	__u64 offset, end;
	__u32 round;

	for (round = 0; round < 3; round++) {
		offset = deliver(&self->pair, 3 * PAGE, round);
		EXPECT_TRUE(intact(&self->pair, offset, 3 * PAGE, round));
		ASSERT_EQ(0, slice_free(&self->pair.client, offset));
		end = after(IDLE);
		while (pool_pages() && now() < end)
			pause_ms(50);
	}
}

TEST_HARNESS_MAIN
