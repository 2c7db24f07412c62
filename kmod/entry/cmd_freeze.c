// SPDX-License-Identifier: GPL-2.0-only
/* Commands on freezing */
#include "entry/command.h"
#include "rpc/endpoint.h"
#include "rpc/freeze.h"
#include "rpc/freeze_watch.h"

/**
 * kipc_run_freeze() - KIPC_FREEZE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_freeze(struct kipc_command *command)
{
	struct kipc_freeze *args = &command->args.freeze;

	if (args->flags || args->action > KIPC_FREEZE_OFF)
		return -EINVAL;
	command->write_back = true;
	return kipc_freeze(command->endpoint->domain, args);
}

/**
 * kipc_run_freeze_watch() - KIPC_FREEZE_WATCH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_freeze_watch(struct kipc_command *command)
{
	struct kipc_freeze_watch *args = &command->args.freeze_watch;

	if (args->flags)
		return -EINVAL;
	return kipc_freeze_watch_add(command->endpoint, args->handle,
				     args->cookie);
}

/**
 * kipc_run_freeze_unwatch() - KIPC_FREEZE_UNWATCH
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_freeze_unwatch(struct kipc_command *command)
{
	struct kipc_freeze_watch *args = &command->args.freeze_watch;

	if (args->flags || args->handle)
		return -EINVAL;
	return kipc_freeze_watch_remove(command->endpoint, args->cookie);
}
