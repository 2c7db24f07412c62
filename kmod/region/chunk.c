// SPDX-License-Identifier: GPL-2.0-only
#include "region/chunk.h"

#include <linux/kipc.h>
#include <linux/mm.h>
#include <linux/poll.h>

#include "region/holder.h"
#include "region/lent.h"
#include "region/region.h"
#include "region/view.h"

static struct kipc_chunk *chunk_of(struct kipc_parcel *parcel)
{
	return container_of(parcel, struct kipc_chunk, parcel);
}

/**
 * kipc_chunk_get_locked() - one more has a chunk
 * @chunk: the chunk
 *
 * Context: Any, with the lock of the region's chunks held.
 */
void kipc_chunk_get_locked(struct kipc_chunk *chunk)
{
	struct kipc_chunks *chunks = chunk->region->chunks;

	lockdep_assert_held(&chunks->lock);

	if (chunk->refs++)
		return;
	hlist_del(&chunk->free);
	if (!chunks->used)
		kipc_object_get(&chunk->region->object);
	WRITE_ONCE(chunks->used, chunks->used + 1);
}

/**
 * kipc_chunk_put_locked() - one less has a chunk
 * @chunk: the chunk
 *
 * Context: Any, with the lock of the region's chunks held.
 * Return: For kipc_chunks_unused().
 */
bool kipc_chunk_put_locked(struct kipc_chunk *chunk)
{
	struct kipc_region *region = chunk->region;
	struct kipc_chunks *chunks = region->chunks;

	lockdep_assert_held(&chunks->lock);

	if (--chunk->refs)
		return false;
	hlist_add_head(&chunk->free, &chunks->free);
	WRITE_ONCE(chunks->used, chunks->used - 1);
	/* There was none to be loaned. */
	if (unlikely(chunks->used + 1 == chunks->count))
		wake_up_poll(&region->pollers, EPOLLOUT | EPOLLWRNORM);
	return !chunks->used;
}

/**
 * kipc_chunks_unused() - let go of a region of which no chunk is in use
 * @region: the region
 * @unused: whether that is so, as it was told under the lock; it is held no more
 *
 * Context: Process context. May sleep.
 */
void kipc_chunks_unused(struct kipc_region *region, bool unused)
{
	if (unused)
		kipc_object_put(&region->object);
}

static void message_get(struct kipc_parcel *parcel)
{
	struct kipc_chunk *chunk = chunk_of(parcel);
	struct kipc_chunks *chunks = chunk->region->chunks;

	spin_lock(&chunks->lock);
	kipc_chunk_get_locked(chunk);
	spin_unlock(&chunks->lock);
}

/**
 * kipc_chunk_put() - one message less has a chunk
 * @chunk: the chunk
 *
 * Context: Process context. May sleep.
 */
void kipc_chunk_put(struct kipc_chunk *chunk)
{
	struct kipc_region *region = chunk->region;
	bool unused;

	spin_lock(&region->chunks->lock);
	unused = kipc_chunk_put_locked(chunk);
	spin_unlock(&region->chunks->lock);
	kipc_chunks_unused(region, unused);
}

static void message_put(struct kipc_parcel *parcel)
{
	kipc_chunk_put(chunk_of(parcel));
}

static int message_receive(struct kipc_parcel *parcel,
			   struct kipc_received *received)
{
	return kipc_chunk_lease(chunk_of(parcel), NULL, received);
}

static void message_unreceive(struct kipc_parcel *parcel, u32 lease)
{
	kipc_chunk_unlease(chunk_of(parcel), lease);
}

static const struct kipc_parcel_ops chunk_ops = {
	.get = message_get,
	.put = message_put,
	.receive = message_receive,
	.unreceive = message_unreceive,
};

/**
 * kipc_chunks_init() - cut a region into chunks
 * @region: a new region
 * @size: of a chunk, checked
 * @leases_max: most leases of one subscriber, checked
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_chunks_init(struct kipc_region *region, u64 size, u32 leases_max)
{
	u32 count = div64_u64(region->size, size);
	struct kipc_chunks *chunks;
	struct kipc_chunk *chunk;
	u32 i;

	chunks = kvzalloc(struct_size(chunks, chunk, count),
			  GFP_KERNEL_ACCOUNT);
	if (!chunks)
		return -ENOMEM;
	spin_lock_init(&chunks->lock);
	chunks->size = size;
	chunks->count = count;
	chunks->leases_max = leases_max ?: KIPC_LEASES_DEFAULT;
	INIT_HLIST_HEAD(&chunks->free);
	/* The first one is to be loaned first. */
	for (i = count; i--;) {
		chunk = &chunks->chunk[i];
		chunk->parcel.ops = &chunk_ops;
		chunk->region = region;
		INIT_HLIST_HEAD(&chunk->holds);
		hlist_add_head(&chunk->free, &chunks->free);
	}
	region->chunks = chunks;
	return 0;
}

/**
 * kipc_chunks_deinit() - undo kipc_chunks_init(), if it was done
 * @region: a region of which no chunk is in use
 *
 * Context: Process context.
 */
void kipc_chunks_deinit(struct kipc_region *region)
{
	kvfree(region->chunks);
}

/* The chunk that can be loaned, once @released is released, if that is not NULL */
static struct kipc_chunk *find_free_locked(struct kipc_chunks *chunks,
					   const struct kipc_hold *released)
{
	if (released && released->chunk->refs == 1)
		return released->chunk;
	return hlist_entry_safe(chunks->free.first, struct kipc_chunk, free);
}

static int loan_locked(struct kipc_view *view, struct kipc_chunk_loan *args)
{
	struct kipc_chunks *chunks = view->region->chunks;
	struct kipc_holder *holder = view->holder;
	struct kipc_hold *hold = NULL;
	struct kipc_chunk *chunk;

	if (READ_ONCE(view->revoked))
		return -EKEYREVOKED;
	if (!holder || holder->key.process != current->files)
		return -ENOTCONN;
	if (args->release) {
		hold = kipc_hold_find_locked(view, args->release);
		if (IS_ERR(hold))
			return PTR_ERR(hold);
	}
	chunk = find_free_locked(chunks, hold);
	if (!chunk)
		return -EAGAIN;
	if (!hold && holder->free == holder->size)
		return -EDQUOT;
	/* Before, so that the region is not unused in between */
	kipc_chunk_get_locked(chunk);
	if (hold)
		kipc_hold_put_locked(hold);
	hold = kipc_hold_take_locked(holder, chunk, true);
	args->lease = hold->id;
	args->chunk = kipc_chunk_number(chunks, chunk);
	return 0;
}

/**
 * kipc_chunk_loan() - take a free chunk
 * @view: through which view
 * @args: as the ABI has it, checked; gets the results
 *
 * Context: Process context.
 * Return: 0 or what the ABI says.
 */
int kipc_chunk_loan(struct kipc_view *view, struct kipc_chunk_loan *args)
{
	struct kipc_chunks *chunks = view->region->chunks;
	int ret;

	if (!view->is_owner || !view->may_write)
		return -EPERM;
	if (!chunks)
		return -ENOTCONN;
	spin_lock(&chunks->lock);
	ret = loan_locked(view, args);
	spin_unlock(&chunks->lock);
	return ret;
}

/**
 * kipc_chunks_may_loan() - whether a chunk can be loaned now
 * @view: through which view
 *
 * Context: Any.
 * Return: Whether so.
 */
bool kipc_chunks_may_loan(const struct kipc_view *view)
{
	const struct kipc_chunks *chunks = view->region->chunks;

	return chunks && view->is_owner && view->may_write &&
	       READ_ONCE(chunks->used) < chunks->count;
}

/**
 * kipc_chunk_release() - give a loan or a lease back
 * @view: through which it is had
 * @id: its number
 *
 * Context: Process context. May sleep.
 * Return: 0, -EKEYREVOKED or -ENXIO.
 */
int kipc_chunk_release(struct kipc_view *view, u32 id)
{
	struct kipc_chunks *chunks = view->region->chunks;
	struct kipc_hold *hold;
	bool unused = false;

	if (!chunks)
		return kipc_hold_error(view);
	spin_lock(&chunks->lock);
	hold = kipc_hold_find_locked(view, id);
	if (!IS_ERR(hold))
		unused = kipc_hold_put_locked(hold);
	spin_unlock(&chunks->lock);
	kipc_chunks_unused(view->region, unused);
	return PTR_ERR_OR_ZERO(hold);
}

/**
 * kipc_chunk_attach() - let a message have a chunk
 * @view: through which the running process has a loan of it
 * @id: the loan
 *
 * Context: Process context.
 * Return: The chunk, with a reference; or an ERR_PTR() of -EKEYREVOKED or -ENXIO.
 */
struct kipc_chunk *kipc_chunk_attach(struct kipc_view *view, u32 id)
{
	struct kipc_chunks *chunks = view->region->chunks;
	struct kipc_chunk *chunk;
	struct kipc_hold *hold;

	if (!chunks)
		return ERR_PTR(kipc_hold_error(view));
	spin_lock(&chunks->lock);
	hold = kipc_hold_find_locked(view, id);
	if (IS_ERR(hold)) {
		chunk = ERR_CAST(hold);
	} else if (!hold->is_loan) {
		chunk = ERR_PTR(-ENXIO);
	} else {
		chunk = hold->chunk;
		kipc_chunk_get_locked(chunk);
	}
	spin_unlock(&chunks->lock);
	return chunk;
}

/* Whether a view has all of a chunk */
static bool covers(const struct kipc_view *view, const struct kipc_chunk *chunk)
{
	const struct kipc_chunks *chunks = chunk->region->chunks;
	u64 begin = kipc_chunk_number(chunks, chunk) * chunks->size;

	return begin >= view->offset &&
	       begin + chunks->size <= view->offset + view->size;
}

static int lease_locked(struct kipc_holder *holder, struct kipc_chunk *chunk,
			struct kipc_lent_chunk *lent,
			struct kipc_received *received)
{
	struct kipc_hold *hold;

	if (holder->ended || !covers(holder->view, chunk) ||
	    (lent && lent->ended))
		return 0;
	hold = kipc_hold_take_locked(holder, chunk, false);
	if (!hold)
		return -EDQUOT;
	kipc_chunk_get_locked(chunk);
	if (lent) {
		lent->hold = hold;
		hold->lent = lent;
	}
	received->lease = hold->id;
	received->cookie = holder->cookie;
	return 0;
}

/**
 * kipc_chunk_lease() - let the running process have a lease, if it holds the region
 * @chunk: of what; the caller's message has it
 * @lent: as what it is lent, or NULL
 * @received: gets the results; zeroed
 *
 * Context: Process context.
 * Return: 0, or -EDQUOT: it has as many as it may.
 */
int kipc_chunk_lease(struct kipc_chunk *chunk, struct kipc_lent_chunk *lent,
		     struct kipc_received *received)
{
	struct kipc_chunks *chunks = chunk->region->chunks;
	struct kipc_holder *holder;
	int ret = 0;

	received->number = kipc_chunk_number(chunks, chunk);
	rcu_read_lock();
	holder = kipc_holder_find_rcu(chunk->region);
	if (holder) {
		spin_lock(&chunks->lock);
		ret = lease_locked(holder, chunk, lent, received);
		spin_unlock(&chunks->lock);
	}
	rcu_read_unlock();
	return ret;
}

/**
 * kipc_chunk_unlease() - take a lease back that its process does not know of
 * @chunk: of what; the caller's message has it
 * @id: the lease, of the running process; it may have ended
 *
 * Context: Process context.
 */
void kipc_chunk_unlease(struct kipc_chunk *chunk, u32 id)
{
	struct kipc_chunks *chunks = chunk->region->chunks;
	struct kipc_holder *holder;
	struct kipc_hold *hold;

	rcu_read_lock();
	holder = kipc_holder_find_rcu(chunk->region);
	if (holder) {
		spin_lock(&chunks->lock);
		hold = holder->ended ? ERR_PTR(-ENXIO) :
				       kipc_hold_find_locked(holder->view, id);
		/*
		 * If the process has begun anew to hold the region meanwhile, the number
		 * may be that of another lease. The message has the chunk, so it is in
		 * use still.
		 */
		if (!IS_ERR(hold) && hold->chunk == chunk)
			kipc_hold_put_locked(hold);
		spin_unlock(&chunks->lock);
	}
	rcu_read_unlock();
}
