// SPDX-License-Identifier: GPL-2.0-only
/* Commands on mailboxes: opening, asking, leases */
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/uaccess.h>

#include "core/key.h"
#include "core/quota.h"
#include "entry/command.h"
#include "entry/mailbox_file.h"
#include "mailbox/file.h"
#include "mailbox/lease.h"
#include "mailbox/letter.h"
#include "mailbox/look.h"
#include "mailbox/mailbox.h"
#include "rpc/endpoint.h"

#define ACCESS_FLAGS	(KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE)
#define MAKING_FLAGS	(KIPC_MAILBOX_EXCLUSIVE | KIPC_MAILBOX_LAST_CLOSE | \
			 KIPC_MAILBOX_FIRST_COME | KIPC_MAILBOX_LABEL)

/* Whether nothing is said of how a mailbox is to be made */
static bool says_nothing(const struct kipc_mailbox_open *args)
{
	return !args->kind && !args->mode && !args->policy &&
	       !args->messages_max && !args->size_max && !args->history &&
	       !args->deliveries_max && args->dead_letter <= 0 &&
	       args->dead_letter >= -1 && !args->lease;
}

static int check_open(struct kipc_mailbox_open *args)
{
	u32 flags = args->flags;

	if (flags & ~(ACCESS_FLAGS | MAKING_FLAGS | KIPC_MAILBOX_CREATE |
		      KIPC_NONBLOCK | KIPC_WAIT))
		return -EINVAL;
	if (args->deadline && !(flags & KIPC_WAIT))
		return -EINVAL;
	if (!(flags & KIPC_MAILBOX_CREATE)) {
		if (flags & MAKING_FLAGS || !args->name_size ||
		    !says_nothing(args))
			return -EINVAL;
		return 0;
	}
	if (flags & KIPC_WAIT)
		return -EINVAL;
	/* Without deliveries_max, 0 is as good as -1: all can be 0. */
	if (!args->deliveries_max && args->dead_letter != -1 &&
	    args->dead_letter)
		return -EINVAL;
	args->messages_max = args->messages_max ?:
			     KIPC_MAILBOX_MESSAGES_DEFAULT;
	args->size_max = args->size_max ?: KIPC_MAILBOX_SIZE_DEFAULT;
	return kipc_mailbox_check(args);
}

static int check_dead_letter(const struct kipc_mailbox_file *file,
			     const struct kipc_endpoint *endpoint,
			     const struct kipc_mailbox_open *args)
{
	const struct kipc_mailbox *mailbox = file->mailbox;

	if (!file->may_write)
		return -EBADF;
	if (mailbox->user->domain != endpoint->domain)
		return -EXDEV;
	if (kipc_mailbox_is_broadcast(mailbox) ||
	    mailbox->made.size_max < args->size_max)
		return -EINVAL;
	return 0;
}

static struct kipc_mailbox_file *open_with(struct kipc_endpoint *endpoint,
					   const struct kipc_key *key,
					   struct kipc_mailbox_open *args)
{
	struct kipc_mailbox_file *dead_letter, *opened;
	struct fd fd;
	int ret;

	if (!args->deliveries_max)
		return kipc_mailbox_file_open(endpoint->user, key, args, NULL);
	fd = fdget(args->dead_letter);
	if (!fd_file(fd))
		return ERR_PTR(-EBADF);
	dead_letter = kipc_mailbox_file_of(fd_file(fd));
	ret = PTR_ERR_OR_ZERO(dead_letter);
	if (!ret)
		ret = check_dead_letter(dead_letter, endpoint, args);
	opened = ret ? ERR_PTR(ret) :
		 kipc_mailbox_file_open(endpoint->user, key, args,
					dead_letter->mailbox);
	fdput(fd);
	return opened;
}

/* What was made only now is gone, name and all. */
static void undo_open(const struct kipc_mailbox_open *args,
		      struct kipc_mailbox_file *mailbox)
{
	if (args->created)
		kipc_mailbox_file_unlink(mailbox);
}

/* Gives the process a descriptor; it leads nowhere until the command is over. */
static int give_descriptor(struct kipc_command *command,
			   struct kipc_mailbox_file *mailbox)
{
	struct kipc_mailbox_open *args = &command->args.mailbox_open;
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		undo_open(args, mailbox);
		kipc_mailbox_file_close(mailbox);
		return fd;
	}
	file = kipc_mailbox_file_install(mailbox, args->flags & KIPC_NONBLOCK);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		undo_open(args, mailbox);
		kipc_mailbox_file_close(mailbox);
		return PTR_ERR(file);
	}
	args->fd = fd;
	command->opened.fd = fd;
	command->opened.file = file;
	return 0;
}

/**
 * kipc_run_mailbox_open() - KIPC_MAILBOX_OPEN
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_open(struct kipc_command *command)
{
	struct kipc_mailbox_open *args = &command->args.mailbox_open;
	struct kipc_mailbox_file *mailbox;
	struct kipc_key key;
	int ret;

	ret = check_open(args);
	if (!ret && args->name_size)
		ret = kipc_key_import(&key, args->name, args->name_size);
	if (ret)
		return ret;
	mailbox = open_with(command->endpoint, args->name_size ? &key : NULL,
			    args);
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	return give_descriptor(command, mailbox);
}

/**
 * kipc_finish_mailbox_open() - the process knows its descriptor, or does not
 * @command: the command
 * @delivered: whether it does
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_mailbox_open(struct kipc_command *command, bool delivered)
{
	if (!delivered)
		undo_open(&command->args.mailbox_open,
			  command->opened.file->private_data);
	kipc_opened_finish(&command->opened, delivered);
}

/**
 * kipc_run_mailbox_peek() - KIPC_MAILBOX_PEEK
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_peek(struct kipc_command *command)
{
	struct kipc_mailbox_peek *args = &command->args.mailbox_peek;
	struct kipc_letter *letter;
	int ret;

	if (args->flags & ~KIPC_VEC || args->reserved)
		return -EINVAL;
	if (!command->mailbox->may_read)
		return -EBADF;
	letter = kipc_look_at(command->mailbox, args->index, &args->mail);
	if (IS_ERR(letter))
		return PTR_ERR(letter);
	if (args->flags & KIPC_VEC)
		ret = kipc_letter_read_vec(letter, args->data,
					   args->data_size, true);
	else
		ret = kipc_letter_read(letter, args->data, args->data_size,
				       true);
	kipc_letter_put(letter);
	return ret;
}

static int lease_one(struct kipc_mailbox_file *file,
		     const struct kipc_mailbox_lease *args, u64 token)
{
	if (args->action == KIPC_LEASE_ACK)
		return kipc_lease_ack(file, token);
	if (args->action == KIPC_LEASE_RETURN)
		return kipc_lease_return(file, token);
	return kipc_lease_extend(file, token, args->deadline);
}

static int check_lease(const struct kipc_mailbox_lease *args)
{
	if (args->flags || args->action > KIPC_LEASE_EXTEND || !args->count)
		return -EINVAL;
	if (args->deadline && args->action != KIPC_LEASE_EXTEND)
		return -EINVAL;
	return args->count > KIPC_BATCH_MAX ? -E2BIG : 0;
}

/**
 * kipc_run_mailbox_lease() - KIPC_MAILBOX_LEASE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_lease(struct kipc_command *command)
{
	struct kipc_mailbox_lease *args = &command->args.mailbox_lease;
	u64 __user *tokens = u64_to_user_ptr(args->tokens);
	u64 token;
	int ret;

	ret = check_lease(args);
	if (ret)
		return ret;
	if (!command->mailbox->may_read)
		return -EBADF;
	command->write_back = true;
	for (args->done = 0; args->done < args->count; args->done++) {
		if (get_user(token, tokens + args->done))
			return -EFAULT;
		ret = lease_one(command->mailbox, args, token);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

/**
 * kipc_run_mailbox_purge() - KIPC_MAILBOX_PURGE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_purge(struct kipc_command *command)
{
	struct kipc_mailbox_purge *args = &command->args.mailbox_purge;

	if (args->flags || args->reserved)
		return -EINVAL;
	if (!command->mailbox->may_read)
		return -EBADF;
	args->purged = kipc_purge(command->mailbox);
	return 0;
}

/**
 * kipc_run_mailbox_info() - KIPC_MAILBOX_INFO
 * @command: the command
 *
 * Context: Process context.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_info(struct kipc_command *command)
{
	struct kipc_mailbox_info *args = &command->args.mailbox_info;

	if (args->flags)
		return -EINVAL;
	memset(args, 0, sizeof(*args));
	kipc_mailbox_file_info(command->mailbox, args);
	return 0;
}

/**
 * kipc_run_mailbox_notify() - KIPC_MAILBOX_NOTIFY
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_notify(struct kipc_command *command)
{
	struct kipc_mailbox_notify *args = &command->args.mailbox_notify;
	struct kipc_mailbox_file *file = command->mailbox;
	int flushes, ret;

	if (args->flags || kipc_mailbox_is_broadcast(file->mailbox))
		return -EINVAL;
	if (!file->may_read)
		return -EBADF;
	if (args->eventfd == -1)
		return kipc_notice_cancel(file, NULL);
	flushes = atomic_read(&file->flushes);
	ret = kipc_notice_ask(file, args->eventfd);
	if (!ret)
		kipc_mailbox_file_settle(file, flushes);
	return ret;
}
