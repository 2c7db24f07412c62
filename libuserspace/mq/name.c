// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The name of a queue as a mailbox's: "/jobs" is "mq.jobs".
 *
 * A queue's name may have any byte but a slash, a mailbox's has to be UTF-8 without
 * control characters, and have no empty segments between its dots. So a byte that is
 * not printable ASCII becomes %XX, and so do a percent sign, and a dot at the
 * beginning, at the end, and after another dot. No two queues get the same name.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mq.h"

#define PREFIX	"mq."

static bool is_plain(const char *name, size_t i)
{
	if (name[i] == '.')
		return i && name[i - 1] != '.' && name[i + 1];
	return name[i] >= ' ' && name[i] <= '~' && name[i] != '%';
}

/* What Linux says to names that a directory entry cannot have */
static int check(const char *name)
{
	if (!*name)
		return -ENOENT;
	if (strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EACCES;
	return strlen(name) > NAME_MAX ? -ENAMETOOLONG : 0;
}

/**
 * kipc_mq_name() - the name of a queue as a mailbox's
 * @queue: the queue's, with the slash
 * @mailbox: gets the mailbox's, of at most KIPC_MQ_NAME_SIZE bytes
 *
 * Return: 0, -EACCES, -EINVAL, -ENAMETOOLONG or -ENOENT.
 */
int kipc_mq_name(const char *queue, char *mailbox)
{
	char *const end = mailbox + KIPC_MQ_NAME_SIZE;
	const char *name = queue + 1;
	int ret;

	if (*queue != '/')
		return -EINVAL;
	ret = check(name);
	if (ret)
		return ret;
	mailbox = stpcpy(mailbox, PREFIX);
	for (size_t i = 0; name[i]; i++) {
		if (end - mailbox < (is_plain(name, i) ? 2 : 4))
			return -ENAMETOOLONG;
		if (is_plain(name, i))
			*mailbox++ = name[i];
		else
			mailbox += sprintf(mailbox, "%%%02X",
					   (unsigned char)name[i]);
	}
	*mailbox = '\0';
	return 0;
}
