// SPDX-License-Identifier: GPL-2.0-only
/* kipc watch: report names as they appear and vanish. */
#include "json.h"
#include "text.h"
#include "tool.h"

static const char watch_doc[] =
	"Print a line for each name that appears or vanishes, or only for PREFIX and\n"
	"those below it, until interrupted.\n"
	"\vSIGINT, SIGTERM and SIGHUP end it with exit status 0. A name that comes\n"
	"and goes within a moment may not be reported.\n"
	"\n"
	"Output with --json, one object per line:\n"
	"  {\"time\", \"event\": \"exists\", \"appeared\" or \"vanished\",\n"
	"   \"name\", \"kind\", \"mode\", \"uid\", \"gid\", \"owner\", \"pid\"}\n"
	"\n"
	"Examples:\n"
	"  kipc watch\n"
	"  kipc watch --all example\n"
	"  kipc watch --json | jq -r 'select(.event == \"vanished\").name'";

#define KEY_ALL	'a'

static const struct argp_option watch_options[] = {
	{ "all", KEY_ALL, NULL, 0, "begin with the names that exist already",
	  0 },
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/**
 * struct watcher - the arguments, and what is known while watching
 * @prefix: which names; NULL for all
 * @all: report those that exist already, too
 * @json: print JSON
 * @begun: the names that exist already were reported
 */
struct watcher {
	const char *prefix;
	bool all;
	bool json;
	bool begun;
};

static error_t watch_parse(int key, char *arg, struct argp_state *state)
{
	struct watcher *watcher = state->input;

	switch (key) {
	case KEY_ALL:
		watcher->all = true;
		return 0;
	case TOOL_KEY_JSON:
		watcher->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (watcher->prefix)
			argp_usage(state);
		watcher->prefix = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp watch_argp = {
	.options = watch_options, .parser = watch_parse,
	.args_doc = "[PREFIX]", .doc = watch_doc,
};

static void print_json(const struct kipc_name *name, const char *event,
		       const char *when)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "time", when);
	json_add_text(object, "event", event);
	json_add_name(object, name);
	json_print(object, false);
}

static void print_text(const struct kipc_name *name, const char *event,
		       const char *when)
{
	char user[TEXT_MAX], pid[TEXT_MAX];

	snprintf(pid, sizeof(pid), "%d", (int)name->pid);
	printf("%s  %-8s  %s  (%s of %s, pid %s)\n", when, event, name->name,
	       text_kind(name->kind), text_user(user, name->uid),
	       name->pid ? pid : "-");
}

static void report(struct kipc *endpoint, const struct kipc_name *name,
		   int appeared, void *userdata)
{
	const struct watcher *watcher = userdata;
	const char *event = !appeared ? "vanished" :
			    watcher->begun ? "appeared" : "exists";
	char when[TEXT_MAX];

	text_now(when, sizeof(when));
	if (watcher->json)
		print_json(name, event, when);
	else
		print_text(name, event, when);
	if (fflush(stdout))
		kipc_serve_stop(endpoint);
}

static int watch(struct kipc *endpoint, struct watcher *watcher)
{
	unsigned int flags = watcher->all ? KIPC_WATCH_EXISTING : 0;
	struct kipc_watch *names;
	int ret;

	tool_stop_on_signals(endpoint, -1);
	ret = kipc_name_watch(endpoint, watcher->prefix, report, watcher,
			      flags, &names);
	if (ret < 0)
		return tool_fail_name(ret, watcher->prefix ?: "");
	watcher->begun = true;
	ret = kipc_serve(endpoint, 1);
	kipc_watch_free(names);
	return ret < 0 ? tool_fail(ret, "watch") : TOOL_OK;
}

static int watch_run(const struct tool *tool, int argc, char **argv)
{
	struct watcher watcher = { 0 };
	struct kipc *endpoint;
	int ret;

	argp_parse(&watch_argp, argc, argv, 0, NULL, &watcher);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = watch(endpoint, &watcher);
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_watch = {
	.name = "watch",
	.summary = "report names as they appear and vanish",
	.run = watch_run,
};
