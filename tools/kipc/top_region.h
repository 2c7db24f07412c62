/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The regions that kipc top shows: those of which a process that can be seen has a view.
 *
 * A region does not say how it is called: its name has to be opened, which others may
 * notice, as poll() tells them of views that come and go. So it is only done when a region
 * comes that was not there before, or the names have changed.
 */
#ifndef TOOL_TOP_REGION_H
#define TOOL_TOP_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "census.h"
#include "map.h"
#include "name_list.h"

/**
 * struct top_region - a region now
 * @item: by number
 * @now: as the last census has it; @now.view is any one of its views
 * @present: the last census has it
 * @processes: that have a view of it
 * @leases: loans and leases through all views that can be seen
 * @name: its name; empty if it has none, or that is not known
 */
struct top_region {
	struct map_item item;
	struct census_view now;
	bool present;
	unsigned int processes;
	uint64_t leases;
	char name[KIPC_NAME_MAX + 1];
};

/**
 * struct top_regions - the regions that can be seen
 * @found: struct top_region by number
 * @views: the views of this census, by region and number
 * @processes: those who have them, by region and process
 * @names: as they were last time
 * @news: there is a region that was not there last time
 */
struct top_regions {
	struct lh_table *found;
	struct lh_table *views;
	struct lh_table *processes;
	struct name_list names;
	bool news;
};

/**
 * top_regions_init() - begin with none
 * @regions: to be filled in; to be freed also after an error
 *
 * Return: 0 or -ENOMEM.
 */
int top_regions_init(struct top_regions *regions);

/**
 * top_regions_deinit() - forget everything
 * @regions: from top_regions_init(), or all 0
 */
void top_regions_deinit(struct top_regions *regions);

/**
 * top_regions_restart() - begin a census
 * @regions: the regions
 */
void top_regions_restart(struct top_regions *regions);

/**
 * top_regions_count() - one view of one process
 * @regions: the regions
 * @view: as the census has it
 *
 * Return: 0 or -ENOMEM.
 */
int top_regions_count(struct top_regions *regions,
		      const struct census_view *view);

/**
 * top_regions_finish() - the census is over: forget who is gone, and learn names
 * @regions: the regions
 * @kipc: an endpoint, to ask for names
 *
 * Return: 0 or -errno.
 */
int top_regions_finish(struct top_regions *regions, struct kipc *kipc);

/**
 * top_regions_list() - the regions, those that take the most memory first
 * @regions: the regions
 * @list: where the list goes, to be freed
 *
 * Return: how many, or -ENOMEM.
 */
ssize_t top_regions_list(const struct top_regions *regions,
			 struct top_region ***list);

#endif
