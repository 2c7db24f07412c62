/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A delivery is what comes to an endpoint's pool, be it with a request or with
 * a reply: a payload, and attachments whose descriptions lie behind it.
 *
 * It is prepared by the sender, which sleeps and may fail anywhere in between;
 * kipc_delivery_undo() accepts what there is by then. Once it is prepared, all
 * memory is there: receiving it writes the numbers of the files' descriptors
 * into the slice, and cannot fail but for the receiver's own descriptor table.
 */
#ifndef KIPC_RPC_DELIVERY_H
#define KIPC_RPC_DELIVERY_H

#include "core/attach.h"
#include "rpc/pool.h"
#include "rpc/slice.h"

struct kipc_endpoint;
struct kipc_payload;

/**
 * struct kipc_content - what is to be sent, as the ABI's structs say it
 * @code: method code
 * @is_vec: whether @data are structs kipc_vec
 * @one_way: whether nobody waits for it
 * @attachment_count: how many attachments
 * @data: user address
 * @data_size: bytes, or structs
 * @attachments: user address
 */
struct kipc_content {
	u32 code;
	bool is_vec;
	bool one_way;
	u32 attachment_count;
	u64 data;
	u64 data_size;
	u64 attachments;
};

/**
 * struct kipc_delivery - what comes to a pool: a request or a reply
 * @size: bytes of payload
 * @code: method code
 * @attachments: attachments or NULL; until it is delivered
 * @slice: where the payload and the descriptions of the attachments are
 */
struct kipc_delivery {
	u64 size;
	u32 code;
	struct kipc_attachments *attachments;
	struct kipc_slice slice;
};

int kipc_delivery_import(struct kipc_delivery *delivery,
			 struct kipc_endpoint *from, struct kipc_endpoint *to,
			 const struct kipc_content *content,
			 struct kipc_payload *payload);
int kipc_delivery_bring(struct kipc_delivery *delivery,
			struct kipc_endpoint *to,
			const struct kipc_payload *payload);
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
	delivery->attachments = NULL;
	delivery->slice.offset = 0;
	delivery->slice.state = KIPC_SLICE_NONE;
	delivery->slice.release = release;
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
