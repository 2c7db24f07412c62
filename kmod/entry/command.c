// SPDX-License-Identifier: GPL-2.0-only
#include "entry/command.h"

#include <linux/nospec.h>
#include <linux/uaccess.h>

/* One kind of command */
struct definition {
	unsigned int number;
	int (*run)(struct kipc_command *command);
	void (*finish)(struct kipc_command *command, bool delivered);
};

#define COMMAND(name, function)						\
	[_IOC_NR(name)] = { name, kipc_run_##function, NULL }
#define COMMAND_FINISH(name, function, finish)				\
	[_IOC_NR(name)] = { name, kipc_run_##function, kipc_finish_##finish }

static const struct definition definitions[] = {
	COMMAND(KIPC_INFO, info),
	COMMAND(KIPC_STAT, stat),
	COMMAND_FINISH(KIPC_NODE_CREATE, node_create, node_create),
	COMMAND(KIPC_NODE_DESTROY, node_destroy),
	COMMAND_FINISH(KIPC_HANDLE_DUP, handle_dup, handle),
	COMMAND(KIPC_HANDLE_DROP, handle_drop),
	COMMAND(KIPC_HANDLE_WATCH, handle_watch),
	COMMAND(KIPC_HANDLE_UNWATCH, handle_unwatch),
	COMMAND_FINISH(KIPC_CALL, call, call),
	COMMAND_FINISH(KIPC_RECV, recv, recv),
	COMMAND(KIPC_REPLY, reply),
	COMMAND_FINISH(KIPC_REPLY_RECV, reply_recv, reply_recv),
	COMMAND(KIPC_SEND, send),
	COMMAND(KIPC_NOTIFY, notify),
	COMMAND(KIPC_FREE, free),
	COMMAND(KIPC_NAME_PUBLISH, name_publish),
	COMMAND(KIPC_NAME_UNPUBLISH, name_unpublish),
	COMMAND_FINISH(KIPC_NAME_LOOKUP, name_lookup, handle),
	COMMAND(KIPC_NAME_LIST, name_list),
	COMMAND(KIPC_NAME_WATCH, name_watch),
	COMMAND(KIPC_NAME_UNWATCH, name_unwatch),
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
 * The struct is smaller than a page: its first and its last byte tell.
 */
static int probe_out(const struct kipc_command *command, u8 __user *user,
		     size_t size)
{
	const u8 *args = (const u8 *)&command->args;

	if (put_user(args[0], user) || put_user(args[size - 1], user + size - 1))
		return -EFAULT;
	return 0;
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
	if (out && (!ret || command->write_back))
		delivered = !copy_args_out(command, user, size);
	if (!ret && definition->finish)
		definition->finish(command, delivered);
	return delivered ? ret : -EFAULT;
}
