// SPDX-License-Identifier: GPL-2.0-only
#include "core/name_list.h"

#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>

#include "core/domain.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/object.h"
#include "core/sender.h"

static void describe(const struct kipc_name *name, size_t size,
		     struct kipc_name_entry *out)
{
	struct user_namespace *user_ns = current_user_ns();
	struct kipc_publisher *publisher = name->publisher;

	memset(out, 0, size);
	out->serial = name->serial;
	out->size = size;
	out->kind = name->object->ops->kind;
	if (publisher)
		out->pid = kipc_process_number(publisher->pid,
					       task_active_pid_ns(current));
	out->uid = from_kuid_munged(user_ns, name->uid);
	out->gid = from_kgid_munged(user_ns, name->gid);
	out->mode = name->mode;
	out->name_size = name->size;
	memcpy(out + 1, name->bytes, name->size);
}

/**
 * kipc_names_list() - describe names, in the order of their serials
 * @domain: where
 * @prefix: of which names
 * @buffer: kernel memory for struct kipc_name_entry
 * @size: its size
 * @list: its cursor says where to begin; gets cursor, count and more
 *
 * Looks at a bounded number of names.
 *
 * Context: Process context. May sleep.
 * Return: How many bytes of the buffer were filled, or -ENOBUFS if the first
 * entry does not fit.
 */
ssize_t kipc_names_list(struct kipc_domain *domain,
			const struct kipc_key *prefix, void *buffer,
			size_t size, struct kipc_name_list *list)
{
	struct kipc_registry *registry = &domain->registry;
	unsigned long serial = list->cursor;
	unsigned int looked = 0;
	struct kipc_name *name;
	size_t used = 0, n;

	list->count = 0;
	list->more = 0;
	mutex_lock(&registry->lock);
	while (serial != ULONG_MAX) {
		serial++;
		name = xa_find(&registry->by_serial, &serial, ULONG_MAX,
			       XA_PRESENT);
		if (!name)
			break;
		list->more = 1;
		if (looked++ == KIPC_LIST_NAMES_MAX)
			break;
		if (kipc_prefix_matches(prefix, name->bytes, name->size)) {
			n = ALIGN(sizeof(struct kipc_name_entry) + name->size,
				  8);
			if (n > size - used)
				break;
			describe(name, n, buffer + used);
			used += n;
			list->count++;
		}
		list->cursor = serial;
		list->more = 0;
	}
	mutex_unlock(&registry->lock);
	if (list->more && !list->count && looked <= KIPC_LIST_NAMES_MAX)
		return -ENOBUFS;
	return used;
}
