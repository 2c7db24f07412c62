// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Opening, closing and unlinking queues. */

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mq.h"
#include "registration.h"

/* What Linux makes if nothing is said */
#define MESSAGES_DEFAULT	10
#define SIZE_DEFAULT		8192

#define MODE_MASK		0666

/* Without the device there are no queues, as in a kernel without them */
static int open_device(struct kipc **endpoint)
{
	int ret = kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, endpoint);

	switch (ret) {
	case -ENODEV:
	case -ENOENT:
	case -ENOTTY:
	case -ENXIO:
	case -EPROTONOSUPPORT:
		return -ENOSYS;
	default:
		return ret;
	}
}

/* As /proc tells it, because to ask umask() would be to change it meanwhile */
static mode_t get_umask(void)
{
	FILE *file = fopen("/proc/thread-self/status", "re");
	char *line = NULL;
	size_t size = 0;
	unsigned int mask;
	bool found = false;

	while (file && !found && getline(&line, &size, file) > 0)
		found = sscanf(line, "Umask: %o", &mask) == 1;
	free(line);
	if (file)
		fclose(file);
	if (!found) {
		mask = umask(0777);
		umask(mask);
	}
	return mask;
}

static int set_options(struct kipc_mailbox_options *options,
		       const struct mq_attr *attr)
{
	*options = (struct kipc_mailbox_options) {
		.messages_max = MESSAGES_DEFAULT,
		.size_max = SIZE_DEFAULT,
	};
	if (!attr)
		return 0;
	if (attr->mq_maxmsg <= 0 || attr->mq_msgsize <= 0 ||
	    attr->mq_maxmsg > KIPC_MAILBOX_MESSAGES_MAX ||
	    attr->mq_msgsize > KIPC_MAILBOX_SIZE_MAX)
		return -EINVAL;
	options->messages_max = attr->mq_maxmsg;
	options->size_max = attr->mq_msgsize;
	return 0;
}

static int open_flags(int flags, unsigned int *mailbox_flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		*mailbox_flags = KIPC_MAILBOX_READ;
		break;
	case O_WRONLY:
		*mailbox_flags = KIPC_MAILBOX_WRITE;
		break;
	case O_RDWR:
		*mailbox_flags = KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE;
		break;
	default:
		return -EINVAL;
	}
	if (flags & O_NONBLOCK)
		*mailbox_flags |= KIPC_NONBLOCK;
	return 0;
}

/* Attributes that make no sense are only looked at if there is no such queue */
static int open_in_spite(struct kipc *endpoint, const char *name, int flags,
			 unsigned int mailbox_flags)
{
	int fd;

	if (flags & O_EXCL)
		mailbox_flags = 0;
	fd = kipc_mailbox_open(endpoint, name, mailbox_flags, 0, NULL);
	if (fd == -ENOENT)
		return -EINVAL;
	if (fd >= 0 && flags & O_EXCL) {
		close(fd);
		return -EEXIST;
	}
	return fd;
}

/* As open_queue(), on an endpoint, with O_CREAT */
static int make(struct kipc *endpoint, const char *name, int flags,
		unsigned int mailbox_flags, mode_t mode,
		const struct mq_attr *attr)
{
	struct kipc_mailbox_options options;
	int ret;

	if (set_options(&options, attr))
		return open_in_spite(endpoint, name, flags, mailbox_flags);
	mailbox_flags |= KIPC_MAILBOX_CREATE | KIPC_MAILBOX_FIRST_COME;
	if (flags & O_EXCL)
		mailbox_flags |= KIPC_MAILBOX_EXCLUSIVE;
	ret = kipc_mailbox_open(endpoint, name, mailbox_flags,
				mode & MODE_MASK & ~get_umask(), &options);
	return ret == -EDQUOT ? -ENOSPC : ret;
}

/* Mailboxes of other kinds behave in other ways */
static int check_kind(mqd_t queue)
{
	struct kipc_mailbox_info info;
	int ret = kipc_mq_info(queue, &info);

	if (!ret && info.kind != KIPC_MAILBOX_QUEUE)
		ret = -EACCES;
	if (ret) {
		close(queue);
		return ret;
	}
	kipc_mq_remember(queue, info.size_max);
	return queue;
}

static int open_queue(const char *queue, int flags, mode_t mode,
		      const struct mq_attr *attr)
{
	char name[KIPC_MQ_NAME_SIZE];
	unsigned int mailbox_flags;
	struct kipc *endpoint;
	int ret;

	ret = kipc_mq_name(queue, name);
	if (!ret)
		ret = open_flags(flags, &mailbox_flags);
	if (!ret)
		ret = open_device(&endpoint);
	if (ret)
		return ret;
	if (flags & O_CREAT)
		ret = make(endpoint, name, flags, mailbox_flags, mode, attr);
	else
		ret = kipc_mailbox_open(endpoint, name, mailbox_flags, 0,
					NULL);
	kipc_close(endpoint);
	switch (ret) {
	case -ENOTTY:
		return -ENOSYS;
	case -EPROTOTYPE:
		return -EACCES;
	default:
		return ret < 0 ? ret : check_kind(ret);
	}
}

mqd_t mq_open(const char *name, int flags, ...)
{
	const struct mq_attr *attr = NULL;
	mode_t mode = 0;
	va_list list;

	if (flags & O_CREAT) {
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		attr = va_arg(list, const struct mq_attr *);
		va_end(list);
	}
	return kipc_mq_result(open_queue(name, flags, mode, attr));
}

/* What mq_open() with two arguments is in programs with _FORTIFY_SOURCE */
mqd_t __mq_open_2(const char *name, int flags)
{
	if (flags & O_CREAT) {
		fputs("mq_open: O_CREAT without mode and attributes\n",
		      stderr);
		abort();
	}
	return kipc_mq_result(open_queue(name, flags, 0, NULL));
}

int mq_close(mqd_t queue)
{
	kipc_mq_registration_close(queue);
	kipc_mq_remember(queue, 0);
	return close(queue);
}

static int unlink_queue(const char *queue)
{
	char name[KIPC_MQ_NAME_SIZE];
	struct kipc *endpoint;
	int ret;

	ret = kipc_mq_name(queue, name);
	if (!ret)
		ret = open_device(&endpoint);
	if (ret)
		return ret;
	ret = kipc_mailbox_unlink(endpoint, name);
	kipc_close(endpoint);
	return ret == -EPERM ? -EACCES : ret;
}

int mq_unlink(const char *name)
{
	return kipc_mq_result(unlink_queue(name));
}
