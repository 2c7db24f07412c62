// SPDX-License-Identifier: GPL-2.0-only
/* The JSON of kipc top: an object for each interval. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "json.h"
#include "text.h"
#include "top.h"

static void add_traffic(struct json_object *object, const struct top *top)
{
	const struct kipc_stat *now = &top->stat, *before = &top->before;
	struct json_object *one = json_add_object(object, "domain");

	json_add_number(one, "number", top->info.domain);
	json_add_number(one, "endpoints", now->domain_endpoints - 1);
	json_add_number(one, "names", now->domain_names);
	json_add_number(one, "calls", now->calls - before->calls);
	json_add_number(one, "replies", now->replies - before->replies);
	json_add_number(one, "failed", now->failed - before->failed);
	json_add_number(one, "sends", now->sends - before->sends);
	json_add_number(one, "notifies", now->notifies - before->notifies);
}

static void add_caller(struct json_object *object, const struct pair *pair)
{
	struct json_object *one = json_add_object(object, "caller");

	if (pair->processes == 1)
		json_add_number(one, "endpoint", pair->from);
	if (!pair->pid)
		return;
	if (pair->processes == 1)
		json_add_number(one, "pid", (uint64_t)pair->pid);
	json_add_text(one, "process", pair->name);
	json_add_number(one, "processes", pair->processes);
}

static void add_owner(struct json_object *object,
		      const struct directory *directory, uint64_t endpoint)
{
	const struct party *party = directory_find(directory, endpoint);
	struct json_object *one = json_add_object(object, "owner");

	json_add_number(one, "endpoint", endpoint);
	if (!party || !party->pid)
		return;
	json_add_number(one, "pid", (uint64_t)party->pid);
	json_add_text(one, "process", party->name);
}

static struct json_object *pair_object(struct top *top, const struct pair *pair)
{
	struct json_object *object = json_object_new_object();
	const char *name;

	add_caller(object, pair);
	add_owner(object, &top->directory, pair->to);
	json_add_number(object, "node", pair->node);
	name = directory_name(&top->directory, pair->to, pair->node);
	if (name)
		json_add_text(object, "name", name);
	json_add_number(object, "calls", pair->calls);
	json_add_number(object, "failed", pair->failed);
	json_add_number(object, "answered", pair->latency.count);
	json_add_number(object, "sends", pair->sends);
	json_add_number(object, "refused", pair->refused);
	json_add_number(object, "notifies", pair->notifies);
	json_add_number(object, "waiting", pair->waiting);
	if (!pair->latency.count)
		return object;
	json_add_number(object, "p50_ns",
			histogram_percentile(&pair->latency, 50));
	json_add_number(object, "p99_ns",
			histogram_percentile(&pair->latency, 99));
	json_add_number(object, "max_ns", pair->latency.most);
	return object;
}

static int add_pairs(struct json_object *object, struct top *top)
{
	struct json_object *array = json_add_array(object, "pairs");
	struct pair **list;
	ssize_t number;

	number = pairs_list(top->pairs, &top->directory, &top->flights, &list);
	if (number < 0)
		return (int)number;
	for (ssize_t i = 0; i < number; i++)
		json_add_item(array, pair_object(top, list[i]));
	free(list);
	return 0;
}

static struct json_object *endpoint_object(const struct top_endpoint *endpoint)
{
	struct json_object *object = json_object_new_object();
	const struct census_entry *now = &endpoint->now;

	json_add_number(object, "endpoint", now->endpoint);
	json_add_number(object, "domain", now->domain);
	json_add_number(object, "pid", (uint64_t)now->pid);
	json_add_text(object, "process", endpoint->process);
	json_add_number(object, "queued", now->queued);
	json_add_number(object, "serving", now->serving);
	json_add_number(object, "abandoned", now->abandoned);
	json_add_number(object, "starved",
			now->starved - endpoint->starved_before);
	json_add_number(object, "pool_used", now->pool_used);
	json_add_number(object, "pool_size", now->pool_size);
	json_add_number(object, "nodes", now->nodes);
	json_add_number(object, "handles", now->handles);
	json_add_flag(object, "frozen", now->frozen);
	if (endpoint->names)
		json_add_text(object, "name", endpoint->name);
	json_add_number(object, "names", endpoint->names);
	return object;
}

static int add_endpoints(struct json_object *object, const struct top *top)
{
	struct json_object *array = json_add_array(object, "endpoints");
	struct top_endpoint **list;
	ssize_t number;

	number = top_endpoints(top, &list);
	if (number < 0)
		return (int)number;
	for (ssize_t i = 0; i < number; i++)
		json_add_item(array, endpoint_object(list[i]));
	free(list);
	return 0;
}

static struct json_object *region_object(const struct top_region *region)
{
	struct json_object *object = json_object_new_object();
	const struct census_view *now = &region->now;

	json_add_number(object, "region", now->region);
	json_add_number(object, "domain", now->domain);
	if (region->name[0])
		json_add_text(object, "name", region->name);
	json_add_number(object, "size", now->region_size);
	json_add_number(object, "resident", now->resident);
	json_add_number(object, "views", now->views);
	json_add_number(object, "processes", region->processes);
	json_add_number(object, "chunk_size", now->chunk_size);
	json_add_number(object, "chunks", now->chunks);
	json_add_number(object, "chunks_free", now->chunks_free);
	json_add_number(object, "leases", region->leases);
	return object;
}

static int add_regions(struct json_object *object, const struct top *top)
{
	struct json_object *array = json_add_array(object, "regions");
	struct top_region **list;
	ssize_t number;

	number = top_regions_list(&top->regions, &list);
	if (number < 0)
		return (int)number;
	for (ssize_t i = 0; i < number; i++)
		json_add_item(array, region_object(list[i]));
	free(list);
	return 0;
}

int top_print_json(struct top *top)
{
	struct json_object *object = json_object_new_object();
	char when[TEXT_MAX];

	text_now(when, sizeof(when));
	json_add_text(object, "time", when);
	json_add_number(object, "interval_ns", top->interval);
	add_traffic(object, top);
	if (top->tap) {
		json_add_number(object, "lost", top->lost);
		if (add_pairs(object, top) < 0)
			goto err_object;
	}
	if (add_endpoints(object, top) < 0 || add_regions(object, top) < 0)
		goto err_object;
	return json_print(object, false);

err_object:
	json_object_put(object);
	return -ENOMEM;
}
