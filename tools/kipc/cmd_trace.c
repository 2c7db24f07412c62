// SPDX-License-Identifier: GPL-2.0-only
/* kipc trace: follow calls as they are made. */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "census.h"
#include "colour.h"
#include "json.h"
#include "tap.h"
#include "text.h"
#include "tool.h"
#include "trace.h"
#include "who.h"

static const char trace_doc[] =
	"Follow calls, one-way messages and notifications of the whole machine as\n"
	"they are made, or those from and to WHO, until interrupted.\n"
	"\v" WHO_DOC "\n"
	"With a NAME, the calls that its server makes for those calls are shown, too.\n"
	"\n"
	"A line for each step of a conversation; calls that are made for others are\n"
	"indented:\n"
	"  client[812] -> a.front (front[790]): call 7, 12 B    a call sets off\n"
	"  client[812] <- a.front: code 0, 5 B, after 540 us    and is over\n"
	"  client[812] ~> a.log (log[900]): send 3, 80 B        a one-way message\n"
	"  client[812] !> a.log (log[900]): notify 0x5          a notification\n"
	"A call that fails says how far it got: not-queued and withdrawn, nobody saw\n"
	"it; received, it may or may not have been done; reply-lost, it was answered.\n"
	"A number behind a colon is a node without a name: log[900]:3.\n"
	"\n"
	"It is for root, and needs tracefs. It has a trace instance of its own, which\n"
	"is gone when it ends, and changes nothing for others who trace. If events\n"
	"come faster than they can be shown, it says how many were lost.\n"
	"\n"
	"Output with --json, one object per line, for all events; what does not apply\n"
	"is left out:\n"
	"  {\"time\", \"event\": \"open\", \"close\", \"node-create\", \"node-destroy\",\n"
	"   \"publish\", \"call\", \"call-refused\", \"send\", \"send-refused\", \"notify\",\n"
	"   \"received\", \"replied\", \"failed\", \"given-up\" or \"done\", \"thread\",\n"
	"   \"from\": {\"endpoint\", \"pid\", \"process\", \"domain\"}, \"to\": likewise,\n"
	"   \"node\", \"name\", \"code\", \"size\", \"token\", \"parent\", \"depth\", \"kind\",\n"
	"   \"cookie\", \"bits\", \"stage\", \"error\", \"reply_code\", \"reply_size\",\n"
	"   \"latency_ns\", \"queued_ns\"}, or {\"event\": \"lost\", \"count\"}\n"
	"\n"
	"Examples:\n"
	"  kipc trace\n"
	"  kipc trace example\n"
	"  kipc trace --time 10 812\n"
	"  kipc trace --json | jq 'select(.event == \"done\" and .error)'";

/* How often the kernel's buffers are emptied, in ms */
#define INTERVAL_MS	100

static const struct argp_option trace_options[] = {
	{ "all", 'a', NULL, 0,
	  "show all events: receipts and answers of calls, endpoints, nodes", 0 },
	{ "count", 'n', "COUNT", 0, "end after so many lines", 0 },
	{ "time", 't', "SECONDS", 0, "end after this time; 0.5 will do", 0 },
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/**
 * struct tracer - the arguments, and what is known while tracing
 * @trace: for printing
 * @who: whose calls
 * @json: print JSON
 * @left: lines to print; 0 for any number
 * @deadline: when to end, as of tap_now(); UINT64_MAX if it is not said
 * @lost: events lost so far
 */
struct tracer {
	struct trace trace;
	struct who who;
	bool json;
	uint64_t left;
	uint64_t deadline;
	uint64_t lost;
};

static error_t trace_parse(int key, char *arg, struct argp_state *state)
{
	struct tracer *tracer = state->input;
	uint64_t ns;

	switch (key) {
	case 'a':
		tracer->trace.all = true;
		return 0;
	case 'n':
		if (text_parse_number(arg, UINT64_MAX, &tracer->left) < 0 ||
		    !tracer->left)
			argp_error(state, "'%s' is no number of lines", arg);
		return 0;
	case 't':
		if (text_parse_seconds(arg, &ns) < 0)
			argp_error(state, "'%s' is no time in seconds", arg);
		tracer->deadline = ns;
		return 0;
	case TOOL_KEY_JSON:
		tracer->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (tracer->who.kind != WHO_ALL)
			argp_usage(state);
		who_parse(arg, &tracer->who);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp trace_argp = {
	.options = trace_options, .parser = trace_parse,
	.args_doc = "[WHO]", .doc = trace_doc,
};

/* Whether an event is about whom the user means */
static bool is_meant(struct tracer *tracer, const struct event *event,
		     struct flight *flight)
{
	struct trace *trace = &tracer->trace;
	const struct flight *parent;
	uint32_t node = event->node;

	if (flight && flight->shown)
		return true;
	if (event->type == EVENT_CALL) {
		parent = flights_parent(&trace->flights, event);
		if (parent && parent->shown)
			return true;
	}
	if (flight && !node)
		node = flight->node;
	return who_is_party(&tracer->who, &trace->directory,
			    flight ? flight->from : event->from) ||
	       who_is_object(&tracer->who, &trace->directory, event->to, node);
}

static int take(const struct event *event, void *context)
{
	struct tracer *tracer = context;
	struct trace *trace = &tracer->trace;
	struct flight *flight;
	bool printed = false;

	directory_learn(&trace->directory, event);
	flight = flights_follow(&trace->flights, event);
	if (is_meant(tracer, event, flight)) {
		if (flight)
			flight->shown = true;
		printed = tracer->json;
		if (tracer->json)
			trace_print_json(trace, event, flight);
		else
			printed = trace_print_text(trace, event, flight);
	}
	flights_end(&trace->flights, event, flight);
	return printed && tracer->left && !--tracer->left;
}

/* What was lost may have been the end of calls, and the beginning of endpoints */
static void report_lost(struct tracer *tracer, struct tap *tap)
{
	uint64_t lost = tap_lost(tap);
	struct json_object *object;
	char text[TEXT_MAX];

	if (lost == tracer->lost)
		return;
	flights_clear(&tracer->trace.flights);
	directory_learn_all(&tracer->trace.directory);
	if (tracer->json) {
		object = json_object_new_object();
		json_add_text(object, "event", "lost");
		json_add_number(object, "count", lost - tracer->lost);
		json_print(object, false);
	} else {
		printf("%s%s events were lost: they came too fast%s\n",
		       colour(tracer->trace.colour, COLOUR_BAD),
		       text_count(text, lost - tracer->lost),
		       colour(tracer->trace.colour, COLOUR_PLAIN));
	}
	tracer->lost = lost;
}

/* Until a signal, an error, or the time or the lines are up */
static int follow(struct tracer *tracer, struct tap *tap, int signals)
{
	struct pollfd ending = { .fd = signals, .events = POLLIN };
	bool last = false;
	int ret = 0;

	while (!ret && !last) {
		uint64_t now = tap_now();
		int wait = INTERVAL_MS;

		if (now >= tracer->deadline)
			wait = 0;
		else if (tracer->deadline - now < INTERVAL_MS * 1000000ULL)
			wait = (int)((tracer->deadline - now) / 1000000) + 1;
		last = poll(&ending, 1, wait) > 0 ||
		       tap_now() >= tracer->deadline;
		ret = tap_read(tap, last, take, tracer);
		report_lost(tracer, tap);
		if (fflush(stdout))
			return 0;
	}
	return ret < 0 ? ret : 0;
}

static int follow_tap(struct tracer *tracer, dev_t device, struct tap *tap,
		      int signals)
{
	int ret;

	ret = flights_init(&tracer->trace.flights, false);
	if (!ret)
		ret = directory_init(&tracer->trace.directory, device);
	if (!ret)
		ret = follow(tracer, tap, signals);
	directory_deinit(&tracer->trace.directory);
	flights_deinit(&tracer->trace.flights);
	return ret;
}

static uint64_t clock_offset(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec -
	       tap_now();
}

/* The signals are blocked before there is anything to be left behind. */
static int run(struct tracer *tracer, dev_t device)
{
	int signals = tool_signal_fd();
	struct tap *tap;
	int ret;

	if (signals < 0)
		return tool_fail(signals, "trace");
	ret = tap_open(EVENT_ALL, &tap);
	if (ret) {
		tool_error("trace: %s", tap_why(ret));
		close(signals);
		return tap_status(ret);
	}
	if (tracer->deadline != UINT64_MAX)
		tracer->deadline += tap_now();
	ret = follow_tap(tracer, device, tap, signals);
	tap_close(tap);
	close(signals);
	tool_end_by_pipe();
	return ret < 0 ? tool_fail(ret, "trace") : TOOL_OK;
}

static int trace_run(const struct tool *tool, int argc, char **argv)
{
	struct tracer tracer = { .deadline = UINT64_MAX };
	struct kipc *endpoint;
	dev_t device;
	int ret;

	argp_parse(&trace_argp, argc, argv, 0, NULL, &tracer);
	/* Only to see that there is a device, and that it speaks this version */
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	kipc_close(endpoint);
	ret = census_device(tool->device, &device);
	if (ret)
		return tool_fail(ret, tool->device);
	tracer.trace.clock_offset = clock_offset();
	tracer.trace.colour = colour_wanted();
	return run(&tracer, device);
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "follow calls as they are made",
	.run = trace_run,
};
