/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls with small payloads, which can come in the struct: a trip is one of them with
 * its reply, and knows how each is to come.
 */
#ifndef TRIP_H
#define TRIP_H

#include "message.h"

/* The longest payload */
#define PAYLOAD_MAX	1024

/**
 * struct trips - where trips go
 * @pair: its node takes no small payloads in the struct, ...
 * @handle: ... and this is the client's to one that does; its cookie is COOKIE + 1
 * @request: payload of requests
 * @reply: payload of replies
 */
struct trips {
	struct pair pair;
	__u32 handle;
	__u8 request[PAYLOAD_MAX];
	__u8 reply[PAYLOAD_MAX];
};

void trips_open(struct trips *trips);
__u32 node_create_small(struct endpoint *owner);

__u64 pool_used(struct endpoint *endpoint);
bool holds_nothing(struct endpoint *endpoint, __u64 offset);
bool came_in_pool(struct endpoint *endpoint, __u64 offset, size_t size,
		  const __u8 *right);
bool came_in_struct(const __u8 *small, size_t size, const __u8 *right);

/**
 * struct trip - a call and its reply
 * @trips: where it goes
 * @caller: the call
 * @server: who answers
 * @reply: the answer
 * @request_size: size of the call's payload
 * @reply_size: of the reply's
 * @small_request: the request is to come in the struct
 * @small_reply: so is the reply
 */
struct trip {
	struct trips *trips;
	struct caller caller;
	struct endpoint *server;
	struct kipc_reply reply;
	size_t request_size;
	size_t reply_size;
	bool small_request;
	bool small_reply;
};

void trip_init(struct trip *trip, struct trips *trips, size_t request,
	       size_t reply);
void trip_resize(struct trip *trip, size_t request, size_t reply);
void trip_begin(struct trip *trip);
bool trip_receive(struct trip *trip);
bool trip_answer(struct trip *trip);
bool trip_end(struct trip *trip);
bool trip_run(struct trip *trip);
bool request_is_right(struct trip *trip, const struct kipc_message *message);
bool reply_is_right(struct trip *trip);

#endif /* TRIP_H */
