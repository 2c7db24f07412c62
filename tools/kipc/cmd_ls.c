// SPDX-License-Identifier: GPL-2.0-only
/* kipc ls: the names that exist. */
#include "json.h"
#include "name_list.h"
#include "table.h"
#include "text.h"
#include "tool.h"

static const char ls_doc[] =
	"List the names that exist, or only PREFIX and those below it.\n"
	"\vThe mode says who may do what, as a file's mode does. Of a node: w call it,\n"
	"r be told of its end, x pass it on. Of a mailbox: w send, r receive; kipc\n"
	"mailbox ls tells more. Of a region: w write, r read; kipc region ls tells\n"
	"more. The process is the one that opened the endpoint that published the\n"
	"name; '-' if it cannot be seen from here, or if there is none, as with\n"
	"mailboxes and regions.\n"
	"\n"
	"Output with --json, an array of objects:\n"
	"  {\"name\", \"kind\", \"mode\", \"uid\", \"gid\", \"owner\", \"pid\"}\n"
	"\n"
	"Examples:\n"
	"  kipc ls\n"
	"  kipc ls example\n"
	"  kipc ls --json | jq -r '.[].name'";

static const struct argp_option ls_options[] = {
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/* What the command line said */
struct ls_args {
	const char *prefix;
	bool json;
};

static error_t ls_parse(int key, char *arg, struct argp_state *state)
{
	struct ls_args *args = state->input;

	switch (key) {
	case TOOL_KEY_JSON:
		args->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (args->prefix)
			argp_usage(state);
		args->prefix = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp ls_argp = {
	.options = ls_options, .parser = ls_parse,
	.args_doc = "[PREFIX]", .doc = ls_doc,
};

static int print_json(const struct name_list *list)
{
	struct json_object *array = json_object_new_array();
	struct json_object *object;

	for (size_t i = 0; array && i < list->count; i++) {
		object = json_object_new_object();
		json_add_name(object, &list->names[i]);
		json_object_array_add(array, object);
	}
	return json_print(array, true);
}

static int print_text(const struct name_list *list)
{
	static const char *const header[] = {
		"NAME", "KIND", "MODE", "OWNER", "PID"
	};
	struct table table = { .columns = 5, .right = 1 << 4 };
	char text[TEXT_MAX];

	if (!list->count)
		return 0;
	table_row(&table, header);
	for (size_t i = 0; i < list->count; i++) {
		const struct kipc_name *name = &list->names[i];

		table_add(&table, name->name);
		table_add(&table, text_kind(name->kind));
		table_add(&table, text_mode(text, name->mode));
		table_add(&table, text_user(text, name->uid));
		snprintf(text, sizeof(text), "%d", (int)name->pid);
		table_add(&table, name->pid ? text : "-");
	}
	return table_print(&table);
}

static int ls_run(const struct tool *tool, int argc, char **argv)
{
	struct ls_args args = { 0 };
	struct name_list list = { 0 };
	struct kipc *endpoint;
	int ret;

	argp_parse(&ls_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = name_list_fill(&list, endpoint, args.prefix);
	if (!ret)
		ret = args.json ? print_json(&list) : print_text(&list);
	name_list_free(&list);
	kipc_close(endpoint);
	return ret < 0 ? tool_fail_name(ret, args.prefix ?: "") : TOOL_OK;
}

const struct command cmd_ls = {
	.name = "ls",
	.summary = "list the names that exist",
	.run = ls_run,
};
