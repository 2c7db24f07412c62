// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox ls: the mailboxes that exist. */
#include <errno.h>
#include <unistd.h>

#include "json.h"
#include "mailbox.h"
#include "name_list.h"
#include "table.h"
#include "text.h"

static const char ls_doc[] =
	"List the mailboxes that exist, or only PREFIX and those below it.\n"
	"\vMESSAGES is how many can be received, and how many it can hold; SIZE the\n"
	"largest message; LEASED how many were received and not acknowledged; WAITING\n"
	"how many threads wait for messages (in) and for room (out); DROPPED how many\n"
	"messages were dropped because it was full. kipc mailbox info tells all there\n"
	"is to know.\n"
	"\n"
	"Output with --json, an array of objects as kipc mailbox info --json has\n"
	"them.\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox ls\n"
	"  kipc mailbox ls example\n"
	"  kipc mailbox ls --json | jq -r '.[] | select(.messages > 0).name'";

static const struct argp_option ls_options[] = {
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/**
 * struct ls - the arguments, and what is printed
 * @prefix: which names; NULL for all
 * @json: print JSON
 * @array: with @json
 * @table: else
 */
struct ls {
	const char *prefix;
	bool json;
	struct json_object *array;
	struct table table;
};

static error_t ls_parse(int key, char *arg, struct argp_state *state)
{
	struct ls *ls = state->input;

	switch (key) {
	case TOOL_KEY_JSON:
		ls->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (ls->prefix)
			argp_usage(state);
		ls->prefix = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp ls_argp = {
	.options = ls_options, .parser = ls_parse,
	.args_doc = "[PREFIX]", .doc = ls_doc,
};

static void add_waiting(struct table *table,
			const struct kipc_mailbox_info *info)
{
	char text[TEXT_MAX];

	if (info->receivers && info->senders)
		snprintf(text, sizeof(text), "%u in, %u out", info->receivers,
			 info->senders);
	else if (info->receivers)
		snprintf(text, sizeof(text), "%u in", info->receivers);
	else if (info->senders)
		snprintf(text, sizeof(text), "%u out", info->senders);
	table_add(table, info->receivers || info->senders ? text : "-");
}

static void add_row(struct table *table, const char *name,
		    const struct kipc_mailbox_info *info)
{
	static const char *const header[] = {
		"NAME", "KIND", "MESSAGES", "SIZE", "LEASED", "WAITING", "MODE",
		"OWNER", "DROPPED"
	};
	char text[TEXT_MAX];

	if (!table->count)
		table_row(table, header);
	table_add(table, name);
	table_add(table, mailbox_kind_text(info->kind));
	snprintf(text, sizeof(text), "%u/%u", info->messages,
		 info->messages_max);
	table_add(table, text);
	table_add(table, text_bytes(text, info->size_max));
	snprintf(text, sizeof(text), "%u", info->leased);
	table_add(table, text);
	add_waiting(table, info);
	table_add(table, text_mode(text, info->mode));
	table_add(table, text_user(text, info->uid));
	table_add(table, text_count(text, info->dropped));
}

static void add(struct ls *ls, const char *name,
		const struct kipc_mailbox_info *info)
{
	struct json_object *object;

	if (!ls->json) {
		add_row(&ls->table, name, info);
		return;
	}
	object = json_object_new_object();
	mailbox_json(object, name, info);
	json_add_item(ls->array, object);
}

/* One that vanished meanwhile, or is something else by now, is left out */
static int look_at(struct ls *ls, struct kipc *endpoint, const char *name)
{
	struct kipc_mailbox_info info;
	int mailbox = kipc_mailbox_open(endpoint, name, 0, 0, NULL);
	int ret;

	if (mailbox == -ENOENT || mailbox == -EPROTOTYPE)
		return 0;
	if (mailbox < 0)
		return mailbox;
	ret = kipc_mailbox_info(mailbox, &info);
	close(mailbox);
	if (!ret)
		add(ls, name, &info);
	return ret;
}

static int list(struct ls *ls, struct kipc *endpoint)
{
	struct name_list names = { 0 };
	int ret;

	ret = name_list_fill(&names, endpoint, ls->prefix);
	for (size_t i = 0; !ret && i < names.count; i++) {
		if (names.names[i].kind == KIPC_OBJECT_MAILBOX)
			ret = look_at(ls, endpoint, names.names[i].name);
	}
	name_list_free(&names);
	return ret;
}

static int ls_run(const struct tool *tool, int argc, char **argv)
{
	struct ls ls = {
		.table = { .columns = 9, .right = 1 << 2 | 1 << 3 | 1 << 4 |
						  1 << 8 },
	};
	struct kipc *endpoint;
	int printed;
	int ret;

	argp_parse(&ls_argp, argc, argv, 0, NULL, &ls);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	if (ls.json)
		ls.array = json_object_new_array();
	ret = list(&ls, endpoint);
	printed = ls.json ? json_print(ls.array, true) : table_print(&ls.table);
	kipc_close(endpoint);
	ret = ret ?: printed;
	return ret < 0 ? mailbox_fail(ret, ls.prefix ?: "") : TOOL_OK;
}

const struct command cmd_mailbox_ls = {
	.name = "ls",
	.summary = "list the mailboxes that exist",
	.run = ls_run,
};
