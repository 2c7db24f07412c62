// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "names.h"
#include "sys.h"

int kipc_names_new(struct kipc *endpoint, const char *prefix,
		   struct kipc_names **result)
{
	struct kipc_names *names;
	size_t size = prefix ? strlen(prefix) : 0;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	if (size > KIPC_NAME_MAX)
		return -ENAMETOOLONG;
	names = malloc(sizeof(*names));
	if (!names)
		return -ENOMEM;
	names->endpoint = endpoint;
	if (size)
		memcpy(names->prefix, prefix, size);
	names->prefix_size = size;
	kipc_names_restart(names);
	*result = names;
	return 0;
}

/**
 * kipc_names_restart() - begin a walk again
 * @names: the walk
 */
void kipc_names_restart(struct kipc_names *names)
{
	names->cursor = 0;
	names->more = true;
	names->left = 0;
}

void kipc_names_free(struct kipc_names *names)
{
	free(names);
}

static int fetch_page(struct kipc_names *names)
{
	struct kipc_name_list list = {
		.prefix_size = names->prefix_size,
		.prefix = (uintptr_t)names->prefix,
		.buffer = (uintptr_t)names->page,
		.buffer_size = sizeof(names->page),
		.cursor = names->cursor,
	};
	int ret = kipc_sys_ioctl(names->endpoint->fd, KIPC_NAME_LIST, &list);

	if (ret < 0)
		return ret;
	names->cursor = list.cursor;
	names->more = list.more;
	names->left = list.count;
	names->next = (const unsigned char *)names->page;
	return 0;
}

/* The next name, as the kernel describes it */
static int next_entry(struct kipc_names *names,
		      const struct kipc_name_entry **entry)
{
	int ret;

	while (!names->left) {
		if (!names->more)
			return 0;
		ret = fetch_page(names);
		if (ret)
			return ret;
	}
	*entry = (const struct kipc_name_entry *)names->next;
	names->next += (*entry)->size;
	names->left--;
	return 1;
}

static void describe(struct kipc_names *names,
		     const struct kipc_name_entry *entry,
		     struct kipc_name *name)
{
	memcpy(names->name, entry + 1, entry->name_size);
	names->name[entry->name_size] = '\0';
	name->serial = entry->serial;
	name->name = names->name;
	name->kind = entry->kind;
	name->pid = (pid_t)entry->pid;
	name->uid = entry->uid;
	name->gid = entry->gid;
	name->mode = entry->mode;
}

int kipc_names_next(struct kipc_names *names, struct kipc_name *name)
{
	const struct kipc_name_entry *entry;
	int ret = kipc_endpoint_check(names->endpoint);

	if (!ret)
		ret = next_entry(names, &entry);
	if (ret > 0)
		describe(names, entry, name);
	return ret;
}
