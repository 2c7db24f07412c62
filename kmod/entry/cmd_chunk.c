// SPDX-License-Identifier: GPL-2.0-only
/* Commands on the chunks of regions */
#include <linux/kipc.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/limits.h"
#include "entry/command.h"
#include "entry/region_file.h"
#include "region/chunk.h"
#include "region/holder.h"

/**
 * kipc_run_region_hold() - KIPC_REGION_HOLD
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_region_hold(struct kipc_command *command)
{
	const struct kipc_region_hold *args = &command->args.region_hold;
	int ret;

	if (args->flags || args->leases > KIPC_LEASES_MAX ||
	    (!args->leases && args->cookie))
		return -EINVAL;
	if (!args->leases)
		return kipc_holder_end(command->view, current->files);
	ret = kipc_holder_begin(command->view, args->leases, args->cookie);
	if (!ret)
		kipc_region_file_settle(command->view);
	return ret;
}

/**
 * kipc_run_chunk_loan() - KIPC_CHUNK_LOAN
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_chunk_loan(struct kipc_command *command)
{
	struct kipc_chunk_loan *args = &command->args.chunk_loan;

	if (args->flags)
		return -EINVAL;
	return kipc_chunk_loan(command->view, args);
}

/**
 * kipc_finish_chunk_loan() - the process knows of its loan, or does not
 * @command: the command
 * @delivered: whether it does
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_chunk_loan(struct kipc_command *command, bool delivered)
{
	if (!delivered)
		kipc_chunk_release(command->view,
				   command->args.chunk_loan.lease);
}

/**
 * kipc_run_chunk_release() - KIPC_CHUNK_RELEASE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_chunk_release(struct kipc_command *command)
{
	struct kipc_chunk_release *args = &command->args.chunk_release;
	u32 __user *leases = u64_to_user_ptr(args->leases);
	u32 lease;
	int ret;

	if (args->flags || args->reserved || !args->count)
		return -EINVAL;
	if (args->count > KIPC_BATCH_MAX)
		return -E2BIG;
	command->write_back = true;
	for (args->released = 0; args->released < args->count;
	     args->released++) {
		if (get_user(lease, &leases[args->released]))
			return -EFAULT;
		ret = kipc_chunk_release(command->view, lease);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * kipc_run_chunk_list() - KIPC_CHUNK_LIST
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_chunk_list(struct kipc_command *command)
{
	struct kipc_chunk_list *args = &command->args.chunk_list;
	struct kipc_chunk_entry *entries;
	u32 count;
	int ret;

	if (args->flags || args->reserved || !args->count)
		return -EINVAL;
	count = min_t(u32, args->count, KIPC_LIST_CHUNKS_MAX);
	entries = kcalloc(count, sizeof(*entries), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	ret = kipc_chunk_list(command->view, entries, count, &args->cursor);
	if (ret >= 0) {
		args->listed = ret;
		ret = copy_to_user(u64_to_user_ptr(args->entries), entries,
				   args->listed * sizeof(*entries)) ?
		      -EFAULT : 0;
	}
	kfree(entries);
	return ret;
}
