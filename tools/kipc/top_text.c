// SPDX-License-Identifier: GPL-2.0-only
/* The tables of kipc top. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "colour.h"
#include "table.h"
#include "text.h"
#include "tool.h"
#include "top.h"

static void head(const struct top *top, struct table *table, FILE *out)
{
	table->out = out;
	table->head = colour(top->colour, COLOUR_HEAD);
	table->plain = colour(top->colour, COLOUR_PLAIN);
}

static void print_traffic(const struct top *top, FILE *out)
{
	const struct {
		const char *label;
		uint64_t count;
	} rates[] = {
		{ "calls/s", top->stat.calls - top->before.calls },
		{ "answers/s", top->stat.replies - top->before.replies },
		{ "failed/s", top->stat.failed - top->before.failed },
		{ "sends/s", top->stat.sends - top->before.sends },
		{ "notifications/s",
		  top->stat.notifies - top->before.notifies },
	};
	char text[TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rates); i++)
		fprintf(out, "%s%s %s", i ? ", " : "",
			text_rate(text, rates[i].count, top->interval),
			rates[i].label);
	fputs("\n\n", out);
}

static void print_summary(const struct top *top, FILE *out)
{
	char when[TEXT_MAX], endpoints[TEXT_MAX], names[TEXT_MAX];
	char interval[TEXT_MAX];
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	fprintf(out, "kipc top, %s, the last %s. Domain %llu: %s endpoints, %s names\n",
		when, text_time(interval, top->interval),
		(unsigned long long)top->info.domain,
		text_count(endpoints, top->stat.domain_endpoints - 1),
		text_count(names, top->stat.domain_names));
	print_traffic(top, out);
}

/* A time, or nothing if nothing was measured */
static void add_latency(struct table *table, const struct pair *pair,
			uint64_t time)
{
	char text[TEXT_MAX];

	table_add(table, pair->latency.count ? text_time(text, time) : "-");
}

static void add_rate(const struct top *top, struct table *table,
		     uint64_t number)
{
	char text[TEXT_MAX];

	table_add(table, text_rate(text, number, top->interval));
}

static void add_pair(struct top *top, struct table *table,
		     const struct pair *pair)
{
	struct directory *directory = &top->directory;
	char text[DIRECTORY_TEXT_MAX];

	table_add(table, pair_caller(pair, text));
	table_add(table, directory_object(directory, pair->to, pair->node,
					  text));
	table_add(table, directory_party(directory, pair->to, text));
	add_rate(top, table, pair->calls);
	add_rate(top, table, pair->failed);
	add_latency(table, pair, histogram_percentile(&pair->latency, 50));
	add_latency(table, pair, histogram_percentile(&pair->latency, 99));
	add_latency(table, pair, pair->latency.most);
	table_add(table, text_count(text, pair->waiting));
	add_rate(top, table, pair->sends);
	add_rate(top, table, pair->refused);
	add_rate(top, table, pair->notifies);
}

static int print_pairs(struct top *top, FILE *out)
{
	static const char *const columns[] = {
		"CALLER", "OBJECT", "OWNER", "CALLS/s", "FAILED/s", "P50",
		"P99", "MAX", "WAITING", "SENDS/s", "REFUSED/s", "NOTIFIES/s"
	};
	struct table table = { .columns = 12, .right = 0xff8 };
	struct pair **list;
	ssize_t number;

	head(top, &table, out);
	number = pairs_list(top->pairs, &top->directory, &top->flights, &list);
	if (number < 0)
		return (int)number;
	table_row(&table, columns);
	for (ssize_t i = 0; i < number; i++)
		add_pair(top, &table, list[i]);
	free(list);
	return table_print(&table);
}

static void add_name(struct table *table, const struct top_endpoint *endpoint)
{
	char text[sizeof(endpoint->name) + TEXT_MAX];

	if (endpoint->names > 1)
		snprintf(text, sizeof(text), "%s, %u more", endpoint->name,
			 endpoint->names - 1);
	else
		snprintf(text, sizeof(text), "%s", endpoint->name);
	table_add(table, text);
}

static void add_endpoint(const struct top *top, struct table *table,
			 const struct top_endpoint *endpoint)
{
	const struct census_entry *now = &endpoint->now;
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "@%llu",
		 (unsigned long long)now->endpoint);
	table_add(table, text);
	snprintf(text, sizeof(text), "%s[%d]", endpoint->process,
		 (int)now->pid);
	table_add(table, text);
	table_add(table, text_count(text, now->queued));
	table_add(table, text_count(text, now->serving));
	table_add(table, text_count(text, now->abandoned));
	add_rate(top, table, now->starved - endpoint->starved_before);
	table_add(table, text_bytes(text, now->pool_used));
	table_add(table, text_bytes(text, now->pool_size));
	table_add(table, text_count(text, now->nodes));
	table_add(table, text_count(text, now->handles));
	table_add(table, now->frozen ? "frozen" : "");
	add_name(table, endpoint);
}

static int print_endpoints(const struct top *top, FILE *out)
{
	static const char *const columns[] = {
		"ENDPOINT", "PROCESS", "QUEUED", "SERVING", "ABANDONED",
		"STARVED/s", "POOL USED", "POOL", "NODES", "HANDLES", "STATE",
		"NAME"
	};
	struct table table = { .columns = 12, .right = 0x3fc };
	struct top_endpoint **list;
	ssize_t number;

	head(top, &table, out);
	number = top_endpoints(top, &list);
	if (number < 0)
		return (int)number;
	table_row(&table, columns);
	for (ssize_t i = 0; i < number; i++)
		add_endpoint(top, &table, list[i]);
	free(list);
	return table_print(&table);
}

static void add_region(struct table *table, const struct top_region *region)
{
	const struct census_view *now = &region->now;
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)now->region);
	table_add(table, text);
	table_add(table, text_bytes(text, now->region_size));
	table_add(table, text_bytes(text, now->resident));
	table_add(table, text_count(text, now->views));
	table_add(table, text_count(text, region->processes));
	table_add(table, now->chunks ? text_bytes(text, now->chunk_size) : "-");
	snprintf(text, sizeof(text), "%llu/%llu",
		 (unsigned long long)now->chunks_free,
		 (unsigned long long)now->chunks);
	table_add(table, now->chunks ? text : "-");
	table_add(table, now->chunks ? text_count(text, region->leases) : "-");
	table_add(table, region->name);
}

/* If there are any */
static int print_regions(const struct top *top, FILE *out)
{
	static const char *const columns[] = {
		"REGION", "SIZE", "MEMORY", "VIEWS", "PROCESSES", "CHUNK",
		"FREE", "LEASES", "NAME"
	};
	struct table table = { .columns = 9, .right = 0xff };
	struct top_region **list;
	ssize_t number;

	number = top_regions_list(&top->regions, &list);
	if (number < 0)
		return (int)number;
	if (number) {
		fputs("\n", out);
		head(top, &table, out);
		table_row(&table, columns);
	}
	for (ssize_t i = 0; i < number; i++)
		add_region(&table, list[i]);
	free(list);
	return number ? table_print(&table) : 0;
}

static void print_doubts(const struct top *top, FILE *out)
{
	char text[TEXT_MAX];

	if (!top->tap)
		fprintf(out, "%sWho calls whom is not known: %s%s\n\n",
			colour(top->colour, COLOUR_NOTE), tap_why(top->why),
			colour(top->colour, COLOUR_PLAIN));
	if (top->lost)
		fprintf(out, "%s%s events were lost, they came too fast: this is not all%s\n",
			colour(top->colour, COLOUR_BAD),
			text_count(text, top->lost),
			colour(top->colour, COLOUR_PLAIN));
}

int top_print_text(struct top *top, FILE *out)
{
	int ret = 0;

	print_summary(top, out);
	print_doubts(top, out);
	if (top->tap) {
		ret = print_pairs(top, out);
		fputs("\n", out);
	}
	if (!ret)
		ret = print_endpoints(top, out);
	if (!ret)
		ret = print_regions(top, out);
	if (geteuid())
		fputs("Other users' processes cannot be seen: run as root\n",
		      out);
	return ret;
}
