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

#include "rpc/slice.h"

struct kipc_attachments;
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

void kipc_delivery_init(struct kipc_delivery *delivery,
			void (*release)(struct kipc_slice *slice,
					struct kipc_pool *pool));
int kipc_delivery_import(struct kipc_delivery *delivery,
			 struct kipc_endpoint *from, struct kipc_endpoint *to,
			 const struct kipc_content *content,
			 struct kipc_payload *payload);
int kipc_delivery_bring(struct kipc_delivery *delivery,
			struct kipc_endpoint *to,
			const struct kipc_payload *payload);
void kipc_delivery_undo(struct kipc_delivery *delivery,
			struct kipc_endpoint *to);
int kipc_delivery_receive_files(struct kipc_delivery *delivery,
				struct kipc_endpoint *to);
void kipc_delivery_close_files(struct kipc_delivery *delivery);
u32 kipc_delivery_attachment_count(const struct kipc_delivery *delivery);
void kipc_delivery_finish(struct kipc_delivery *delivery);

#endif /* KIPC_RPC_DELIVERY_H */
