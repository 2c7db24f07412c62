// SPDX-License-Identifier: GPL-2.0-only
#include "region/lent.h"

#include <linux/slab.h>

#include "region/chunk.h"
#include "region/holder.h"
#include "region/region.h"
#include "region/view.h"

static struct kipc_lent_chunk *of_parcel(struct kipc_parcel *parcel)
{
	return container_of(parcel, struct kipc_lent_chunk, parcel);
}

static struct kipc_chunks *chunks_of(const struct kipc_lent_chunk *lent)
{
	return lent->chunk->region->chunks;
}

static void lent_get(struct kipc_parcel *parcel)
{
	struct kipc_lent_chunk *lent = of_parcel(parcel);

	spin_lock(&chunks_of(lent)->lock);
	lent->refs++;
	spin_unlock(&chunks_of(lent)->lock);
}

static void put(struct kipc_lent_chunk *lent)
{
	bool is_last;

	spin_lock(&chunks_of(lent)->lock);
	is_last = !--lent->refs;
	spin_unlock(&chunks_of(lent)->lock);
	if (!is_last)
		return;
	kipc_chunk_put(lent->chunk);
	kfree(lent);
}

static void lent_put(struct kipc_parcel *parcel)
{
	put(of_parcel(parcel));
}

static int lent_receive(struct kipc_parcel *parcel,
			struct kipc_received *received)
{
	struct kipc_lent_chunk *lent = of_parcel(parcel);

	return kipc_chunk_lease(lent->chunk, lent, received);
}

static void lent_unreceive(struct kipc_parcel *parcel, u32 lease)
{
	kipc_chunk_unlease(of_parcel(parcel)->chunk, lease);
}

static const struct kipc_parcel_ops lent_ops = {
	.get = lent_get,
	.put = lent_put,
	.receive = lent_receive,
	.unreceive = lent_unreceive,
};

static void end_chunk(struct kipc_borrow *borrow)
{
	struct kipc_lent_chunk *lent =
		container_of(borrow, struct kipc_lent_chunk, borrow);

	spin_lock(&chunks_of(lent)->lock);
	lent->ended = true;
	/* It has the chunk, so that is in use still. */
	if (lent->hold)
		kipc_hold_put_locked(lent->hold);
	spin_unlock(&chunks_of(lent)->lock);
	put(lent);
}

/**
 * kipc_lend_chunk() - lend a chunk with a call
 * @view: through which the running process has a loan of it
 * @id: the loan
 * @borrow: gets what ends it
 *
 * Context: Process context. May sleep.
 * Return: What the call's message carries, with a reference; or an ERR_PTR() of
 * -EKEYREVOKED, -ENOMEM or -ENXIO.
 */
struct kipc_parcel *kipc_lend_chunk(struct kipc_view *view, u32 id,
				    struct kipc_borrow **borrow)
{
	struct kipc_lent_chunk *lent;
	struct kipc_chunk *chunk;

	lent = kzalloc(sizeof(*lent), GFP_KERNEL_ACCOUNT);
	if (!lent)
		return ERR_PTR(-ENOMEM);
	chunk = kipc_chunk_attach(view, id);
	if (IS_ERR(chunk)) {
		kfree(lent);
		return ERR_CAST(chunk);
	}
	lent->parcel.ops = &lent_ops;
	lent->borrow.end = end_chunk;
	lent->chunk = chunk;
	lent->refs = 2;
	*borrow = &lent->borrow;
	return &lent->parcel;
}

static void end_view(struct kipc_borrow *borrow)
{
	struct kipc_view *view = container_of(borrow, struct kipc_view, borrow);
	struct kipc_region *region = view->region;

	kipc_view_end(view);
	kipc_view_put(view);
	kipc_object_put(&region->object);
}

/**
 * kipc_lend_view() - lend a view with a call
 * @view: a new view, made for that
 *
 * Context: Process context.
 * Return: What ends it.
 */
struct kipc_borrow *kipc_lend_view(struct kipc_view *view)
{
	kref_get(&view->refs);
	/* The view may be closed before. */
	kipc_object_get(&view->region->object);
	view->borrow.end = end_view;
	return &view->borrow;
}
