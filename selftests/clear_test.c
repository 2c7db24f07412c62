// SPDX-License-Identifier: GPL-2.0-only
/*
 * KIPC_CLEAR: nothing of a message is left in the receiver's pool once its slice
 * is given back, whichever way that happens.
 */
#include <kselftest_harness.h>
#include <sys/uio.h>

#include "message.h"

#define PAGE	4096U
#define SEED	77
/* Crosses pages, and ends in the middle of one */
#define SIZE	(3 * PAGE + 500)

FIXTURE(clear) {
	struct live live;
	struct pair pair;
	__u8 secret[SIZE];
	/* What was seen is to be believed, or it is too late to look again. */
	__u64 end;
};

FIXTURE_SETUP(clear) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	fill(self->secret, SIZE, SEED);
	self->end = after(20 * SECOND);
}

FIXTURE_TEARDOWN(clear) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* What can be seen where something was */
enum sight {
	SECRET,
	ZEROS,
	OTHER,
	GONE,
};

/*
 * The pool of @endpoint was empty but for one slice of so many bytes, which was
 * given back a moment ago, so it was at the beginning. What is there?
 *
 * GONE says that the moment was too long: the pool has no memory there any more,
 * because nothing needed it for a second. Then the test does it all again.
 */
static enum sight look(struct endpoint *endpoint, size_t size)
{
	__u8 bytes[SIZE];
	struct iovec to = { .iov_base = bytes, .iov_len = size };
	struct iovec from = {
		.iov_base = (void *)endpoint->pool,
		.iov_len = size,
	};
	ssize_t seen = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
	size_t i;

	if (seen < 0)
		must(errno == EFAULT ? 0 : -errno);
	if (seen != (ssize_t)size)
		return GONE;
	if (filled(bytes, size, SEED))
		return SECRET;
	for (i = 0; i < size; i++)
		if (bytes[i])
			return OTHER;
	return ZEROS;
}

static bool again(struct _test_data_clear *self, enum sight seen)
{
	return seen == GONE && now() < self->end;
}

static struct caller secret_call(struct _test_data_clear *self, __u32 flags)
{
	return (struct caller) {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.flags = flags,
			.data = PTR(self->secret),
			.data_size = SIZE,
		},
	};
}

/* Makes the call, and has its slice given back. */
static void call_and_free(struct _test_data_clear *self, __u32 flags)
{
	struct caller caller = secret_call(self, flags);
	struct kipc_message message;

	caller_run(&caller);
	must(recv_soon(&self->pair.server, &message));
	check(!message.offset);
	check(look(&self->pair.server, SIZE) == SECRET);
	must(reply_empty(&self->pair.server, message.token));
	must(caller_join(&caller));
	/* The server has it until it gives it back. */
	check(look(&self->pair.server, SIZE) == SECRET);
	message_free(&self->pair.server, &message);
}

TEST_F(clear, freed) {
	enum sight seen;
	int wiped;

	for (wiped = 0; wiped <= 1; wiped++) {
		do {
			call_and_free(self, wiped ? KIPC_CLEAR : 0);
			seen = look(&self->pair.server, SIZE);
		} while (again(self, seen));
		EXPECT_EQ(wiped ? ZEROS : SECRET, seen);
	}
}

/* What lies beside it stays. */
TEST_F(clear, neighbours) {
	struct kipc_message first, middle, last;
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_CLEAR,
		.data = PTR(self->secret),
		.data_size = SIZE,
	};
	__u32 other = node_create(&self->pair.server, 2);
	__u32 third = node_create(&self->pair.server, 3);
	__u8 beside[300];

	fill(beside, sizeof(beside), 5);
	other = connect_to(&self->pair.client, &self->pair.server, other, 0);
	third = connect_to(&self->pair.client, &self->pair.server, third, 0);
	ASSERT_EQ(0, send_bytes(&self->pair.client, other, beside,
				sizeof(beside)));
	ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
	ASSERT_EQ(0, send_bytes(&self->pair.client, third, beside,
				sizeof(beside)));
	ASSERT_EQ(0, recv_now(&self->pair.server, &first));
	ASSERT_EQ(0, recv_now(&self->pair.server, &middle));
	ASSERT_EQ(0, recv_now(&self->pair.server, &last));
	ASSERT_EQ(SIZE, middle.size);
	message_free(&self->pair.server, &middle);
	EXPECT_TRUE(filled(payload(&self->pair.server, first.offset),
			   sizeof(beside), 5));
	EXPECT_TRUE(filled(payload(&self->pair.server, last.offset),
			   sizeof(beside), 5));
	EXPECT_FALSE(filled(payload(&self->pair.server, middle.offset), SIZE,
			    SEED));
}

/* Attachments tell of handles and of nodes' cookies: they go, too. */
TEST_F(clear, attachments) {
	struct kipc_attachment node = {
		.type = KIPC_ATTACH_NODE,
		.id = node_create(&self->pair.client, 1),
		.rights = KIPC_RIGHTS_ALL,
	};
	struct kipc_send send = {
		.handle = self->pair.handle,
		.flags = KIPC_CLEAR,
		.data = PTR("abc"),
		.data_size = 3,
		.attachments = PTR(&node),
		.attachment_count = 1,
	};
	struct kipc_message message;
	enum sight seen;

	do {
		ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(0, message.offset);
		EXPECT_EQ(KIPC_ATTACH_HANDLE,
			  came(&self->pair.server, &message, 0)->type);
		message_free(&self->pair.server, &message);
		seen = look(&self->pair.server, 8 + sizeof(node));
	} while (again(self, seen));
	EXPECT_EQ(ZEROS, seen);
}

/* The caller's deadline passes while the call is queued. */
TEST_F(clear, withdrawn) {
	struct caller caller;
	enum sight seen;
	int wiped;

	for (wiped = 0; wiped <= 1; wiped++) {
		caller = secret_call(self, wiped ? KIPC_CLEAR : 0);
		caller.call.deadline = 1;
		do {
			EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd,
						   KIPC_CALL, &caller.call));
			seen = look(&self->pair.server, SIZE);
		} while (again(self, seen));
		EXPECT_EQ(wiped ? ZEROS : SECRET, seen);
	}
}

/* The payload could be copied in part only. */
TEST_F(clear, undone) {
	struct kipc_vec vec[2] = {
		{ .base = PTR(self->secret), .size = SIZE },
		{ .base = 1, .size = 100 },
	};
	struct kipc_call call = {
		.handle = self->pair.handle,
		.data = PTR(vec),
		.data_size = 2,
	};
	enum sight seen;
	int wiped;

	for (wiped = 0; wiped <= 1; wiped++) {
		call.flags = KIPC_VEC | (wiped ? KIPC_CLEAR : 0);
		do {
			EXPECT_EQ(-EFAULT, kipc(self->pair.client.fd,
						KIPC_CALL, &call));
			seen = look(&self->pair.server, SIZE);
		} while (again(self, seen));
		EXPECT_EQ(wiped ? ZEROS : SECRET, seen);
	}
}

/* The node dies while the message is queued. */
TEST_F(clear, node_dies) {
	struct caller caller = secret_call(self, KIPC_CLEAR);
	struct endpoint *server = &self->pair.server;
	enum sight seen;
	__u32 node;

	do {
		node = node_create(server, 2);
		caller.call.handle = connect_to(&self->pair.client, server,
						node, 0);
		caller_run(&caller);
		wait_queued(1);
		EXPECT_EQ(SECRET, look(server, SIZE));
		ASSERT_EQ(0, node_destroy(server, node));
		EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
		seen = look(server, SIZE);
	} while (again(self, seen));
	EXPECT_EQ(ZEROS, seen);
}

TEST_F(clear, reply) {
	struct kipc_reply reply = {
		.flags = KIPC_CLEAR,
		.data = PTR(self->secret),
		.data_size = SIZE,
	};
	struct endpoint *client = &self->pair.client;
	struct caller caller;
	enum sight seen;

	do {
		caller_start(&caller, client, self->pair.handle);
		reply.token = recv_call(&self->pair.server);
		ASSERT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
		ASSERT_EQ(0, caller_join(&caller));
		EXPECT_EQ(0, caller.call.reply_offset);
		EXPECT_EQ(SECRET, look(client, SIZE));
		reply_free(client, &caller.call);
		seen = look(client, SIZE);
	} while (again(self, seen));
	EXPECT_EQ(ZEROS, seen);
}

/* A reply of which only a part could be copied, and then one without the flag */
TEST_F(clear, reply_undone) {
	struct kipc_vec vec[2] = {
		{ .base = PTR(self->secret), .size = SIZE },
		{ .base = 1, .size = 100 },
	};
	struct kipc_reply reply = {
		.flags = KIPC_CLEAR | KIPC_VEC,
		.data = PTR(vec),
		.data_size = 2,
	};
	struct endpoint *client = &self->pair.client;
	struct endpoint *server = &self->pair.server;
	enum sight undone, seen;
	struct caller caller;

	do {
		caller_start(&caller, client, self->pair.handle);
		reply.token = recv_call(server);
		EXPECT_EQ(-EFAULT, kipc(server->fd, KIPC_REPLY, &reply));
		undone = look(client, SIZE);
		ASSERT_EQ(0, reply_bytes(server, reply.token, self->secret,
					 SIZE));
		ASSERT_EQ(0, caller_join(&caller));
		reply_free(client, &caller.call);
		seen = look(client, SIZE);
	} while (again(self, undone) || again(self, seen));
	EXPECT_EQ(ZEROS, undone);
	EXPECT_EQ(SECRET, seen);
}

static bool filled_with_0(const __u8 *page)
{
	return !page[0] && !memcmp(page, page + 1, PAGE - 1);
}

/* Puts the first page of a pool into a pipe, by reference. Returns its end. */
static int pin(struct endpoint *endpoint)
{
	struct iovec page = {
		.iov_base = (void *)endpoint->pool,
		.iov_len = PAGE,
	};
	int ends[2];

	must_errno(pipe(ends));
	check(vmsplice(ends[1], &page, 1, 0) == PAGE);
	close(ends[1]);
	return ends[0];
}

/* Whoever pinned the memory does not see it after the endpoint has gone. */
TEST_F(clear, pool_closes) {
	struct kipc_message message;
	struct kipc_send send = {
		.handle = self->pair.handle,
		.data = PTR(self->secret),
		.data_size = SIZE,
	};
	__u8 page[PAGE];
	int wiped, end;

	for (wiped = 0; wiped <= 1; wiped++) {
		send.flags = wiped ? KIPC_CLEAR : 0;
		ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(0, message.offset);
		end = pin(&self->pair.server);
		pair_close(&self->pair);
		ASSERT_EQ(PAGE, read(end, page, PAGE));
		EXPECT_EQ(!wiped, filled(page, PAGE, SEED));
		EXPECT_EQ(wiped, filled_with_0(page));
		close(end);
		pair_open(&self->pair, POOL);
		send.handle = self->pair.handle;
	}
}

TEST_HARNESS_MAIN
