// SPDX-License-Identifier: GPL-2.0-only
/* kipc stat: what is in use, how much of it there may be, and the traffic. */
#include "json.h"
#include "table.h"
#include "text.h"
#include "tool.h"

static const char stat_doc[] =
	"Show what your user has in use in this domain and how much it may have, and\n"
	"the domain's traffic since it was made.\n"
	"\vThe limits are parameters of the module: see /sys/module/kipc/parameters.\n"
	"A domain, and its counters, begin with its first endpoint and end with its\n"
	"last.\n"
	"\n"
	"Output with --json, one object; sizes are in bytes:\n"
	"  {\"uid\", \"owner\",\n"
	"   \"usage\": {\"endpoints\": {\"used\", \"limit\"}, and likewise \"nodes\",\n"
	"             \"handles\", \"names\", \"watches\", \"name_watches\",\n"
	"             \"pool_bytes\", \"message_bytes\", \"message_count\",\n"
	"             \"files\", \"attached_handles\"},\n"
	"   \"domain\": {\"endpoints\", \"names\", \"calls\", \"replies\", \"failed\",\n"
	"              \"sends\", \"notifies\"}}\n"
	"\n"
	"Examples:\n"
	"  kipc stat\n"
	"  kipc stat --json | jq .usage.pool_bytes.used";

/* What has a quota: member of struct kipc_stat, and how to call it */
static const struct {
	const char *key;
	const char *label;
	size_t offset;
	bool bytes;
} usages[] = {
#define USAGE(member, label, bytes) \
	{ #member, label, offsetof(struct kipc_stat, member), bytes }
	USAGE(endpoints, "endpoints", false),
	USAGE(nodes, "nodes", false),
	USAGE(handles, "handles", false),
	USAGE(names, "names", false),
	USAGE(watches, "watches on objects", false),
	USAGE(name_watches, "watches on names", false),
	USAGE(pool_bytes, "pools", true),
	USAGE(message_bytes, "payload on its way", true),
	USAGE(message_count, "messages on their way", false),
	USAGE(files, "files on their way", false),
	USAGE(attached_handles, "handles on their way", false),
#undef USAGE
};

/* What is counted in the domain, likewise */
static const struct {
	const char *key;
	const char *label;
	size_t offset;
} counters[] = {
#define COUNTER(key, label, member) \
	{ key, label, offsetof(struct kipc_stat, member) }
	COUNTER("endpoints", "endpoints open", domain_endpoints),
	COUNTER("names", "names published", domain_names),
	COUNTER("calls", "calls", calls),
	COUNTER("replies", "calls answered", replies),
	COUNTER("failed", "calls without an answer", failed),
	COUNTER("sends", "one-way messages", sends),
	COUNTER("notifies", "notifications", notifies),
#undef COUNTER
};

static const struct argp_option stat_options[] = {
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

static error_t stat_parse(int key, char *arg, struct argp_state *state)
{
	bool *json = state->input;

	(void)arg;
	if (key != TOOL_KEY_JSON)
		return ARGP_ERR_UNKNOWN;
	*json = true;
	return 0;
}

static const struct argp stat_argp = {
	.options = stat_options, .parser = stat_parse, .doc = stat_doc,
};

static const struct kipc_usage *usage_at(const struct kipc_stat *stat,
					 size_t i)
{
	return (const void *)((const char *)stat + usages[i].offset);
}

static uint64_t counter_at(const struct kipc_stat *stat, size_t i)
{
	return *(const __u64 *)((const char *)stat + counters[i].offset);
}

static int print_json(const struct kipc_stat *stat)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list, *one;
	char text[TEXT_MAX];

	json_add_number(object, "uid", stat->uid);
	json_add_text(object, "owner", text_user(text, stat->uid));
	list = json_add_object(object, "usage");
	for (size_t i = 0; i < ARRAY_SIZE(usages); i++) {
		one = json_add_object(list, usages[i].key);
		json_add_number(one, "used", usage_at(stat, i)->used);
		json_add_number(one, "limit", usage_at(stat, i)->limit);
	}
	list = json_add_object(object, "domain");
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		json_add_number(list, counters[i].key, counter_at(stat, i));
	return json_print(object, true);
}

static void add_usage(struct table *table, size_t i,
		      const struct kipc_usage *usage)
{
	double share = usage->limit ? 100.0 * usage->used / usage->limit : 0;
	char text[TEXT_MAX];

	table_add(table, usages[i].label);
	table_add(table, usages[i].bytes ? text_bytes(text, usage->used) :
					   text_count(text, usage->used));
	table_add(table, usages[i].bytes ? text_bytes(text, usage->limit) :
					   text_count(text, usage->limit));
	snprintf(text, sizeof(text), "%.1f %%", share);
	table_add(table, text);
}

static int print_text(const struct kipc_stat *stat)
{
	struct table usage = { .columns = 4, .right = 0xe };
	struct table domain = { .columns = 2, .right = 0x2 };
	char text[TEXT_MAX];
	int ret;

	printf("User %s (%u) in this domain:\n", text_user(text, stat->uid),
	       stat->uid);
	table_row(&usage, (const char *[]){ "", "USED", "LIMIT", "SHARE" });
	for (size_t i = 0; i < ARRAY_SIZE(usages); i++)
		add_usage(&usage, i, usage_at(stat, i));
	ret = table_print(&usage);
	if (ret < 0)
		return ret;
	printf("\nAll users of this domain:\n");
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		table_add(&domain, counters[i].label);
		table_add(&domain, text_count(text, counter_at(stat, i)));
	}
	return table_print(&domain);
}

static int stat_run(const struct tool *tool, int argc, char **argv)
{
	struct kipc_stat stat;
	struct kipc *endpoint;
	bool json = false;
	int ret;

	argp_parse(&stat_argp, argc, argv, 0, NULL, &json);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = kipc_stat(endpoint, &stat);
	if (!ret)
		ret = json ? print_json(&stat) : print_text(&stat);
	kipc_close(endpoint);
	return ret < 0 ? tool_fail(ret, "stat") : TOOL_OK;
}

const struct command cmd_stat = {
	.name = "stat",
	.summary = "show usage, limits and traffic",
	.run = stat_run,
};
