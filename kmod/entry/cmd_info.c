// SPDX-License-Identifier: GPL-2.0-only
/* Commands that ask: INFO and STAT */
#include <linux/string.h>

#include "core/domain.h"
#include "core/limits.h"
#include "entry/command.h"
#include "rpc/endpoint.h"

/**
 * kipc_run_info() - KIPC_INFO
 * @command: the command
 *
 * Context: Process context.
 * Return: 0 or -EINVAL.
 */
int kipc_run_info(struct kipc_command *command)
{
	struct kipc_info *info = &command->args.info;

	if (info->flags || info->reserved)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	info->abi_version = KIPC_ABI_VERSION;
	info->attachments_max = KIPC_ATTACHMENTS_MAX;
	info->vec_max = KIPC_VEC_MAX;
	info->name_max = KIPC_NAME_MAX;
	info->batch_max = KIPC_BATCH_MAX;
	info->pool_max = KIPC_POOL_MAX;
	info->pool_size = READ_ONCE(command->endpoint->pool.size);
	info->domain = kipc_domain_number(command->endpoint->domain);
	info->endpoint = command->endpoint->id;
	info->depth_max = KIPC_DEPTH_MAX;
	info->region_size_max = KIPC_REGION_SIZE_MAX;
	return 0;
}

/**
 * kipc_run_stat() - KIPC_STAT
 * @command: the command
 *
 * Context: Process context.
 * Return: 0 or -EINVAL.
 */
int kipc_run_stat(struct kipc_command *command)
{
	struct kipc_stat *stat = &command->args.stat;

	if (stat->flags)
		return -EINVAL;
	memset(stat, 0, sizeof(*stat));
	kipc_endpoint_stat(command->endpoint, stat);
	return 0;
}
