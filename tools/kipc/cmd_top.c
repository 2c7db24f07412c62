// SPDX-License-Identifier: GPL-2.0-only
/* kipc top: who calls whom, how often, and how long it takes; and who has what. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "census.h"
#include "colour.h"
#include "screen.h"
#include "text.h"
#include "tool.h"
#include "top.h"

static const char top_doc[] =
	"Show who calls whom, how often, and how long it takes; the endpoints, with\n"
	"what waits for them; and the regions that are in use. On a terminal it goes on\n"
	"until q is pressed.\n"
	"\vThe first table, of the whole machine, is for root, and needs tracefs. All\n"
	"figures are of the last interval:\n"
	"  CALLS/s, SENDS/s, NOTIFIES/s   what set off\n"
	"  FAILED/s    calls that got no answer, or were refused\n"
	"  REFUSED/s   one-way messages that were refused\n"
	"  P50 P99 MAX how long calls took, from setting off to having the answer\n"
	"  WAITING     calls that are not over\n"
	"\n"
	"The second table is of all endpoints for root, of their own for others:\n"
	"  QUEUED      calls and one-way messages that were not received\n"
	"  SERVING     calls received and not answered; ABANDONED: of these, those\n"
	"              whose callers have left\n"
	"  STARVED/s   messages that found no thread waiting for them\n"
	"  POOL USED   bytes in messages that were not freed\n"
	"\n"
	"The third table is of the regions of which these processes have a view open,\n"
	"if there are any; kipc region chunks tells more:\n"
	"  MEMORY      how much of SIZE was used so far\n"
	"  VIEWS       how many there are; PROCESSES: who has them open\n"
	"  CHUNK FREE  size of its chunks, and how many of them are free, of all\n"
	"  LEASES      loans and leases that these processes have\n"
	"\n"
	"The traffic in the second line is that of all users of the domain.\n"
	"\n"
	"Output with --json, one object per line, for each interval; times are in\n"
	"nanoseconds, counts are of the interval:\n"
	"  {\"time\", \"interval_ns\", \"lost\" events,\n"
	"   \"domain\": {\"number\", \"endpoints\", \"names\", \"calls\", \"replies\",\n"
	"              \"failed\", \"sends\", \"notifies\"},\n"
	"   \"pairs\": [{\"caller\": {\"endpoint\", \"pid\", \"process\",\n"
	"                         \"processes\"},\n"
	"              \"owner\": {\"endpoint\", \"pid\", \"process\"}, \"node\",\n"
	"              \"name\", \"calls\", \"failed\", \"answered\", \"sends\",\n"
	"              \"refused\", \"notifies\", \"waiting\", \"p50_ns\", \"p99_ns\",\n"
	"              \"max_ns\"}],\n"
	"   \"endpoints\": [{\"endpoint\", \"domain\", \"pid\", \"process\", \"queued\",\n"
	"                  \"serving\", \"abandoned\", \"starved\", \"pool_used\",\n"
	"                  \"pool_size\", \"nodes\", \"handles\", \"frozen\", \"name\",\n"
	"                  \"names\"}],\n"
	"   \"regions\": [{\"region\", \"domain\", \"name\", \"size\", \"resident\",\n"
	"                \"views\", \"processes\", \"chunk_size\", \"chunks\",\n"
	"                \"chunks_free\", \"leases\"}]}\n"
	"Callers that are gone are taken together if their processes had the same name.\n"
	"A region has a \"name\" if it can be read under one. Without \"pairs\" and\n"
	"\"lost\" if who calls whom cannot be seen.\n"
	"\n"
	"Examples:\n"
	"  kipc top\n"
	"  kipc top --batch --iterations 1\n"
	"  kipc top --json -d 10 | jq -c '.pairs[] | select(.p99_ns > 1e6)'";

/* How often the kernel's buffers are emptied, in ms */
#define INTERVAL_MS	100

#define NS_PER_MS	1000000ULL
#define NS_PER_S	1000000000ULL

static const struct argp_option top_options[] = {
	{ "batch", 'b', NULL, 0,
	  "print one after the other, rather than in the same place", 0 },
	{ "iterations", 'n', "N", 0, "end after N intervals", 0 },
	{ "delay", 'd', "SECONDS", 0,
	  "length of an interval, such as 0.5; 2 if not said", 0 },
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/**
 * struct top_args - what the command line said
 * @screen: show it in the same place
 * @json: print JSON
 * @left: how many intervals; 0 for any number
 * @delay: how long one is, in nanoseconds
 */
struct top_args {
	bool screen;
	bool json;
	uint64_t left;
	uint64_t delay;
};

static error_t top_parse(int key, char *arg, struct argp_state *state)
{
	struct top_args *args = state->input;

	switch (key) {
	case 'b':
		args->screen = false;
		return 0;
	case 'n':
		if (text_parse_number(arg, UINT64_MAX, &args->left) < 0 ||
		    !args->left)
			argp_error(state, "'%s' is no number of intervals",
				   arg);
		return 0;
	case 'd':
		if (text_parse_seconds(arg, &args->delay) < 0)
			argp_error(state, "'%s' is no time in seconds", arg);
		return 0;
	case TOOL_KEY_JSON:
		args->json = true;
		args->screen = false;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp top_argp = {
	.options = top_options, .parser = top_parse, .doc = top_doc,
};

/* Empty the kernel's buffers until the interval is over; 1: the user has enough */
static int wait_interval(struct top *top, const struct top_args *args,
			 int signals)
{
	struct pollfd ending = { .fd = signals, .events = POLLIN };
	uint64_t end = top->began + args->delay;
	uint64_t now;
	int ret;

	while ((now = tap_now()) < end) {
		uint64_t left = (end - now) / NS_PER_MS + 1;

		if (poll(&ending, 1, left < INTERVAL_MS ? (int)left :
			 INTERVAL_MS) > 0)
			return 1;
		if (args->screen && screen_key() == 'q')
			return 1;
		ret = top_read(top);
		if (ret)
			return ret;
	}
	return 0;
}

static int show_on_screen(struct top *top)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return -ENOMEM;
	ret = top_print_text(top, out);
	if (fclose(out))
		return -ENOMEM;
	screen_show(text);
	free(text);
	return ret;
}

static int show(struct top *top, const struct top_args *args)
{
	int ret;

	if (args->json)
		return top_print_json(top);
	if (args->screen)
		return show_on_screen(top);
	ret = top_print_text(top, stdout);
	puts("");
	return ret;
}

static int repeat(struct top *top, struct top_args *args, int signals)
{
	int ret;

	do {
		ret = wait_interval(top, args, signals);
		if (ret)
			return ret < 0 ? ret : 0;
		ret = top_finish(top);
		if (!ret)
			ret = show(top, args);
		if (ret || fflush(stdout))
			return ret;
		top_restart(top);
	} while (!args->left || --args->left);
	return 0;
}

static int run(struct top *top, struct top_args *args, dev_t device)
{
	const unsigned int types =
		EVENT_BIT(EVENT_OPEN) | EVENT_BIT(EVENT_CLOSE) |
		EVENT_BIT(EVENT_PUBLISH) | EVENT_BIT(EVENT_CALL) |
		EVENT_BIT(EVENT_CALL_REFUSED) | EVENT_BIT(EVENT_DONE) |
		EVENT_BIT(EVENT_SEND) | EVENT_BIT(EVENT_SEND_REFUSED) |
		EVENT_BIT(EVENT_NOTIFY);
	int signals = tool_signal_fd();
	int ret;

	if (signals < 0)
		return signals;
	top->why = tap_open(types, &top->tap);
	if (args->screen)
		screen_begin();
	ret = top_init(top, device);
	if (!ret)
		ret = repeat(top, args, signals);
	if (args->screen)
		screen_end();
	top_deinit(top);
	tap_close(top->tap);
	close(signals);
	tool_end_by_pipe();
	return ret;
}

static int top_run(const struct tool *tool, int argc, char **argv)
{
	struct top_args args = {
		.screen = isatty(STDOUT_FILENO), .delay = 2 * NS_PER_S,
	};
	struct top top = { .colour = colour_wanted() };
	dev_t device;
	int ret;

	argp_parse(&top_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &top.kipc);
	if (ret)
		return ret;
	ret = census_device(tool->device, &device);
	if (!ret)
		ret = run(&top, &args, device);
	kipc_close(top.kipc);
	return ret < 0 ? tool_fail(ret, "top") : TOOL_OK;
}

const struct command cmd_top = {
	.name = "top",
	.summary = "show who calls whom, and how long it takes",
	.run = top_run,
};
