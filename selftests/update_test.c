// SPDX-License-Identifier: GPL-2.0-only
/* KIPC_SEND_UPDATE: a newer message takes the place of one not received yet. */
#include <kselftest_harness.h>
#include <poll.h>

#include "stall.h"
#include "stranger.h"

#define CODE	5

FIXTURE(update) {
	struct live live;
	struct pair pair;
	struct stall stall;
	bool can_stall;
};

FIXTURE_SETUP(update) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->can_stall = stall_open(&self->stall);
}

FIXTURE_TEARDOWN(update) {
	stall_close(&self->stall);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int send_with(struct endpoint *client, __u32 handle, __u32 flags,
		     __u32 code, const char *text)
{
	struct kipc_send send = {
		.handle = handle,
		.flags = flags,
		.code = code,
		.data = PTR(text),
		.data_size = strlen(text),
	};

	return kipc(client->fd, KIPC_SEND, &send);
}

static int update(struct _test_data_update *self, __u32 code, const char *text)
{
	return send_with(&self->pair.client, self->pair.handle,
			 KIPC_SEND_UPDATE, code, text);
}

static int send_text(struct _test_data_update *self, __u32 code,
		     const char *text)
{
	return send_with(&self->pair.client, self->pair.handle, 0, code, text);
}

static bool says(struct endpoint *server, const struct kipc_message *message,
		 const char *text)
{
	return message->kind == KIPC_MSG_SEND &&
	       message->size == strlen(text) &&
	       !memcmp(payload(server, message->offset), text, strlen(text));
}

/* Whether the next message says that; it is freed. */
static bool next_says(struct _test_data_update *self, const char *text)
{
	struct endpoint *server = &self->pair.server;
	struct kipc_message message;
	bool right;

	if (recv_now(server, &message))
		return false;
	right = says(server, &message, text);
	message_free(server, &message);
	return right;
}

static bool nothing_left(struct _test_data_update *self)
{
	struct kipc_message message;
	struct usage usage;

	return recv_now(&self->pair.server, &message) == -EAGAIN &&
	       !usage_read(&self->pair.server, 0, &usage);
}

TEST_F(update, replaces) {
	struct kipc_stat stat;
	struct usage usage;

	ASSERT_EQ(0, update(self, CODE, "old"));
	ASSERT_EQ(0, update(self, CODE, "newer"));
	ASSERT_EQ(0, update(self, CODE, "the newest"));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.message_count.used);
	EXPECT_EQ(strlen("the newest"), stat.message_bytes.used);
	EXPECT_EQ(3, stat.sends);
	usage_read(&self->pair.server, 0, &usage);
	EXPECT_EQ(1, usage.messages);
	EXPECT_EQ(1, usage.one_way);
	EXPECT_EQ(256, usage.bytes);
	EXPECT_TRUE(next_says(self, "the newest"));
	EXPECT_TRUE(nothing_left(self));
}

/* It comes where the old one would have come. */
TEST_F(update, takes_its_place) {
	ASSERT_EQ(0, send_text(self, 1, "first"));
	ASSERT_EQ(0, update(self, CODE, "old"));
	ASSERT_EQ(0, send_text(self, 1, "third"));
	ASSERT_EQ(0, update(self, 6, "old six"));
	ASSERT_EQ(0, update(self, CODE, "second"));
	ASSERT_EQ(0, send_text(self, 1, "fifth"));
	ASSERT_EQ(0, update(self, 6, "fourth"));
	EXPECT_TRUE(next_says(self, "first"));
	EXPECT_TRUE(next_says(self, "second"));
	EXPECT_TRUE(next_says(self, "third"));
	EXPECT_TRUE(next_says(self, "fourth"));
	EXPECT_TRUE(next_says(self, "fifth"));
	EXPECT_TRUE(nothing_left(self));
}

/* Nothing else is replaced: all that was sent comes. */
TEST_F(update, same_in_all) {
	struct pair *pair = &self->pair;
	struct endpoint second;
	__u32 other = connect_to(&pair->client, &pair->server,
				 node_create(&pair->server, 1), 0);
	__u32 dup, handle;

	/* Another code */
	ASSERT_EQ(0, update(self, CODE, "a"));
	ASSERT_EQ(0, update(self, CODE + 1, "b"));
	/* Only one of the two is an update. */
	ASSERT_EQ(0, send_text(self, CODE + 2, "c"));
	ASSERT_EQ(0, update(self, CODE + 2, "d"));
	ASSERT_EQ(0, send_text(self, CODE + 2, "e"));
	/* Another endpoint, be it of the same process */
	endpoint_open(&second, 0);
	handle = connect_to(&second, &pair->server, pair->node, 0);
	ASSERT_EQ(0, send_with(&second, handle, KIPC_SEND_UPDATE, CODE, "f"));
	EXPECT_TRUE(next_says(self, "a"));
	EXPECT_TRUE(next_says(self, "b"));
	EXPECT_TRUE(next_says(self, "c"));
	EXPECT_TRUE(next_says(self, "d"));
	EXPECT_TRUE(next_says(self, "e"));
	EXPECT_TRUE(next_says(self, "f"));
	/* Another node */
	ASSERT_EQ(0, update(self, CODE, "g"));
	ASSERT_EQ(0, send_with(&pair->client, other, KIPC_SEND_UPDATE, CODE,
			       "h"));
	EXPECT_TRUE(next_says(self, "g"));
	EXPECT_TRUE(next_says(self, "h"));
	/* But another handle to the same node is the same. */
	ASSERT_EQ(0, handle_dup(&pair->client, pair->handle, KIPC_RIGHT_CALL,
				&dup));
	ASSERT_EQ(0, update(self, CODE, "i"));
	ASSERT_EQ(0, send_with(&pair->client, dup, KIPC_SEND_UPDATE, CODE,
			       "j"));
	EXPECT_TRUE(next_says(self, "j"));
	EXPECT_TRUE(nothing_left(self));
}

/* What was received is not replaced. */
TEST_F(update, received) {
	struct kipc_message message;

	ASSERT_EQ(0, update(self, CODE, "old"));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	ASSERT_EQ(0, update(self, CODE, "new"));
	ASSERT_EQ(0, update(self, CODE, "newer"));
	EXPECT_TRUE(says(&self->pair.server, &message, "old"));
	message_free(&self->pair.server, &message);
	EXPECT_TRUE(next_says(self, "newer"));
	EXPECT_TRUE(nothing_left(self));
}

/* One that came back, as its receiver could not be told, is replaced. */
TEST_F(update, untaken) {
	struct kipc_recv *recv;

	recv = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)recv);
	ASSERT_EQ(0, update(self, CODE, "old"));
	EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_RECV, recv));
	munmap(recv, 4096);
	ASSERT_EQ(0, update(self, CODE, "new"));
	EXPECT_TRUE(next_says(self, "new"));
	EXPECT_TRUE(nothing_left(self));
}

static void receive_stalled(void *arg)
{
	struct _test_data_update *self = arg;

	check(kipc(self->pair.server.fd, KIPC_RECV, self->stall.page) ==
	      -EFAULT);
}

/* One that comes back when a newer one is there already: both come. */
TEST_F(update, untaken_too_late) {
	const struct kipc_recv recv = { 0 };
	struct thread thread;

	if (!self->can_stall)
		SKIP(return, "this kernel has no userfaultfd");
	stall_fill(&self->stall, &recv, sizeof(recv));
	thread_start(&thread, receive_stalled, self);
	wait_blocked(thread.tid, KIPC_RECV);
	stall_again(&self->stall);
	ASSERT_EQ(0, update(self, CODE, "old"));
	stall_wait(&self->stall);
	ASSERT_EQ(0, update(self, CODE, "new"));
	stall_unmap(&self->stall);
	thread_join(&thread);
	/* Only the newer one is replaced from now on. */
	ASSERT_EQ(0, update(self, CODE, "newer"));
	EXPECT_TRUE(next_says(self, "old"));
	EXPECT_TRUE(next_says(self, "newer"));
	EXPECT_TRUE(nothing_left(self));
}

/* What was attached to the old one goes back, and the new one's comes. */
TEST_F(update, attachments) {
	struct kipc_attachment attachment[2] = {
		{ .type = KIPC_ATTACH_FD },
		{ .type = KIPC_ATTACH_NODE, .rights = KIPC_RIGHTS_ALL },
	};
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_SEND_UPDATE,
		.attachments = PTR(attachment),
		.attachment_count = 2,
	};
	struct kipc_message message;
	struct pollfd pollfd = { 0 };
	struct kipc_stat stat;
	struct usage usage;
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	attachment[0].id = (__u32)ends[0];
	attachment[1].id = node_create_watched(&self->pair.client, 9);
	ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	close(ends[0]);
	pollfd.fd = ends[1];
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	usage_read(&self->pair.server, 0, &usage);
	EXPECT_EQ(2, usage.attachments);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(2, stat.handles.used);

	attachment[0].id = 0;
	send.attachment_count = 1;
	ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	close(ends[1]);
	usage_read(&self->pair.server, 0, &usage);
	EXPECT_EQ(1, usage.attachments);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.handles.used);
	EXPECT_EQ(1, stat.files.used);
	EXPECT_EQ(0, stat.attached_handles.used);
	ASSERT_EQ(0, recv_now(&self->pair.client, &message));
	EXPECT_EQ(KIPC_MSG_NO_SENDERS, message.kind);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(1, message.attachment_count);
	close((int)came(&self->pair.server, &message, 0)->id);
	message_free(&self->pair.server, &message);
	EXPECT_TRUE(nothing_left(self));
}

/* An update that fails replaces nothing. Both need room for a moment. */
TEST_F(update, fails) {
	static const char data[POOL / 2];
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_SEND_UPDATE,
		.code = CODE,
		.data = PTR(data),
		.data_size = sizeof(data),
	};
	struct kipc_stat before;

	ASSERT_EQ(0, update(self, CODE, "old"));
	stat_get(&self->pair.client, &before);
	EXPECT_EQ(-EAGAIN, kipc(self->pair.client.fd, KIPC_SEND, &send));
	send.data_size++;
	EXPECT_EQ(-EMSGSIZE, kipc(self->pair.client.fd, KIPC_SEND, &send));
	send.data = 1;
	send.data_size = 10;
	EXPECT_EQ(-EFAULT, kipc(self->pair.client.fd, KIPC_SEND, &send));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	EXPECT_TRUE(next_says(self, "old"));
	EXPECT_TRUE(nothing_left(self));
}

/* In a full queue there is room for it: it is not one more. */
TEST_F(update, in_a_full_queue) {
	struct pair *pair = &self->pair;
	int i;

	pair_close(pair);
	pair_open(pair, 1 << 20);
	ASSERT_EQ(0, update(self, CODE, "old"));
	for (i = 1; i < 1024; i++)
		ASSERT_EQ(0, send_text(self, 1, ""));
	EXPECT_EQ(-EAGAIN, send_text(self, 1, ""));
	EXPECT_EQ(-EAGAIN, update(self, CODE + 1, "other"));
	EXPECT_EQ(0, update(self, CODE, "new"));
	EXPECT_TRUE(next_says(self, "new"));
}

/* The node, or the sender, ends: nothing is left, nothing is mistaken. */
TEST_F(update, ends) {
	struct pair *pair = &self->pair;
	struct kipc_stat stat;
	__u32 code;

	for (code = 0; code < 20; code++)
		ASSERT_EQ(0, update(self, code % 10, "text"));
	ASSERT_EQ(0, node_destroy(&pair->server, pair->node));
	stat_get(&pair->client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_TRUE(nothing_left(self));
	EXPECT_EQ(-EOWNERDEAD, update(self, CODE, "text"));

	pair->node = node_create(&pair->server, 2);
	pair->handle = connect_to(&pair->client, &pair->server, pair->node, 0);
	ASSERT_EQ(0, update(self, CODE, "of the first"));
	endpoint_close(&pair->client);
	endpoint_open(&pair->client, 0);
	pair->handle = connect_to(&pair->client, &pair->server, pair->node, 0);
	ASSERT_EQ(0, update(self, CODE, "of the second"));
	EXPECT_TRUE(next_says(self, "of the first"));
	EXPECT_TRUE(next_says(self, "of the second"));
	EXPECT_TRUE(nothing_left(self));
}

#define SENDERS	3

struct racer {
	struct thread thread;
	struct _test_data_update *self;
	__u32 number;
	__u32 count;
	int *running;
};

static void update_often(void *arg)
{
	struct racer *racer = arg;
	struct pair *pair = &racer->self->pair;
	__u32 i;

	for (i = 1; i <= racer->count; i++) {
		struct kipc_send send = {
			.handle = pair->handle,
			.flags = KIPC_SEND_UPDATE,
			.code = racer->number,
			.data = PTR(&i),
			.data_size = sizeof(i),
		};

		must(kipc(pair->client.fd, KIPC_SEND, &send));
	}
	__atomic_fetch_sub(racer->running, 1, __ATOMIC_ACQ_REL);
}

/* Threads that update while others receive: never an older one after a newer. */
TEST_F(update, many_threads) {
	__u32 last[SENDERS] = { 0 }, count = debug_kernel() ? 500 : 10000, i;
	struct endpoint *server = &self->pair.server;
	struct racer racer[SENDERS];
	struct kipc_message message;
	int running = SENDERS, received = 0;

	for (i = 0; i < SENDERS; i++) {
		racer[i].self = self;
		racer[i].number = i;
		racer[i].count = count;
		racer[i].running = &running;
		thread_start(&racer[i].thread, update_often, &racer[i]);
	}
	for (;;) {
		int left = __atomic_load_n(&running, __ATOMIC_ACQUIRE);

		if (recv_now(server, &message)) {
			if (!left)
				break;
			continue;
		}
		ASSERT_GT(SENDERS, message.code);
		memcpy(&i, payload(server, message.offset), sizeof(i));
		ASSERT_LT(last[message.code], i);
		last[message.code] = i;
		message_free(server, &message);
		received++;
	}
	for (i = 0; i < SENDERS; i++) {
		thread_join(&racer[i].thread);
		EXPECT_EQ(count, last[i]);
	}
	TH_LOG("%d received of %u", received, SENDERS * count);
	EXPECT_TRUE(nothing_left(self));
}

TEST_HARNESS_MAIN
