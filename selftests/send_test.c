// SPDX-License-Identifier: GPL-2.0-only
/* One-way messages: in order, whole or not at all, and never more than fits. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(send) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(send) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(send) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(send, message) {
	struct kipc_message message;
	struct kipc_send send = {
		.handle = self->pair.handle,
		.code = 0x87654321,
		.data = PTR("hello"),
		.data_size = 5,
	};

	ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	EXPECT_EQ(COOKIE, message.cookie);
	EXPECT_EQ(0, message.token);
	EXPECT_EQ(0, message.bits);
	EXPECT_EQ(0, message.deadline);
	EXPECT_EQ(0x87654321, message.code);
	EXPECT_EQ(5, message.size);
	EXPECT_EQ(0, memcmp("hello", payload(&self->pair.server,
					     message.offset), 5));
	EXPECT_EQ((__u32)getpid(), message.pid);
	EXPECT_EQ(0, message.euid);
	message_free(&self->pair.server, &message);
}

TEST_F(send, in_order) {
	struct kipc_message message;
	__u32 i, word;

	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					&i, sizeof(i)));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		memcpy(&word, payload(&self->pair.server, message.offset), 4);
		EXPECT_EQ(i, word);
		message_free(&self->pair.server, &message);
	}
}

/* Calls and one-way messages of one thread keep their order, too. */
TEST_F(send, before_a_call) {
	struct kipc_message message;
	struct caller caller;

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, NULL,
				0));
	caller_start(&caller, &self->pair.client, self->pair.handle);
	wait_queued(2);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

TEST_F(send, too_large) {
	static char data[POOL / 2 + 1];
	struct kipc_message message;
	struct kipc_stat before;

	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EMSGSIZE, send_bytes(&self->pair.client, self->pair.handle,
					data, POOL / 2 + 1));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

/* No room: EAGAIN, and what was accepted is whole. */
TEST_F(send, full_pool) {
	static __u8 data[4096];
	struct kipc_message message;
	struct kipc_stat before;
	__u32 sent = 0, i;
	int ret;

	for (;;) {
		fill(data, sizeof(data), sent);
		stat_get(&self->pair.client, &before);
		ret = send_bytes(&self->pair.client, self->pair.handle, data,
				 sizeof(data));
		if (ret)
			break;
		sent++;
	}
	EXPECT_EQ(-EAGAIN, ret);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	/* One-way messages may have half of the pool. */
	EXPECT_EQ(POOL / 2 / sizeof(data), sent);
	for (i = 0; i < sent; i++) {
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_TRUE(filled(payload(&self->pair.server, message.offset),
				   sizeof(data), i));
		message_free(&self->pair.server, &message);
	}
	EXPECT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, data,
				sizeof(data)));
}

/* What is sent is charged to the sender until it is received. */
TEST_F(send, charged) {
	struct kipc_attachment attachment = { .type = KIPC_ATTACH_FD };
	struct kipc_message message;
	struct kipc_stat before, stat;
	int i;

	stat_get(&self->pair.client, &before);
	for (i = 1; i <= 4; i++) {
		ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					"abc", 3));
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ((__u64)i, stat.message_count.used);
		EXPECT_EQ(3 * (__u64)i, stat.message_bytes.used);
		EXPECT_EQ(before.sends + (__u64)i, stat.sends);
	}
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &attachment, 1));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.files.used);
	for (i = 4; i >= 0; i--) {
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ((__u64)i, stat.message_count.used);
		if (!i)
			close((int)came(&self->pair.server, &message, 0)->id);
		message_free(&self->pair.server, &message);
	}
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(0, stat.files.used);
}

#define SENDERS	3

struct flood {
	struct pair *pair;
	__u32 sender;
	__u32 count;
};

/* What a sender puts into each message: who, which, and bytes after that */
struct parcel {
	__u32 sender;
	__u32 number;
	__u8 bytes[248];
};

static void flood(int sock, void *arg)
{
	struct flood *flood = arg;
	struct parcel parcel = { .sender = flood->sender };
	__u32 state = flood->sender + 1;
	size_t size;
	int ret;

	while (parcel.number < flood->count) {
		size = next_random(&state) % sizeof(parcel.bytes);
		fill(parcel.bytes, size, parcel.number);
		ret = send_bytes(&flood->pair->client, flood->pair->handle,
				 &parcel, 8 + size);
		if (ret == -EAGAIN || ret == -EDQUOT) {
			pause_ms(1);
			continue;
		}
		must(ret);
		parcel.number++;
	}
	/* Who is gone has no process id any more. */
	hear(sock);
}

/* Several processes flood one endpoint: each one's messages keep order. */
TEST_F(send, flood) {
	__u32 count = debug_kernel() ? 500 : 5000;
	struct flood flooder[SENDERS];
	struct child child[SENDERS];
	__u32 next[SENDERS] = { 0 };
	struct kipc_message message;
	const struct parcel *parcel;
	__u32 i;

	for (i = 0; i < SENDERS; i++) {
		flooder[i].pair = &self->pair;
		flooder[i].sender = i;
		flooder[i].count = count;
		child_start(&child[i], CHILD_SHARES, flood, &flooder[i]);
	}
	for (i = 0; i < SENDERS * count; i++) {
		ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
		parcel = payload(&self->pair.server, message.offset);
		ASSERT_GT(SENDERS, parcel->sender);
		ASSERT_EQ(next[parcel->sender], parcel->number);
		ASSERT_EQ((__u32)child[parcel->sender].pid, message.pid);
		ASSERT_TRUE(filled(parcel->bytes, message.size - 8,
				   parcel->number));
		next[parcel->sender]++;
		message_free(&self->pair.server, &message);
	}
	for (i = 0; i < SENDERS; i++) {
		tell(child[i].sock, 1);
		EXPECT_EQ(0, child_end(&child[i]));
	}
}

/* So many messages, and attachments in them, wait in one queue at most. */
#define QUEUED_MAX		1024
#define QUEUED_ATTACHMENTS_MAX	512
/* A pool in which there is room for all of them */
#define LARGE_POOL		(1U << 20)

static int send_empty(struct _test_data_send *self)
{
	return send_bytes(&self->pair.client, self->pair.handle, NULL, 0);
}

static void receive_one(struct endpoint *server)
{
	struct kipc_message message;

	must(recv_now(server, &message));
	check(message.kind == KIPC_MSG_SEND);
	message_free(server, &message);
}

TEST_F(send, full_queue) {
	struct kipc_message message;
	struct kipc_stat before;
	int i;

	pair_close(&self->pair);
	pair_open(&self->pair, LARGE_POOL);
	for (i = 0; i < QUEUED_MAX; i++)
		ASSERT_EQ(0, send_empty(self));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EAGAIN, send_empty(self));
	EXPECT_EQ(-EAGAIN, call_empty(&self->pair.client, self->pair.handle));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	/* A notification needs no room. */
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	EXPECT_EQ(-EAGAIN, send_empty(self));
	receive_one(&self->pair.server);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_MSG_NOTIFY, message.kind);
	EXPECT_EQ(0, send_empty(self));
	EXPECT_EQ(-EAGAIN, send_empty(self));
	for (i = 0; i < QUEUED_MAX; i++)
		receive_one(&self->pair.server);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

TEST_F(send, full_of_attachments) {
	struct kipc_attachment attachment[8] = { 0 };
	struct kipc_message message;
	struct kipc_stat before;
	int i, k;

	pair_close(&self->pair);
	pair_open(&self->pair, LARGE_POOL);
	for (i = 0; i < 8; i++) {
		attachment[i].type = KIPC_ATTACH_HANDLE;
		attachment[i].id = self->pair.handle;
		attachment[i].rights = KIPC_RIGHT_CALL;
	}
	for (k = 0; k < 2; k++) {
		for (i = 0; i < QUEUED_ATTACHMENTS_MAX / 8; i++)
			ASSERT_EQ(0, send_attached(&self->pair.client,
						   self->pair.handle,
						   attachment, 8));
		stat_get(&self->pair.client, &before);
		EXPECT_EQ(-EAGAIN, send_attached(&self->pair.client,
						 self->pair.handle, attachment,
						 1));
		EXPECT_TRUE(stat_same(&self->pair.client, &before));
		EXPECT_EQ(0, send_empty(self));
		while (!recv_now(&self->pair.server, &message))
			message_free(&self->pair.server, &message);
	}
}

/* Who never receives cannot use up what its senders may send to others. */
TEST_F(send, deaf_receivers) {
	struct kipc_message message;
	struct kipc_stat stat;
	struct endpoint deaf;
	__u32 handle;

	endpoint_open(&deaf, LARGE_POOL);
	handle = connect_to(&self->pair.client, &deaf, node_create(&deaf, 1),
			    0);
	while (!send_bytes(&self->pair.client, handle, NULL, 0))
		;
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(QUEUED_MAX, stat.message_count.used);
	EXPECT_LT(stat.message_count.used, stat.message_count.limit / 2);
	EXPECT_EQ(0, send_empty(self));
	EXPECT_EQ(0, recv_now(&self->pair.server, &message));
}

/* A send that frees: the flag is cleared when the slice is freed. */
TEST_F(send, frees_along) {
	struct kipc_message message;
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_FREE_SLICE,
	};
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);

	ASSERT_EQ(0, send_bytes(&self->pair.server, back, "x", 1));
	ASSERT_EQ(0, recv_now(&self->pair.client, &message));
	send.free = message.offset + 1;
	EXPECT_EQ(-ENXIO, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_EQ(KIPC_FREE_SLICE, send.flags);
	send.free = message.offset;
	EXPECT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_EQ(0, send.flags);
	EXPECT_EQ(-ENXIO, slice_free(&self->pair.client, message.offset));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

TEST_HARNESS_MAIN
