// SPDX-License-Identifier: GPL-2.0-only
/* The pool: slices that keep their content, are freed, and are used again. */
#include <kselftest_harness.h>

#include "message.h"

#define PAGE	4096U
/* How long an idle pool may keep its memory */
#define IDLE	(4 * SECOND)

FIXTURE(pool) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(pool) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(pool) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Sends @size bytes of that seed and receives them; returns the offset. */
static __u64 deliver(struct pair *pair, size_t size, __u32 seed)
{
	static __u8 data[POOL];
	struct kipc_message message;

	fill(data, size, seed);
	must(send_bytes(&pair->client, pair->handle, data, size));
	must(recv_now(&pair->server, &message));
	check(message.size == size);
	check(message.offset + size <= pair->server.pool_size);
	return message.offset;
}

static bool intact(struct pair *pair, __u64 offset, size_t size, __u32 seed)
{
	return filled(payload(&pair->server, offset), size, seed);
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
		EXPECT_EQ(0, slice_free(&self->pair.server, other));
	}
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, slice_free(&self->pair.server, held[i]));
}

TEST_F(pool, freed_once) {
	__u64 offset = deliver(&self->pair, 100, 1);

	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, offset));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, offset + 8));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, POOL));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, offset + (1ULL << 32)));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, ~0ULL));
	EXPECT_EQ(0, slice_free(&self->pair.server, offset));
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, offset));
}

/* What was not received yet cannot be freed: its offset is not known. */
TEST_F(pool, queued_is_not_freed) {
	struct kipc_message message;
	__u64 offset;

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "abc",
				3));
	for (offset = 0; offset < POOL; offset += 8)
		ASSERT_EQ(-ENXIO, slice_free(&self->pair.server, offset));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(0, memcmp("abc", payload(&self->pair.server,
					   message.offset), 3));
	EXPECT_EQ(0, slice_free(&self->pair.server, message.offset));
}

TEST_F(pool, batch) {
	__u64 offsets[10];
	__u32 freed, i;

	for (i = 0; i < 10; i++)
		offsets[i] = deliver(&self->pair, 100, i);
	EXPECT_EQ(0, free_batch(&self->pair.server, offsets, 0, &freed));
	EXPECT_EQ(0, freed);
	EXPECT_EQ(0, free_batch(&self->pair.server, offsets, 10, &freed));
	EXPECT_EQ(10, freed);
	EXPECT_EQ(-ENXIO, free_batch(&self->pair.server, offsets, 10, &freed));
	EXPECT_EQ(0, freed);
}

/* It stops at the first that is none, and says how far it came. */
TEST_F(pool, batch_in_part) {
	__u64 offsets[5];
	__u32 freed, i;

	for (i = 0; i < 5; i++)
		offsets[i] = deliver(&self->pair, 100, i);
	offsets[3] = offsets[1];
	EXPECT_EQ(-ENXIO, free_batch(&self->pair.server, offsets, 5, &freed));
	EXPECT_EQ(3, freed);
	EXPECT_TRUE(intact(&self->pair, offsets[4], 100, 4));
	EXPECT_EQ(0, slice_free(&self->pair.server, offsets[4]));
}

TEST_F(pool, batch_size) {
	static __u64 offsets[KIPC_BATCH_MAX + 1];
	static struct endpoint server;
	struct pair *pair = &self->pair;
	__u32 freed, i;

	/* A pool that holds so many */
	endpoint_open(&server, 1 << 20);
	pair->handle = connect_to(&pair->client, &server,
				  node_create(&server, 1), 0);
	endpoint_close(&pair->server);
	for (i = 0; i < KIPC_BATCH_MAX; i++) {
		struct kipc_message message;

		ASSERT_EQ(0, send_bytes(&pair->client, pair->handle, "x", 1));
		ASSERT_EQ(0, recv_now(&server, &message));
		offsets[i] = message.offset;
	}
	EXPECT_EQ(-E2BIG, free_batch(&server, offsets, KIPC_BATCH_MAX + 1,
				     &freed));
	EXPECT_EQ(0, free_batch(&server, offsets, KIPC_BATCH_MAX, &freed));
	EXPECT_EQ(KIPC_BATCH_MAX, freed);
}

/* A receive can free what was received before; the flag is cleared then. */
TEST_F(pool, freed_along_with_recv) {
	struct kipc_recv recv = {
		.flags = KIPC_FREE_SLICE | KIPC_NONBLOCK,
		.free = 8,
	};
	__u64 offset;

	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_RECV, &recv));
	EXPECT_EQ(KIPC_FREE_SLICE | KIPC_NONBLOCK, recv.flags);
	offset = deliver(&self->pair, 100, 1);
	recv.free = offset;
	/* There is nothing to receive, but the slice is freed. */
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_RECV, &recv));
	EXPECT_EQ(KIPC_NONBLOCK, recv.flags);
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.server, offset));
	EXPECT_EQ(-EAGAIN, kipc(self->pair.server.fd, KIPC_RECV, &recv));

	offset = deliver(&self->pair, 100, 1);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	recv.flags = KIPC_FREE_SLICE;
	recv.free = offset;
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_RECV, &recv));
	EXPECT_EQ(0, recv.flags);
	message_free(&self->pair.server, &recv.message);
}

/* In a failed command the flag tells whether the slice was freed. */
TEST_F(pool, freed_along_with_failure) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct kipc_call call = { .handle = back };
	struct kipc_send send = { .handle = back };
	static char data[POOL + 1];
	int i;

	for (i = 0; i < 4; i++) {
		__u64 offset = deliver(&self->pair, 10, 1);
		int freed;

		call.flags = KIPC_FREE_SLICE;
		call.free = offset;
		call.deadline = i == 0 ? after(10 * MILLISECOND) : 0;
		call.handle = i == 1 ? 9999 : back;
		call.data = i == 2 ? 1 : PTR(data);
		call.data_size = i == 3 ? sizeof(data) : (__u64)i;
		EXPECT_NE(0, kipc(self->pair.server.fd, KIPC_CALL, &call));
		freed = !(call.flags & KIPC_FREE_SLICE);
		EXPECT_EQ(freed ? -ENXIO : 0,
			  slice_free(&self->pair.server, offset));
	}
	for (i = 0; i < 3; i++) {
		__u64 offset = deliver(&self->pair, 10, 1);
		int freed;

		send.flags = KIPC_FREE_SLICE;
		send.free = offset;
		send.handle = i == 0 ? 9999 : back;
		send.data = i == 1 ? 1 : PTR(data);
		send.data_size = i == 2 ? sizeof(data) : (__u64)i;
		EXPECT_NE(0, kipc(self->pair.server.fd, KIPC_SEND, &send));
		freed = !(send.flags & KIPC_FREE_SLICE);
		EXPECT_EQ(freed ? -ENXIO : 0,
			  slice_free(&self->pair.server, offset));
	}
}

/* A slice without payload but with attachments is a slice, too. */
TEST_F(pool, attachments_only) {
	struct kipc_attachment attachment = { .type = KIPC_ATTACH_FD };
	struct kipc_message message;

	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &attachment, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(0, message.size);
	close((int)came(&self->pair.server, &message, 0)->id);
	EXPECT_EQ(0, slice_free(&self->pair.server, message.offset));
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
		static __u8 data[8192];
		struct kipc_message message;
		int ret;

		i = next_random(&seed) % HELD;
		if (slot[i].size) {
			ASSERT_TRUE(intact(&self->pair, slot[i].offset,
					   slot[i].size, slot[i].seed));
			ASSERT_EQ(0, slice_free(&self->pair.server,
						slot[i].offset));
		}
		slot[i].size = 1 + next_random(&seed) % sizeof(data);
		slot[i].seed = n;
		fill(data, slot[i].size, n);
		ret = send_bytes(&self->pair.client, self->pair.handle, data,
				 slot[i].size);
		if (ret) {
			ASSERT_EQ(-EAGAIN, ret);
			slot[i].size = 0;
			refused++;
			continue;
		}
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		slot[i].offset = message.offset;
	}
	EXPECT_LT(0, refused);
	for (i = 0; i < HELD; i++) {
		if (slot[i].size)
			ASSERT_EQ(0, slice_free(&self->pair.server,
						slot[i].offset));
	}
	/* All of it is one piece again. */
	slot[0].offset = deliver(&self->pair, POOL / 2, 1);
	EXPECT_EQ(0, slice_free(&self->pair.server, slot[0].offset));
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
	endpoint_open(&server, size);
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
		ASSERT_EQ(0, slice_free(&self->pair.server, offset));
		end = after(IDLE);
		while (pool_pages() > before + 1 && now() < end)
			pause_ms(50);
		EXPECT_EQ(before + 1, pool_pages());
		EXPECT_TRUE(intact(&self->pair, held, 100, round));
		ASSERT_EQ(0, slice_free(&self->pair.server, held));
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
		ASSERT_EQ(0, slice_free(&self->pair.server, offset));
		end = after(IDLE);
		while (pool_pages() && now() < end)
			pause_ms(50);
	}
}

TEST_HARNESS_MAIN
