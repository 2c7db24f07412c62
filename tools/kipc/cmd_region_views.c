// SPDX-License-Identifier: GPL-2.0-only
/* kipc region views and revoke: who has which part of a region, and no longer. */
#include <errno.h>
#include <unistd.h>

#include "json.h"
#include "named.h"
#include "region.h"
#include "table.h"
#include "text.h"

/* Views that are asked for at once */
#define AT_ONCE	64

static const char views_doc[] =
	"List the views that there are of the region NAME.\n"
	"\vID is the view's number; FROM that of the one it was made from, '-' if it was\n"
	"opened by name; RIGHTS what may be done: r read, w write, o own; OFFSET and\n"
	"SIZE which part it is; PROCESS and USER who made it, '-' if that is gone. It\n"
	"takes the region's owner, or root.\n"
	"\n"
	"Output with --json, an array of objects:\n"
	"  {\"id\", \"from\", \"rights\", \"offset\", \"size\", \"pid\", \"uid\", \"user\"}\n"
	"\n"
	"Examples:\n"
	"  kipc region views example.frame\n"
	"  kipc region views --json example.frame | jq '.[].pid'";

static const char revoke_doc[] =
	"Take the views ID away from whoever has them, and all that were made from\n"
	"them.\n"
	"\vTheir mappings are gone at once in all processes: who touches one gets SIGBUS.\n"
	"kipc region views shows the numbers. It takes the region's owner, or root.\n"
	"\n"
	"Examples:\n"
	"  kipc region revoke example.frame 7\n"
	"  kipc region revoke --all example.frame";

static const struct argp_option revoke_options[] = {
	{ "all", 'a', NULL, 0, "take all of them away", 0 },
	{ 0 }
};

/**
 * struct revoke_args - what the command line said
 * @name: the region's name
 * @all: revoke all
 * @ids: the others, in argv
 * @count: how many these are
 */
struct revoke_args {
	const char *name;
	bool all;
	char **ids;
	size_t count;
};

static error_t revoke_parse(int key, char *arg, struct argp_state *state)
{
	struct revoke_args *args = state->input;

	switch (key) {
	case 'a':
		args->all = true;
		return 0;
	case ARGP_KEY_ARG:
		args->name = arg;
		args->ids = state->argv + state->next;
		args->count = (size_t)(state->argc - state->next);
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!args->name || args->all == !!args->count)
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp revoke_argp = {
	.options = revoke_options, .parser = revoke_parse,
	.args_doc = "NAME ID...\n--all NAME", .doc = revoke_doc,
};

static const char *rights_text(char *text, uint32_t flags)
{
	snprintf(text, TEXT_MAX, "%s%s%s", flags & KIPC_REGION_READ ? "r" : "",
		 flags & KIPC_REGION_WRITE ? "w" : "",
		 flags & KIPC_REGION_OWN ? "o" : "");
	return text;
}

/* A number, or '-' for none */
static void add_number(struct table *table, uint64_t number)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	table_add(table, number ? text : "-");
}

static void add_row(struct table *table, const struct kipc_view_entry *view)
{
	static const char *const header[] = {
		"ID", "FROM", "RIGHTS", "OFFSET", "SIZE", "PROCESS", "USER"
	};
	char text[TEXT_MAX];

	if (!table->count)
		table_row(table, header);
	add_number(table, view->id);
	add_number(table, view->parent);
	table_add(table, rights_text(text, view->flags));
	table_add(table, text_bytes(text, view->offset));
	table_add(table, text_bytes(text, view->size));
	add_number(table, view->pid);
	table_add(table, text_user(text, view->uid));
}

static void add_object(struct json_object *array,
		       const struct kipc_view_entry *view)
{
	struct json_object *object = json_object_new_object();
	char text[TEXT_MAX];

	json_add_number(object, "id", view->id);
	json_add_number(object, "from", view->parent);
	json_add_text(object, "rights", rights_text(text, view->flags));
	json_add_number(object, "offset", view->offset);
	json_add_number(object, "size", view->size);
	json_add_number(object, "pid", view->pid);
	json_add_number(object, "uid", view->uid);
	json_add_text(object, "user", text_user(text, view->uid));
	json_add_item(array, object);
}

static int list(int region, struct table *table, struct json_object *array)
{
	struct kipc_view_entry views[AT_ONCE];
	uint64_t cursor = 0;
	int count;

	do {
		count = kipc_region_views(region, views, AT_ONCE, &cursor);
		for (int i = 0; i < count; i++) {
			if (array)
				add_object(array, &views[i]);
			else
				add_row(table, &views[i]);
		}
	} while (count >= 0 && cursor);
	return count < 0 ? count : 0;
}

static int views_run(const struct tool *tool, int argc, char **argv)
{
	struct table table = {
		.columns = 7, .right = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5,
	};
	struct json_object *array;
	struct named_args args;
	int region, printed, ret;

	named_parse(&args, views_doc, argc, argv);
	ret = region_open(tool, args.name, KIPC_REGION_READ | KIPC_REGION_OWN,
			  &region);
	if (ret)
		return ret;
	array = args.json ? json_object_new_array() : NULL;
	ret = list(region, &table, array);
	printed = array ? json_print(array, true) : table_print(&table);
	close(region);
	ret = ret ?: printed;
	return ret < 0 ? region_fail(ret, args.name) : TOOL_OK;
}

static int revoke_one(int region, const char *name, const char *text)
{
	uint64_t id;
	int ret;

	if (text_parse_number(text, UINT64_MAX, &id) < 0) {
		tool_error("'%s' is no number of a view: see kipc region views %s",
			   text, name);
		return TOOL_USAGE;
	}
	ret = kipc_region_revoke(region, id);
	if (ret != -ENXIO)
		return ret < 0 ? region_fail(ret, name) : TOOL_OK;
	tool_error("'%s' has no view %s: see kipc region views %s", name, text,
		   name);
	return TOOL_FAILED;
}

static int revoke_run(const struct tool *tool, int argc, char **argv)
{
	struct revoke_args args = { 0 };
	int region, status, ret;

	argp_parse(&revoke_argp, argc, argv, 0, NULL, &args);
	ret = region_open(tool, args.name, KIPC_REGION_READ | KIPC_REGION_OWN,
			  &region);
	if (ret)
		return ret;
	if (args.all) {
		ret = kipc_region_revoke_all(region);
		if (ret < 0)
			ret = region_fail(ret, args.name);
	}
	for (size_t i = 0; i < args.count; i++) {
		status = revoke_one(region, args.name, args.ids[i]);
		if (status)
			ret = status;
	}
	close(region);
	return ret;
}

const struct command cmd_region_views = {
	.name = "views",
	.summary = "list who has which part of a region",
	.run = views_run,
};

const struct command cmd_region_revoke = {
	.name = "revoke",
	.summary = "take views of a region away",
	.run = revoke_run,
};
