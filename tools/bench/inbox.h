/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An inbox: messages of one size read from a descriptor without bounds between
 * them, as many at once as there are.
 */
#ifndef BENCH_INBOX_H
#define BENCH_INBOX_H

#include <stddef.h>

#define INBOX_SIZE	65536

/* All 0 at first. */
struct inbox {
	/* what was read, and how far it was looked at */
	size_t filled;
	size_t done;
	char data[INBOX_SIZE] __attribute__((aligned(8)));
};

/*
 * The next message, which stays there until the next call. Waits for it, and
 * ends the process with a message if there is none any more.
 */
const void *inbox_next(struct inbox *inbox, int fd, size_t size);

#endif /* BENCH_INBOX_H */
