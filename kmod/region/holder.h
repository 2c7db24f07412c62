/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A holder is a process that has chunks of a region, through one view. What it has are
 * holds: loans and leases. It said beforehand how many at most, and the memory for that is
 * there, so to receive a message takes none.
 *
 * The process is known by its table of file descriptors, which ends with it, at once. The
 * holder ends with its view, or when that is revoked, or when no descriptor of the view is
 * left in the process, or when that says so.
 *
 * How many holds a view may have is reserved when the holder is made, in the view and in those
 * that it was made from, up to one of the owner's: so making more views from one's own
 * is of no use.
 *
 * Holders are found by region and process, under RCU. @ended tells whether that came too late.
 */
#ifndef KIPC_REGION_HOLDER_H
#define KIPC_REGION_HOLDER_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>

struct kipc_chunk;
struct kipc_holder;
struct kipc_lent_chunk;
struct kipc_region;
struct kipc_view;
struct pid;

/**
 * struct kipc_hold - a loan or a lease, or a place for one
 * @of_chunk: among those of the chunk
 * @holder: whose (constant)
 * @chunk: of what; NULL: it is free
 * @lent: it is lent with a call: as what; or NULL
 * @id: its number while it is not free; then of the last one
 * @is_loan: which of the two
 * @next: the next free place, if it is one
 */
struct kipc_hold {
	struct hlist_node of_chunk;
	struct kipc_holder *holder;
	struct kipc_chunk *chunk;
	struct kipc_lent_chunk *lent;
	u32 id;
	bool is_loan;
	u32 next;
};

/**
 * struct kipc_holder_key - how a holder is found
 * @region: the region
 * @process: the process
 */
struct kipc_holder_key {
	const struct kipc_region *region;
	fl_owner_t process;
};

/**
 * struct kipc_holder - a process that has chunks
 * @node: among all holders, by @key
 * @key: (constant)
 * @view: through which; it is there until @ended
 * @pid: the process, referenced; it may be gone
 * @cookie: the process's word for the region (constant)
 * @size: how many holds it may have (constant)
 * @used: how many it has
 * @free: the first free place, or @size
 * @ended: it has none any more, and gets none
 * @rcu: frees it
 * @hold: each of them
 *
 * All that is not constant is protected by the lock of the region's chunks.
 */
struct kipc_holder {
	struct rhash_head node;
	struct kipc_holder_key key;
	struct kipc_view *view;
	struct pid *pid;
	u64 cookie;
	u32 size;
	u32 used;
	u32 free;
	bool ended;
	struct rcu_head rcu;
	struct kipc_hold hold[];
};

int kipc_holder_begin(struct kipc_view *view, u32 size, u64 cookie);
void kipc_holder_end_locked(struct kipc_view *view);
int kipc_holder_end(struct kipc_view *view, fl_owner_t process);
struct kipc_holder *kipc_holder_find_rcu(const struct kipc_region *region);

int kipc_hold_error(const struct kipc_view *view);
struct kipc_hold *kipc_hold_find_locked(struct kipc_view *view, u32 id);
struct kipc_hold *kipc_hold_take_locked(struct kipc_holder *holder,
					struct kipc_chunk *chunk, bool is_loan);
bool kipc_hold_put_locked(struct kipc_hold *hold);

int kipc_holders_init(void);
void kipc_holders_exit(void);

#endif /* KIPC_REGION_HOLDER_H */
