// SPDX-License-Identifier: GPL-2.0-only
/* What kipc top knows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "top.h"

static struct top_endpoint *endpoint_of(struct top *top, uint64_t number)
{
	struct top_endpoint *endpoint = map_find(top->endpoints, number, 0);

	if (!endpoint)
		endpoint = map_add(top->endpoints, number, 0,
				   sizeof(*endpoint));
	return endpoint;
}

static int count(const struct census_entry *entry, void *context)
{
	struct top *top = context;
	struct top_endpoint *endpoint;
	uint64_t starved;

	if (entry->endpoint == top->info.endpoint)
		return 0;
	endpoint = endpoint_of(top, entry->endpoint);
	if (!endpoint)
		return -ENOMEM;
	if (endpoint->present)
		return 0;
	starved = endpoint->now.endpoint ? endpoint->now.starved :
					   entry->starved;
	endpoint->starved_before = starved;
	endpoint->now = *entry;
	endpoint->present = true;
	endpoint->names = 0;
	endpoint->name[0] = '\0';
	if (proc_name(entry->pid, endpoint->process) < 0)
		strcpy(endpoint->process, "?");
	return 0;
}

static int count_view(const struct census_view *view, void *context)
{
	struct top *top = context;

	return top_regions_count(&top->regions, view);
}

static void name_endpoint(struct top_endpoint *endpoint, const char *name)
{
	if (!endpoint->names++)
		snprintf(endpoint->name, sizeof(endpoint->name), "%s", name);
}

static int name_by_number(const struct names_entry *entry, void *context)
{
	struct top *top = context;
	struct top_endpoint *endpoint =
		map_find(top->endpoints, entry->endpoint, 0);

	if (endpoint)
		name_endpoint(endpoint, entry->name);
	return 0;
}

/* What everybody may know: which process published a name */
static int name_by_process(struct top *top)
{
	struct top_endpoint *endpoint;
	struct kipc_names *names;
	struct lh_entry *entry;
	struct kipc_name name;
	int ret;

	ret = kipc_names_new(top->kipc, NULL, &names);
	if (ret < 0)
		return ret;
	while ((ret = kipc_names_next(names, &name)) > 0) {
		lh_foreach(top->endpoints, entry) {
			endpoint = map_item_of(entry);
			if (endpoint->now.nodes && name.pid &&
			    endpoint->now.pid == name.pid)
				name_endpoint(endpoint, name.name);
		}
	}
	kipc_names_free(names);
	return ret;
}

static int take_census(struct top *top)
{
	static const struct census_visits visits = {
		.endpoint = count, .view = count_view,
	};
	struct lh_entry *entry, *next;
	struct top_endpoint *endpoint;
	int ret;

	top_regions_restart(&top->regions);
	lh_foreach(top->endpoints, entry) {
		endpoint = map_item_of(entry);
		endpoint->present = false;
	}
	ret = census_take(top->directory.device, 0, &visits, top);
	if (ret < 0)
		return ret;
	lh_foreach_safe(top->endpoints, entry, next) {
		endpoint = map_item_of(entry);
		if (!endpoint->present)
			lh_table_delete_entry(top->endpoints, entry);
	}
	ret = names_read(name_by_number, top);
	if (ret < 0)
		ret = name_by_process(top);
	return ret < 0 ? ret : top_regions_finish(&top->regions, top->kipc);
}

int top_init(struct top *top, dev_t device)
{
	int ret;

	top->pairs = map_new();
	top->endpoints = map_new();
	if (!top->pairs || !top->endpoints)
		return -ENOMEM;
	ret = top_regions_init(&top->regions);
	if (!ret)
		ret = flights_init(&top->flights, true);
	if (!ret)
		ret = directory_init(&top->directory, device);
	if (!ret)
		ret = kipc_info(top->kipc, &top->info);
	if (!ret)
		ret = kipc_stat(top->kipc, &top->stat);
	if (!ret)
		ret = take_census(top);
	if (!ret)
		ret = top_read(top);
	top_restart(top);
	return ret;
}

void top_deinit(struct top *top)
{
	if (top->pairs)
		lh_table_free(top->pairs);
	if (top->endpoints)
		lh_table_free(top->endpoints);
	top_regions_deinit(&top->regions);
	flights_deinit(&top->flights);
	directory_deinit(&top->directory);
}

static int take(const struct event *event, void *context)
{
	struct top *top = context;
	struct flight *flight;

	directory_learn(&top->directory, event);
	flight = flights_follow(&top->flights, event);
	pairs_learn(top->pairs, &top->directory, event, flight);
	flights_end(&top->flights, event, flight);
	return 0;
}

int top_read(struct top *top)
{
	return top->tap ? tap_read(top->tap, false, take, top) : 0;
}

/* What was lost may have been the end of calls, and the beginning of endpoints */
static void check_lost(struct top *top)
{
	uint64_t lost = tap_lost(top->tap);

	top->lost = lost - top->lost_before;
	top->lost_before = lost;
	if (!top->lost)
		return;
	flights_clear(&top->flights);
	directory_learn_all(&top->directory);
}

int top_finish(struct top *top)
{
	int ret;

	ret = top_read(top);
	if (!ret)
		ret = kipc_stat(top->kipc, &top->stat);
	top->interval = tap_now() - top->began;
	if (!ret)
		ret = take_census(top);
	if (!ret && top->tap)
		check_lost(top);
	return ret;
}

void top_restart(struct top *top)
{
	top->before = top->stat;
	top->began = tap_now();
	pairs_reset(top->pairs);
}

static int busiest_first(const void *a, const void *b)
{
	const struct top_endpoint *one = *(struct top_endpoint *const *)a;
	const struct top_endpoint *other = *(struct top_endpoint *const *)b;

	if (one->now.queued != other->now.queued)
		return one->now.queued > other->now.queued ? -1 : 1;
	if (one->now.serving != other->now.serving)
		return one->now.serving > other->now.serving ? -1 : 1;
	return one->now.endpoint < other->now.endpoint ? -1 : 1;
}

ssize_t top_endpoints(const struct top *top, struct top_endpoint ***list)
{
	struct top_endpoint **all;
	struct lh_entry *entry;
	size_t number = 0;

	all = calloc((size_t)lh_table_length(top->endpoints) + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	lh_foreach(top->endpoints, entry)
		all[number++] = map_item_of(entry);
	qsort(all, number, sizeof(struct top_endpoint *), busiest_first);
	*list = all;
	return (ssize_t)number;
}
