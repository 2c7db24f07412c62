// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What there is to know of a queue, and to set. */

#include <fcntl.h>

#include "mq.h"

#define DESCRIPTORS	1024

/*
 * How large messages can be, by descriptor; 0: not known. It is only a guess: a
 * descriptor can become another queue's without our knowing.
 */
static uint32_t sizes[DESCRIPTORS];

/**
 * kipc_mq_info() - what a queue is
 * @queue: the descriptor
 * @info: gets it
 *
 * Return: 0 or -EBADF.
 */
int kipc_mq_info(mqd_t queue, struct kipc_mailbox_info *info)
{
	return kipc_mailbox_info(queue, info) ? -EBADF : 0;
}

/**
 * kipc_mq_remember() - guess how large messages can be from now on
 * @queue: the descriptor
 * @size_max: how large they can be; 0: not known
 */
void kipc_mq_remember(mqd_t queue, uint32_t size_max)
{
	if (queue >= 0 && queue < DESCRIPTORS)
		__atomic_store_n(&sizes[queue], size_max, __ATOMIC_RELAXED);
}

/* A descriptor that is not open for reading is a bad one, before all else */
static int too_small(mqd_t queue)
{
	int flags = fcntl(queue, F_GETFL);

	return (flags & O_ACCMODE) == O_WRONLY ? -EBADF : -EMSGSIZE;
}

/**
 * kipc_mq_check_buffer() - whether any message fits into a buffer
 * @queue: the descriptor
 * @size: how many bytes there are
 *
 * Costs nothing if we guess right.
 *
 * Return: 0, -EBADF or -EMSGSIZE.
 */
int kipc_mq_check_buffer(mqd_t queue, size_t size)
{
	struct kipc_mailbox_info info;
	uint32_t guess = 0;

	if (queue >= 0 && queue < DESCRIPTORS)
		guess = __atomic_load_n(&sizes[queue], __ATOMIC_RELAXED);
	if (guess && size >= guess)
		return 0;
	if (kipc_mq_info(queue, &info))
		return -EBADF;
	kipc_mq_remember(queue, info.size_max);
	return size < info.size_max ? too_small(queue) : 0;
}

bool kipc_mq_is_nonblocking(mqd_t queue)
{
	int flags = fcntl(queue, F_GETFL);

	return flags >= 0 && flags & O_NONBLOCK;
}

static int get(mqd_t queue, struct mq_attr *attr)
{
	struct kipc_mailbox_info info;

	if (kipc_mq_info(queue, &info))
		return -EBADF;
	*attr = (struct mq_attr) {
		.mq_flags = kipc_mq_is_nonblocking(queue) ? O_NONBLOCK : 0,
		.mq_maxmsg = info.messages_max,
		.mq_msgsize = info.size_max,
		.mq_curmsgs = info.messages,
	};
	return 0;
}

static int set(mqd_t queue, const struct mq_attr *attr, struct mq_attr *old)
{
	struct mq_attr before;
	int flags, ret;

	if (attr && attr->mq_flags & ~(long)O_NONBLOCK)
		return -EINVAL;
	ret = get(queue, old ? old : &before);
	if (ret || !attr)
		return ret;
	flags = fcntl(queue, F_GETFL);
	flags = (flags & ~O_NONBLOCK) | (int)attr->mq_flags;
	return fcntl(queue, F_SETFL, flags) ? -errno : 0;
}

int mq_getattr(mqd_t queue, struct mq_attr *attr)
{
	return kipc_mq_result(get(queue, attr));
}

int mq_setattr(mqd_t queue, const struct mq_attr *attr, struct mq_attr *old)
{
	return kipc_mq_result(set(queue, attr, old));
}
