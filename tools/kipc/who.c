// SPDX-License-Identifier: GPL-2.0-only
/* Whom the user means. */
#include <errno.h>
#include <limits.h>

#include "census.h"
#include "names.h"
#include "text.h"
#include "who.h"

/**
 * struct search - for the endpoints that are meant
 * @who: who is meant
 * @domain: where they are looked for
 * @found: endpoints that were found, by number
 */
struct search {
	const struct who *who;
	uint64_t domain;
	struct lh_table *found;
};

void who_parse(const char *text, struct who *who)
{
	*who = (struct who){ .kind = WHO_NAME, .text = text };
	if (!text_parse_number(text, INT_MAX, &who->number))
		who->kind = WHO_PROCESS;
	else if (*text == '@' &&
		 !text_parse_number(text + 1, UINT64_MAX, &who->number))
		who->kind = WHO_ENDPOINT;
}

bool who_is_party(const struct who *who, const struct directory *directory,
		  uint64_t endpoint)
{
	const struct party *party;

	switch (who->kind) {
	case WHO_ALL:
		return true;
	case WHO_ENDPOINT:
		return endpoint == who->number;
	case WHO_PROCESS:
		party = directory_find(directory, endpoint);
		return party && (uint64_t)party->pid == who->number;
	default:
		return false;
	}
}

bool who_is_object(const struct who *who, struct directory *directory,
		   uint64_t endpoint, uint32_t node)
{
	const char *name;

	if (who->kind != WHO_NAME)
		return who_is_party(who, directory, endpoint);
	name = directory_name(directory, endpoint, node);
	return name && names_match(name, who->text);
}

static int found(struct search *search, uint64_t endpoint)
{
	if (map_find(search->found, endpoint, 0))
		return 0;
	return map_add(search->found, endpoint, 0, sizeof(struct map_item)) ?
	       0 : -ENOMEM;
}

static int look_at_entry(const struct census_entry *entry, void *context)
{
	struct search *search = context;

	return entry->domain == search->domain ?
	       found(search, entry->endpoint) : 0;
}

static int look_at_name(const struct names_entry *entry, void *context)
{
	struct search *search = context;

	if (entry->domain != search->domain || !entry->endpoint ||
	    !names_match(entry->name, search->who->text))
		return 0;
	return found(search, entry->endpoint);
}

static int run(struct search *search, dev_t device)
{
	static const struct census_visits visits = {
		.endpoint = look_at_entry,
	};
	const struct who *who = search->who;

	switch (who->kind) {
	case WHO_NAME:
		return names_read(look_at_name, search);
	case WHO_PROCESS:
		return census_take(device, (pid_t)who->number, &visits, search);
	default:
		return found(search, who->number);
	}
}

int who_endpoints(const struct who *who, dev_t device, uint64_t domain,
		  who_visit visit, void *context)
{
	struct search search = { .who = who, .domain = domain };
	struct lh_entry *entry;
	int ret;

	search.found = map_new();
	if (!search.found)
		return -ENOMEM;
	ret = run(&search, device);
	if (!ret && !lh_table_length(search.found))
		ret = -ENOENT;
	if (!ret) {
		lh_foreach(search.found, entry) {
			const struct map_item *item = map_item_of(entry);

			ret = visit(item->key[0], context);
			if (ret)
				break;
		}
	}
	lh_table_free(search.found);
	return ret;
}
