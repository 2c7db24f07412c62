/* SPDX-License-Identifier: GPL-2.0-only */
/* An io_uring, as the tests use it: one submission at a time. */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

#include "selftest.h"

#define RING_ENTRIES	128U
#define NO_RINGS	"this kernel has no io_uring"

/**
 * struct ring - an io_uring
 * @fd: its file; negative if the kernel has none
 * @params: as the kernel has it
 * @sq: where submissions are told
 * @cq: where completions are
 * @sqes: submissions
 */
struct ring {
	int fd;
	struct io_uring_params params;
	__u8 *sq;
	__u8 *cq;
	struct io_uring_sqe *sqes;
};

bool ring_open(struct ring *ring);
int ring_register(struct ring *ring, const void *buffer, size_t size);
void ring_submit(struct ring *ring, const struct io_uring_sqe *submission);
int ring_complete(struct ring *ring, __u64 *cookie);
__u32 ring_completions(const struct ring *ring);

#endif /* RING_H */
