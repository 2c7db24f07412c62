/* SPDX-License-Identifier: GPL-2.0-only */
/* The names that exist, sorted. */
#ifndef TOOL_NAME_LIST_H
#define TOOL_NAME_LIST_H

#include <stddef.h>

#include <kipc.h>

/**
 * struct name_list - names, with memory of their own
 * @names: the names
 * @count: how many
 * @room: how many there is memory for
 */
struct name_list {
	struct kipc_name *names;
	size_t count;
	size_t room;
};

/**
 * name_list_fill() - get the names that exist, in alphabetical order
 * @list: empty; to be freed also if this fails
 * @endpoint: of whose domain
 * @prefix: as for kipc_names_new()
 *
 * Return: 0 or -errno, as kipc_names_new().
 */
int name_list_fill(struct name_list *list, struct kipc *endpoint,
		   const char *prefix);

/**
 * name_list_free() - free the memory
 * @list: the names
 */
void name_list_free(struct name_list *list);

#endif
