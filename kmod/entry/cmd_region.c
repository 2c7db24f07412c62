// SPDX-License-Identifier: GPL-2.0-only
/* Commands on regions and their views */
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/key.h"
#include "core/limits.h"
#include "entry/command.h"
#include "entry/region_file.h"
#include "region/view.h"
#include "rpc/endpoint.h"

#define ACCESS_FLAGS	(KIPC_REGION_READ | KIPC_REGION_WRITE)
#define SEALS		(KIPC_REGION_SEAL_SEAL | KIPC_REGION_SEAL_WRITE | \
			 KIPC_REGION_SEAL_FUTURE_WRITE)

static int check_chunks(const struct kipc_region_open *args)
{
	u64 size = args->chunk_size;

	if (!size)
		return args->leases_max ? -EINVAL : 0;
	if (!IS_ALIGNED(size, KIPC_CHUNK_ALIGN) || size > args->size ||
	    div64_u64(args->size, size) > KIPC_CHUNKS_MAX ||
	    args->leases_max > KIPC_LEASES_MAX)
		return -EINVAL;
	return 0;
}

static int check_open(const struct kipc_region_open *args)
{
	u32 flags = args->flags;

	if (flags & ~(ACCESS_FLAGS | KIPC_REGION_CREATE |
		      KIPC_REGION_EXCLUSIVE | KIPC_REGION_OWN |
		      KIPC_REGION_HUGE | KIPC_WAIT) ||
	    !(flags & KIPC_REGION_READ))
		return -EINVAL;
	if (args->deadline && !(flags & KIPC_WAIT))
		return -EINVAL;
	if (!(flags & KIPC_REGION_CREATE))
		return flags & (KIPC_REGION_EXCLUSIVE | KIPC_REGION_HUGE) ||
		       !args->name_size ||
		       args->mode || args->size || args->chunk_size ||
		       args->leases_max ? -EINVAL : 0;
	if (flags & KIPC_WAIT || args->mode & ~0666 || !args->size ||
	    !PAGE_ALIGNED(args->size) || args->size > KIPC_REGION_SIZE_MAX)
		return -EINVAL;
	return check_chunks(args);
}

/* Gives the process a descriptor; it leads nowhere until the command is over. */
static int give_descriptor(struct kipc_command *command,
			   struct kipc_view *view)
{
	struct kipc_opened *opened = &command->opened;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	opened->file = kipc_region_file_install(view);
	if (IS_ERR(opened->file)) {
		put_unused_fd(fd);
		return PTR_ERR(opened->file);
	}
	opened->fd = fd;
	return 0;
}

/* What was made only now is gone, name and all. */
static void undo_open(const struct kipc_region_open *args,
		      struct kipc_view *view)
{
	if (args->created)
		kipc_view_unlink(view);
}

/**
 * kipc_run_region_open() - KIPC_REGION_OPEN
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_region_open(struct kipc_command *command)
{
	struct kipc_region_open *args = &command->args.region_open;
	struct kipc_view *view;
	struct kipc_key key;
	int ret;

	ret = check_open(args);
	if (!ret && args->name_size)
		ret = kipc_key_import(&key, args->name, args->name_size);
	if (ret)
		return ret;
	view = kipc_view_open(command->endpoint->user,
			      args->name_size ? &key : NULL, args);
	if (IS_ERR(view))
		return PTR_ERR(view);
	ret = give_descriptor(command, view);
	if (ret) {
		undo_open(args, view);
		kipc_view_close(view);
		return ret;
	}
	args->fd = command->opened.fd;
	return 0;
}

/**
 * kipc_finish_region_open() - the process knows its descriptor, or does not
 * @command: the command
 * @delivered: whether it does
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_region_open(struct kipc_command *command, bool delivered)
{
	if (!delivered)
		undo_open(&command->args.region_open,
			  command->opened.file->private_data);
	kipc_opened_finish(&command->opened, delivered);
}

/**
 * kipc_run_region_view() - KIPC_REGION_VIEW
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_region_view(struct kipc_command *command)
{
	struct kipc_region_view *args = &command->args.region_view;
	struct kipc_view *view;
	int ret;

	if (args->flags & ~ACCESS_FLAGS || !(args->flags & KIPC_REGION_READ) ||
	    !PAGE_ALIGNED(args->offset) || !PAGE_ALIGNED(args->size))
		return -EINVAL;
	view = kipc_view_derive(command->view, args);
	if (IS_ERR(view))
		return PTR_ERR(view);
	ret = give_descriptor(command, view);
	if (ret) {
		kipc_view_close(view);
		return ret;
	}
	args->fd = command->opened.fd;
	args->id = view->id;
	return 0;
}

/**
 * kipc_finish_region_view() - the process knows its descriptor, or does not
 * @command: the command
 * @delivered: whether it does
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_region_view(struct kipc_command *command, bool delivered)
{
	kipc_opened_finish(&command->opened, delivered);
}

/**
 * kipc_run_region_revoke() - KIPC_REGION_REVOKE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_region_revoke(struct kipc_command *command)
{
	const struct kipc_region_revoke *args = &command->args.region_revoke;

	if (args->flags || args->reserved)
		return -EINVAL;
	return kipc_view_revoke(command->view, args->id);
}

/**
 * kipc_run_region_seal() - KIPC_REGION_SEAL
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_region_seal(struct kipc_command *command)
{
	const struct kipc_region_seal_add *args = &command->args.region_seal;

	if (args->flags || args->seals & ~SEALS || !args->seals)
		return -EINVAL;
	return kipc_view_seal(command->view, args->seals);
}

/**
 * kipc_run_region_info() - KIPC_REGION_INFO
 * @command: the command
 *
 * Context: Process context.
 * Return: 0 or -EINVAL.
 */
int kipc_run_region_info(struct kipc_command *command)
{
	struct kipc_region_info *info = &command->args.region_info;

	if (info->flags)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	kipc_view_info(command->view, info);
	return 0;
}

/**
 * kipc_run_region_views() - KIPC_REGION_VIEWS
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_region_views(struct kipc_command *command)
{
	struct kipc_region_views *args = &command->args.region_views;
	struct kipc_view_entry *entries;
	u32 count;
	int ret;

	if (args->flags || args->reserved || !args->count)
		return -EINVAL;
	count = min_t(u32, args->count, KIPC_LIST_VIEWS_MAX);
	entries = kcalloc(count, sizeof(*entries), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	ret = kipc_view_list(command->view, entries, count, &args->cursor);
	if (ret >= 0) {
		args->listed = ret;
		ret = copy_to_user(u64_to_user_ptr(args->views), entries,
				   args->listed * sizeof(*entries)) ?
		      -EFAULT : 0;
	}
	kfree(entries);
	return ret;
}
