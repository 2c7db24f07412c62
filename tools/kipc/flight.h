/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is on its way: calls that are not over and one-way messages that were not
 * received, put together from events.
 */
#ifndef TOOL_FLIGHT_H
#define TOOL_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "map.h"

/**
 * struct flight - a call, or a one-way message, on its way
 * @item: by the endpoint it goes to, and its token or slice there
 * @from: the endpoint that sent it
 * @size: bytes of its payload
 * @queued: when it was queued, as of the events
 * @received: when it was received; 0 if it was not
 * @reply_size: bytes of the reply
 * @node: the node's number with the endpoint it goes to
 * @code: which method
 * @reply_code: the reply's code
 * @depth: how many calls the chain is long
 * @left: its caller has left, and the server has not answered
 * @shown: for the user of this: it is of interest
 */
struct flight {
	struct map_item item;
	uint64_t from;
	uint64_t size;
	uint64_t queued;
	uint64_t received;
	uint64_t reply_size;
	uint32_t node;
	uint32_t code;
	uint32_t reply_code;
	uint32_t depth;
	bool left;
	bool shown;
};

/**
 * struct flights - all of them
 * @calls: struct flight by endpoint and token
 * @sends: struct flight by endpoint and slice
 * @callers_only: only calls are followed, and only until their callers have their
 *	results: EVENT_CALL and EVENT_DONE are enough for that
 */
struct flights {
	struct lh_table *calls;
	struct lh_table *sends;
	bool callers_only;
};

/**
 * flights_init() - begin with none
 * @flights: to be filled in; to be freed also after an error
 * @callers_only: see struct flights
 *
 * Return: 0 or -ENOMEM.
 */
int flights_init(struct flights *flights, bool callers_only);

/**
 * flights_deinit() - forget all
 * @flights: from flights_init()
 */
void flights_deinit(struct flights *flights);

/**
 * flights_clear() - forget all, because events were lost
 * @flights: the flights
 */
void flights_clear(struct flights *flights);

/**
 * flights_follow() - learn from an event
 * @flights: the flights
 * @event: the event
 *
 * Return: what the event is about; NULL if it is about nothing that is on its
 * way, or nothing that is known. Valid until flights_end().
 */
struct flight *flights_follow(struct flights *flights,
			      const struct event *event);

/**
 * flights_end() - forget a flight, if an event was the end of it
 * @flights: the flights
 * @event: the event
 * @flight: what flights_follow() returned
 */
void flights_end(struct flights *flights, const struct event *event,
		 struct flight *flight);

/**
 * flights_parent() - the call for which a call is made
 * @flights: the flights
 * @event: of the type EVENT_CALL
 *
 * Return: the call; NULL if there is none, or it is not known.
 */
struct flight *flights_parent(struct flights *flights,
			      const struct event *event);

#endif
