// SPDX-License-Identifier: GPL-2.0-only
/* Commands on names */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/handle.h"
#include "core/key.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/name_list.h"
#include "core/name_watch.h"
#include "core/object.h"
#include "core/trace.h"
#include "entry/command.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

static struct kipc_object *
object_to_publish(struct kipc_endpoint *endpoint,
		  const struct kipc_name_publish *args, u32 *rights)
{
	*rights = KIPC_RIGHTS_ALL;
	if (args->flags & KIPC_NAME_OWN)
		return kipc_table_owned(&endpoint->table, args->id);
	return kipc_table_resolve(&endpoint->table, args->id, KIPC_RIGHT_GRANT,
				  rights);
}

/* Handles are to nodes, and so is what an endpoint owns. */
static void trace_publish(struct kipc_object *object,
			  const struct kipc_key *key)
{
	struct kipc_node *node = kipc_node_of(object);

	if (trace_kipc_name_publish_enabled())
		trace_kipc_name_publish(kipc_node_owner_id(node), node->id,
					key->bytes, key->size);
}

/**
 * kipc_run_name_publish() - KIPC_NAME_PUBLISH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_name_publish(struct kipc_command *command)
{
	struct kipc_name_publish *args = &command->args.name_publish;
	struct kipc_endpoint *endpoint = command->endpoint;
	struct kipc_object *object;
	struct kipc_key key;
	u32 rights;
	int ret;

	if (args->flags & ~KIPC_NAME_OWN || args->mode & ~0777)
		return -EINVAL;
	ret = kipc_key_import(&key, args->name, args->name_size);
	if (ret)
		return ret;
	object = object_to_publish(endpoint, args, &rights);
	if (IS_ERR(object))
		return PTR_ERR(object);
	ret = kipc_name_publish(&endpoint->publisher, object, rights, &key,
				args->mode);
	if (!ret)
		trace_publish(object, &key);
	kipc_object_put(object);
	return ret;
}

/**
 * kipc_run_name_unpublish() - KIPC_NAME_UNPUBLISH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_name_unpublish(struct kipc_command *command)
{
	struct kipc_name_unpublish *args = &command->args.name_unpublish;
	struct kipc_key key;
	int ret;

	if (args->flags)
		return -EINVAL;
	ret = kipc_key_import(&key, args->name, args->name_size);
	if (ret)
		return ret;
	return kipc_name_unpublish(&command->endpoint->publisher, &key);
}

/* Gives the endpoint what it looked up: its own cookie, or a handle. */
static int give(struct kipc_command *command, struct kipc_object *object)
{
	struct kipc_name_lookup *args = &command->args.name_lookup;
	struct kipc_table *table = &command->endpoint->table;
	int ret;

	command->id = KIPC_NONE;
	args->cookie = 0;
	if (object->home == table) {
		args->handle = KIPC_NONE;
		args->cookie = object->cookie;
		return 0;
	}
	ret = kipc_handle_install(table, object, args->rights, &command->id);
	args->handle = command->id;
	return ret;
}

/**
 * kipc_run_name_lookup() - KIPC_NAME_LOOKUP
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_name_lookup(struct kipc_command *command)
{
	struct kipc_name_lookup *args = &command->args.name_lookup;
	struct kipc_domain *domain = command->endpoint->domain;
	struct kipc_object *object;
	struct kipc_key key;
	int ret;

	if (args->flags & ~KIPC_NAME_WAIT || args->rights & ~KIPC_RIGHTS_ALL)
		return -EINVAL;
	ret = kipc_key_import(&key, args->name, args->name_size);
	if (ret)
		return ret;
	if (args->flags & KIPC_NAME_WAIT)
		object = kipc_name_wait(domain, &key, KIPC_OBJECT_NODE,
					&args->rights, args->deadline);
	else
		object = kipc_name_find(domain, &key, KIPC_OBJECT_NODE,
					&args->rights);
	if (IS_ERR(object))
		return PTR_ERR(object);
	ret = give(command, object);
	kipc_object_put(object);
	return ret;
}

/**
 * kipc_run_name_list() - KIPC_NAME_LIST
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_name_list(struct kipc_command *command)
{
	struct kipc_name_list *args = &command->args.name_list;
	size_t size = min_t(u64, args->buffer_size, KIPC_LIST_BYTES_MAX);
	struct kipc_key prefix;
	void *buffer;
	ssize_t ret;

	if (args->flags || args->more)
		return -EINVAL;
	ret = kipc_prefix_import(&prefix, args->prefix, args->prefix_size);
	if (ret)
		return ret;
	buffer = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	ret = kipc_names_list(command->endpoint->domain, &prefix, buffer, size,
			      args);
	if (ret > 0)
		ret = copy_to_user(u64_to_user_ptr(args->buffer), buffer, ret) ?
		      -EFAULT : 0;
	kvfree(buffer);
	return ret;
}

/**
 * kipc_run_name_watch() - KIPC_NAME_WATCH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_name_watch(struct kipc_command *command)
{
	struct kipc_name_watch *args = &command->args.name_watch;
	struct kipc_key prefix;
	int ret;

	if (args->flags)
		return -EINVAL;
	ret = kipc_prefix_import(&prefix, args->prefix, args->prefix_size);
	if (ret)
		return ret;
	return kipc_name_watch_add(&command->endpoint->publisher, &prefix,
				   args->cookie);
}

/**
 * kipc_run_name_unwatch() - KIPC_NAME_UNWATCH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_name_unwatch(struct kipc_command *command)
{
	struct kipc_name_unwatch *args = &command->args.name_unwatch;

	if (args->flags || args->reserved)
		return -EINVAL;
	return kipc_name_watch_remove(&command->endpoint->publisher,
				      args->cookie);
}
