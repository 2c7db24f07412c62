// SPDX-License-Identifier: GPL-2.0-only
/* kipc region ls: the regions that exist. */
#include <errno.h>
#include <unistd.h>

#include "json.h"
#include "name_list.h"
#include "region.h"
#include "table.h"
#include "text.h"

static const char ls_doc[] =
	"List the regions that exist, or only PREFIX and those below it.\n"
	"\vMEMORY is how much of SIZE was used so far; VIEWS how many views there are,\n"
	"without that of this command; CHUNK the size of the chunks into which it is\n"
	"cut, and FREE how many of them are, of all; SEALED against what: write, or new\n"
	"writers (future). '-' is what there is not, or what cannot be seen, because\n"
	"the mode does not let you read it.\n"
	"\n"
	"Output with --json, an array of objects; what cannot be seen is missing:\n"
	"  {\"name\", \"mode\", \"uid\", \"gid\", \"owner\", \"id\", \"size\", \"resident\",\n"
	"   \"views\", \"seals\", \"chunk_size\", \"chunks\", \"chunks_free\",\n"
	"   \"leases_max\"}\n"
	"\n"
	"Examples:\n"
	"  kipc region ls\n"
	"  kipc region ls --json | jq '[.[].resident] | add'";

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

static const char *seals_text(uint32_t seals)
{
	if (seals & KIPC_REGION_SEAL_WRITE)
		return "write";
	return seals & KIPC_REGION_SEAL_FUTURE_WRITE ? "future" : "no";
}

static void add_chunks(struct table *table, const struct kipc_region_info *info)
{
	char text[TEXT_MAX];

	table_add(table, info->chunks ? text_bytes(text, info->chunk_size) : "-");
	snprintf(text, sizeof(text), "%u/%u", info->chunks_free, info->chunks);
	table_add(table, info->chunks ? text : "-");
}

static void add_seen(struct table *table, const struct kipc_region_info *info)
{
	char text[TEXT_MAX];

	table_add(table, text_bytes(text, info->region_size));
	table_add(table, text_bytes(text, info->resident));
	table_add(table, text_count(text, info->views - 1));
	add_chunks(table, info);
	table_add(table, seals_text(info->seals));
}

static void add_row(struct table *table, const struct kipc_name *name,
		    const struct kipc_region_info *info)
{
	static const char *const header[] = {
		"NAME", "SIZE", "MEMORY", "VIEWS", "CHUNK", "FREE", "SEALED",
		"MODE", "OWNER"
	};
	char text[TEXT_MAX];

	if (!table->count)
		table_row(table, header);
	table_add(table, name->name);
	if (info) {
		add_seen(table, info);
	} else {
		for (int i = 0; i < 6; i++)
			table_add(table, "-");
	}
	table_add(table, text_mode(text, name->mode));
	table_add(table, text_user(text, name->uid));
}

static void add_object(struct json_object *array, const struct kipc_name *name,
		       const struct kipc_region_info *info)
{
	struct json_object *object = json_object_new_object();
	char text[TEXT_MAX];

	json_add_text(object, "name", name->name);
	json_add_number(object, "mode", name->mode);
	json_add_number(object, "uid", name->uid);
	json_add_number(object, "gid", name->gid);
	json_add_text(object, "owner", text_user(text, name->uid));
	if (info) {
		json_add_number(object, "id", info->id);
		json_add_number(object, "size", info->region_size);
		json_add_number(object, "resident", info->resident);
		json_add_number(object, "views", info->views - 1);
		json_add_number(object, "seals", info->seals);
		json_add_number(object, "chunk_size", info->chunk_size);
		json_add_number(object, "chunks", info->chunks);
		json_add_number(object, "chunks_free", info->chunks_free);
		json_add_number(object, "leases_max", info->leases_max);
	}
	json_add_item(array, object);
}

/* One that vanished meanwhile, or is something else by now, is left out */
static int look_at(struct ls *ls, struct kipc *endpoint,
		   const struct kipc_name *name)
{
	struct kipc_region_info info, *seen = NULL;
	int view = kipc_region_open(endpoint, name->name, KIPC_REGION_READ, 0,
				    0);

	if (view == -ENOENT || view == -EPROTOTYPE)
		return 0;
	if (view < 0 && view != -EACCES)
		return view;
	if (view >= 0) {
		if (!kipc_region_info(view, &info))
			seen = &info;
		close(view);
	}
	if (ls->json)
		add_object(ls->array, name, seen);
	else
		add_row(&ls->table, name, seen);
	return 0;
}

static int list(struct ls *ls, struct kipc *endpoint)
{
	struct name_list names = { 0 };
	int ret;

	ret = name_list_fill(&names, endpoint, ls->prefix);
	for (size_t i = 0; !ret && i < names.count; i++) {
		if (names.names[i].kind == KIPC_OBJECT_REGION)
			ret = look_at(ls, endpoint, &names.names[i]);
	}
	name_list_free(&names);
	return ret;
}

static int ls_run(const struct tool *tool, int argc, char **argv)
{
	struct ls ls = {
		.table = { .columns = 9, .right = 0x3e },
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
	return ret < 0 ? region_fail(ret, ls.prefix ?: "") : TOOL_OK;
}

const struct command cmd_region_ls = {
	.name = "ls",
	.summary = "list the regions that exist",
	.run = ls_run,
};
