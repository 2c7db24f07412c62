// SPDX-License-Identifier: GPL-2.0-only
/* The directory: whose an endpoint is, and how a node is called. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "census.h"
#include "directory.h"
#include "names.h"
#include "tap.h"

/* How many closed endpoints are remembered */
#define CLOSED_MAX	1024

/* debugfs is not asked more often than this for a name that is not known */
#define READ_INTERVAL	1000000000ULL

static struct party *party_of(struct directory *directory, uint64_t endpoint)
{
	struct party *party = map_find(directory->parties, endpoint, 0);

	if (!party)
		party = map_add(directory->parties, endpoint, 0,
				sizeof(*party));
	return party;
}

static int learn_counted(const struct census_entry *entry, void *context)
{
	struct party *party = party_of(context, entry->endpoint);

	/* Of several processes that have it open, the first one seen stands */
	if (!party)
		return -ENOMEM;
	party->domain = entry->domain;
	if (!party->pid && !proc_name(entry->pid, party->name))
		party->pid = entry->pid;
	return 0;
}

static int learn_name(struct directory *directory, uint64_t endpoint,
		      uint32_t node, const char *name)
{
	struct directory_name *entry =
		map_find(directory->names, endpoint, node);
	size_t size = strlen(name) + 1;

	if (entry && !strcmp(entry->name, name))
		return 0;
	map_remove(directory->names, entry);
	entry = map_add(directory->names, endpoint, node,
			sizeof(*entry) + size);
	if (!entry)
		return -ENOMEM;
	memcpy(entry->name, name, size);
	return 0;
}

static int learn_listed(const struct names_entry *entry, void *context)
{
	struct directory *directory = context;

	/* Of several names of a node, the oldest one stands */
	if (map_find(directory->names, entry->endpoint, entry->node))
		return 0;
	return learn_name(directory, entry->endpoint, entry->node,
			  entry->name);
}

static void learn_names(struct directory *directory)
{
	directory->read = tap_now();
	names_read(learn_listed, directory);
}

void directory_learn_all(struct directory *directory)
{
	static const struct census_visits visits = {
		.endpoint = learn_counted,
	};

	census_take(directory->device, 0, &visits, directory);
	learn_names(directory);
}

int directory_init(struct directory *directory, dev_t device)
{
	*directory = (struct directory){ .device = device };
	directory->parties = map_new();
	directory->names = map_new();
	if (!directory->parties || !directory->names)
		return -ENOMEM;
	directory_learn_all(directory);
	return 0;
}

void directory_deinit(struct directory *directory)
{
	if (directory->parties)
		lh_table_free(directory->parties);
	if (directory->names)
		lh_table_free(directory->names);
}

static void learn_open(struct directory *directory, const struct event *event)
{
	struct party *party = party_of(directory, event->to);

	if (!party)
		return;
	party->domain = event->domain;
	party->pid = event->process;
	snprintf(party->name, sizeof(party->name), "%.*s", PROC_NAME_MAX - 1,
		 event->text);
	proc_clean_name(party->name);
}

/* Forget the endpoints that are closed, and how their nodes were called */
static void forget_closed(struct directory *directory)
{
	struct lh_entry *entry, *next;
	const struct party *party;
	struct map_item *item;

	lh_foreach_safe(directory->names, entry, next) {
		item = map_item_of(entry);
		party = directory_find(directory, item->key[0]);
		if (party && party->closed)
			lh_table_delete_entry(directory->names, entry);
	}
	lh_foreach_safe(directory->parties, entry, next) {
		party = map_item_of(entry);
		if (party->closed)
			lh_table_delete_entry(directory->parties, entry);
	}
	directory->closed = 0;
}

static void learn_close(struct directory *directory, uint64_t endpoint)
{
	struct party *party;

	if (directory->closed == CLOSED_MAX)
		forget_closed(directory);
	party = map_find(directory->parties, endpoint, 0);
	if (party && !party->closed) {
		party->closed = true;
		directory->closed++;
	}
}

void directory_learn(struct directory *directory, const struct event *event)
{
	if (event->type == EVENT_OPEN)
		learn_open(directory, event);
	else if (event->type == EVENT_CLOSE)
		learn_close(directory, event->to);
	else if (event->type == EVENT_PUBLISH)
		learn_name(directory, event->to, event->node, event->text);
}

const struct party *directory_find(const struct directory *directory,
				   uint64_t endpoint)
{
	return map_find(directory->parties, endpoint, 0);
}

const char *directory_name(struct directory *directory, uint64_t endpoint,
			   uint32_t node)
{
	struct directory_name *entry =
		map_find(directory->names, endpoint, node);

	if (!entry && tap_now() - directory->read > READ_INTERVAL) {
		learn_names(directory);
		entry = map_find(directory->names, endpoint, node);
	}
	return entry ? entry->name : NULL;
}

const char *directory_party(const struct directory *directory,
			    uint64_t endpoint, char *text)
{
	const struct party *party = directory_find(directory, endpoint);

	if (party && party->pid)
		snprintf(text, DIRECTORY_TEXT_MAX, "%s[%d]", party->name,
			 (int)party->pid);
	else
		snprintf(text, DIRECTORY_TEXT_MAX, "endpoint %llu",
			 (unsigned long long)endpoint);
	return text;
}

const char *directory_object(struct directory *directory, uint64_t endpoint,
			     uint32_t node, char *text)
{
	const char *name = directory_name(directory, endpoint, node);
	char owner[DIRECTORY_TEXT_MAX];

	if (name)
		snprintf(text, DIRECTORY_TEXT_MAX, "%s", name);
	else
		snprintf(text, DIRECTORY_TEXT_MAX, "%s:%u",
			 directory_party(directory, endpoint, owner), node);
	return text;
}
