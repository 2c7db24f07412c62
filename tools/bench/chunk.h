/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chunks: handing over memory, rather than messages that are copied.
 *
 * One process is lent a chunk, writes to it and publishes it; the other, which
 * is waiting for it, takes it, reads it and gives it back. Either of the two
 * does both. Systems without memory of their own to lend copy the chunk, whole.
 */
#ifndef BENCH_CHUNK_H
#define BENCH_CHUNK_H

#include <stdbool.h>

struct peer;

/**
 * struct chunk_ops - how a system hands over memory
 * @copies: it copies the chunk, so large ones take time
 * @loan: return peer->size bytes to write to, aligned to 8, with whatever is in
 *	them
 * @publish: hand them over to the other process, and do not wait for it
 * @take: wait until the other process hands over a chunk; return where it is
 * @release: what was taken is not needed any more; may be NULL
 *
 * All are for both processes; peer->is_server tells which it is. One chunk is
 * on its way or in use at any time. What goes wrong ends the process with a
 * message.
 */
struct chunk_ops {
	bool copies;
	void *(*loan)(struct peer *peer);
	void (*publish)(struct peer *peer, void *chunk);
	const void *(*take)(struct peer *peer);
	void (*release)(struct peer *peer, const void *chunk);
};

#endif /* BENCH_CHUNK_H */
