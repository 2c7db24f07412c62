/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A map from two numbers to a thing, on top of json-c's hash table. The thing
 * begins with a struct map_item, was made by malloc() and is freed with the map.
 *
 * To walk through it: lh_foreach() and lh_foreach_safe(), and map_item_of() for
 * the entry.
 */
#ifndef TOOL_MAP_H
#define TOOL_MAP_H

#include <stdint.h>

#include <json-c/linkhash.h>

/**
 * struct map_item - the beginning of a thing that is in a map
 * @key: under which numbers
 */
struct map_item {
	uint64_t key[2];
};

/**
 * map_new() - make a map
 *
 * Return: the map, to be freed by lh_table_free(); NULL without memory.
 */
struct lh_table *map_new(void);

/**
 * map_find() - find a thing
 * @map: where
 * @first: first number
 * @second: second number
 *
 * Return: the thing; NULL if there is none.
 */
void *map_find(struct lh_table *map, uint64_t first, uint64_t second);

/**
 * map_add() - make a thing and put it into the map
 * @map: where to; there is nothing under these numbers
 * @first: first number
 * @second: second number
 * @size: bytes of the thing; all but the key is zeroed
 *
 * Return: the thing; NULL without memory.
 */
void *map_add(struct lh_table *map, uint64_t first, uint64_t second,
	      size_t size);

/**
 * map_remove() - take a thing out of the map, and free it
 * @map: from where
 * @thing: what; NULL does nothing
 */
void map_remove(struct lh_table *map, void *thing);

/**
 * map_clear() - take everything out, and free it
 * @map: from where
 */
void map_clear(struct lh_table *map);

/**
 * map_item_of() - the thing of an entry
 * @entry: the entry
 *
 * Return: the thing.
 */
static inline void *map_item_of(const struct lh_entry *entry)
{
	return lh_entry_v(entry);
}

#endif
