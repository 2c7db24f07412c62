// SPDX-License-Identifier: GPL-2.0-only
/* Payloads that are gathered from several places. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(vec) {
	struct live live;
	struct pair pair;
	struct kipc_vec vec[KIPC_VEC_MAX + 1];
	struct kipc_message message;
};

FIXTURE_SETUP(vec) {
	ASSERT_EQ(0, live_begin(&self->live));
	/* One-way messages have half of it. */
	pair_open(&self->pair, 2 * POOL);
}

FIXTURE_TEARDOWN(vec) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Frees what receive() left. */
static void release(struct _test_data_vec *self)
{
	message_free(&self->pair.server, &self->message);
	memset(&self->message, 0, sizeof(self->message));
}

static int send_vec(struct _test_data_vec *self, __u64 count)
{
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_VEC,
		.data = PTR(self->vec),
		.data_size = count,
	};

	release(self);
	return kipc(self->pair.client.fd, KIPC_SEND, &send);
}

static void set_vec(struct _test_data_vec *self, int i, const void *base,
		    __u64 size)
{
	self->vec[i].base = PTR(base);
	self->vec[i].size = size;
}

/* Receives what must be @size bytes; they stay until the next is sent. */
static const char *receive(struct _test_data_vec *self, __u64 size)
{
	must(recv_now(&self->pair.server, &self->message));
	check(self->message.size == size);
	return size ? payload(&self->pair.server, self->message.offset) : NULL;
}

TEST_F(vec, gathered) {
	set_vec(self, 0, "one", 3);
	set_vec(self, 1, "two", 3);
	set_vec(self, 2, "three", 5);
	ASSERT_EQ(0, send_vec(self, 3));
	EXPECT_EQ(0, memcmp("onetwothree", receive(self, 11), 11));
	ASSERT_EQ(0, send_vec(self, 1));
	EXPECT_EQ(0, memcmp("one", receive(self, 3), 3));
}

/* No segments are no payload, and so are empty ones, wherever they are. */
TEST_F(vec, empty) {
	ASSERT_EQ(0, send_vec(self, 0));
	EXPECT_EQ(NULL, receive(self, 0));
	set_vec(self, 0, NULL, 0);
	set_vec(self, 1, NULL, 0);
	ASSERT_EQ(0, send_vec(self, 2));
	EXPECT_EQ(NULL, receive(self, 0));
	set_vec(self, 1, "x", 1);
	set_vec(self, 2, NULL, 0);
	ASSERT_EQ(0, send_vec(self, 3));
	EXPECT_EQ('x', *receive(self, 1));
}

/* As many as there may be, each of one byte, and one more */
TEST_F(vec, most) {
	static char data[KIPC_VEC_MAX + 1];
	struct kipc_stat before;
	int i;

	fill(data, sizeof(data), 9);
	for (i = 0; i < KIPC_VEC_MAX + 1; i++)
		set_vec(self, i, data + i, 1);
	for (i = 1; i <= KIPC_VEC_MAX; i = i < 16 ? i + 1 : i * 2) {
		ASSERT_EQ(0, send_vec(self, (__u64)i));
		EXPECT_TRUE(filled(receive(self, (__u64)i), (size_t)i, 9));
	}
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-E2BIG, send_vec(self, KIPC_VEC_MAX + 1));
	EXPECT_EQ(-E2BIG, send_vec(self, 1ULL << 32));
	EXPECT_EQ(-E2BIG, send_vec(self, ~0ULL));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

/* Segments may overlap; together they may not be larger than there is room. */
TEST_F(vec, sum) {
	static char data[POOL];
	struct kipc_stat before;
	int i;

	fill(data, sizeof(data), 10);
	for (i = 0; i < 16; i++)
		set_vec(self, i, data, POOL / 16);
	ASSERT_EQ(0, send_vec(self, 16));
	EXPECT_TRUE(filled(receive(self, POOL) + POOL / 16 * 15, POOL / 16,
			   10));
	set_vec(self, 16, data, 1);
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EMSGSIZE, send_vec(self, 17));
	set_vec(self, 0, data, ~0ULL);
	EXPECT_EQ(-EMSGSIZE, send_vec(self, 1));
	/* Sums that are too large for 64 bits: to 0, to 1 and to 8 */
	set_vec(self, 1, data, 1);
	EXPECT_EQ(-EMSGSIZE, send_vec(self, 2));
	set_vec(self, 1, data, 2);
	EXPECT_EQ(-EMSGSIZE, send_vec(self, 2));
	set_vec(self, 0, data, 1ULL << 63);
	set_vec(self, 1, data, 1ULL << 63);
	set_vec(self, 2, data, 8);
	EXPECT_EQ(-EMSGSIZE, send_vec(self, 3));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

TEST_F(vec, bad_segments) {
	const void *bad[] = { NULL, (void *)-4096 };
	struct kipc_message message;
	struct kipc_stat before;
	size_t i;

	stat_get(&self->pair.client, &before);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		set_vec(self, 0, "good", 4);
		set_vec(self, 1, bad[i], 1);
		set_vec(self, 2, "good", 4);
		EXPECT_EQ(-EFAULT, send_vec(self, 3));
	}
	self->vec[1].base = 1ULL << 63;
	EXPECT_EQ(-EFAULT, send_vec(self, 3));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

/* Of a segment half of which is not there nothing arrives. */
TEST_F(vec, half_mapped_segment) {
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kipc_message message;
	struct kipc_stat before;

	ASSERT_NE(MAP_FAILED, (void *)map);
	munmap(map + page, page);
	stat_get(&self->pair.client, &before);
	set_vec(self, 0, map, page);
	set_vec(self, 1, map + page - 8, 16);
	EXPECT_EQ(-EFAULT, send_vec(self, 2));
	EXPECT_EQ(-EFAULT, send_bytes(&self->pair.client, self->pair.handle,
				      map, page + 1));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	munmap(map, page);
}

/* Calls and replies gather, too. */
TEST_F(vec, in_call_and_reply) {
	struct kipc_vec vec[] = {
		{ PTR("ab"), 2 }, { PTR("cd"), 2 }, { PTR("ef"), 2 },
	};
	struct kipc_reply reply = {
		.flags = KIPC_VEC,
		.data = PTR(vec),
		.data_size = 3,
	};
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.flags = KIPC_VEC,
			.data = PTR(vec),
			.data_size = 2,
		},
	};

	caller_run(&caller);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &self->message));
	EXPECT_EQ(4, self->message.size);
	EXPECT_EQ(0, memcmp("abcd", payload(&self->pair.server,
					    self->message.offset), 4));
	reply.token = self->message.token;
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(6, caller.call.reply_size);
	EXPECT_EQ(0, memcmp("abcdef", payload(&self->pair.client,
					      caller.call.reply_offset), 6));
	reply_free(&self->pair.client, &caller.call);
}

TEST_HARNESS_MAIN
