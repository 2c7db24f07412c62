// SPDX-License-Identifier: GPL-2.0-only
/* The regions that kipc top shows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "top_region.h"

int top_regions_init(struct top_regions *regions)
{
	regions->found = map_new();
	regions->views = map_new();
	regions->processes = map_new();
	return regions->found && regions->views && regions->processes ?
	       0 : -ENOMEM;
}

void top_regions_deinit(struct top_regions *regions)
{
	struct lh_table *const maps[] = {
		regions->found, regions->views, regions->processes
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		if (maps[i])
			lh_table_free(maps[i]);
	}
	name_list_free(&regions->names);
}

void top_regions_restart(struct top_regions *regions)
{
	struct top_region *region;
	struct lh_entry *entry;

	map_clear(regions->views);
	map_clear(regions->processes);
	regions->news = false;
	lh_foreach(regions->found, entry) {
		region = map_item_of(entry);
		region->present = false;
		region->processes = 0;
		region->leases = 0;
	}
}

/* Whether it is the first time in this census; or -ENOMEM */
static int is_first(struct lh_table *map, uint64_t region, uint64_t number)
{
	if (map_find(map, region, number))
		return 0;
	return map_add(map, region, number, sizeof(struct map_item)) ?
	       1 : -ENOMEM;
}

static struct top_region *region_of(struct top_regions *regions,
				    uint64_t number)
{
	struct top_region *region = map_find(regions->found, number, 0);

	if (region)
		return region;
	regions->news = true;
	return map_add(regions->found, number, 0, sizeof(*region));
}

int top_regions_count(struct top_regions *regions,
		      const struct census_view *view)
{
	struct top_region *region = region_of(regions, view->region);
	int ret;

	if (!region)
		return -ENOMEM;
	region->now = *view;
	region->present = true;
	ret = is_first(regions->processes, view->region, (uint64_t)view->pid);
	if (ret < 0)
		return ret;
	region->processes += (unsigned int)ret;
	ret = is_first(regions->views, view->region, view->view);
	if (ret > 0)
		region->leases += view->leases;
	return ret < 0 ? ret : 0;
}

static size_t next_region(const struct name_list *names, size_t i)
{
	while (i < names->count && names->names[i].kind != KIPC_OBJECT_REGION)
		i++;
	return i;
}

/* Whether the same regions have names */
static bool is_same(const struct name_list *a, const struct name_list *b)
{
	size_t i = next_region(a, 0), j = next_region(b, 0);

	while (i < a->count && j < b->count) {
		if (strcmp(a->names[i].name, b->names[j].name))
			return false;
		i = next_region(a, i + 1);
		j = next_region(b, j + 1);
	}
	return i == a->count && j == b->count;
}

/* What cannot be opened stays without a name */
static void learn_name(struct top_regions *regions, struct kipc *kipc,
		       const char *name)
{
	struct kipc_region_info info;
	struct top_region *region;
	int view = kipc_region_open(kipc, name, KIPC_REGION_READ, 0, 0);

	if (view < 0)
		return;
	if (!kipc_region_info(view, &info)) {
		region = map_find(regions->found, info.id, 0);
		if (region)
			snprintf(region->name, sizeof(region->name), "%s", name);
	}
	close(view);
}

static void learn_names(struct top_regions *regions, struct kipc *kipc)
{
	const struct name_list *names = &regions->names;
	struct top_region *region;
	struct lh_entry *entry;

	lh_foreach(regions->found, entry) {
		region = map_item_of(entry);
		region->name[0] = '\0';
	}
	for (size_t i = next_region(names, 0); i < names->count;
	     i = next_region(names, i + 1))
		learn_name(regions, kipc, names->names[i].name);
}

int top_regions_finish(struct top_regions *regions, struct kipc *kipc)
{
	struct name_list names = { 0 };
	struct lh_entry *entry, *next;
	struct top_region *region;
	int ret;

	lh_foreach_safe(regions->found, entry, next) {
		region = map_item_of(entry);
		if (!region->present)
			lh_table_delete_entry(regions->found, entry);
	}
	if (!lh_table_length(regions->found))
		return 0;
	ret = name_list_fill(&names, kipc, NULL);
	if (!ret && !regions->news && is_same(&names, &regions->names)) {
		name_list_free(&names);
		return 0;
	}
	name_list_free(&regions->names);
	regions->names = names;
	if (!ret)
		learn_names(regions, kipc);
	return ret;
}

static int largest_first(const void *a, const void *b)
{
	const struct top_region *one = *(struct top_region *const *)a;
	const struct top_region *other = *(struct top_region *const *)b;

	if (one->now.resident != other->now.resident)
		return one->now.resident > other->now.resident ? -1 : 1;
	return one->now.region < other->now.region ? -1 : 1;
}

ssize_t top_regions_list(const struct top_regions *regions,
			 struct top_region ***list)
{
	struct top_region **all;
	struct lh_entry *entry;
	size_t number = 0;

	all = calloc((size_t)lh_table_length(regions->found) + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	lh_foreach(regions->found, entry)
		all[number++] = map_item_of(entry);
	qsort(all, number, sizeof(struct top_region *), largest_first);
	*list = all;
	return (ssize_t)number;
}
