// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#define _GNU_SOURCE
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"

/**
 * struct unseen - what a walk through the tree collects
 * @look: what was seen by this look is left out
 * @first: the list so far
 * @end: where its next member goes
 */
struct unseen {
	unsigned int look;
	struct kipc_known_name *first;
	struct kipc_known_name **end;
};

static int compare(const void *a, const void *b)
{
	const struct kipc_known_name *one = a, *other = b;

	return strcmp(one->name.name, other->name.name);
}

/**
 * kipc_known_find() - the entry of a name
 * @known: the set
 * @text: the name
 *
 * Return: the entry, or NULL.
 */
struct kipc_known_name *kipc_known_find(const struct kipc_known *known,
					const char *text)
{
	const struct kipc_known_name wanted = { .name.name = text };
	struct kipc_known_name *const *found;

	found = tfind(&wanted, &known->tree, compare);
	return found ? *found : NULL;
}

/**
 * kipc_known_add() - add an entry for a name that has none
 * @known: the set
 * @name: the name
 *
 * Return: the entry, whose look is to be set; NULL if memory is short.
 */
struct kipc_known_name *kipc_known_add(struct kipc_known *known,
				       const struct kipc_name *name)
{
	size_t size = strlen(name->name) + 1;
	struct kipc_known_name *entry = malloc(sizeof(*entry) + size);

	if (!entry)
		return NULL;
	memcpy(entry->text, name->name, size);
	kipc_known_renew(entry, name);
	if (tsearch(entry, &known->tree, compare))
		return entry;
	free(entry);
	return NULL;
}

/**
 * kipc_known_renew() - the name was published anew
 * @entry: its entry
 * @name: what the kernel says of it now
 */
void kipc_known_renew(struct kipc_known_name *entry,
		      const struct kipc_name *name)
{
	entry->name = *name;
	entry->name.name = entry->text;
}

static void collect(const void *node, VISIT visit, void *closure)
{
	struct kipc_known_name *entry = *(struct kipc_known_name *const *)node;
	struct unseen *unseen = closure;

	/* Each node is visited once as one of these, in alphabetical order */
	if (visit != postorder && visit != leaf)
		return;
	if (entry->look == unseen->look)
		return;
	entry->next = NULL;
	*unseen->end = entry;
	unseen->end = &entry->next;
}

/**
 * kipc_known_remove_unseen() - take the entries out that a look did not see
 * @known: the set
 * @look: number of the look
 *
 * Return: a list of them, linked by their next, each to be freed by free().
 */
struct kipc_known_name *kipc_known_remove_unseen(struct kipc_known *known,
						 unsigned int look)
{
	struct unseen unseen = { .look = look, .end = &unseen.first };
	struct kipc_known_name *entry;

	twalk_r(known->tree, collect, &unseen);
	for (entry = unseen.first; entry; entry = entry->next)
		tdelete(entry, &known->tree, compare);
	return unseen.first;
}

/**
 * kipc_known_free() - free all entries
 * @known: the set
 */
void kipc_known_free(struct kipc_known *known)
{
	tdestroy(known->tree, free);
}
