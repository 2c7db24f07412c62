/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A delivery is what comes to an endpoint's pool, be it with a request or with
 * a reply: a payload, and its tail: the descriptions of the attachments, and the
 * sender's security label if the receiver asks for it.
 *
 * One that is small, between those who want it so, does not come to a pool at all,
 * but with its call. Most others bring one buffer: kipc_delivery_bring_buffer().
 * The rest, and those whose sender is charged for them, take two steps, to import
 * what is to be sent and to bring it.
 *
 * It is prepared by the sender, which sleeps and may fail anywhere in between;
 * kipc_delivery_undo() accepts what there is by then. Once it is prepared, all
 * memory is there: receiving it writes the numbers of the files' descriptors
 * into the slice, and cannot fail but for the receiver's own descriptor table.
 */
#ifndef KIPC_RPC_DELIVERY_H
#define KIPC_RPC_DELIVERY_H

#include <linux/kipc.h>

#include "core/attach.h"
#include "rpc/pool.h"
#include "rpc/share.h"
#include "rpc/slice.h"

struct kipc_borrow;
struct kipc_endpoint;
struct kipc_label;
struct kipc_payload;

/**
 * struct kipc_content - what is to be sent, as the ABI's structs say it
 * @code: method code
 * @flags: of the command
 * @one_way: whether nobody waits for it
 * @may_stay: whether it can come to wait where no thread does
 * @attachment_count: how many attachments
 * @data: user address
 * @data_size: bytes, or structs
 * @attachments: user address
 * @borrows: gets what is lent; NULL: nothing can be
 */
struct kipc_content {
	u32 code;
	u32 flags;
	bool one_way;
	bool may_stay;
	u32 attachment_count;
	u64 data;
	u64 data_size;
	u64 attachments;
	struct kipc_borrow **borrows;
};

/**
 * struct kipc_delivery - what comes to a pool: a request or a reply
 * @size: bytes of payload
 * @code: method code
 * @tail: bytes behind the payload, from the next multiple of 8 on
 * @is_small: the payload is where its call keeps small ones, and not in a pool
 * @room: bytes of the pool that it needs; a multiple of KIPC_SLICE_ALIGN, or 0
 * @attachments: attachments or NULL; until it is delivered
 * @slice: where the payload and the tail are
 */
struct kipc_delivery {
	u64 size;
	u32 code;
	u32 tail;
	bool is_small;
	u32 room;
	struct kipc_attachments *attachments;
	struct kipc_slice slice;
};

int kipc_delivery_bring_small(struct kipc_delivery *delivery, u8 *small,
			      u32 code, u64 data, u32 size);
int kipc_delivery_find_share(struct kipc_delivery *delivery,
			     struct kipc_endpoint *to, struct kipc_user *user);
int kipc_delivery_bring_buffer(struct kipc_delivery *delivery,
			       const struct kipc_endpoint *from,
			       struct kipc_endpoint *to, u32 code, u64 data,
			       u64 size);
int kipc_delivery_import(struct kipc_delivery *delivery,
			 struct kipc_endpoint *from, struct kipc_endpoint *to,
			 const struct kipc_content *content,
			 struct kipc_payload *payload);
int kipc_delivery_bring(struct kipc_delivery *delivery,
			struct kipc_endpoint *to,
			const struct kipc_payload *payload);
int kipc_delivery_write_label(struct kipc_delivery *delivery,
			      struct kipc_endpoint *to,
			      const struct kipc_label *label);
void kipc_delivery_undo(struct kipc_delivery *delivery,
			struct kipc_endpoint *to);
int kipc_delivery_receive_attached(struct kipc_delivery *delivery,
				   struct kipc_endpoint *to);
void kipc_delivery_close_files(struct kipc_delivery *delivery);
void kipc_delivery_finish_attached(struct kipc_delivery *delivery);

/**
 * kipc_delivery_init() - begin a delivery
 * @delivery: its memory
 * @release: called when the receiver has freed the slice
 *
 * Context: Any.
 */
static inline void kipc_delivery_init(struct kipc_delivery *delivery,
				      void (*release)(struct kipc_slice *slice,
						      struct kipc_pool *pool))
{
	delivery->size = 0;
	delivery->code = 0;
	delivery->tail = 0;
	delivery->is_small = false;
	delivery->attachments = NULL;
	delivery->slice.offset = 0;
	delivery->slice.state = KIPC_SLICE_NONE;
	delivery->slice.flags = 0;
	delivery->slice.share = NULL;
	delivery->slice.release = release;
}

/**
 * kipc_size_is_small() - whether a payload can come with its call
 * @size: of the payload
 *
 * Context: Any.
 * Return: Whether it is 1 to KIPC_SMALL_MAX bytes.
 */
static inline bool kipc_size_is_small(u64 size)
{
	return size - 1 < KIPC_SMALL_MAX;
}

/**
 * kipc_delivery_deinit() - end a delivery
 * @delivery: undone, or delivered, and then its slice was freed
 *
 * Context: Any.
 */
static inline void kipc_delivery_deinit(struct kipc_delivery *delivery)
{
	kipc_share_put(delivery->slice.share);
}

/**
 * kipc_delivery_reserve() - take the slice that it needs, if it needs one
 * @delivery: imported
 * @pool: of the receiver
 *
 * Context: Process context, that of the sender or another, spinlocks may be held.
 * Return: 0, -ENOSPC (no room now) or -EOWNERDEAD.
 */
static inline int kipc_delivery_reserve(struct kipc_delivery *delivery,
					struct kipc_pool *pool)
{
	if (!delivery->room)
		return 0;
	return kipc_pool_alloc(pool, &delivery->slice, delivery->room);
}

/**
 * kipc_delivery_attachment_count() - how many attachments come
 * @delivery: prepared and not finished
 *
 * Context: Any.
 * Return: The number.
 */
static inline u32
kipc_delivery_attachment_count(const struct kipc_delivery *delivery)
{
	return delivery->attachments ? delivery->attachments->count : 0;
}

/**
 * kipc_delivery_receive_files() - make the files descriptors of the receiver's
 * @delivery: prepared
 * @to: the receiver
 *
 * Context: Process context of the receiver. May sleep.
 * Return: 0 or the error of the descriptor table or of an LSM, and then there
 * are none.
 */
static inline int kipc_delivery_receive_files(struct kipc_delivery *delivery,
					      struct kipc_endpoint *to)
{
	if (!delivery->attachments)
		return 0;
	return kipc_delivery_receive_attached(delivery, to);
}

/**
 * kipc_delivery_finish() - slice and handles are the receiver's now
 * @delivery: prepared, its files received; what it is embedded in has a
 *	reference for the slice, if there is one
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_delivery_finish(struct kipc_delivery *delivery)
{
	if (delivery->attachments)
		kipc_delivery_finish_attached(delivery);
	kipc_pool_deliver(&delivery->slice);
}

#endif /* KIPC_RPC_DELIVERY_H */
