/* SPDX-License-Identifier: GPL-2.0-only */
/* How kipc trace shows events: as lines for people, and as JSON. */
#ifndef TOOL_TRACE_H
#define TOOL_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "event.h"
#include "flight.h"

/**
 * struct trace - what is known while tracing
 * @directory: whose endpoints are, and how nodes are called
 * @flights: what is on its way
 * @all: show all events
 * @colour: with colours
 * @clock_offset: from the events' clock to the time of day, in nanoseconds
 */
struct trace {
	struct directory directory;
	struct flights flights;
	bool all;
	bool colour;
	uint64_t clock_offset;
};

/**
 * trace_print_text() - print an event as a line for people
 * @trace: what is known
 * @event: the event
 * @flight: what it is about; NULL if that is not known
 *
 * Return: whether anything was printed: some events are of little interest
 * without @all, or nothing can be said about them.
 */
bool trace_print_text(struct trace *trace, const struct event *event,
		      const struct flight *flight);

/**
 * trace_print_json() - print an event as a line of JSON
 * @trace: what is known
 * @event: the event
 * @flight: what it is about; NULL if that is not known
 */
void trace_print_json(struct trace *trace, const struct event *event,
		      const struct flight *flight);

/**
 * trace_when() - when an event happened
 * @trace: knows what time it is
 * @time: of the event
 * @format: for strftime(3); what is behind the seconds follows
 * @digits: how many of these: 6 or 9
 * @text: where it goes
 * @size: room there
 */
void trace_when(const struct trace *trace, uint64_t time, const char *format,
		int digits, char *text, size_t size);

/**
 * trace_stage() - how far a call got
 * @stage: enum kipc_stage
 *
 * Return: a constant text: not-queued, withdrawn, received, reply-lost, done.
 */
const char *trace_stage(int stage);

/**
 * trace_kind() - what was received
 * @kind: enum kipc_message_kind
 *
 * Return: a constant text, such as call, death, no-senders.
 */
const char *trace_kind(uint32_t kind);

#endif
