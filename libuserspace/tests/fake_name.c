// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's names. */

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fake_state.h"

static void read_name(char *to, __u64 address, __u32 size)
{
	memcpy(to, (void *)(uintptr_t)address, size);
	to[size] = '\0';
}

static struct fake_name *find(const char *name)
{
	for (int i = 0; i < NAMES_MAX; i++)
		if (!strcmp(fake.names[i].name, name))
			return &fake.names[i];
	return NULL;
}

static bool is_below(const char *name, const char *prefix)
{
	size_t size = strlen(prefix);

	if (strncmp(name, prefix, size))
		return false;
	return !size || !name[size] || name[size] == '.' ||
	       prefix[size - 1] == '.';
}

/* Coalesces with a notice that nobody received yet */
static void tell(const struct fake_name_watch *watch, __u64 bits)
{
	const struct kipc_message message = {
		.kind = KIPC_MSG_NAMES,
		.cookie = watch->cookie,
		.bits = bits,
	};
	struct fake_message *queued;

	for (queued = watch->endpoint->queue; queued; queued = queued->next) {
		if (queued->message.kind == KIPC_MSG_NAMES &&
		    queued->message.cookie == watch->cookie) {
			queued->message.bits |= bits;
			return;
		}
	}
	fake_post(watch->endpoint, &message, 0);
}

static void tell_watches(const char *name, __u64 bits)
{
	for (int i = 0; i < WATCHES_MAX; i++)
		if (fake.watches[i].endpoint &&
		    is_below(name, fake.watches[i].prefix))
			tell(&fake.watches[i], bits);
}

static int publish(struct fake_endpoint *endpoint,
		   const struct kipc_name_publish *command)
{
	char name[KIPC_NAME_MAX + 1];
	struct fake_name *entry;
	__u32 node = command->id;
	int ret;

	if (!command->name_size)
		return -EINVAL;
	if (command->name_size > KIPC_NAME_MAX)
		return -ENAMETOOLONG;
	if (!(command->flags & KIPC_NAME_OWN)) {
		ret = fake_handle_node(endpoint, command->id, KIPC_RIGHT_GRANT,
				       &node);
		if (ret)
			return ret;
	}
	read_name(name, command->name, command->name_size);
	if (find(name))
		return -EEXIST;
	entry = find("");
	if (!entry)
		return -EDQUOT;
	strcpy(entry->name, name);
	entry->serial = ++fake.last_serial;
	entry->node = node;
	entry->mode = command->mode;
	entry->publisher = endpoint;
	tell_watches(name, KIPC_NAMES_APPEARED);
	pthread_cond_broadcast(&fake.changed);
	return 0;
}

static void drop(struct fake_name *entry)
{
	tell_watches(entry->name, KIPC_NAMES_VANISHED);
	entry->name[0] = '\0';
}

void fake_names_drop(__u32 node)
{
	for (int i = 0; i < NAMES_MAX; i++)
		if (fake.names[i].name[0] && fake.names[i].node == node)
			drop(&fake.names[i]);
}

void fake_publisher_drop(struct fake_endpoint *endpoint)
{
	for (int i = 0; i < WATCHES_MAX; i++)
		if (fake.watches[i].endpoint == endpoint)
			fake.watches[i].endpoint = NULL;
	for (int i = 0; i < NAMES_MAX; i++)
		if (fake.names[i].name[0] &&
		    fake.names[i].publisher == endpoint)
			drop(&fake.names[i]);
}

static int unpublish(const struct kipc_name_unpublish *command)
{
	char name[KIPC_NAME_MAX + 1];
	struct fake_name *entry;

	read_name(name, command->name, command->name_size);
	entry = find(name);
	if (!entry)
		return -ENOENT;
	drop(entry);
	return 0;
}

static int lookup(struct fake_endpoint *endpoint,
		  struct kipc_name_lookup *command)
{
	char name[KIPC_NAME_MAX + 1];
	struct fake_name *entry;
	int ret = 0;

	read_name(name, command->name, command->name_size);
	while (!(entry = find(name)) && !ret)
		ret = command->flags & KIPC_NAME_WAIT ?
		      fake_wait(command->deadline) : -ENOENT;
	if (!entry)
		return ret;
	command->handle = 0;
	command->cookie = 0;
	if (fake.nodes[entry->node].owner == endpoint)
		command->cookie = fake.nodes[entry->node].cookie;
	else
		command->handle = fake_handle_add(endpoint, entry->node,
						  KIPC_RIGHTS_ALL);
	return 0;
}

/* The name with the lowest serial above the cursor */
static const struct fake_name *next_name(const char *prefix, __u64 cursor)
{
	const struct fake_name *next = NULL;

	for (int i = 0; i < NAMES_MAX; i++) {
		const struct fake_name *entry = &fake.names[i];

		if (!entry->name[0] || entry->serial <= cursor ||
		    !is_below(entry->name, prefix))
			continue;
		if (!next || entry->serial < next->serial)
			next = entry;
	}
	return next;
}

static size_t write_entry(unsigned char *to, const struct fake_name *name)
{
	struct kipc_name_entry entry = {
		.serial = name->serial,
		.kind = KIPC_OBJECT_NODE,
		.pid = getpid(),
		.uid = geteuid(),
		.gid = getegid(),
		.mode = name->mode,
		.name_size = strlen(name->name),
	};

	entry.size = (sizeof(entry) + entry.name_size + 7) & ~7U;
	memset(to, 0, entry.size);
	memcpy(to, &entry, sizeof(entry));
	memcpy(to + sizeof(entry), name->name, entry.name_size);
	return entry.size;
}

static int list(struct kipc_name_list *command)
{
	char prefix[KIPC_NAME_MAX + 1];
	unsigned char *to = (void *)(uintptr_t)command->buffer;
	unsigned char *end = to + command->buffer_size;
	const struct fake_name *name;

	read_name(prefix, command->prefix, command->prefix_size);
	command->count = 0;
	command->more = 0;
	while ((name = next_name(prefix, command->cursor))) {
		command->more = end - to < 300 ||
				(fake.list_one_by_one && command->count);
		if (command->more)
			break;
		to += write_entry(to, name);
		command->cursor = name->serial;
		command->count++;
	}
	return 0;
}

static int watch(struct fake_endpoint *endpoint,
		 const struct kipc_name_watch *command)
{
	for (int i = 0; i < WATCHES_MAX; i++) {
		struct fake_name_watch *watch = &fake.watches[i];

		if (watch->endpoint)
			continue;
		watch->endpoint = endpoint;
		watch->cookie = command->cookie;
		read_name(watch->prefix, command->prefix,
			  command->prefix_size);
		return 0;
	}
	return -EDQUOT;
}

static int unwatch(struct fake_endpoint *endpoint,
		   const struct kipc_name_unwatch *command)
{
	for (int i = 0; i < WATCHES_MAX; i++) {
		if (fake.watches[i].endpoint == endpoint &&
		    fake.watches[i].cookie == command->cookie) {
			fake.watches[i].endpoint = NULL;
			return 0;
		}
	}
	return -ENXIO;
}

int fake_name_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		    void *argument)
{
	switch (command) {
	case KIPC_NAME_PUBLISH:
		return publish(endpoint, argument);
	case KIPC_NAME_UNPUBLISH:
		return unpublish(argument);
	case KIPC_NAME_LOOKUP:
		return lookup(endpoint, argument);
	case KIPC_NAME_LIST:
		return list(argument);
	case KIPC_NAME_WATCH:
		return watch(endpoint, argument);
	case KIPC_NAME_UNWATCH:
		return unwatch(endpoint, argument);
	default:
		return -ENOTTY;
	}
}
