/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that client and server share, for the systems that only wake each
 * other up. The sender copies the payload into it and the receiver copies it
 * out, because nobody may work on memory that a stranger can still change.
 */
#ifndef BENCH_SHARED_H
#define BENCH_SHARED_H

#include <stddef.h>
#include <stdint.h>

/* One direction: a word to sleep on, and the payload. */
struct shared_lane {
	uint32_t *word;
	char *payload;
	size_t size;
};

struct shared {
	struct shared_lane to_server;
	struct shared_lane to_client;
	void *memory;
	size_t memory_size;
};

/* Returns 0, or -1 with errno set. */
int shared_init(struct shared *shared, size_t payload_size);

/* Also for one that is all 0. */
void shared_deinit(struct shared *shared);

#endif /* BENCH_SHARED_H */
