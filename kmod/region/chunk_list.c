// SPDX-License-Identifier: GPL-2.0-only
/* Who has which chunk */
#include <linux/kipc.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>

#include "core/sender.h"
#include "region/chunk.h"
#include "region/holder.h"
#include "region/region.h"
#include "region/view.h"

/* Chunks that are looked at while the lock is held once */
#define AT_ONCE		256

/* A cursor is the number of a chunk, and below that how many of its entries were told. */
#define TOLD_BITS	32

/**
 * struct listing - what is told
 * @entry: where the next entry goes
 * @room: for how many there is room
 */
struct listing {
	struct kipc_chunk_entry *entry;
	u32 room;
};

static void tell_hold(struct listing *listing, u32 number,
		      const struct kipc_hold *hold)
{
	const struct kipc_view *view = hold->holder->view;
	struct kipc_chunk_entry *entry = listing->entry++;

	listing->room--;
	entry->chunk = number;
	entry->state = hold->is_loan ? KIPC_CHUNK_LOANED : KIPC_CHUNK_LEASED;
	entry->view = view->id;
	entry->count = 1;
	entry->uid = from_kuid_munged(current_user_ns(), view->uid);
	entry->pid = kipc_process_number(hold->holder->pid,
					 task_active_pid_ns(current));
}

static void tell_messages(struct listing *listing, u32 number, u32 count)
{
	struct kipc_chunk_entry *entry = listing->entry++;

	listing->room--;
	entry->chunk = number;
	entry->state = KIPC_CHUNK_SENT;
	entry->count = count;
}

/* Tells what was not told before. Returns whether there was room for all of it. */
static bool tell_chunk_locked(struct listing *listing, u32 number,
			      const struct kipc_chunk *chunk, u32 *told)
{
	const struct kipc_hold *hold;
	u32 holds = 0;

	hlist_for_each_entry(hold, &chunk->holds, of_chunk) {
		if (holds++ < *told)
			continue;
		if (!listing->room)
			return false;
		tell_hold(listing, number, hold);
		*told = holds;
	}
	if (chunk->refs == holds || holds < *told)
		return true;
	if (!listing->room)
		return false;
	tell_messages(listing, number, chunk->refs - holds);
	return true;
}

/* Returns whether there was room for all that it looked at. */
static bool tell_some(const struct kipc_chunks *chunks,
		      struct listing *listing, u32 *number, u32 *told)
{
	u32 looked;

	for (looked = 0; looked < AT_ONCE && *number < chunks->count;
	     looked++) {
		if (!tell_chunk_locked(listing, *number,
				       &chunks->chunk[*number], told))
			return false;
		++*number;
		*told = 0;
	}
	return true;
}

/**
 * kipc_chunk_list() - who has which chunk
 * @view: a view of the owner
 * @entries: where it goes, zeroed
 * @count: room for how many
 * @cursor: where to begin; gets where to go on, or 0 if these are all
 *
 * Context: Process context. May sleep.
 * Return: How many there are; or -EKEYREVOKED, -EPERM or -EPROTOTYPE.
 */
int kipc_chunk_list(struct kipc_view *view, struct kipc_chunk_entry *entries,
		    u32 count, u64 *cursor)
{
	struct kipc_chunks *chunks = view->region->chunks;
	struct listing listing = { .entry = entries, .room = count };
	u64 number = *cursor >> TOLD_BITS;
	u32 told = *cursor;
	bool all = true;
	u32 next;

	if (READ_ONCE(view->revoked))
		return -EKEYREVOKED;
	if (!view->is_owner)
		return -EPERM;
	if (!chunks)
		return -EPROTOTYPE;
	next = min_t(u64, number, chunks->count);
	while (all && next < chunks->count) {
		spin_lock(&chunks->lock);
		all = tell_some(chunks, &listing, &next, &told);
		spin_unlock(&chunks->lock);
		cond_resched();
	}
	*cursor = next < chunks->count ? (u64)next << TOLD_BITS | told : 0;
	return count - listing.room;
}
