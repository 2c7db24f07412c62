// SPDX-License-Identifier: GPL-2.0-only
/* kipc freeze, thaw, frozen: keep endpoints from receiving, or ask about it. */
#include <errno.h>

#include "census.h"
#include "json.h"
#include "table.h"
#include "text.h"
#include "tool.h"
#include "who.h"

#define FREEZE_JSON_DOC \
	"Output with --json, an array of objects:\n" \
	"  {\"endpoint\", \"frozen\", \"serving\", \"calling\", \"queued\"}\n" \
	"\n"

#define FREEZE_WHO_DOC \
	WHO_DOC " All endpoints\n" \
	"that are meant are taken. It is for root (CAP_SYS_ADMIN), and endpoints of\n" \
	"this domain.\n" \
	"\n"

static const char freeze_doc[] =
	"Freeze endpoints: they receive nothing until they are thawed.\n"
	"\vCalls to a frozen endpoint fail with EAGAIN, or wait if their callers want\n"
	"that; one-way messages queue up within their limits. Its process goes on, and\n"
	"can answer what it has received, call and send.\n"
	"\n"
	"SERVING says how many calls it still has to answer, CALLING how many of its\n"
	"own are not over, QUEUED how many messages wait for it. To stop its process,\n"
	"too, and nobody else with it: freeze, wait until SERVING is 0, and then write\n"
	"1 to cgroup.freeze of its control group.\n"
	"\n"
	FREEZE_WHO_DOC
	FREEZE_JSON_DOC
	"Examples:\n"
	"  kipc freeze example.echo\n"
	"  kipc freeze --json 812 | jq 'map(.serving) | add'\n"
	"  kipc freeze @12";

static const char thaw_doc[] =
	"Thaw endpoints that were frozen: they receive what came in the meantime.\n"
	"\v" FREEZE_WHO_DOC
	FREEZE_JSON_DOC
	"Examples:\n"
	"  kipc thaw example.echo\n"
	"  kipc thaw 812";

static const char frozen_doc[] =
	"Show whether endpoints are frozen, and whether anybody waits for them.\n"
	"\vSERVING says how many calls an endpoint has received and not answered,\n"
	"CALLING how many of its own are not over, QUEUED how many messages wait for\n"
	"it.\n"
	"\n"
	FREEZE_WHO_DOC
	FREEZE_JSON_DOC
	"Examples:\n"
	"  kipc frozen example.echo\n"
	"  kipc frozen --json 812 | jq '.[].frozen'";

static const struct argp_option freeze_options[] = {
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/* kipc_freeze() and its like */
typedef int (*freeze_act)(struct kipc *endpoint, uint64_t number,
			  struct kipc_freeze *state);

/**
 * struct freezer - the arguments, and what came of them
 * @who: whose endpoints
 * @json: print JSON
 * @act: what to do to them
 * @kipc: for asking the kernel
 * @table: an endpoint in each row
 * @array: the same for JSON
 * @refused: the endpoint at which the kernel refused
 */
struct freezer {
	struct who who;
	bool json;
	freeze_act act;
	struct kipc *kipc;
	struct table table;
	struct json_object *array;
	uint64_t refused;
};

static error_t freeze_parse(int key, char *arg, struct argp_state *state)
{
	struct freezer *freezer = state->input;

	switch (key) {
	case TOOL_KEY_JSON:
		freezer->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (freezer->who.kind != WHO_ALL)
			argp_usage(state);
		who_parse(arg, &freezer->who);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void add_json(struct json_object *array, const struct kipc_freeze *state)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "endpoint", state->endpoint);
	json_add_flag(object, "frozen", state->frozen);
	json_add_number(object, "serving", state->serving);
	json_add_number(object, "calling", state->calling);
	json_add_number(object, "queued", state->queued);
	json_add_item(array, object);
}

static void add_row(struct table *table, const struct kipc_freeze *state)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "@%llu",
		 (unsigned long long)state->endpoint);
	table_add(table, text);
	table_add(table, state->frozen ? "frozen" : "running");
	table_add(table, text_count(text, state->serving));
	table_add(table, text_count(text, state->calling));
	table_add(table, text_count(text, state->queued));
}

static int freeze_one(uint64_t endpoint, void *context)
{
	struct freezer *freezer = context;
	struct kipc_freeze state;
	int ret = freezer->act(freezer->kipc, endpoint, &state);

	if (ret < 0) {
		freezer->refused = endpoint;
		return ret;
	}
	if (freezer->json)
		add_json(freezer->array, &state);
	else
		add_row(&freezer->table, &state);
	return 0;
}

static int fail(const struct freezer *freezer, int error)
{
	unsigned long long endpoint = freezer->refused;
	const char *who = freezer->who.text;

	switch (error) {
	case -EPERM:
	case -EACCES:
		tool_error("%s: permission denied: run as root", who);
		return TOOL_DENIED;
	case -ENOENT:
	case -ESRCH:
		tool_error("%s: no such endpoint: see kipc ls and kipc top", who);
		return TOOL_NO_NAME;
	case -ENXIO:
		tool_error("%s: no endpoint @%llu in this domain", who,
			   endpoint);
		return TOOL_NO_NAME;
	case -ENOTTY:
		tool_error("this kernel's kipc cannot freeze");
		return TOOL_FAILED;
	default:
		return tool_fail(error, who);
	}
}

static int freeze_all(struct freezer *freezer, const char *device)
{
	static const char *const header[] = {
		"ENDPOINT", "STATE", "SERVING", "CALLING", "QUEUED"
	};
	struct kipc_info info;
	dev_t number;
	int ret;

	ret = census_device(device, &number);
	if (!ret)
		ret = kipc_info(freezer->kipc, &info);
	if (ret)
		return ret;
	if (freezer->json)
		freezer->array = json_object_new_array();
	else
		table_row(&freezer->table, header);
	ret = who_endpoints(&freezer->who, number, info.domain, freeze_one,
			    freezer);
	if (ret) {
		table_free(&freezer->table);
		json_object_put(freezer->array);
		return ret;
	}
	return freezer->json ? json_print(freezer->array, true) :
			       table_print(&freezer->table);
}

static int run(const struct tool *tool, int argc, char **argv,
	       freeze_act act, const char *doc)
{
	const struct argp argp = {
		.options = freeze_options, .parser = freeze_parse,
		.args_doc = "WHO", .doc = doc,
	};
	struct freezer freezer = {
		.act = act,
		.table = { .columns = 5, .right = 0x1c },
	};
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, &freezer);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &freezer.kipc);
	if (ret)
		return ret;
	ret = freeze_all(&freezer, tool->device);
	kipc_close(freezer.kipc);
	return ret < 0 ? fail(&freezer, ret) : TOOL_OK;
}

static int freeze_run(const struct tool *tool, int argc, char **argv)
{
	return run(tool, argc, argv, kipc_freeze, freeze_doc);
}

static int thaw_run(const struct tool *tool, int argc, char **argv)
{
	return run(tool, argc, argv, kipc_thaw, thaw_doc);
}

static int frozen_run(const struct tool *tool, int argc, char **argv)
{
	return run(tool, argc, argv, kipc_freeze_query, frozen_doc);
}

const struct command cmd_freeze = {
	.name = "freeze",
	.summary = "keep endpoints from receiving",
	.run = freeze_run,
};

const struct command cmd_thaw = {
	.name = "thaw",
	.summary = "let them receive again",
	.run = thaw_run,
};

const struct command cmd_frozen = {
	.name = "frozen",
	.summary = "show whether endpoints are frozen",
	.run = frozen_run,
};
