// SPDX-License-Identifier: GPL-2.0-only
/* Who calls whom. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "text.h"

static struct pair *pair_of(struct lh_table *pairs,
			    const struct directory *directory, uint64_t from,
			    uint64_t to, uint32_t node)
{
	const struct party *party = directory_find(directory, from);
	pid_t pid = party ? party->pid : 0;
	uint64_t sender = pid ? (uint64_t)pid : from | 1U << 31;
	struct pair *pair = map_find(pairs, sender << 32 | node, to);

	if (pair)
		return pair;
	pair = map_add(pairs, sender << 32 | node, to, sizeof(*pair));
	if (!pair)
		return NULL;
	if (pid)
		memcpy(pair->name, party->name, sizeof(pair->name));
	pair->pid = pid;
	pair->from = from;
	pair->to = to;
	pair->node = node;
	return pair;
}

static void count(struct pair *pair, const struct event *event,
		  const struct flight *flight)
{
	switch (event->type) {
	case EVENT_CALL:
		pair->calls++;
		break;
	case EVENT_CALL_REFUSED:
		pair->failed++;
		break;
	case EVENT_SEND:
		pair->sends++;
		break;
	case EVENT_SEND_REFUSED:
		pair->refused++;
		break;
	case EVENT_NOTIFY:
		pair->notifies++;
		break;
	default:
		if (event->error)
			pair->failed++;
		else
			histogram_add(&pair->latency,
				      event->time - flight->queued);
	}
}

void pairs_learn(struct lh_table *pairs, const struct directory *directory,
		 const struct event *event, const struct flight *flight)
{
	struct pair *pair = NULL;

	switch (event->type) {
	case EVENT_CALL:
	case EVENT_CALL_REFUSED:
	case EVENT_SEND:
	case EVENT_SEND_REFUSED:
	case EVENT_NOTIFY:
		pair = pair_of(pairs, directory, event->from, event->to,
			       event->node);
		break;
	case EVENT_DONE:
		if (flight)
			pair = pair_of(pairs, directory, flight->from,
				       event->to, flight->node);
		break;
	default:
		break;
	}
	if (pair)
		count(pair, event, flight);
}

static uint64_t activity(const struct pair *pair)
{
	return pair->calls + pair->failed + pair->sends + pair->refused +
	       pair->notifies + pair->latency.count;
}

static void count_waiting(struct lh_table *pairs,
			  const struct directory *directory,
			  const struct flights *flights)
{
	struct lh_entry *entry;
	struct pair *pair;

	lh_foreach(flights->calls, entry) {
		const struct flight *flight = map_item_of(entry);

		if (flight->left)
			continue;
		pair = pair_of(pairs, directory, flight->from,
			       flight->item.key[0], flight->node);
		if (pair)
			pair->waiting++;
	}
}

static int busiest_first(const void *a, const void *b)
{
	const struct pair *one = *(struct pair *const *)a;
	const struct pair *other = *(struct pair *const *)b;

	if (activity(one) != activity(other))
		return activity(one) > activity(other) ? -1 : 1;
	if (one->waiting != other->waiting)
		return one->waiting > other->waiting ? -1 : 1;
	return one->from < other->from ? -1 : one->from > other->from;
}

/* Those that can be taken together come one after the other */
static int alike_together(const void *a, const void *b)
{
	const struct pair *one = *(struct pair *const *)a;
	const struct pair *other = *(struct pair *const *)b;
	int order = memcmp(one->name, other->name, sizeof(one->name));

	if (one->gone != other->gone)
		return one->gone ? -1 : 1;
	if (order)
		return order;
	if (one->to != other->to)
		return one->to < other->to ? -1 : 1;
	return one->node < other->node ? -1 : one->node > other->node;
}

static void add_to(struct pair *pair, const struct pair *more)
{
	pair->processes++;
	pair->calls += more->calls;
	pair->failed += more->failed;
	pair->sends += more->sends;
	pair->refused += more->refused;
	pair->notifies += more->notifies;
	pair->waiting += more->waiting;
	histogram_add_all(&pair->latency, &more->latency);
}

/* Take those together that are gone and alike; returns how many are left */
static size_t take_together(struct pair **list, size_t number)
{
	struct pair *pair = NULL;
	size_t left = 0;

	qsort(list, number, sizeof(*list), alike_together);
	for (size_t i = 0; i < number; i++) {
		if (pair && pair->gone && pair->pid && list[i]->pid &&
		    !alike_together(&pair, &list[i])) {
			add_to(pair, list[i]);
			continue;
		}
		pair = list[i];
		list[left++] = pair;
	}
	return left;
}

ssize_t pairs_list(struct lh_table *pairs, const struct directory *directory,
		   const struct flights *flights, struct pair ***list)
{
	struct lh_entry *entry;
	struct pair **all;
	size_t number = 0;

	count_waiting(pairs, directory, flights);
	all = calloc((size_t)lh_table_length(pairs) + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	lh_foreach(pairs, entry) {
		struct pair *pair = map_item_of(entry);
		const struct party *party = directory_find(directory,
							   pair->from);

		if (!activity(pair) && !pair->waiting)
			continue;
		pair->gone = !party || party->closed;
		pair->processes = 1;
		all[number++] = pair;
	}
	number = take_together(all, number);
	qsort(all, number, sizeof(*all), busiest_first);
	*list = all;
	return (ssize_t)number;
}

const char *pair_caller(const struct pair *pair, char *text)
{
	if (!pair->pid)
		snprintf(text, TEXT_MAX, "endpoint %llu",
			 (unsigned long long)pair->from);
	else if (pair->processes == 1)
		snprintf(text, TEXT_MAX, "%s[%d]", pair->name, (int)pair->pid);
	else
		snprintf(text, TEXT_MAX, "%s (%llu processes)", pair->name,
			 (unsigned long long)pair->processes);
	return text;
}

/* Those that were idle in this interval have to come anew. */
void pairs_reset(struct lh_table *pairs)
{
	struct lh_entry *entry, *next;
	struct pair *pair;

	lh_foreach_safe(pairs, entry, next) {
		pair = map_item_of(entry);
		if (!activity(pair)) {
			lh_table_delete_entry(pairs, entry);
			continue;
		}
		pair->calls = 0;
		pair->failed = 0;
		pair->sends = 0;
		pair->refused = 0;
		pair->notifies = 0;
		pair->waiting = 0;
		pair->latency = (struct histogram){ 0 };
	}
}
