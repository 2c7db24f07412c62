// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Sending and receiving. */

#include <limits.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "mq.h"

#define NS_PER_S	1000000000LL
/* The kernel's time is signed */
#define END_OF_TIME	((uint64_t)INT64_MAX)
/* It passed long ago, and yet is none of the special values */
#define PASSED		(KIPC_NO_WAIT + 1)

/*
 * As a deadline of kipc. Times that make no sense are looked at only if there is a
 * need to wait: KIPC_NO_WAIT stands for them. The clocks are read in this order so
 * that it is never too early.
 */
static uint64_t deadline_of(const struct timespec *time)
{
	struct timespec real, monotonic;
	int64_t left;

	if (!time)
		return KIPC_FOREVER;
	if (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec >= NS_PER_S)
		return KIPC_NO_WAIT;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	left = (int64_t)time->tv_sec - real.tv_sec;
	if (left < 0)
		return PASSED;
	if (left >= INT64_MAX / NS_PER_S - monotonic.tv_sec - 1)
		return END_OF_TIME;
	left = left * NS_PER_S + time->tv_nsec - real.tv_nsec;
	if (left <= 0)
		return PASSED;
	return left + monotonic.tv_sec * NS_PER_S + monotonic.tv_nsec;
}

static void close_mailbox(void *mailbox)
{
	close(*(int *)mailbox);
}

/*
 * In a queue that was unlinked, nobody else can come: the kernel says so. POSIX does
 * not know that, so wait for what will not come, where nothing does.
 */
static int wait_in_vain(mqd_t queue, uint64_t deadline)
{
	static const struct kipc_mailbox_options options = {
		.messages_max = 1,
		.size_max = 1,
	};
	char byte;
	int box;
	int ret;

	if (kipc_mq_is_nonblocking(queue))
		return -EAGAIN;
	if (deadline == KIPC_NO_WAIT)
		return -EINVAL;
	box = kipc_mailbox_open(NULL, NULL,
				KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE, 0600,
				&options);
	if (box < 0)
		return box;
	pthread_cleanup_push(close_mailbox, &box);
	ret = kipc_mailbox_recv(box, &byte, 1, deadline, NULL);
	pthread_cleanup_pop(1);
	return ret;
}

/* What POSIX has for it */
static ssize_t translate(mqd_t queue, uint64_t deadline, ssize_t ret)
{
	switch (ret) {
	case -EAGAIN:
		/* It is we who did not want to wait */
		if (deadline == KIPC_NO_WAIT && !kipc_mq_is_nonblocking(queue))
			return -EINVAL;
		return ret;
	case -EPIPE:
		return wait_in_vain(queue, deadline);
	case -ENOTTY:
		return -EBADF;
	default:
		return ret;
	}
}

static ssize_t send_message(mqd_t queue, const char *data, size_t size,
			    unsigned int priority, uint64_t deadline)
{
	int ret;

	if (priority > KIPC_PRIORITY_MAX)
		return -EINVAL;
	ret = kipc_mailbox_send(queue, data, size, priority, deadline);
	return translate(queue, deadline, ret);
}

static ssize_t receive_message(mqd_t queue, char *data, size_t size,
			       unsigned int *priority, uint64_t deadline)
{
	struct kipc_mail mail;
	ssize_t ret;

	ret = kipc_mq_check_buffer(queue, size);
	if (ret)
		return ret;
	/* However large it is said to be */
	if (size > KIPC_MAILBOX_SIZE_MAX)
		size = KIPC_MAILBOX_SIZE_MAX;
	ret = kipc_mailbox_recv(queue, data, size, deadline, &mail);
	if (ret >= 0 && priority)
		*priority = mail.priority;
	return translate(queue, deadline, ret);
}

/* These functions are cancellation points, and ioctl() is none */
static int cancellation_begin(void)
{
	int type;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	return type;
}

static ssize_t cancellation_end(int type, ssize_t ret)
{
	pthread_setcanceltype(type, NULL);
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

int mq_timedsend(mqd_t queue, const char *data, size_t size,
		 unsigned int priority, const struct timespec *time)
{
	int type = cancellation_begin();
	ssize_t ret = send_message(queue, data, size, priority,
				   deadline_of(time));

	return cancellation_end(type, ret);
}

int mq_send(mqd_t queue, const char *data, size_t size, unsigned int priority)
{
	int type = cancellation_begin();
	ssize_t ret = send_message(queue, data, size, priority, KIPC_FOREVER);

	return cancellation_end(type, ret);
}

ssize_t mq_timedreceive(mqd_t queue, char *data, size_t size,
			unsigned int *priority, const struct timespec *time)
{
	int type = cancellation_begin();
	ssize_t ret = receive_message(queue, data, size, priority,
				      deadline_of(time));

	return cancellation_end(type, ret);
}

ssize_t mq_receive(mqd_t queue, char *data, size_t size, unsigned int *priority)
{
	int type = cancellation_begin();
	ssize_t ret = receive_message(queue, data, size, priority,
				      KIPC_FOREVER);

	return cancellation_end(type, ret);
}
