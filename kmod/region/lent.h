/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is lent with a call: a view, or a chunk. The call ends it, in whatever way it ends.
 *
 * A view that is lent is one that was made for that, and is revoked then: with all that
 * its borrower has made from it, wherever it has passed that on.
 *
 * A chunk that is lent is what the call's message carries in its place. It knows the lease that
 * came of it, and that of it, so that each can end first.
 */
#ifndef KIPC_REGION_LENT_H
#define KIPC_REGION_LENT_H

#include "core/parcel.h"

struct kipc_chunk;
struct kipc_hold;
struct kipc_view;

/**
 * struct kipc_lent_chunk - a chunk that is lent with a call
 * @parcel: what its message carries
 * @borrow: what the call has
 * @chunk: the chunk, of which it has a reference (constant)
 * @hold: the borrower's lease, or NULL
 * @refs: the message's and the call's
 * @ended: the call is over
 *
 * All that is not constant is protected by the lock of the region's chunks.
 */
struct kipc_lent_chunk {
	struct kipc_parcel parcel;
	struct kipc_borrow borrow;
	struct kipc_chunk *chunk;
	struct kipc_hold *hold;
	u32 refs;
	bool ended;
};

struct kipc_parcel *kipc_lend_chunk(struct kipc_view *view, u32 id,
				    struct kipc_borrow **borrow);
struct kipc_borrow *kipc_lend_view(struct kipc_view *view);

#endif /* KIPC_REGION_LENT_H */
