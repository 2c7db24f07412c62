/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The names that a watch knows of: a set with one entry per name, in a tree of
 * the C library's (tsearch).
 *
 * Each look at the kernel's list has a number, and an entry bears that of the
 * last look that saw it; so after a look at the whole list, the entries with
 * another number are those that vanished.
 *
 * Locking: none; a set belongs to one thread at a time.
 */
#ifndef KIPC_SRC_KNOWN_H
#define KIPC_SRC_KNOWN_H

#include <kipc.h>

/**
 * struct kipc_known_name - a name that is known
 * @look: the number of the last look that saw it
 * @next: in the list that kipc_known_remove_unseen() makes
 * @name: what the kernel says of it; the string is @text
 * @text: the name itself, terminated
 */
struct kipc_known_name {
	unsigned int look;
	struct kipc_known_name *next;
	struct kipc_name name;
	char text[];
};

/**
 * struct kipc_known - a set of names
 * @tree: for tsearch() and its like; NULL if the set is empty
 */
struct kipc_known {
	void *tree;
};

struct kipc_known_name *kipc_known_find(const struct kipc_known *known,
					const char *text);
struct kipc_known_name *kipc_known_add(struct kipc_known *known,
				       const struct kipc_name *name);
void kipc_known_renew(struct kipc_known_name *entry,
		      const struct kipc_name *name);
struct kipc_known_name *kipc_known_remove_unseen(struct kipc_known *known,
						 unsigned int look);
void kipc_known_free(struct kipc_known *known);

#endif /* KIPC_SRC_KNOWN_H */
