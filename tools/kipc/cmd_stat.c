// SPDX-License-Identifier: GPL-2.0-only
/* kipc stat: what is in use, how much of it there may be, and the traffic. */
#include <errno.h>

#include "census.h"
#include "json.h"
#include "map.h"
#include "table.h"
#include "text.h"
#include "tool.h"

static const char stat_doc[] =
	"Show what your user has in use in this domain and how much it may have, the\n"
	"domain's traffic since it was made, and what your processes' endpoints have to\n"
	"do.\n"
	"\vThe limits are parameters of the module: see /sys/module/kipc/parameters.\n"
	"A domain, and its counters, begin with its first endpoint and end with its\n"
	"last. The endpoints are all that you can see: for root, those of all users and\n"
	"domains; kipc top shows them one by one.\n"
	"\n"
	"Output with --json, one object; sizes are in bytes:\n"
	"  {\"uid\", \"owner\",\n"
	"   \"usage\": {\"endpoints\": {\"used\", \"limit\"}, and likewise \"nodes\",\n"
	"             \"handles\", \"names\", \"watches\", \"name_watches\",\n"
	"             \"pool_bytes\", \"message_bytes\", \"message_count\",\n"
	"             \"files\", \"attached_handles\", \"mailboxes\",\n"
	"             \"mailbox_bytes\", \"regions\", \"region_bytes\", \"views\"},\n"
	"   \"domain\": {\"endpoints\", \"names\", \"calls\", \"replies\", \"failed\",\n"
	"              \"sends\", \"notifies\"},\n"
	"   \"endpoints\": {\"seen\", \"queued\", \"serving\", \"abandoned\",\n"
	"                 \"starved\", \"pool_used\"}}\n"
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
	USAGE(mailboxes, "mailboxes", false),
	USAGE(mailbox_bytes, "mailboxes' room", true),
	USAGE(regions, "regions", false),
	USAGE(region_bytes, "regions' sizes", true),
	USAGE(views, "views of regions", false),
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

/* What is added up over the endpoints, likewise */
static const struct {
	const char *key;
	const char *label;
	size_t offset;
	bool bytes;
} sums[] = {
#define SUM(key, label, member, bytes) \
	{ key, label, offsetof(struct census_entry, member), bytes }
	SUM("queued", "messages that wait to be received", queued, false),
	SUM("serving", "calls that are being served", serving, false),
	SUM("abandoned", "of these, callers have left", abandoned, false),
	SUM("starved", "messages that found no thread waiting", starved, false),
	SUM("pool_used", "in pools", pool_used, true),
#undef SUM
};

/**
 * struct seen - the endpoints that can be seen
 * @found: these, by number
 * @own: the one of this tool
 * @total: what they have together
 */
struct seen {
	struct lh_table *found;
	uint64_t own;
	struct census_entry total;
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

static uint64_t *sum_at(struct census_entry *entry, size_t i)
{
	return (void *)((char *)entry + sums[i].offset);
}

static int add_up(const struct census_entry *entry, void *context)
{
	struct census_entry copy = *entry;
	struct seen *seen = context;

	/* Several processes can have the same one open. */
	if (entry->endpoint == seen->own ||
	    map_find(seen->found, entry->endpoint, 0))
		return 0;
	if (!map_add(seen->found, entry->endpoint, 0, sizeof(struct map_item)))
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++)
		*sum_at(&seen->total, i) += *sum_at(&copy, i);
	return 0;
}

static int print_json(const struct kipc_stat *stat, struct seen *seen)
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
	list = json_add_object(object, "endpoints");
	json_add_number(list, "seen", (uint64_t)lh_table_length(seen->found));
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++)
		json_add_number(list, sums[i].key, *sum_at(&seen->total, i));
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

static int print_seen(struct seen *seen)
{
	struct table table = { .columns = 2, .right = 0x2 };
	char text[TEXT_MAX];

	printf("\n%s endpoints that you can see:\n",
	       text_count(text, (uint64_t)lh_table_length(seen->found)));
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		uint64_t sum = *sum_at(&seen->total, i);

		table_add(&table, sums[i].label);
		table_add(&table, sums[i].bytes ? text_bytes(text, sum) :
						  text_count(text, sum));
	}
	return table_print(&table);
}

static int print_text(const struct kipc_stat *stat, struct seen *seen)
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
	ret = table_print(&domain);
	return ret < 0 ? ret : print_seen(seen);
}

static int print(const struct tool *tool, struct kipc *endpoint, bool json)
{
	static const struct census_visits visits = { .endpoint = add_up };
	struct seen seen = { .found = map_new() };
	struct kipc_info info = { 0 };
	struct kipc_stat stat;
	dev_t device;
	int ret;

	if (!seen.found)
		return -ENOMEM;
	ret = kipc_stat(endpoint, &stat);
	if (!ret)
		ret = kipc_info(endpoint, &info);
	if (!ret)
		ret = census_device(tool->device, &device);
	seen.own = info.endpoint;
	if (!ret)
		ret = census_take(device, 0, &visits, &seen);
	if (!ret)
		ret = json ? print_json(&stat, &seen) :
			     print_text(&stat, &seen);
	lh_table_free(seen.found);
	return ret;
}

static int stat_run(const struct tool *tool, int argc, char **argv)
{
	struct kipc *endpoint;
	bool json = false;
	int ret;

	argp_parse(&stat_argp, argc, argv, 0, NULL, &json);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = print(tool, endpoint, json);
	kipc_close(endpoint);
	return ret < 0 ? tool_fail(ret, "stat") : TOOL_OK;
}

const struct command cmd_stat = {
	.name = "stat",
	.summary = "show usage, limits and traffic",
	.run = stat_run,
};
