// SPDX-License-Identifier: GPL-2.0-only
/* The names that exist, sorted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name_list.h"

static int add(struct name_list *list, const struct kipc_name *name)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct kipc_name *names = list->names;

	if (list->count == list->room) {
		names = reallocarray(names, room, sizeof(*names));
		if (!names)
			return -ENOMEM;
		list->names = names;
		list->room = room;
	}
	names += list->count;
	*names = *name;
	names->name = strdup(name->name);
	if (!names->name)
		return -ENOMEM;
	list->count++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct kipc_name *one = a, *other = b;

	return strcmp(one->name, other->name);
}

int name_list_fill(struct name_list *list, struct kipc *endpoint,
		   const char *prefix)
{
	struct kipc_names *names;
	struct kipc_name name;
	int ret;

	ret = kipc_names_new(endpoint, prefix, &names);
	if (ret < 0)
		return ret;
	while ((ret = kipc_names_next(names, &name)) > 0) {
		ret = add(list, &name);
		if (ret < 0)
			break;
	}
	kipc_names_free(names);
	if (list->count)
		qsort(list->names, list->count, sizeof(*list->names), by_name);
	return ret;
}

void name_list_free(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free((char *)list->names[i].name);
	free(list->names);
	*list = (struct name_list){ 0 };
}
