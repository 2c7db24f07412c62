/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A chunk is a slot of a region that is cut into slots of one size. What is in it is
 * nobody's business here; this is about who has it:
 *
 *   free ---loaned---> loan ---attached---> messages ---received---> leases
 *
 * It can be all three at once, and is free again when it is none: its publisher has released
 * the loan, no message carries it, and all leases are released or their holders gone. The
 * bookkeeping is the kernel's, so nobody who reads chunks can harm it, nor keep more of them
 * than it may (region/holder.h). Nothing is mapped or unmapped in all this, so the size of a
 * chunk does not matter: who reads chunks has the region mapped.
 *
 * Only views of the owner take loans, and only loans are attached to messages. A subscriber that
 * could pass chunks on could fill a mailbox of its own with them.
 *
 * @lock, a spinlock, protects all of it, and the region's holders. While any chunk is not free
 * that is a reference to the region.
 */
#ifndef KIPC_REGION_CHUNK_H
#define KIPC_REGION_CHUNK_H

#include <linux/err.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "core/parcel.h"

struct kipc_chunk_entry;
struct kipc_chunk_loan;
struct kipc_lent_chunk;
struct kipc_region;
struct kipc_view;

/**
 * struct kipc_chunk - a chunk
 * @parcel: what messages carry
 * @region: of which region (constant)
 * @refs: loans, leases and messages
 * @holds: loans and leases, struct kipc_hold
 * @free: among the free, while @refs is 0
 */
struct kipc_chunk {
	struct kipc_parcel parcel;
	struct kipc_region *region;
	u32 refs;
	struct hlist_head holds;
	struct hlist_node free;
};

/**
 * struct kipc_chunks - the chunks of a region
 * @lock: see above
 * @size: of each, in bytes (constant)
 * @count: how many (constant)
 * @leases_max: most leases of one subscriber (constant)
 * @used: how many are not free
 * @free: those that are, the one that was freed last first
 * @chunk: each of them
 */
struct kipc_chunks {
	spinlock_t lock;	/* see above */
	u64 size;
	u32 count;
	u32 leases_max;
	u32 used;
	struct hlist_head free;
	struct kipc_chunk chunk[];
};

int kipc_chunks_init(struct kipc_region *region, u64 size, u32 leases_max);
void kipc_chunks_deinit(struct kipc_region *region);

int kipc_chunk_loan(struct kipc_view *view, struct kipc_chunk_loan *args);
int kipc_chunk_release(struct kipc_view *view, u32 id);
struct kipc_chunk *kipc_chunk_attach(struct kipc_view *view, u32 id);
void kipc_chunk_put(struct kipc_chunk *chunk);
int kipc_chunk_lease(struct kipc_chunk *chunk, struct kipc_lent_chunk *lent,
		     struct kipc_received *received);
void kipc_chunk_unlease(struct kipc_chunk *chunk, u32 id);
void kipc_chunk_get_locked(struct kipc_chunk *chunk);
bool kipc_chunk_put_locked(struct kipc_chunk *chunk);
void kipc_chunks_unused(struct kipc_region *region, bool unused);
bool kipc_chunks_may_loan(const struct kipc_view *view);

int kipc_chunk_list(struct kipc_view *view, struct kipc_chunk_entry *entries,
		    u32 count, u64 *cursor);

/**
 * kipc_chunk_number() - which chunk of its region it is
 * @chunks: the region's
 * @chunk: the chunk
 *
 * Context: Any.
 * Return: Its number, from 0 on.
 */
static inline u32 kipc_chunk_number(const struct kipc_chunks *chunks,
				    const struct kipc_chunk *chunk)
{
	return chunk - chunks->chunk;
}

#endif /* KIPC_REGION_CHUNK_H */
