// SPDX-License-Identifier: GPL-2.0-only
/* As large, and as many, as the ABI allows. */
#include <kselftest_harness.h>

#include "stranger.h"

FIXTURE(large) {
	struct live live;
	struct pair pair;
	__u8 *data;
};

FIXTURE_SETUP(large) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, KIPC_POOL_MAX);
	self->data = mmap(NULL, KIPC_POOL_MAX, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->data);
}

FIXTURE_TEARDOWN(large) {
	munmap(self->data, KIPC_POOL_MAX);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/*
 * Answers one call with its own payload, and frees that. A slow machine copies for
 * long before the call is there.
 */
static void give_back(void *arg)
{
	struct endpoint *server = arg;
	struct kipc_message message;

	must(recv_flags(server, 0, 0, &message));
	must(reply_bytes(server, message.token,
			 payload(server, message.offset), message.size));
	message_free(server, &message);
}

/* A payload that fills the largest pool, there and back */
TEST_F_TIMEOUT(large, payload, 150) {
	struct pair *pair = &self->pair;
	struct kipc_call call = {
		.handle = pair->handle,
		.data = PTR(self->data),
		.data_size = KIPC_POOL_MAX,
	};
	struct thread server;

	fill(self->data, KIPC_POOL_MAX, 1);
	thread_start(&server, give_back, &pair->server);
	ASSERT_EQ(0, kipc(pair->client.fd, KIPC_CALL, &call));
	thread_join(&server);
	EXPECT_EQ(KIPC_POOL_MAX, call.reply_size);
	EXPECT_TRUE(filled(payload(&pair->client, call.reply_offset),
			   KIPC_POOL_MAX, 1));
	reply_free(&pair->client, &call);
	call.data_size++;
	EXPECT_EQ(-EMSGSIZE, kipc(pair->client.fd, KIPC_CALL, &call));
}

/* As many segments as there may be, over the whole pool */
TEST_F_TIMEOUT(large, segments, 150) {
	static struct kipc_vec vec[KIPC_VEC_MAX];
	struct pair *pair = &self->pair;
	struct kipc_call call = {
		.handle = pair->handle,
		.flags = KIPC_VEC,
		.data = PTR(vec),
		.data_size = KIPC_VEC_MAX,
	};
	__u32 size = KIPC_POOL_MAX / KIPC_VEC_MAX, i;
	struct thread server;

	fill(self->data, KIPC_POOL_MAX, 2);
	for (i = 0; i < KIPC_VEC_MAX; i++) {
		vec[i].base = PTR(self->data + i * size);
		vec[i].size = size;
	}
	thread_start(&server, give_back, &pair->server);
	ASSERT_EQ(0, kipc(pair->client.fd, KIPC_CALL, &call));
	thread_join(&server);
	EXPECT_TRUE(filled(payload(&pair->client, call.reply_offset),
			   KIPC_POOL_MAX, 2));
	reply_free(&pair->client, &call);
}

/* One-way: half of it; with KIPC_CLEAR all of that is wiped. */
TEST_F_TIMEOUT(large, one_way, 150) {
	struct pair *pair = &self->pair;
	struct kipc_send send = {
		.handle = pair->handle,
		.flags = KIPC_CLEAR,
		.data = PTR(self->data),
		.data_size = KIPC_POOL_MAX / 2,
	};
	struct kipc_message message;

	fill(self->data, KIPC_POOL_MAX / 2, 3);
	ASSERT_EQ(0, kipc(pair->client.fd, KIPC_SEND, &send));
	EXPECT_EQ(KIPC_SENT_SPAM, send.sent);
	ASSERT_EQ(0, recv_now(&pair->server, &message));
	EXPECT_TRUE(filled(payload(&pair->server, message.offset),
			   KIPC_POOL_MAX / 2, 3));
	message_free(&pair->server, &message);
	send.data_size++;
	EXPECT_EQ(-EMSGSIZE, kipc(pair->client.fd, KIPC_SEND, &send));
}

/* As many attachments as there may be, behind a payload that fills the rest */
TEST_F_TIMEOUT(large, attachments, 150) {
	static struct kipc_attachment node[KIPC_ATTACHMENTS_MAX];
	struct pair *pair = &self->pair;
	struct kipc_call call = {
		.handle = pair->handle,
		.data = PTR(self->data),
		.data_size = KIPC_POOL_MAX - sizeof(node),
		.attachments = PTR(node),
		.attachment_count = KIPC_ATTACHMENTS_MAX,
	};
	struct caller caller = { .endpoint = &pair->client };
	struct kipc_message message;
	__u32 i;

	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++) {
		node[i].type = KIPC_ATTACH_NODE;
		node[i].id = node_create(&pair->client, i);
		node[i].rights = KIPC_RIGHT_CALL;
	}
	caller.call = call;
	caller_run(&caller);
	ASSERT_EQ(0, recv_flags(&pair->server, 0, 0, &message));
	EXPECT_EQ(KIPC_ATTACHMENTS_MAX, message.attachment_count);
	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++) {
		const struct kipc_attachment *got = came(&pair->server,
							 &message, i);

		ASSERT_EQ(KIPC_ATTACH_HANDLE, got->type);
		ASSERT_EQ(0, handle_drop(&pair->server, got->id));
	}
	EXPECT_EQ(0, reply_empty(&pair->server, message.token));
	EXPECT_EQ(0, caller_join(&caller));
	message_free(&pair->server, &message);
	call.data_size++;
	EXPECT_EQ(-EMSGSIZE, kipc(pair->client.fd, KIPC_CALL, &call));
}

TEST_HARNESS_MAIN
