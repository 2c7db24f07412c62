// SPDX-License-Identifier: GPL-2.0-only
#include "entry/command.h"

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

/*
 * One kind of command.
 *
 * What it only gives out, behind @in_size if that is not 0, is neither read nor, if
 * it fails, written; what is before @out_begin is written only if it fails. If
 * @small_flags is not 0, there are the flags that say whether the struct's last
 * KIPC_SMALL_MAX bytes are written.
 *
 * If all that it copies out is a flag that it cleared or a count, its effect stays
 * even if that cannot be copied, and it is not EFAULT. So it is if it is @done when it has
 * run, and all that is left is to tell a number.
 */
struct definition {
	unsigned int number;
	int (*run)(struct kipc_command *command);
	void (*finish)(struct kipc_command *command, bool delivered);
	bool effect_stays;
	bool done;
	size_t in_size;
	size_t out_begin;
	size_t small_flags;
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
		.in_size = offsetof(struct kipc_call, reply_offset),
		.out_begin = offsetof(struct kipc_call, attachment_count),
		.small_flags = offsetof(struct kipc_call, reply_flags),
	},
	[_IOC_NR(KIPC_RECV)] = {
		KIPC_RECV, kipc_run_recv, kipc_finish_recv,
		.in_size = offsetof(struct kipc_recv, message),
		.out_begin = offsetof(struct kipc_recv, flags),
		.small_flags = offsetof(struct kipc_recv, message.flags),
	},
	[_IOC_NR(KIPC_RECV_BATCH)] = {
		KIPC_RECV_BATCH, kipc_run_recv_batch, .effect_stays = true,
	},
	[_IOC_NR(KIPC_REPLY)] = {
		KIPC_REPLY, kipc_run_reply, .effect_stays = true,
	},
	[_IOC_NR(KIPC_REPLY_RECV)] = {
		KIPC_REPLY_RECV, kipc_run_reply_recv, kipc_finish_reply_recv,
		.in_size = offsetof(struct kipc_reply_recv, recv.message),
		.out_begin = offsetof(struct kipc_reply_recv, recv.flags),
		.small_flags = offsetof(struct kipc_reply_recv,
					recv.message.flags),
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
	[_IOC_NR(KIPC_FREEZE)] = {
		KIPC_FREEZE, kipc_run_freeze, .effect_stays = true,
	},
	[_IOC_NR(KIPC_FREEZE_WATCH)] = {
		KIPC_FREEZE_WATCH, kipc_run_freeze_watch,
	},
	[_IOC_NR(KIPC_FREEZE_UNWATCH)] = {
		KIPC_FREEZE_UNWATCH, kipc_run_freeze_unwatch,
	},
	[_IOC_NR(KIPC_MAILBOX_OPEN)] = {
		KIPC_MAILBOX_OPEN, kipc_run_mailbox_open,
		kipc_finish_mailbox_open,
		.out_begin = offsetof(struct kipc_mailbox_open, fd),
	},
	[_IOC_NR(KIPC_REGION_OPEN)] = {
		KIPC_REGION_OPEN, kipc_run_region_open,
		kipc_finish_region_open,
		.out_begin = offsetof(struct kipc_region_open, fd),
	},
};

/* The first number of mailboxes' commands */
#define MAILBOX_FIRST	_IOC_NR(KIPC_MAILBOX_SEND)

static const struct definition mailbox_definitions[] = {
	[_IOC_NR(KIPC_MAILBOX_SEND) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_SEND, kipc_run_mailbox_send, .done = true,
		.in_size = offsetof(struct kipc_mailbox_send, sequence),
		.out_begin = offsetof(struct kipc_mailbox_send, sequence),
	},
	[_IOC_NR(KIPC_MAILBOX_SEND_BATCH) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_SEND_BATCH, kipc_run_mailbox_send_batch,
		.effect_stays = true,
	},
	[_IOC_NR(KIPC_MAILBOX_RECV) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_RECV, kipc_run_mailbox_recv,
		kipc_finish_mailbox_recv,
		.in_size = offsetof(struct kipc_mailbox_recv, mail),
		.out_begin = offsetof(struct kipc_mailbox_recv, mail),
	},
	[_IOC_NR(KIPC_MAILBOX_RECV_BATCH) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_RECV_BATCH, kipc_run_mailbox_recv_batch,
		.effect_stays = true,
	},
	[_IOC_NR(KIPC_MAILBOX_PEEK) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_PEEK, kipc_run_mailbox_peek,
	},
	[_IOC_NR(KIPC_MAILBOX_LEASE) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_LEASE, kipc_run_mailbox_lease,
		.effect_stays = true,
	},
	[_IOC_NR(KIPC_MAILBOX_PURGE) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_PURGE, kipc_run_mailbox_purge, .done = true,
	},
	[_IOC_NR(KIPC_MAILBOX_INFO) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_INFO, kipc_run_mailbox_info,
	},
	[_IOC_NR(KIPC_MAILBOX_NOTIFY) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_NOTIFY, kipc_run_mailbox_notify,
	},
	[_IOC_NR(KIPC_MAILBOX_SEND_RECV) - MAILBOX_FIRST] = {
		KIPC_MAILBOX_SEND_RECV, kipc_run_mailbox_send_recv,
		kipc_finish_mailbox_recv,
		.in_size = offsetof(struct kipc_mailbox_send_recv, recv.mail),
		.out_begin = offsetof(struct kipc_mailbox_send_recv, recv.mail),
	},
};

/* The first number of views' commands */
#define VIEW_FIRST	_IOC_NR(KIPC_REGION_VIEW)

static const struct definition view_definitions[] = {
	[_IOC_NR(KIPC_REGION_VIEW) - VIEW_FIRST] = {
		KIPC_REGION_VIEW, kipc_run_region_view, kipc_finish_region_view,
	},
	[_IOC_NR(KIPC_REGION_REVOKE) - VIEW_FIRST] = {
		KIPC_REGION_REVOKE, kipc_run_region_revoke,
	},
	[_IOC_NR(KIPC_REGION_SEAL) - VIEW_FIRST] = {
		KIPC_REGION_SEAL, kipc_run_region_seal,
	},
	[_IOC_NR(KIPC_REGION_INFO) - VIEW_FIRST] = {
		KIPC_REGION_INFO, kipc_run_region_info,
	},
	[_IOC_NR(KIPC_REGION_VIEWS) - VIEW_FIRST] = {
		KIPC_REGION_VIEWS, kipc_run_region_views,
	},
	[_IOC_NR(KIPC_REGION_HOLD) - VIEW_FIRST] = {
		KIPC_REGION_HOLD, kipc_run_region_hold,
	},
	[_IOC_NR(KIPC_CHUNK_LOAN) - VIEW_FIRST] = {
		KIPC_CHUNK_LOAN, kipc_run_chunk_loan, kipc_finish_chunk_loan,
	},
	[_IOC_NR(KIPC_CHUNK_RELEASE) - VIEW_FIRST] = {
		KIPC_CHUNK_RELEASE, kipc_run_chunk_release,
		.effect_stays = true,
	},
	[_IOC_NR(KIPC_CHUNK_LIST) - VIEW_FIRST] = {
		KIPC_CHUNK_LIST, kipc_run_chunk_list,
	},
};

/* In a table of @count rows that begins with the command @first */
static const struct definition *find(const struct definition *table,
				     unsigned int count, unsigned int first,
				     unsigned int number)
{
	const struct definition *definition;
	unsigned int nr = _IOC_NR(number) - first;

	if (nr >= count)
		return NULL;
	definition = &table[array_index_nospec(nr, count)];
	/* Only the size may differ. What is not in the table has number 0. */
	if ((number ^ definition->number) & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT))
		return NULL;
	return definition;
}

/* A longer struct than the kernel's is fine if it asks for nothing more. */
static __always_inline int copy_in(struct kipc_command *command,
				   const void __user *user, size_t user_size,
				   size_t size, size_t in_size)
{
	int ret;

	if (user_size < size)
		return -EINVAL;
	if (user_size > size) {
		ret = check_zeroed_user(user + size, user_size - size);
		if (ret <= 0)
			return ret ?: -E2BIG;
	}
	if (!access_ok(user, size))
		return -EFAULT;
	return __copy_from_user(&command->args, user, in_size) ? -EFAULT : 0;
}

/*
 * Results must not get lost, so look beforehand whether they can be written.
 * The struct is smaller than a page: its first byte tells, and its last if that
 * is on another page.
 */
static __always_inline int probe_out(const struct kipc_command *command,
				     u8 __user *user, size_t size)
{
	const u8 *args = (const u8 *)&command->args;

	if (put_user(args[0], user))
		return -EFAULT;
	if (likely(offset_in_page(user) + size <= PAGE_SIZE))
		return 0;
	return kipc_probe_user(user + size - 1);
}

/* With sizes that are constants, there is less to check. */
static __always_inline bool copy_out(const struct kipc_command *command,
				     void __user *user, size_t begin,
				     size_t end)
{
	return !__copy_to_user(user + begin, (u8 *)&command->args + begin,
			       end - begin);
}

static __always_inline bool
copy_results(const struct kipc_command *command,
	     const struct definition *definition, void __user *user)
{
	const u8 *args = (const u8 *)&command->args;
	size_t end = _IOC_SIZE(definition->number);

	if (!definition->small_flags ||
	    *(u32 *)(args + definition->small_flags) & KIPC_MSG_SMALL)
		return copy_out(command, user, definition->out_begin, end);
	return copy_out(command, user, definition->out_begin,
			end - KIPC_SMALL_MAX);
}

static __always_inline int execute(struct kipc_command *command,
				   const struct definition *definition,
				   size_t user_size, void __user *user)
{
	size_t size = _IOC_SIZE(definition->number);
	size_t in_size = definition->in_size ?: size;
	bool out = _IOC_DIR(definition->number) & _IOC_READ;
	bool delivered = true;
	int ret;

	ret = copy_in(command, user, user_size, size, in_size);
	if (!ret && out)
		ret = probe_out(command, user, size);
	if (ret)
		return ret;

	command->write_back = false;
	command->tell = false;
	ret = definition->run(command);
	if (likely(!ret || command->tell) && out && !definition->effect_stays)
		delivered = copy_results(command, definition, user);
	else if (command->write_back)
		delivered = copy_out(command, user, 0, in_size);
	if (unlikely(command->tell) && command->write_back)
		delivered &= copy_out(command, user, 0, in_size);
	if (!ret && definition->finish)
		definition->finish(command, delivered);
	if (delivered || definition->effect_stays || definition->done)
		return ret;
	return -EFAULT;
}

/**
 * kipc_command_execute() - execute a command
 * @endpoint: on which
 * @nonblock: whether its file has O_NONBLOCK
 * @number: the ioctl's number
 * @address: user address of its struct
 *
 * What the compiler knows it need not look up: the rows of the two commands of
 * the fast path are constants, so their sizes are, and who runs them.
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ENOTTY, or what the ABI says of the command.
 */
int kipc_command_execute(struct kipc_endpoint *endpoint, bool nonblock,
			 unsigned int number, unsigned long address)
{
	/*
	 * Not zeroed, even if the kernel zeroes stacks: what is read of it was
	 * copied in, and what is copied out too.
	 */
	struct kipc_command command __attribute__((__uninitialized__));
	void __user *user = (void __user *)address;
	const struct definition *definition;

	command.endpoint = endpoint;
	command.nonblock = nonblock;
	if (number == KIPC_CALL)
		return execute(&command, &definitions[_IOC_NR(KIPC_CALL)],
			       sizeof(struct kipc_call), user);
	if (number == KIPC_REPLY_RECV)
		return execute(&command, &definitions[_IOC_NR(KIPC_REPLY_RECV)],
			       sizeof(struct kipc_reply_recv), user);
	definition = find(definitions, ARRAY_SIZE(definitions), 0, number);
	if (!definition)
		return -ENOTTY;
	return execute(&command, definition, _IOC_SIZE(number), user);
}

/**
 * kipc_mailbox_execute() - execute a command on a mailbox
 * @mailbox: the file
 * @nonblock: whether it has O_NONBLOCK
 * @number: the ioctl's number
 * @address: user address of its struct
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ENOTTY, or what the ABI says of the command.
 */
int kipc_mailbox_execute(struct kipc_mailbox_file *mailbox, bool nonblock,
			 unsigned int number, unsigned long address)
{
	const struct definition *table = mailbox_definitions;
	/* As above */
	struct kipc_command command __attribute__((__uninitialized__));
	void __user *user = (void __user *)address;
	const struct definition *definition;

	command.mailbox = mailbox;
	command.nonblock = nonblock;
	if (number == KIPC_MAILBOX_SEND)
		return execute(&command,
			       &table[_IOC_NR(KIPC_MAILBOX_SEND) -
				      MAILBOX_FIRST],
			       sizeof(struct kipc_mailbox_send), user);
	if (number == KIPC_MAILBOX_SEND_RECV)
		return execute(&command,
			       &table[_IOC_NR(KIPC_MAILBOX_SEND_RECV) -
				      MAILBOX_FIRST],
			       sizeof(struct kipc_mailbox_send_recv), user);
	if (number == KIPC_MAILBOX_RECV)
		return execute(&command,
			       &table[_IOC_NR(KIPC_MAILBOX_RECV) -
				      MAILBOX_FIRST],
			       sizeof(struct kipc_mailbox_recv), user);
	definition = find(table, ARRAY_SIZE(mailbox_definitions), MAILBOX_FIRST,
			  number);
	if (!definition)
		return -ENOTTY;
	return execute(&command, definition, _IOC_SIZE(number), user);
}

/**
 * kipc_view_execute() - execute a command on a view
 * @view: the view
 * @number: the ioctl's number
 * @address: user address of its struct
 *
 * Context: Process context. Sleeps.
 * Return: 0, -ENOTTY, or what the ABI says of the command.
 */
int kipc_view_execute(struct kipc_view *view, unsigned int number,
		      unsigned long address)
{
	/* As above */
	struct kipc_command command __attribute__((__uninitialized__));
	void __user *user = (void __user *)address;
	const struct definition *definition;

	command.view = view;
	command.nonblock = false;
	if (number == KIPC_CHUNK_LOAN)
		return execute(&command,
			       &view_definitions[_IOC_NR(KIPC_CHUNK_LOAN) -
						 VIEW_FIRST],
			       sizeof(struct kipc_chunk_loan), user);
	if (number == KIPC_CHUNK_RELEASE)
		return execute(&command,
			       &view_definitions[_IOC_NR(KIPC_CHUNK_RELEASE) -
						 VIEW_FIRST],
			       sizeof(struct kipc_chunk_release), user);
	definition = find(view_definitions, ARRAY_SIZE(view_definitions),
			  VIEW_FIRST, number);
	if (!definition)
		return -ENOTTY;
	return execute(&command, definition, _IOC_SIZE(number), user);
}
