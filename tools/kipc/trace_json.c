// SPDX-License-Identifier: GPL-2.0-only
/* The JSON of kipc trace: an object for each event. */
#include <stdio.h>

#include "json.h"
#include "text.h"
#include "trace.h"

static const char *const types[EVENT_TYPES] = {
	[EVENT_OPEN] = "open",
	[EVENT_CLOSE] = "close",
	[EVENT_NODE_CREATE] = "node-create",
	[EVENT_NODE_DESTROY] = "node-destroy",
	[EVENT_PUBLISH] = "publish",
	[EVENT_CALL] = "call",
	[EVENT_CALL_REFUSED] = "call-refused",
	[EVENT_SEND] = "send",
	[EVENT_SEND_REFUSED] = "send-refused",
	[EVENT_NOTIFY] = "notify",
	[EVENT_RECEIVED] = "received",
	[EVENT_REPLIED] = "replied",
	[EVENT_FAILED] = "failed",
	[EVENT_GIVEN_UP] = "given-up",
	[EVENT_DONE] = "done",
};

static void add_party(const struct trace *trace, struct json_object *object,
		      const char *key, uint64_t endpoint)
{
	const struct party *party = directory_find(&trace->directory, endpoint);
	struct json_object *one;

	if (!endpoint)
		return;
	one = json_add_object(object, key);
	json_add_number(one, "endpoint", endpoint);
	if (!party || !party->pid)
		return;
	json_add_number(one, "pid", (uint64_t)party->pid);
	json_add_text(one, "process", party->name);
	json_add_number(one, "domain", party->domain);
}

static void add_node(struct trace *trace, struct json_object *object,
		     uint64_t endpoint, uint32_t node)
{
	const char *name;

	if (!node)
		return;
	json_add_number(object, "node", node);
	name = directory_name(&trace->directory, endpoint, node);
	if (name)
		json_add_text(object, "name", name);
}

static void add_error(struct json_object *object, int error)
{
	char text[TEXT_MAX];

	if (error)
		json_add_text(object, "error", text_error(text, error));
}

/* What is told of calls and one-way messages when they set off */
static void add_request(struct json_object *object, const struct event *event)
{
	json_add_number(object, "code", event->code);
	if (event->type == EVENT_CALL || event->type == EVENT_SEND)
		json_add_number(object, "size", event->size);
	if (event->type == EVENT_CALL) {
		json_add_number(object, "token", event->token);
		json_add_number(object, "parent", event->parent);
		json_add_number(object, "depth", event->depth);
	}
	add_error(object, event->error);
}

static void add_received(struct json_object *object, const struct event *event)
{
	json_add_text(object, "kind", trace_kind(event->kind));
	json_add_number(object, "cookie", event->cookie);
	if (event->token)
		json_add_number(object, "token", event->token);
	if (event->bits)
		json_add_number(object, "bits", event->bits);
	if (event->kind != KIPC_MSG_CALL && event->kind != KIPC_MSG_SEND)
		return;
	json_add_number(object, "code", event->code);
	json_add_number(object, "size", event->size);
}

/* What is told of a call when it goes on, or ends */
static void add_outcome(struct json_object *object, const struct event *event,
			const struct flight *flight)
{
	json_add_number(object, "token", event->token);
	add_error(object, event->error);
	if (event->type != EVENT_REPLIED) {
		json_add_text(object, "stage", trace_stage(event->stage));
	} else if (!event->error) {
		json_add_code(object, "reply_code", (int)event->code);
		json_add_number(object, "reply_size", event->size);
	}
	if (event->type != EVENT_DONE || !flight)
		return;
	if (!event->error) {
		json_add_code(object, "reply_code", (int)flight->reply_code);
		json_add_number(object, "reply_size", flight->reply_size);
	}
	json_add_number(object, "latency_ns", event->time - flight->queued);
}

static void add_details(struct json_object *object, const struct event *event,
			const struct flight *flight)
{
	switch (event->type) {
	case EVENT_CALL:
	case EVENT_CALL_REFUSED:
	case EVENT_SEND:
	case EVENT_SEND_REFUSED:
		add_request(object, event);
		break;
	case EVENT_NOTIFY:
		json_add_number(object, "bits", event->bits);
		break;
	case EVENT_RECEIVED:
		add_received(object, event);
		break;
	case EVENT_REPLIED:
	case EVENT_FAILED:
	case EVENT_GIVEN_UP:
	case EVENT_DONE:
		add_outcome(object, event, flight);
		break;
	default:
		break;
	}
}

void trace_print_json(struct trace *trace, const struct event *event,
		      const struct flight *flight)
{
	struct json_object *object = json_object_new_object();
	char when[64];

	trace_when(trace, event->time, "%Y-%m-%dT%H:%M:%S", 9, when,
		   sizeof(when));
	json_add_text(object, "time", when);
	json_add_text(object, "event", types[event->type]);
	json_add_number(object, "thread", (uint64_t)event->tid);
	add_party(trace, object, "from", flight ? flight->from : event->from);
	add_party(trace, object, "to", event->to);
	add_node(trace, object, event->to, flight ? flight->node : event->node);
	add_details(object, event, flight);
	if (flight && flight->received)
		json_add_number(object, "queued_ns",
				flight->received - flight->queued);
	json_print(object, false);
}
