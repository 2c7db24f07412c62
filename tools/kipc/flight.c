// SPDX-License-Identifier: GPL-2.0-only
/* What is on its way, put together from events. */
#include <errno.h>

#include "flight.h"

int flights_init(struct flights *flights, bool callers_only)
{
	flights->callers_only = callers_only;
	flights->calls = map_new();
	flights->sends = map_new();
	return flights->calls && flights->sends ? 0 : -ENOMEM;
}

void flights_deinit(struct flights *flights)
{
	if (flights->calls)
		lh_table_free(flights->calls);
	if (flights->sends)
		lh_table_free(flights->sends);
}

void flights_clear(struct flights *flights)
{
	map_clear(flights->calls);
	map_clear(flights->sends);
}

/* Under the same number there may be one whose end was not seen. */
static struct flight *begin(struct lh_table *map, uint64_t number,
			    const struct event *event)
{
	struct flight *flight;

	map_remove(map, map_find(map, event->to, number));
	flight = map_add(map, event->to, number, sizeof(*flight));
	if (!flight)
		return NULL;
	flight->from = event->from;
	flight->size = event->size;
	flight->queued = event->time;
	flight->node = event->node;
	flight->code = event->code;
	flight->depth = event->depth;
	return flight;
}

static struct flight *receive(struct flights *flights,
			      const struct event *event)
{
	struct flight *flight = NULL;

	if (event->kind == KIPC_MSG_CALL || event->kind == KIPC_MSG_CANCELED)
		flight = map_find(flights->calls, event->to, event->token);
	else if (event->kind == KIPC_MSG_SEND)
		flight = map_find(flights->sends, event->to, event->slice);
	if (flight && !flight->received)
		flight->received = event->time;
	return flight;
}

struct flight *flights_follow(struct flights *flights,
			      const struct event *event)
{
	struct flight *flight;

	switch (event->type) {
	case EVENT_CALL:
		return begin(flights->calls, event->token, event);
	case EVENT_SEND:
		if (flights->callers_only)
			return NULL;
		return begin(flights->sends, event->slice, event);
	case EVENT_RECEIVED:
		return receive(flights, event);
	case EVENT_REPLIED:
	case EVENT_FAILED:
	case EVENT_GIVEN_UP:
	case EVENT_DONE:
		flight = map_find(flights->calls, event->to, event->token);
		break;
	default:
		return NULL;
	}
	if (flight && event->type == EVENT_REPLIED && !event->error) {
		flight->reply_code = event->code;
		flight->reply_size = event->size;
	}
	return flight;
}

/* A call that the server has is over when both sides are done with it. */
static bool is_end(const struct event *event, struct flight *flight)
{
	switch (event->type) {
	case EVENT_RECEIVED:
		return event->kind == KIPC_MSG_SEND;
	case EVENT_DONE:
		flight->left = event->stage == KIPC_STAGE_RECEIVED &&
			       event->error != -EOWNERDEAD;
		return !flight->left;
	case EVENT_REPLIED:
		return flight->left && event->error == -ECANCELED;
	case EVENT_FAILED:
		return flight->left;
	default:
		return false;
	}
}

void flights_end(struct flights *flights, const struct event *event,
		 struct flight *flight)
{
	if (!flight)
		return;
	if (!is_end(event, flight) &&
	    !(flights->callers_only && event->type == EVENT_DONE))
		return;
	if (event->type == EVENT_RECEIVED)
		map_remove(flights->sends, flight);
	else
		map_remove(flights->calls, flight);
}

struct flight *flights_parent(struct flights *flights,
			      const struct event *event)
{
	if (!event->parent)
		return NULL;
	return map_find(flights->calls, event->from, event->parent);
}
