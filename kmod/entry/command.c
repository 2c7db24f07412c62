// SPDX-License-Identifier: GPL-2.0-only
#include "entry/command.h"

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

/*
 * One kind of command. If all that it copies out is a flag that it cleared or a
 * count, its effect stays even if that cannot be copied, and it is not EFAULT.
 */
struct definition {
	unsigned int number;
	int (*run)(struct kipc_command *command);
	void (*finish)(struct kipc_command *command, bool delivered);
	bool effect_stays;
};

static const struct definition definitions[] = {
	[_IOC_NR(KIPC_INFO)] = {
		KIPC_INFO, kipc_run_info,
	},
	[_IOC_NR(KIPC_STAT)] = {
		KIPC_STAT, kipc_run_stat,
	},
	[_IOC_NR(KIPC_NODE_CREATE)] = {
		KIPC_NODE_CREATE, kipc_run_node_create, kipc_finish_node_create,
	},
	[_IOC_NR(KIPC_NODE_DESTROY)] = {
		KIPC_NODE_DESTROY, kipc_run_node_destroy,
	},
	[_IOC_NR(KIPC_HANDLE_DUP)] = {
		KIPC_HANDLE_DUP, kipc_run_handle_dup, kipc_finish_handle,
	},
	[_IOC_NR(KIPC_HANDLE_DROP)] = {
		KIPC_HANDLE_DROP, kipc_run_handle_drop,
	},
	[_IOC_NR(KIPC_HANDLE_WATCH)] = {
		KIPC_HANDLE_WATCH, kipc_run_handle_watch,
	},
	[_IOC_NR(KIPC_HANDLE_UNWATCH)] = {
		KIPC_HANDLE_UNWATCH, kipc_run_handle_unwatch,
	},
	[_IOC_NR(KIPC_CALL)] = {
		KIPC_CALL, kipc_run_call, kipc_finish_call,
	},
	[_IOC_NR(KIPC_RECV)] = {
		KIPC_RECV, kipc_run_recv, kipc_finish_recv,
	},
	[_IOC_NR(KIPC_REPLY)] = {
		KIPC_REPLY, kipc_run_reply, .effect_stays = true,
	},
	[_IOC_NR(KIPC_REPLY_RECV)] = {
		KIPC_REPLY_RECV, kipc_run_reply_recv, kipc_finish_reply_recv,
	},
	[_IOC_NR(KIPC_SEND)] = {
		KIPC_SEND, kipc_run_send, .effect_stays = true,
	},
	[_IOC_NR(KIPC_NOTIFY)] = {
		KIPC_NOTIFY, kipc_run_notify,
	},
	[_IOC_NR(KIPC_FREE)] = {
		KIPC_FREE, kipc_run_free, .effect_stays = true,
	},
	[_IOC_NR(KIPC_NAME_PUBLISH)] = {
		KIPC_NAME_PUBLISH, kipc_run_name_publish,
	},
	[_IOC_NR(KIPC_NAME_UNPUBLISH)] = {
		KIPC_NAME_UNPUBLISH, kipc_run_name_unpublish,
	},
	[_IOC_NR(KIPC_NAME_LOOKUP)] = {
		KIPC_NAME_LOOKUP, kipc_run_name_lookup, kipc_finish_handle,
	},
	[_IOC_NR(KIPC_NAME_LIST)] = {
		KIPC_NAME_LIST, kipc_run_name_list,
	},
	[_IOC_NR(KIPC_NAME_WATCH)] = {
		KIPC_NAME_WATCH, kipc_run_name_watch,
	},
	[_IOC_NR(KIPC_NAME_UNWATCH)] = {
		KIPC_NAME_UNWATCH, kipc_run_name_unwatch,
	},
};

static const struct definition *find(unsigned int number)
{
	const struct definition *definition;
	unsigned int nr = _IOC_NR(number);

	if (_IOC_TYPE(number) != KIPC_IOC_MAGIC ||
	    nr >= ARRAY_SIZE(definitions))
		return NULL;
	definition = &definitions[array_index_nospec(nr,
						     ARRAY_SIZE(definitions))];
	if (_IOC_DIR(number) != _IOC_DIR(definition->number))
		return NULL;
	return definition;
}

/*
 * A size that the compiler knows spares the check of hardened usercopy, a
 * twentieth of what kipc adds to a round trip. The structs of those who wait
 * for each other in the fast path get that.
 */
static unsigned long copy_args_in(struct kipc_command *command,
				  const void __user *user, size_t size)
{
	void *args = &command->args;

	switch (size) {
	case sizeof(struct kipc_call):
		return copy_from_user(args, user, sizeof(struct kipc_call));
	case sizeof(struct kipc_reply_recv):
		return copy_from_user(args, user,
				      sizeof(struct kipc_reply_recv));
	default:
		return copy_from_user(args, user, size);
	}
}

static unsigned long copy_args_out(const struct kipc_command *command,
				   void __user *user, size_t size)
{
	const void *args = &command->args;

	switch (size) {
	case sizeof(struct kipc_call):
		return copy_to_user(user, args, sizeof(struct kipc_call));
	case sizeof(struct kipc_reply_recv):
		return copy_to_user(user, args,
				    sizeof(struct kipc_reply_recv));
	default:
		return copy_to_user(user, args, size);
	}
}

/* A longer struct than the kernel's is fine if it asks for nothing more. */
static int copy_in(struct kipc_command *command, const void __user *user,
		   size_t user_size, size_t size)
{
	int ret;

	if (user_size < size)
		return -EINVAL;
	if (user_size > size) {
		ret = check_zeroed_user(user + size, user_size - size);
		if (ret <= 0)
			return ret ?: -E2BIG;
	}
	return copy_args_in(command, user, size) ? -EFAULT : 0;
}

/*
 * Results must not get lost, so look beforehand whether they can be written.
 * The struct is smaller than a page: its first byte tells, and its last if that
 * is on another page.
 */
static int probe_out(const struct kipc_command *command, u8 __user *user,
		     size_t size)
{
	const u8 *args = (const u8 *)&command->args;

	if (put_user(args[0], user))
		return -EFAULT;
	if (offset_in_page(user) + size <= PAGE_SIZE)
		return 0;
	return put_user(args[size - 1], user + size - 1);
}

/**
 * kipc_command_execute() - execute a command
 * @command: its endpoint; the rest is filled in
 * @number: the ioctl's number
 * @address: user address of its struct
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ENOTTY, or what the ABI says of the command.
 */
int kipc_command_execute(struct kipc_command *command, unsigned int number,
			 unsigned long address)
{
	const struct definition *definition = find(number);
	void __user *user = (void __user *)address;
	bool out, delivered = true;
	size_t size;
	int ret;

	if (!definition)
		return -ENOTTY;
	size = _IOC_SIZE(definition->number);
	out = _IOC_DIR(definition->number) & _IOC_READ;
	ret = copy_in(command, user, _IOC_SIZE(number), size);
	if (!ret && out)
		ret = probe_out(command, user, size);
	if (ret)
		return ret;

	command->write_back = false;
	ret = definition->run(command);
	if (command->write_back || (out && !ret && !definition->effect_stays))
		delivered = !copy_args_out(command, user, size);
	if (!ret && definition->finish)
		definition->finish(command, delivered);
	return delivered || definition->effect_stays ? ret : -EFAULT;
}
