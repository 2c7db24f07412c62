// SPDX-License-Identifier: GPL-2.0-only
/* A map from two numbers to a thing, on top of json-c's hash table. */
#include <stdlib.h>
#include <string.h>

#include "map.h"

#define MAP_FIRST	64

/* Both numbers count up from 1, most of them; a prime spreads them. */
static unsigned long hash(const void *key)
{
	const struct map_item *item = key;

	return (unsigned long)((item->key[0] * 1000003 + item->key[1]) *
			       0x9e3779b97f4a7c15ULL >> 16);
}

static int equal(const void *a, const void *b)
{
	return !memcmp(((const struct map_item *)a)->key,
		       ((const struct map_item *)b)->key,
		       sizeof(((const struct map_item *)a)->key));
}

static void free_entry(struct lh_entry *entry)
{
	free(lh_entry_v(entry));
}

struct lh_table *map_new(void)
{
	return lh_table_new(MAP_FIRST, free_entry, hash, equal);
}

void *map_find(struct lh_table *map, uint64_t first, uint64_t second)
{
	const struct map_item key = { .key = { first, second } };
	void *thing = NULL;

	return lh_table_lookup_ex(map, &key, &thing) ? thing : NULL;
}

void *map_add(struct lh_table *map, uint64_t first, uint64_t second,
	      size_t size)
{
	struct map_item *item = calloc(1, size);

	if (!item)
		return NULL;
	item->key[0] = first;
	item->key[1] = second;
	if (lh_table_insert(map, item, item)) {
		free(item);
		return NULL;
	}
	return item;
}

void map_remove(struct lh_table *map, void *thing)
{
	if (thing)
		lh_table_delete(map, thing);
}

void map_clear(struct lh_table *map)
{
	struct lh_entry *entry, *next;

	lh_foreach_safe(map, entry, next)
		lh_table_delete_entry(map, entry);
}
