// SPDX-License-Identifier: GPL-2.0-only
/* kipc info: what the kernel's kipc can do, and its limits. */
#include "json.h"
#include "table.h"
#include "text.h"
#include "tool.h"

static const char info_doc[] =
	"Show what the kernel's kipc can do, and its limits.\n"
	"\vThe domain is the inode number of the IPC namespace: processes in\n"
	"different domains neither see nor reach each other.\n"
	"\n"
	"Output with --json, one object; sizes are in bytes:\n"
	"  {\"abi_version\", \"features\", \"domain\", \"attachments_max\", \"vec_max\",\n"
	"   \"name_max\", \"batch_max\", \"depth_max\", \"pool_max\"}\n"
	"\n"
	"Examples:\n"
	"  kipc info\n"
	"  kipc info --json | jq .pool_max";

static const struct argp_option info_options[] = {
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

static error_t info_parse(int key, char *arg, struct argp_state *state)
{
	bool *json = state->input;

	(void)arg;
	if (key != TOOL_KEY_JSON)
		return ARGP_ERR_UNKNOWN;
	*json = true;
	return 0;
}

static const struct argp info_argp = {
	.options = info_options, .parser = info_parse, .doc = info_doc,
};

static int print_json(const struct kipc_info *info)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "abi_version", info->abi_version);
	json_add_number(object, "features", info->features);
	json_add_number(object, "domain", info->domain);
	json_add_number(object, "attachments_max", info->attachments_max);
	json_add_number(object, "vec_max", info->vec_max);
	json_add_number(object, "name_max", info->name_max);
	json_add_number(object, "batch_max", info->batch_max);
	json_add_number(object, "depth_max", info->depth_max);
	json_add_number(object, "pool_max", info->pool_max);
	return json_print(object, true);
}

static int print_text(const struct tool *tool, const struct kipc_info *info)
{
	struct table table = { .columns = 2 };
	char text[TEXT_MAX];

	table_row(&table, (const char *[]){ "device", tool->device });
	table_add(&table, "ABI version");
	table_add(&table, text_count(text, info->abi_version));
	table_add(&table, "features");
	snprintf(text, sizeof(text), "%#llx",
		 (unsigned long long)info->features);
	table_add(&table, info->features ? text : "none");
	table_add(&table, "domain");
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)info->domain);
	table_add(&table, text);
	table_add(&table, "largest pool");
	table_add(&table, text_bytes(text, info->pool_max));
	table_add(&table, "longest name");
	table_add(&table, text_bytes(text, info->name_max));
	table_add(&table, "attachments per message");
	table_add(&table, text_count(text, info->attachments_max));
	table_add(&table, "segments per payload");
	table_add(&table, text_count(text, info->vec_max));
	table_add(&table, "slices freed, messages received at once");
	table_add(&table, text_count(text, info->batch_max));
	table_add(&table, "calls in a chain");
	table_add(&table, text_count(text, info->depth_max));
	return table_print(&table);
}

static int info_run(const struct tool *tool, int argc, char **argv)
{
	struct kipc_info info;
	struct kipc *endpoint;
	bool json = false;
	int ret;

	argp_parse(&info_argp, argc, argv, 0, NULL, &json);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = kipc_info(endpoint, &info);
	if (!ret)
		ret = json ? print_json(&info) : print_text(tool, &info);
	kipc_close(endpoint);
	return ret < 0 ? tool_fail(ret, "info") : TOOL_OK;
}

const struct command cmd_info = {
	.name = "info",
	.summary = "show what the kernel's kipc can do",
	.run = info_run,
};
