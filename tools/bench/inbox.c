// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inbox.h"

/* Begin anew with what is left, which is less than a message. */
static void compact(struct inbox *inbox)
{
	inbox->filled -= inbox->done;
	memmove(inbox->data, inbox->data + inbox->done, inbox->filled);
	inbox->done = 0;
}

const void *inbox_next(struct inbox *inbox, int fd, size_t size)
{
	const void *message;
	ssize_t got;

	while (inbox->filled - inbox->done < size) {
		compact(inbox);
		got = read(fd, inbox->data + inbox->filled,
			   INBOX_SIZE - inbox->filled);
		if (got < 0)
			err(EXIT_FAILURE, "read");
		if (got == 0)
			errx(EXIT_FAILURE, "read: the other side is gone");
		inbox->filled += (size_t)got;
	}
	message = inbox->data + inbox->done;
	inbox->done += size;
	return message;
}
