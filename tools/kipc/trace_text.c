// SPDX-License-Identifier: GPL-2.0-only
/* The lines of kipc trace: who does what to whom. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "colour.h"
#include "text.h"
#include "tool.h"
#include "trace.h"

/* How far a line is indented for each call that its call is made for */
#define INDENT	2

/**
 * struct line - what there is to say a line
 * @trace: what is known
 * @event: the event
 * @flight: what it is about; NULL if that is not known
 */
struct line {
	struct trace *trace;
	const struct event *event;
	const struct flight *flight;
};

static const char *paint(const struct line *line, enum colour what)
{
	return colour(line->trace->colour, what);
}

/* The time, and the indentation; then what is said, in a colour */
static void __attribute__((format(printf, 3, 4)))
say(const struct line *line, enum colour what, const char *format, ...)
{
	unsigned int depth = line->flight ? line->flight->depth :
					    line->event->depth;
	char when[TEXT_MAX];
	va_list args;

	trace_when(line->trace, line->event->time, "%H:%M:%S", 6, when,
		   sizeof(when));
	printf("%s%s%s  %*s", paint(line, COLOUR_SIDE), when,
	       paint(line, COLOUR_PLAIN), depth ? INDENT * (int)(depth - 1) : 0,
	       "");
	fputs(paint(line, what), stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("%s\n", what ? paint(line, COLOUR_PLAIN) : "");
}

static const char *party(const struct line *line, uint64_t endpoint, char *text)
{
	return directory_party(&line->trace->directory, endpoint, text);
}

/* A node, and whose it is */
static const char *object(const struct line *line, uint32_t node, char *text)
{
	struct directory *directory = &line->trace->directory;
	uint64_t endpoint = line->event->to;
	char owner[DIRECTORY_TEXT_MAX];
	size_t end;

	directory_object(directory, endpoint, node, text);
	end = strlen(text);
	if (directory_name(directory, endpoint, node))
		snprintf(text + end, DIRECTORY_TEXT_MAX - end, " (%s)",
			 party(line, endpoint, owner));
	return text;
}

/* From the flight's beginning until @until, and how much of that in the queue */
static const char *duration(const struct flight *flight, uint64_t until,
			    char *text, size_t size)
{
	char whole[TEXT_MAX], queued[TEXT_MAX];

	text_time(whole, until - flight->queued);
	if (flight->received && flight->received != until)
		snprintf(text, size, "after %s (%s queued)", whole,
			 text_time(queued, flight->received - flight->queued));
	else
		snprintf(text, size, "after %s", whole);
	return text;
}

static bool say_queued(const struct line *line)
{
	const struct event *event = line->event;
	bool call = event->type == EVENT_CALL;
	char who[DIRECTORY_TEXT_MAX], whom[DIRECTORY_TEXT_MAX];
	char size[TEXT_MAX];

	say(line, COLOUR_PLAIN, "%s %s %s: %s %u, %s",
	    party(line, event->from, who), call ? "->" : "~>",
	    object(line, event->node, whom), call ? "call" : "send",
	    event->code, text_bytes(size, event->size));
	return true;
}

static bool say_refused(const struct line *line)
{
	const struct event *event = line->event;
	bool call = event->type == EVENT_CALL_REFUSED;
	char who[DIRECTORY_TEXT_MAX], whom[DIRECTORY_TEXT_MAX];
	char why[TEXT_MAX];

	say(line, COLOUR_BAD, "%s %s %s: %s %u refused, %s",
	    party(line, event->from, who), call ? "->" : "~>",
	    object(line, event->node, whom), call ? "call" : "send",
	    event->code, text_error(why, event->error));
	return true;
}

static bool say_notify(const struct line *line)
{
	const struct event *event = line->event;
	char who[DIRECTORY_TEXT_MAX], whom[DIRECTORY_TEXT_MAX];

	say(line, COLOUR_PLAIN, "%s !> %s: notify %#llx",
	    party(line, event->from, who), object(line, event->node, whom),
	    (unsigned long long)event->bits);
	return true;
}

static bool say_request(const struct line *line)
{
	const struct event *event = line->event;
	const struct flight *flight = line->flight;
	char who[DIRECTORY_TEXT_MAX], from[DIRECTORY_TEXT_MAX];
	char whom[DIRECTORY_TEXT_MAX], after[64];
	bool send = event->kind == KIPC_MSG_SEND;

	if (!flight || (!send && !line->trace->all))
		return false;
	say(line, send ? COLOUR_PLAIN : COLOUR_SIDE,
	    "%s has %s %u of %s to %s, %s", party(line, event->to, who),
	    trace_kind(event->kind), event->code,
	    party(line, flight->from, from),
	    directory_object(&line->trace->directory, event->to, flight->node,
			     whom),
	    duration(flight, event->time, after, sizeof(after)));
	return true;
}

static bool say_received(const struct line *line)
{
	const struct event *event = line->event;
	char who[DIRECTORY_TEXT_MAX], from[DIRECTORY_TEXT_MAX];

	switch (event->kind) {
	case KIPC_MSG_CALL:
	case KIPC_MSG_SEND:
		return say_request(line);
	case KIPC_MSG_CANCELED:
		if (!line->flight)
			return false;
		say(line, COLOUR_NOTE, "%s knows that %s has left",
		    party(line, event->to, who),
		    party(line, line->flight->from, from));
		return true;
	case KIPC_MSG_DEATH:
	case KIPC_MSG_NO_SENDERS:
	case KIPC_MSG_FROZEN:
		say(line, COLOUR_NOTE, "%s has a notice: %s, cookie %#llx",
		    party(line, event->to, who), trace_kind(event->kind),
		    (unsigned long long)event->cookie);
		return true;
	default:
		if (line->trace->all)
			say(line, COLOUR_SIDE, "%s has a notice: %s, bits %#llx",
			    party(line, event->to, who),
			    trace_kind(event->kind),
			    (unsigned long long)event->bits);
		return line->trace->all;
	}
}

static bool say_replied(const struct line *line)
{
	const struct event *event = line->event;
	char who[DIRECTORY_TEXT_MAX], whom[DIRECTORY_TEXT_MAX];
	char text[TEXT_MAX];

	if (!line->flight || (!event->error && !line->trace->all))
		return false;
	party(line, event->to, who);
	party(line, line->flight->from, whom);
	if (!event->error)
		say(line, COLOUR_SIDE, "%s answers %s: code %d, %s", who, whom,
		    (int)event->code, text_bytes(text, event->size));
	else if (event->error == -ECANCELED)
		say(line, COLOUR_NOTE, "%s answers %s in vain: it has left",
		    who, whom);
	else
		say(line, COLOUR_BAD, "%s cannot answer %s: %s", who, whom,
		    text_error(text, event->error));
	return true;
}

/* A code that is a negative errno is told by its name, too. */
static const char *reply_code(const struct flight *flight, char *text)
{
	int code = (int)flight->reply_code;
	const char *name = code < 0 && code > -4096 ? strerrorname_np(-code) :
			   NULL;

	if (name)
		snprintf(text, TEXT_MAX, "code %d (%s)", code, name);
	else
		snprintf(text, TEXT_MAX, "code %d", code);
	return text;
}

static bool say_done(const struct line *line)
{
	const struct event *event = line->event;
	const struct flight *flight = line->flight;
	char who[DIRECTORY_TEXT_MAX], whom[DIRECTORY_TEXT_MAX];
	char text[TEXT_MAX], size[TEXT_MAX], after[64];

	if (!flight)
		return false;
	party(line, flight->from, who);
	directory_object(&line->trace->directory, event->to, flight->node,
			 whom);
	duration(flight, event->time, after, sizeof(after));
	if (event->stage == KIPC_STAGE_DONE && !event->error)
		say(line, flight->reply_code ? COLOUR_NOTE : COLOUR_PLAIN,
		    "%s <- %s: %s, %s, %s", who, whom,
		    reply_code(flight, text),
		    text_bytes(size, flight->reply_size), after);
	else
		say(line, COLOUR_BAD, "%s <- %s: %s, %s, %s", who, whom,
		    text_error(text, event->error), trace_stage(event->stage),
		    after);
	return true;
}

/* The caller's own line says it, too */
static bool say_outcome(const struct line *line)
{
	const struct event *event = line->event;
	char whom[DIRECTORY_TEXT_MAX], who[DIRECTORY_TEXT_MAX];
	char why[TEXT_MAX];

	if (!line->flight || !line->trace->all)
		return false;
	party(line, line->flight->from, who);
	directory_object(&line->trace->directory, event->to,
			 line->flight->node, whom);
	if (event->type == EVENT_FAILED)
		say(line, COLOUR_SIDE, "%s fails for %s: %s", whom, who,
		    text_error(why, event->error));
	else
		say(line, COLOUR_SIDE, "%s gives up on %s: %s", who, whom,
		    trace_stage(event->stage));
	return true;
}

static bool say_node(const struct line *line)
{
	const struct event *event = line->event;
	struct directory *directory = &line->trace->directory;
	const char *name = directory_name(directory, event->to, event->node);
	bool destroyed = event->type == EVENT_NODE_DESTROY;
	char who[DIRECTORY_TEXT_MAX];

	party(line, event->to, who);
	if (destroyed && name)
		say(line, COLOUR_NOTE, "%s: %s is gone", who, name);
	else if (line->trace->all)
		say(line, COLOUR_SIDE, "%s %s node %u", who,
		    destroyed ? "destroys" : "makes", event->node);
	return line->trace->all || (destroyed && name);
}

static bool say_publish(const struct line *line)
{
	char who[DIRECTORY_TEXT_MAX];

	say(line, COLOUR_NOTE, "%s: here is %s",
	    party(line, line->event->to, who), line->event->text);
	return true;
}

static bool say_endpoint(const struct line *line)
{
	const struct event *event = line->event;
	char who[DIRECTORY_TEXT_MAX];

	if (line->trace->all)
		say(line, COLOUR_SIDE, "%s %s endpoint %llu",
		    party(line, event->to, who),
		    event->type == EVENT_OPEN ? "opens" : "closes",
		    (unsigned long long)event->to);
	return line->trace->all;
}

bool trace_print_text(struct trace *trace, const struct event *event,
		      const struct flight *flight)
{
	static bool (*const say_event[EVENT_TYPES])(const struct line *) = {
		[EVENT_OPEN] = say_endpoint,
		[EVENT_CLOSE] = say_endpoint,
		[EVENT_NODE_CREATE] = say_node,
		[EVENT_NODE_DESTROY] = say_node,
		[EVENT_PUBLISH] = say_publish,
		[EVENT_CALL] = say_queued,
		[EVENT_CALL_REFUSED] = say_refused,
		[EVENT_SEND] = say_queued,
		[EVENT_SEND_REFUSED] = say_refused,
		[EVENT_NOTIFY] = say_notify,
		[EVENT_RECEIVED] = say_received,
		[EVENT_REPLIED] = say_replied,
		[EVENT_FAILED] = say_outcome,
		[EVENT_GIVEN_UP] = say_outcome,
		[EVENT_DONE] = say_done,
	};
	const struct line line = { trace, event, flight };

	return say_event[event->type](&line);
}
