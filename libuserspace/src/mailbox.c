// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Mailboxes by name, and what is done to them as a whole. */

#include <string.h>

#include "current.h"
#include "endpoint.h"
#include "sys.h"

#define WAIT_FLAGS	(KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE | KIPC_NONBLOCK)
#define OPEN_FLAGS	(WAIT_FLAGS | KIPC_MAILBOX_CREATE | \
			 KIPC_MAILBOX_EXCLUSIVE | KIPC_MAILBOX_LAST_CLOSE | \
			 KIPC_MAILBOX_FIRST_COME | KIPC_MAILBOX_LABEL)

static int open_kernel(struct kipc *endpoint, struct kipc_mailbox_open *open)
{
	int ret = kipc_device_command(endpoint, KIPC_MAILBOX_OPEN, open);

	return ret < 0 ? ret : open->fd;
}

/* No name at all is a mailbox without one, but an empty one is a mistake */
static int set_name(struct kipc_mailbox_open *open, const char *name)
{
	if (!*name)
		return -EINVAL;
	open->name = (uintptr_t)name;
	open->name_size = strlen(name);
	return 0;
}

static void set_options(struct kipc_mailbox_open *open,
			const struct kipc_mailbox_options *options)
{
	open->kind = options->kind;
	open->policy = options->policy;
	if (options->kind == KIPC_MAILBOX_BROADCAST)
		open->policy = KIPC_MAILBOX_DROP;
	open->messages_max = options->messages_max;
	open->size_max = options->size_max;
	open->history = options->history;
	open->deliveries_max = options->deliveries_max;
	if (options->deliveries_max)
		open->dead_letter = options->dead_letter;
	open->lease = options->lease;
}

int kipc_mailbox_open(struct kipc *endpoint, const char *name,
		      unsigned int flags, mode_t mode,
		      const struct kipc_mailbox_options *options)
{
	struct kipc_mailbox_open open = { .dead_letter = -1 };
	int ret;

	if (flags & ~OPEN_FLAGS)
		return -EINVAL;
	if (name) {
		ret = set_name(&open, name);
		if (ret)
			return ret;
	} else {
		flags |= KIPC_MAILBOX_CREATE;
	}
	open.flags = flags;
	if (flags & KIPC_MAILBOX_CREATE) {
		open.mode = mode;
		if (options)
			set_options(&open, options);
	}
	return open_kernel(endpoint, &open);
}

int kipc_mailbox_wait(struct kipc *endpoint, const char *name,
		      unsigned int flags, uint64_t deadline)
{
	struct kipc_mailbox_open open = {
		.flags = flags | KIPC_WAIT,
		.dead_letter = -1,
		.deadline = deadline,
	};
	int ret;

	if (flags & ~WAIT_FLAGS)
		return -EINVAL;
	ret = set_name(&open, name);
	if (ret)
		return ret;
	kipc_current_wait();
	return open_kernel(endpoint, &open);
}

int kipc_mailbox_unlink(struct kipc *endpoint, const char *name)
{
	struct kipc_name_unpublish unpublish = {
		.name = (uintptr_t)name,
		.name_size = strlen(name),
	};

	return kipc_device_command(endpoint, KIPC_NAME_UNPUBLISH, &unpublish);
}

int kipc_mailbox_purge(int mailbox, uint64_t *purged)
{
	struct kipc_mailbox_purge purge = { .flags = 0 };
	int ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_PURGE, &purge);

	if (!ret && purged)
		*purged = purge.purged;
	return ret;
}

int kipc_mailbox_info(int mailbox, struct kipc_mailbox_info *info)
{
	*info = (struct kipc_mailbox_info){ .flags = 0 };
	return kipc_sys_ioctl(mailbox, KIPC_MAILBOX_INFO, info);
}

int kipc_mailbox_notify(int mailbox, int eventfd)
{
	struct kipc_mailbox_notify notify = { .eventfd = eventfd };

	return kipc_sys_ioctl(mailbox, KIPC_MAILBOX_NOTIFY, &notify);
}
