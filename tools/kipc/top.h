/* SPDX-License-Identifier: GPL-2.0-only */
/* What kipc top knows, and how it shows it: as tables, and as JSON. */
#ifndef TOOL_TOP_H
#define TOOL_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <kipc.h>

#include "census.h"
#include "directory.h"
#include "flight.h"
#include "map.h"
#include "pair.h"
#include "tap.h"
#include "top_region.h"

/**
 * struct top_endpoint - an endpoint now
 * @item: by number
 * @now: as the last census has it
 * @starved_before: messages that had found no thread at the census before
 * @present: the last census has it
 * @process: name of its process
 * @name: a name that it published; empty if there is none
 * @names: how many
 */
struct top_endpoint {
	struct map_item item;
	struct census_entry now;
	uint64_t starved_before;
	bool present;
	char process[PROC_NAME_MAX];
	char name[KIPC_NAME_MAX + 1];
	unsigned int names;
};

/**
 * struct top - what is known
 * @kipc: an endpoint of the tool's own, to ask the kernel
 * @tap: tells who calls whom; NULL if it cannot be had
 * @why: -errno of why not
 * @directory: whose endpoints are, and how nodes are called
 * @flights: what is on its way
 * @pairs: who calls whom: struct pair
 * @endpoints: the endpoints that can be seen: struct top_endpoint
 * @regions: the regions that can be seen
 * @info: of the kernel
 * @before: traffic at the beginning of the interval
 * @stat: traffic now
 * @began: when the interval began, as of tap_now()
 * @interval: how long it is, in nanoseconds
 * @lost: events lost in it
 * @lost_before: and before it
 * @colour: with colours
 */
struct top {
	struct kipc *kipc;
	struct tap *tap;
	int why;
	struct directory directory;
	struct flights flights;
	struct lh_table *pairs;
	struct lh_table *endpoints;
	struct top_regions regions;
	struct kipc_info info;
	struct kipc_stat before;
	struct kipc_stat stat;
	uint64_t began;
	uint64_t interval;
	uint64_t lost;
	uint64_t lost_before;
	bool colour;
};

/**
 * top_init() - begin the first interval
 * @top: with @kipc and @tap or @why; to be freed also after an error
 * @device: from census_device()
 *
 * Return: 0 or -errno.
 */
int top_init(struct top *top, dev_t device);

/**
 * top_deinit() - forget everything
 * @top: from top_init()
 */
void top_deinit(struct top *top);

/**
 * top_read() - take the events that are there
 * @top: the top
 *
 * Return: 0 or -errno.
 */
int top_read(struct top *top);

/**
 * top_finish() - end the interval: learn all that is to be shown
 * @top: the top
 *
 * Return: 0 or -errno.
 */
int top_finish(struct top *top);

/**
 * top_restart() - begin the next interval
 * @top: the top
 */
void top_restart(struct top *top);

/**
 * top_endpoints() - the endpoints, those with the most to do first
 * @top: the top
 * @list: where the list goes, to be freed
 *
 * Return: how many, or -ENOMEM.
 */
ssize_t top_endpoints(const struct top *top, struct top_endpoint ***list);

/**
 * top_print_text() - show it as tables
 * @top: the top, finished
 * @out: where to
 *
 * Return: 0 or -ENOMEM.
 */
int top_print_text(struct top *top, FILE *out);

/**
 * top_print_json() - show it as a line of JSON on stdout
 * @top: the top, finished
 *
 * Return: 0 or -ENOMEM.
 */
int top_print_json(struct top *top);

#endif
