// SPDX-License-Identifier: GPL-2.0-only
/* Standard output, for what must not be lost on the way there. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "output.h"
#include "sentry.h"

int output_write(const void *data, size_t size)
{
	struct pollfd pollfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	const char *from = data;
	ssize_t written;

	while (size) {
		written = write(STDOUT_FILENO, from, size);
		if (written >= 0) {
			from += written;
			size -= (size_t)written;
		} else if (errno == EINTR) {
			if (sentry_news() != SENTRY_NOTHING)
				return -EINTR;
		} else if (errno == EAGAIN) {
			poll(&pollfd, 1, -1);
			if (sentry_news() != SENTRY_NOTHING)
				return -EINTR;
		} else {
			return -errno;
		}
	}
	return 0;
}
