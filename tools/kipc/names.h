/* SPDX-License-Identifier: GPL-2.0-only */
/* Which node a name stands for: what debugfs tells root. */
#ifndef TOOL_NAMES_H
#define TOOL_NAMES_H

#include <stdint.h>

/**
 * struct names_entry - a name
 * @domain: number of its domain
 * @endpoint: the node's owner; 0 if the node is dead
 * @node: the node's number there
 * @name: the name; valid until the visitor returns
 */
struct names_entry {
	uint64_t domain;
	uint64_t endpoint;
	uint32_t node;
	const char *name;
};

/**
 * typedef names_visit - look at one name
 * @entry: the name
 * @context: as given to names_read()
 *
 * Return: 0 to go on.
 */
typedef int (*names_visit)(const struct names_entry *entry, void *context);

/**
 * names_read() - look at all names of all domains
 * @visit: called for each, the oldest of a domain first
 * @context: for @visit
 *
 * Errors: EACCES (not for this user), ENOENT (no debugfs), ENOMEM.
 * Return: 0, -errno, or what @visit returned.
 */
int names_read(names_visit visit, void *context);

/**
 * names_match() - whether a name is another, or below it
 * @name: the name
 * @prefix: the other, "a.b" for "a.b" and "a.b.c"
 *
 * Return: whether.
 */
int names_match(const char *name, const char *prefix);

#endif
