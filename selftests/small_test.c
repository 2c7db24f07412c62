// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small payloads of calls and replies come in the struct, if both sides can take
 * that: which ones do, that they are right, and that they take nothing of a pool.
 */
#include <kselftest_harness.h>
#include <sys/mman.h>

#include "nested.h"
#include "stranger.h"
#include "trip.h"

FIXTURE(small) {
	struct live live;
	struct trips trips;
	struct trip trip;
};

FIXTURE_SETUP(small) {
	ASSERT_EQ(0, live_begin(&self->live));
	trips_open(&self->trips);
	trip_init(&self->trip, &self->trips, 10, 10);
}

FIXTURE_TEARDOWN(small) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static const size_t sizes[] = {
	0, 1, 2, 63, KIPC_SMALL_MAX, KIPC_SMALL_MAX + 1, 3, 255,
};

/* Each size, with and without the flags of either side */
TEST_F(small, sizes) {
	struct trip *trip = &self->trip;
	int flags;
	size_t i;

	for (flags = 0; flags < 4; flags++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			trip_init(trip, &self->trips, sizes[i], sizes[i]);
			if (!(flags & 1)) {
				trip->caller.call.handle =
					self->trips.pair.handle;
				trip->small_request = false;
			}
			if (!(flags & 2)) {
				trip->caller.call.flags = 0;
				trip->small_reply = false;
			}
			EXPECT_TRUE(trip_run(trip)) {
				TH_LOG("%zu bytes, flags %d", sizes[i], flags);
			}
		}
	}
}

/* With attachments it is no small one: they lie behind it. */
TEST_F(small, attached_to_request) {
	struct kipc_attachment sent = {
		.type = KIPC_ATTACH_HANDLE,
		.id = self->trips.handle,
		.rights = KIPC_RIGHT_CALL,
	};
	struct kipc_message message;

	self->trip.caller.call.attachments = PTR(&sent);
	self->trip.caller.call.attachment_count = 1;
	self->trip.small_request = false;
	caller_run(&self->trip.caller);
	ASSERT_EQ(0, recv_soon(self->trip.server, &message));
	EXPECT_EQ(COOKIE + 1, came(self->trip.server, &message, 0)->cookie);
	EXPECT_TRUE(request_is_right(&self->trip, &message));
	EXPECT_TRUE(trip_answer(&self->trip));
}

TEST_F(small, attached_to_reply) {
	struct kipc_attachment sent = {
		.type = KIPC_ATTACH_NODE,
		.id = self->trips.pair.node,
		.rights = KIPC_RIGHTS_ALL,
	};
	struct kipc_call *call = &self->trip.caller.call;

	self->trip.reply.attachments = PTR(&sent);
	self->trip.reply.attachment_count = 1;
	self->trip.small_reply = false;
	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	ASSERT_EQ(0, kipc(self->trip.server->fd, KIPC_REPLY,
			  &self->trip.reply));
	ASSERT_EQ(0, caller_join(&self->trip.caller));
	ASSERT_EQ(1, call->reply_attachment_count);
	EXPECT_EQ(self->trips.pair.handle,
		  attached(&self->trips.pair.client, call->reply_offset,
			   call->reply_size, 0)->id);
	EXPECT_TRUE(reply_is_right(&self->trip));
}

/* What is to be wiped has to be where it can be wiped. */
TEST_F(small, cleared) {
	self->trip.caller.call.flags |= KIPC_CLEAR;
	self->trip.small_request = false;
	EXPECT_TRUE(trip_run(&self->trip));
	trip_init(&self->trip, &self->trips, 10, 10);
	self->trip.reply.flags = KIPC_CLEAR;
	self->trip.small_reply = false;
	EXPECT_TRUE(trip_run(&self->trip));
}

/* What is gathered comes in the pool, however small it is. */
TEST_F(small, segments) {
	const struct kipc_vec request[] = {
		{ PTR(self->trips.request), 7 },
		{ PTR(self->trips.request + 7), 3 },
	};
	const struct kipc_vec reply[] = {
		{ PTR(self->trips.reply), 1 }, { PTR(self->trips.reply + 1), 9 },
	};

	self->trip.caller.call.flags |= KIPC_VEC;
	self->trip.caller.call.data = PTR(request);
	self->trip.caller.call.data_size = 2;
	self->trip.small_request = false;
	EXPECT_TRUE(trip_run(&self->trip));
	trip_init(&self->trip, &self->trips, 10, 10);
	self->trip.reply.flags = KIPC_VEC;
	self->trip.reply.data = PTR(reply);
	self->trip.reply.data_size = 2;
	self->trip.small_reply = false;
	EXPECT_TRUE(trip_run(&self->trip));
}

/* One-way messages always have a slice. */
TEST_F(small, one_way) {
	struct kipc_message message;

	ASSERT_EQ(0, send_bytes(&self->trips.pair.client, self->trips.handle,
				self->trips.request, 8));
	ASSERT_EQ(0, recv_now(&self->trips.pair.server, &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	EXPECT_EQ(0, message.flags & KIPC_MSG_SMALL);
	EXPECT_EQ(8, message.size);
	EXPECT_TRUE(came_in_pool(&self->trips.pair.server, message.offset, 8,
				 self->trips.request));
}

/*
 * The structs are used again and again: what an earlier message left there is never
 * said to be a payload.
 */
TEST_F(small, structs_used_again) {
	struct endpoint *server = self->trip.server;
	struct kipc_recv recv = { 0 };
	size_t i, size;

	for (i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		size = sizes[i % ARRAY_SIZE(sizes)];
		trip_resize(&self->trip, size, size);
		caller_run(&self->trip.caller);
		ASSERT_EQ(0, kipc(server->fd, KIPC_RECV, &recv));
		EXPECT_TRUE(request_is_right(&self->trip, &recv.message));
		EXPECT_TRUE(trip_answer(&self->trip));
		ASSERT_EQ(0, notify(&self->trips.pair.client,
				    self->trips.handle, 1));
		ASSERT_EQ(0, kipc(server->fd, KIPC_RECV, &recv));
		EXPECT_EQ(KIPC_MSG_NOTIFY, recv.message.kind);
		EXPECT_EQ(0, recv.message.flags & KIPC_MSG_SMALL);
	}
}

/* Memory of which the last bytes are on another page than the first; 0 */
static void *across_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	__u8 *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must_errno(map == MAP_FAILED ? -1 : 0);
	return map + page - size + 8;
}

/* The reply is the request, taken from where the next one comes to. */
TEST_F(small, reply_in_place) {
	static const size_t echoed[] = { 64, 1, 62, 65, 5, 64 };
	struct kipc_reply_recv *both = across_pages(sizeof(*both));
	struct kipc_message *message = &both->recv.message;
	struct trip trip[ARRAY_SIZE(echoed)];
	size_t i, count = ARRAY_SIZE(echoed);

	memcpy(self->trips.reply, self->trips.request, PAYLOAD_MAX);
	for (i = 0; i <= count; i++) {
		if (i < count) {
			trip_init(&trip[i], &self->trips, echoed[i], echoed[i]);
			trip_begin(&trip[i]);
		}
		both->recv.flags = KIPC_NONBLOCK;
		if (i) {
			both->reply.token = message->token;
			both->reply.data_size = message->size;
			both->reply.data = message->flags & KIPC_MSG_SMALL ?
					   PTR(message->small) :
					   PTR(self->trips.request);
		}
		ASSERT_EQ(i < count ? 0 : -EAGAIN,
			  kipc(self->trips.pair.server.fd, KIPC_REPLY_RECV,
			       both));
		if (i < count)
			EXPECT_TRUE(request_is_right(&trip[i], message));
		if (!i)
			continue;
		ASSERT_EQ(0, caller_join(&trip[i - 1].caller));
		EXPECT_TRUE(reply_is_right(&trip[i - 1]));
	}
}

/* What is passed on lies where a nested call would be told. */
TEST_F(small, sent_from_message) {
	struct kipc_message message;
	struct trip trip;

	trip_init(&trip, &self->trips, 64, 1);
	memcpy(message.small, self->trips.request, 64);
	trip.caller.call.data = PTR(message.small);
	trip.caller.call.message = PTR(&message);
	trip_begin(&trip);
	EXPECT_TRUE(trip_receive(&trip));
	EXPECT_EQ(0, reply_empty(&self->trips.pair.server, trip.reply.token));
	EXPECT_EQ(0, caller_join(&trip.caller));
}

/* The payload of a call lies in the slice that is freed along with it. */
TEST_F(small, freed_along) {
	struct endpoint *client = &self->trips.pair.client;
	__u32 back = connect_to(&self->trips.pair.server, client,
				node_create(client, 1), 0);
	struct kipc_message message;

	ASSERT_EQ(0, send_bytes(&self->trips.pair.server, back,
				self->trips.request, 10));
	ASSERT_EQ(0, recv_now(client, &message));
	self->trip.caller.call.flags |= KIPC_FREE_SLICE;
	self->trip.caller.call.free = message.offset;
	self->trip.caller.call.data = PTR(payload(client, message.offset));
	EXPECT_TRUE(trip_run(&self->trip));
	EXPECT_EQ(KIPC_CALL_SMALL, self->trip.caller.call.flags);
	EXPECT_TRUE(holds_nothing(client, message.offset));
}

/* A call is taken alone; so there is one small payload in a batch. */
TEST_F(small, batch) {
	struct endpoint *server = self->trip.server;
	struct kipc_message messages[3];
	struct kipc_recv_batch batch = {
		.count = ARRAY_SIZE(messages),
		.messages = PTR(messages),
		.flags = KIPC_NONBLOCK,
	};
	struct trip other;

	memset(messages, 0xff, sizeof(messages));
	trip_begin(&self->trip);
	trip_init(&other, &self->trips, KIPC_SMALL_MAX, 0);
	caller_run(&other.caller);
	wait_queued(2);
	ASSERT_EQ(0, kipc(server->fd, KIPC_RECV_BATCH, &batch));
	EXPECT_EQ(1, batch.received);
	EXPECT_TRUE(request_is_right(&self->trip, &messages[0]));
	ASSERT_EQ(0, kipc(server->fd, KIPC_RECV_BATCH, &batch));
	EXPECT_EQ(1, batch.received);
	EXPECT_TRUE(request_is_right(&other, &messages[0]));
	EXPECT_TRUE(trip_answer(&self->trip));
	EXPECT_TRUE(trip_answer(&other));
}

/* A nested call, and a reply that comes when the call was resumed */
TEST_F(small, nested) {
	struct endpoint *a = &self->trips.pair.client;
	struct endpoint *b = &self->trips.pair.server;
	struct waiter waiter = { .caller = self->trip.caller };
	struct trip back;

	waiter_run(&waiter);
	EXPECT_TRUE(trip_receive(&self->trip));
	trip_init(&back, &self->trips, 20, KIPC_SMALL_MAX);
	back.caller.endpoint = b;
	back.caller.call.handle = connect_to(b, a, node_create_small(a), 0);
	back.caller.call.parent = self->trip.reply.token;
	back.server = a;
	caller_run(&back.caller);
	waiter_nested(&waiter);
	EXPECT_EQ(0, waiter.caller.call.reply_flags);
	EXPECT_TRUE(request_is_right(&back, &waiter.message));
	EXPECT_TRUE(trip_answer(&back));
	waiter_resume(&waiter);
	ASSERT_EQ(0, kipc(b->fd, KIPC_REPLY, &self->trip.reply));
	ASSERT_EQ(0, waiter_join(&waiter));
	self->trip.caller.call = waiter.caller.call;
	EXPECT_TRUE(reply_is_right(&self->trip));
}

/* Two at once, answered in the other order */
TEST_F(small, not_mixed_up) {
	struct trip other;

	trip_init(&other, &self->trips, 30, 3);
	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	caller_run(&other.caller);
	EXPECT_TRUE(trip_receive(&other));
	EXPECT_TRUE(trip_answer(&other));
	EXPECT_TRUE(trip_answer(&self->trip));
}

/* A full pool is in nobody's way, ... */
TEST_F(small, full_pool) {
	struct endpoint *server = &self->trips.pair.server;
	struct endpoint *client = &self->trips.pair.client;
	struct kipc_call *call = &self->trip.caller.call;
	struct endpoint alice;
	__u64 held[2];
	int i;

	stranger_open(&alice, POOL, ALICE);
	self->trip.caller.endpoint = &alice;
	call->handle = connect_to(&alice, server, node_create_small(server), 0);
	for (i = 0; i < 2; i++)
		held[i] = call_hold(client, self->trips.pair.handle, server,
				    POOL / 2);
	EXPECT_EQ(-EAGAIN, call_probe(client, self->trips.handle, 65));
	EXPECT_EQ(-ETIMEDOUT, call_probe(client, self->trips.handle, 64));
	EXPECT_EQ(-EAGAIN, call_probe(&alice, call->handle, 65));
	EXPECT_EQ(-ETIMEDOUT, call_probe(&alice, call->handle, 64));

	/* ... nor is there anything to wait for. */
	call->flags |= KIPC_WAIT;
	trip_begin(&self->trip);
	EXPECT_EQ(1, usage_messages(server, ALICE));
	EXPECT_EQ(0, usage_bytes(server, ALICE));
	EXPECT_EQ(POOL, pool_used(server));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, slice_free(server, held[i]));
	EXPECT_TRUE(trip_end(&self->trip));
}

/* It takes no pool at all, on neither side. */
TEST_F(small, no_pool) {
	struct kipc_call *call = &self->trip.caller.call;
	struct endpoint server, alice;
	struct kipc_reply large;

	endpoint_open(&server, 0);
	stranger_open(&alice, 0, ALICE);
	self->trip.caller.endpoint = &alice;
	self->trip.server = &server;
	call->handle = connect_to(&alice, &server, node_create_small(&server),
				  0);
	EXPECT_EQ(-EMSGSIZE, call_probe(&alice, call->handle, 65));
	caller_run(&self->trip.caller);
	EXPECT_TRUE(trip_receive(&self->trip));
	large = self->trip.reply;
	large.data_size = 65;
	EXPECT_EQ(-EMSGSIZE, kipc(server.fd, KIPC_REPLY, &large));
	EXPECT_TRUE(trip_answer(&self->trip));
}

TEST_HARNESS_MAIN
