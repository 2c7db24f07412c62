// SPDX-License-Identifier: GPL-2.0-only
/* kipc region chunks: who has which chunk of a region. */
#include <errno.h>
#include <unistd.h>

#include "json.h"
#include "named.h"
#include "proc.h"
#include "region.h"
#include "table.h"
#include "text.h"

/* Entries that are asked for at once */
#define AT_ONCE	64

static const char chunks_doc[] =
	"List who has which chunk of the region NAME.\n"
	"\vCHUNK is the chunk's number, from 0 on; STATE what somebody has of it:\n"
	"  loaned   a loan, to write to it\n"
	"  leased   a lease, to read it\n"
	"  sent     MESSAGES carry it that nobody has received, or that somebody can\n"
	"           receive again\n"
	"VIEW is the number of the view through which, as kipc region views shows it;\n"
	"PROCESS who has it, '-' if that cannot be seen from here; USER who made the\n"
	"view. A chunk can have several lines; what has none is free. It takes the\n"
	"region's owner, or root.\n"
	"\n"
	"Output with --json, an array of objects:\n"
	"  {\"chunk\", \"state\", \"messages\"} of what is sent, else\n"
	"  {\"chunk\", \"state\", \"view\", \"pid\", \"process\", \"uid\", \"user\"}\n"
	"without the process if that cannot be seen.\n"
	"\n"
	"Examples:\n"
	"  kipc region chunks example.frames\n"
	"  kipc region chunks --json example.frames | jq '[.[].chunk] | unique'";

static const char *state_text(uint32_t state)
{
	switch (state) {
	case KIPC_CHUNK_LOANED:
		return "loaned";
	case KIPC_CHUNK_LEASED:
		return "leased";
	case KIPC_CHUNK_SENT:
		return "sent";
	default:
		return "?";
	}
}

static const char *process_text(char *text, pid_t pid)
{
	char name[PROC_NAME_MAX];

	if (!pid)
		return "-";
	snprintf(text, TEXT_MAX, "%s[%d]",
		 proc_name(pid, name) < 0 ? "?" : name, (int)pid);
	return text;
}

static void add_row(struct table *table, const struct kipc_chunk_entry *entry)
{
	static const char *const header[] = {
		"CHUNK", "STATE", "VIEW", "PROCESS", "USER", "MESSAGES"
	};
	bool sent = entry->state == KIPC_CHUNK_SENT;
	char text[TEXT_MAX];

	if (!table->count)
		table_row(table, header);
	snprintf(text, sizeof(text), "%u", entry->chunk);
	table_add(table, text);
	table_add(table, state_text(entry->state));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)entry->view);
	table_add(table, sent ? "-" : text);
	table_add(table, process_text(text, (pid_t)entry->pid));
	table_add(table, sent ? "-" : text_user(text, entry->uid));
	table_add(table, sent ? text_count(text, entry->count) : "-");
}

static void add_object(struct json_object *array,
		       const struct kipc_chunk_entry *entry)
{
	struct json_object *object = json_object_new_object();
	char text[TEXT_MAX], name[PROC_NAME_MAX];

	json_add_number(object, "chunk", entry->chunk);
	json_add_text(object, "state", state_text(entry->state));
	if (entry->state == KIPC_CHUNK_SENT) {
		json_add_number(object, "messages", entry->count);
	} else {
		json_add_number(object, "view", entry->view);
		if (entry->pid)
			json_add_number(object, "pid", entry->pid);
		if (entry->pid && !proc_name((pid_t)entry->pid, name))
			json_add_text(object, "process", name);
		json_add_number(object, "uid", entry->uid);
		json_add_text(object, "user", text_user(text, entry->uid));
	}
	json_add_item(array, object);
}

static int list(int region, struct table *table, struct json_object *array)
{
	struct kipc_chunk_entry entries[AT_ONCE];
	uint64_t cursor = 0;
	int count;

	do {
		count = kipc_chunk_list(region, entries, AT_ONCE, &cursor);
		for (int i = 0; i < count; i++) {
			if (array)
				add_object(array, &entries[i]);
			else
				add_row(table, &entries[i]);
		}
	} while (count >= 0 && cursor);
	return count < 0 ? count : 0;
}

static int print_summary(int region)
{
	char free[TEXT_MAX], all[TEXT_MAX], size[TEXT_MAX];
	struct kipc_region_info info;
	int ret = kipc_region_info(region, &info);

	if (!ret)
		printf("%s of %s chunks of %s are free\n",
		       text_count(free, info.chunks_free),
		       text_count(all, info.chunks),
		       text_bytes(size, info.chunk_size));
	return ret;
}

static int show(int region, bool json)
{
	struct table table = {
		.columns = 6, .right = 1 << 0 | 1 << 2 | 1 << 5,
	};
	struct json_object *array = json ? json_object_new_array() : NULL;
	int ret;

	ret = list(region, &table, array);
	if (ret) {
		json_object_put(array);
		table_free(&table);
		return ret;
	}
	if (json)
		return json_print(array, true);
	return table_print(&table) ?: print_summary(region);
}

static int chunks_run(const struct tool *tool, int argc, char **argv)
{
	struct named_args args;
	int region, ret;

	named_parse(&args, chunks_doc, argc, argv);
	ret = region_open(tool, args.name, KIPC_REGION_READ | KIPC_REGION_OWN,
			  &region);
	if (ret)
		return ret;
	ret = show(region, args.json);
	close(region);
	if (ret == -EPROTOTYPE) {
		tool_error("'%s' has no chunks: kipc region create --chunk makes one that has",
			   args.name);
		return TOOL_FAILED;
	}
	return ret < 0 ? region_fail(ret, args.name) : TOOL_OK;
}

const struct command cmd_region_chunks = {
	.name = "chunks",
	.summary = "list who has which chunk of a region",
	.run = chunks_run,
};
