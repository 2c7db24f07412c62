// SPDX-License-Identifier: GPL-2.0-only
/* Commands on nodes and handles */
#include <linux/err.h>

#include "core/handle.h"
#include "core/object.h"
#include "entry/command.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

#define NODE_FLAGS	(KIPC_NODE_NO_SENDERS | KIPC_NODE_CANCELED |	\
			 KIPC_NODE_NO_INHERIT | KIPC_NODE_MIN_PRIORITY |	\
			 KIPC_NODE_SMALL | KIPC_NODE_LABEL)

static bool priority_is_valid(const struct kipc_node_create *args)
{
	if (!(args->flags & KIPC_NODE_MIN_PRIORITY))
		return !args->policy && !args->priority;
	if (args->policy == SCHED_NORMAL)
		return args->priority >= MIN_NICE && args->priority <= MAX_NICE;
	if (args->policy == SCHED_FIFO || args->policy == SCHED_RR)
		return args->priority > 0 && args->priority < MAX_RT_PRIO;
	return false;
}

/**
 * kipc_run_node_create() - KIPC_NODE_CREATE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_node_create(struct kipc_command *command)
{
	struct kipc_node_create *args = &command->args.node_create;
	int ret;

	if (args->flags & ~NODE_FLAGS || !priority_is_valid(args))
		return -EINVAL;
	ret = kipc_node_create(command->endpoint, args, &command->id);
	args->node = command->id;
	return ret;
}

/**
 * kipc_finish_node_create() - the owner knows of its node, or does not
 * @command: the command
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_node_create(struct kipc_command *command, bool delivered)
{
	if (!delivered)
		kipc_node_destroy(command->endpoint, command->id);
}

/**
 * kipc_run_node_destroy() - KIPC_NODE_DESTROY
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_node_destroy(struct kipc_command *command)
{
	struct kipc_node_destroy *args = &command->args.node_destroy;

	if (args->flags)
		return -EINVAL;
	return kipc_node_destroy(command->endpoint, args->node);
}

/**
 * kipc_run_handle_dup() - KIPC_HANDLE_DUP
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_handle_dup(struct kipc_command *command)
{
	struct kipc_handle_dup *args = &command->args.handle_dup;
	struct kipc_table *table = &command->endpoint->table;
	struct kipc_object *object;
	int ret;

	if (args->flags || !args->rights || args->rights & ~KIPC_RIGHTS_ALL)
		return -EINVAL;
	object = kipc_table_resolve(table, args->handle, args->rights, NULL);
	if (IS_ERR(object))
		return PTR_ERR(object);
	ret = kipc_handle_install(table, object, args->rights, &command->id);
	args->result = command->id;
	kipc_object_put(object);
	return ret;
}

/**
 * kipc_finish_handle() - its holder knows of a handle, or does not
 * @command: the command that installed it; id is KIPC_NONE if it did not
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_handle(struct kipc_command *command, bool delivered)
{
	if (!delivered && command->id != KIPC_NONE)
		kipc_handle_drop(&command->endpoint->table, command->id);
}

/**
 * kipc_run_handle_drop() - KIPC_HANDLE_DROP
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_handle_drop(struct kipc_command *command)
{
	struct kipc_handle_drop *args = &command->args.handle_drop;

	if (args->flags)
		return -EINVAL;
	return kipc_handle_drop(&command->endpoint->table, args->handle);
}

/**
 * kipc_run_handle_watch() - KIPC_HANDLE_WATCH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_handle_watch(struct kipc_command *command)
{
	struct kipc_handle_watch *args = &command->args.handle_watch;

	if (args->flags)
		return -EINVAL;
	return kipc_handle_watch(&command->endpoint->table, args->handle,
				 args->cookie);
}

/**
 * kipc_run_handle_unwatch() - KIPC_HANDLE_UNWATCH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_handle_unwatch(struct kipc_command *command)
{
	struct kipc_handle_watch *args = &command->args.handle_watch;

	if (args->flags || args->cookie)
		return -EINVAL;
	return kipc_handle_unwatch(&command->endpoint->table, args->handle);
}
