// SPDX-License-Identifier: GPL-2.0-only
/* Calls with small payloads, which can come in the struct. */
#include "trip.h"

/* What lies in a slice, however small it is, takes so much of a pool. */
#define UNIT		256U

/* A node whose calls bring small payloads in the struct */
__u32 node_create_small(struct endpoint *owner)
{
	struct kipc_node_create create = {
		.flags = KIPC_NODE_SMALL,
		.cookie = COOKIE + 1,
	};

	must(kipc(owner->fd, KIPC_NODE_CREATE, &create));
	return create.node;
}

void trips_open(struct trips *trips)
{
	pair_open(&trips->pair, POOL);
	trips->handle = connect_to(&trips->pair.client, &trips->pair.server,
				   node_create_small(&trips->pair.server),
				   KIPC_RIGHTS_ALL);
	fill(trips->request, PAYLOAD_MAX, 1);
	fill(trips->reply, PAYLOAD_MAX, 2);
}

__u64 pool_used(struct endpoint *endpoint)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	return stat.pool_used;
}

/* Whether nothing of the pool is held, and nothing is at that offset */
bool holds_nothing(struct endpoint *endpoint, __u64 offset)
{
	return !pool_used(endpoint) && slice_free(endpoint, offset) == -ENXIO;
}

/* Whether a payload that holds the only slice is right; frees it. */
bool came_in_pool(struct endpoint *endpoint, __u64 offset, size_t size,
		  const __u8 *right)
{
	return pool_used(endpoint) == UNIT &&
	       !memcmp(payload(endpoint, offset), right, size) &&
	       !slice_free(endpoint, offset) && !pool_used(endpoint);
}

/* Whether one in the struct is right, with 0 behind it */
bool came_in_struct(const __u8 *small, size_t size, const __u8 *right)
{
	size_t i;

	for (i = size; i < KIPC_SMALL_MAX; i++) {
		if (small[i])
			return false;
	}
	return !memcmp(small, right, size);
}

/* Whether the call came as it was to come. Frees its slice and notes its token. */
bool request_is_right(struct trip *trip, const struct kipc_message *message)
{
	size_t size = trip->request_size;
	const __u8 *right = trip->trips->request;

	trip->reply.token = message->token;
	if (message->kind != KIPC_MSG_CALL || message->size != size ||
	    !(message->flags & KIPC_MSG_SMALL) == trip->small_request)
		return false;
	if (trip->small_request)
		return came_in_struct(message->small, size, right) &&
		       holds_nothing(trip->server, message->offset);
	if (!size && !message->attachment_count)
		return holds_nothing(trip->server, message->offset);
	return came_in_pool(trip->server, message->offset, size, right);
}

/* Whether its reply did; the same */
bool reply_is_right(struct trip *trip)
{
	const struct kipc_call *call = &trip->caller.call;
	struct endpoint *client = trip->caller.endpoint;
	size_t size = trip->reply_size;
	const __u8 *right = trip->trips->reply;

	if (call->stage != KIPC_STAGE_DONE || call->reply_size != size ||
	    call->reply_flags != (trip->small_reply ? KIPC_MSG_SMALL : 0))
		return false;
	if (trip->small_reply)
		return came_in_struct(call->small, size, right) &&
		       holds_nothing(client, call->reply_offset);
	if (!size && !call->reply_attachment_count)
		return holds_nothing(client, call->reply_offset);
	return came_in_pool(client, call->reply_offset, size, right);
}

static bool fits(size_t size)
{
	return size && size <= KIPC_SMALL_MAX;
}

/* Decides the sizes, if it is one buffer each way. */
void trip_resize(struct trip *trip, size_t request, size_t reply)
{
	check(request <= PAYLOAD_MAX && reply <= PAYLOAD_MAX);
	trip->caller.call.data_size = request;
	trip->reply.data_size = reply;
	trip->request_size = request;
	trip->reply_size = reply;
	trip->small_request = fits(request);
	trip->small_reply = fits(reply);
}

/* Both sides take small ones. */
void trip_init(struct trip *trip, struct trips *trips, size_t request,
	       size_t reply)
{
	memset(trip, 0, sizeof(*trip));
	trip->trips = trips;
	trip->caller.endpoint = &trips->pair.client;
	trip->caller.call.handle = trips->handle;
	trip->caller.call.flags = KIPC_CALL_SMALL;
	trip->caller.call.data = PTR(trips->request);
	trip->server = &trips->pair.server;
	trip->reply.data = PTR(trips->reply);
	trip_resize(trip, request, reply);
}

/* Makes the call in a thread; it is the only one that is queued then. */
void trip_begin(struct trip *trip)
{
	caller_run(&trip->caller);
	wait_queued(1);
}

/* Receives it; whether it is right. */
bool trip_receive(struct trip *trip)
{
	struct kipc_message message;

	must(recv_soon(trip->server, &message));
	return request_is_right(trip, &message);
}

/* Answers it; whether the reply is right. */
bool trip_answer(struct trip *trip)
{
	must(kipc(trip->server->fd, KIPC_REPLY, &trip->reply));
	must(caller_join(&trip->caller));
	return reply_is_right(trip);
}

/* Receives and answers it. */
bool trip_end(struct trip *trip)
{
	bool right = trip_receive(trip);

	return trip_answer(trip) && right;
}

/* All of it */
bool trip_run(struct trip *trip)
{
	caller_run(&trip->caller);
	return trip_end(trip);
}
