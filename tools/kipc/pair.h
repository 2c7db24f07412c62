/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who calls whom: what a process sent to a node in an interval, and how long it
 * took. Processes that are gone are taken together if they have the same name:
 * else a script that calls a hundred times would be a hundred lines.
 */
#ifndef TOOL_PAIR_H
#define TOOL_PAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "event.h"
#include "flight.h"
#include "histogram.h"
#include "map.h"

/**
 * struct pair - a process and a node
 * @item: by the two
 * @from: an endpoint of the process
 * @pid: the process; 0 if that is not known
 * @name: its name
 * @processes: how many processes it stands for
 * @gone: it has closed its endpoint
 * @to: the node's owner
 * @node: the node's number there
 * @calls: calls that set off in the interval
 * @failed: calls that ended without an answer, or did not set off
 * @sends: one-way messages that set off
 * @refused: those that did not
 * @notifies: notifications
 * @waiting: calls that are not over now
 * @latency: of the calls that were answered, in nanoseconds
 */
struct pair {
	struct map_item item;
	uint64_t from;
	pid_t pid;
	char name[PROC_NAME_MAX];
	uint64_t processes;
	bool gone;
	uint64_t to;
	uint32_t node;
	uint64_t calls;
	uint64_t failed;
	uint64_t sends;
	uint64_t refused;
	uint64_t notifies;
	uint64_t waiting;
	struct histogram latency;
};

/**
 * pairs_learn() - count an event
 * @pairs: struct pair, from map_new()
 * @directory: knows whose endpoints are
 * @event: the event
 * @flight: what it is about; NULL if that is not known
 */
void pairs_learn(struct lh_table *pairs, const struct directory *directory,
		 const struct event *event, const struct flight *flight);

/**
 * pairs_list() - the pairs with something to tell, the busiest first
 * @pairs: the pairs
 * @directory: knows whose endpoints are
 * @flights: what is on its way now
 * @list: where the list goes, to be freed; valid until pairs_reset()
 *
 * Return: how many there are, or -ENOMEM.
 */
ssize_t pairs_list(struct lh_table *pairs, const struct directory *directory,
		   const struct flights *flights, struct pair ***list);

/**
 * pair_caller() - who calls, for people: client[812], client (3 processes)
 * @pair: the pair
 * @text: where it goes, TEXT_MAX bytes
 *
 * Return: @text.
 */
const char *pair_caller(const struct pair *pair, char *text);

/**
 * pairs_reset() - begin a new interval
 * @pairs: the pairs
 */
void pairs_reset(struct lh_table *pairs);

#endif
