/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's tracepoints tell: kmod/core/trace.h, decoded.
 */
#ifndef TOOL_EVENT_H
#define TOOL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <tracefs.h>

#include <linux/kipc.h>

/**
 * enum event_type - which tracepoint, see kmod/core/trace.h; what ends something
 *	comes behind what begins it
 * @EVENT_OPEN: an endpoint was opened
 * @EVENT_CLOSE: it was closed
 * @EVENT_NODE_CREATE: a node was made
 * @EVENT_NODE_DESTROY: it died
 * @EVENT_PUBLISH: it has a name
 * @EVENT_CALL: a call was queued
 * @EVENT_CALL_REFUSED: or not
 * @EVENT_SEND: a one-way message was queued
 * @EVENT_SEND_REFUSED: or not
 * @EVENT_NOTIFY: a notification was made
 * @EVENT_RECEIVED: something was received
 * @EVENT_REPLIED: a call was answered, or not
 * @EVENT_FAILED: a call cannot be answered any more
 * @EVENT_GIVEN_UP: its caller leaves
 * @EVENT_DONE: its caller has the result
 * @EVENT_TYPES: how many there are
 */
enum event_type {
	EVENT_OPEN,
	EVENT_CLOSE,
	EVENT_NODE_CREATE,
	EVENT_NODE_DESTROY,
	EVENT_PUBLISH,
	EVENT_CALL,
	EVENT_CALL_REFUSED,
	EVENT_SEND,
	EVENT_SEND_REFUSED,
	EVENT_NOTIFY,
	EVENT_RECEIVED,
	EVENT_REPLIED,
	EVENT_FAILED,
	EVENT_GIVEN_UP,
	EVENT_DONE,
	EVENT_TYPES,
};

/* A set of types */
#define EVENT_BIT(type)	(1U << (type))
#define EVENT_ALL	(EVENT_BIT(EVENT_TYPES) - 1)

/**
 * struct event - one event; what its tracepoint does not tell is 0
 * @type: which tracepoint
 * @tid: the thread that did it
 * @time: CLOCK_MONOTONIC in nanoseconds
 * @from: endpoint that sends
 * @to: endpoint that it goes to; that answers; that is opened, or has the node
 * @token: number of the call with the endpoint @to
 * @parent: token of the call with the endpoint @from for which it is made
 * @slice: of the one-way message in the pool of @to
 * @size: bytes of payload
 * @bits: of a notification
 * @cookie: of what was received
 * @node: number of the node with the endpoint @to
 * @code: which method; of a reply: its code
 * @kind: of what was received: enum kipc_message_kind
 * @depth: how many calls the chain is long
 * @domain: of the endpoint
 * @process: process that opened the endpoint
 * @error: 0 or -errno
 * @stage: enum kipc_stage
 * @text: name of the node, or of the process; empty if there is none
 */
struct event {
	enum event_type type;
	pid_t tid;
	uint64_t time;
	uint64_t from;
	uint64_t to;
	uint64_t token;
	uint64_t parent;
	uint64_t slice;
	uint64_t size;
	uint64_t bits;
	uint64_t cookie;
	uint32_t node;
	uint32_t code;
	uint32_t kind;
	uint32_t depth;
	uint32_t domain;
	int32_t process;
	int32_t error;
	int32_t stage;
	char text[KIPC_NAME_MAX + 1];
};

/* Most fields that a tracepoint has */
#define EVENT_FIELDS_MAX	16

/**
 * struct event_format - what a tracepoint's records look like
 * @event: for libtraceevent; NULL if it was not asked for
 * @fields: its fields, for libtraceevent
 * @offsets: where in struct event the field of the same index goes
 * @sizes: its size there
 * @count: how many fields
 */
struct event_format {
	struct tep_event *event;
	struct tep_format_field *fields[EVENT_FIELDS_MAX];
	size_t offsets[EVENT_FIELDS_MAX];
	size_t sizes[EVENT_FIELDS_MAX];
	size_t count;
};

/**
 * struct event_decoder - makes struct event of the kernel's records
 * @tep: for libtraceevent
 * @formats: of the types
 */
struct event_decoder {
	struct tep_handle *tep;
	struct event_format formats[EVENT_TYPES];
};

/**
 * event_name() - name of a tracepoint
 * @type: which
 *
 * Return: a constant text.
 */
const char *event_name(enum event_type type);

/**
 * event_decoder_init() - learn what the kernel's records look like
 * @decoder: to be filled in; to be ended also after an error
 * @types: the types that are needed
 *
 * Errors: ENOMEM, ENOPROTOOPT (the kernel has no such tracepoints).
 * Return: 0 or -errno.
 */
int event_decoder_init(struct event_decoder *decoder, unsigned int types);

/**
 * event_decode() - decode a record
 * @decoder: from event_decoder_init()
 * @data: the record
 * @size: its size
 * @event: to be filled in, but for @time
 *
 * Return: whether it is an event that was asked for.
 */
bool event_decode(const struct event_decoder *decoder, void *data, int size,
		  struct event *event);

/**
 * event_decoder_deinit() - free what it knows
 * @decoder: from event_decoder_init()
 */
void event_decoder_deinit(struct event_decoder *decoder);

#endif
