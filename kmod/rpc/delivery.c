// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/delivery.h"

#include <linux/err.h>
#include <linux/kipc.h>

#include "core/attach.h"
#include "core/payload.h"
#include "rpc/endpoint.h"

/* Where in the pool the description of attachment @index is */
static u32 description(const struct kipc_delivery *delivery, u32 index)
{
	return delivery->slice.offset + ALIGN(delivery->size, 8) +
	       index * sizeof(struct kipc_attachment);
}

static void write_descriptions(struct kipc_delivery *delivery,
			       struct kipc_endpoint *to)
{
	struct kipc_attachment out;
	u32 i;

	for (i = 0; i < delivery->attachments->count; i++) {
		kipc_attachments_describe(delivery->attachments, i, &out);
		kipc_pool_write(&to->pool, description(delivery, i), &out,
				sizeof(out));
	}
}

static int import_attachments(struct kipc_delivery *delivery,
			      struct kipc_endpoint *from,
			      const struct kipc_content *content)
{
	struct kipc_attachments *attachments;

	if (!content->attachment_count)
		return 0;
	attachments = kipc_attachments_import(&from->table,
					      content->attachments,
					      content->attachment_count,
					      content->one_way);
	if (IS_ERR(attachments))
		return PTR_ERR(attachments);
	delivery->attachments = attachments;
	return 0;
}

static int install_attachments(struct kipc_delivery *delivery,
			       struct kipc_endpoint *to)
{
	u32 begin = description(delivery, 0);
	int ret;

	if (!delivery->attachments)
		return 0;
	ret = kipc_pool_populate(&to->pool, begin,
				 description(delivery,
					     delivery->attachments->count) -
				 begin);
	if (ret)
		return ret;
	ret = kipc_attachments_install(delivery->attachments, &to->table);
	if (ret)
		return ret;
	write_descriptions(delivery, to);
	return 0;
}

/* The bytes of the pool that it needs */
static u64 slice_size(const struct kipc_delivery *delivery)
{
	if (!delivery->attachments)
		return delivery->size;
	return ALIGN(delivery->size, 8) + delivery->attachments->count *
					  sizeof(struct kipc_attachment);
}

/* Whether the receiver's pool could ever hold it */
static bool fits(const struct kipc_delivery *delivery,
		 struct kipc_endpoint *to)
{
	return delivery->size <= KIPC_POOL_MAX &&
	       slice_size(delivery) <= READ_ONCE(to->pool.size);
}

static int take_slice(struct kipc_delivery *delivery, struct kipc_endpoint *to)
{
	u64 size = slice_size(delivery);

	return size ? kipc_pool_alloc(&to->pool, &delivery->slice, size) : 0;
}

/**
 * kipc_delivery_import() - learn what is to be sent
 * @delivery: begun
 * @from: the sender
 * @to: the receiver
 * @content: what is to be sent
 * @payload: begun, if it succeeds; the caller ends it
 *
 * Context: Process context of the sender. May sleep. If it fails the caller
 * calls kipc_delivery_undo().
 * Return: 0, or what the ABI says of payloads and attachments.
 */
int kipc_delivery_import(struct kipc_delivery *delivery,
			 struct kipc_endpoint *from, struct kipc_endpoint *to,
			 const struct kipc_content *content,
			 struct kipc_payload *payload)
{
	int ret;

	ret = kipc_payload_init(payload, content->data, content->data_size,
				content->is_vec);
	if (ret)
		return ret;
	delivery->code = content->code;
	delivery->size = payload->size;
	ret = import_attachments(delivery, from, content);
	if (!ret && !fits(delivery, to))
		ret = -EMSGSIZE;
	if (ret)
		kipc_payload_deinit(payload);
	return ret;
}

/**
 * kipc_delivery_bring() - bring payload and attachments to the receiver
 * @delivery: imported
 * @to: the receiver
 * @payload: what came with it
 *
 * Context: Process context of the sender. May sleep. If it fails the caller
 * calls kipc_delivery_undo().
 * Return: 0, -EAGAIN (no room now), -EFAULT, -EINTR, -ENOMEM or -EOWNERDEAD.
 */
int kipc_delivery_bring(struct kipc_delivery *delivery,
			struct kipc_endpoint *to,
			const struct kipc_payload *payload)
{
	int ret;

	ret = take_slice(delivery, to);
	if (ret)
		return ret;
	ret = kipc_pool_copy_payload(&to->pool, delivery->slice.offset,
				     payload);
	if (ret)
		return ret;
	return install_attachments(delivery, to);
}

/**
 * kipc_delivery_undo() - take back what was brought
 * @delivery: prepared, in part or in whole, and not delivered
 * @to: the receiver
 *
 * Context: Process context. May sleep.
 */
void kipc_delivery_undo(struct kipc_delivery *delivery,
			struct kipc_endpoint *to)
{
	kipc_attachments_free(delivery->attachments);
	delivery->attachments = NULL;
	kipc_pool_free(&to->pool, &delivery->slice);
}

/**
 * kipc_delivery_receive_attached() - the part of kipc_delivery_receive_files()
 *	for deliveries with attachments
 * @delivery: prepared, with attachments
 * @to: the receiver
 *
 * Context: Process context of the receiver. May sleep.
 * Return: 0 or the error of the descriptor table or of an LSM, and then there
 * are none.
 */
int kipc_delivery_receive_attached(struct kipc_delivery *delivery,
				   struct kipc_endpoint *to)
{
	int ret;

	if (!delivery->attachments->file_count)
		return 0;
	ret = kipc_attachments_receive_files(delivery->attachments);
	if (ret)
		return ret;
	write_descriptions(delivery, to);
	return 0;
}

/**
 * kipc_delivery_close_files() - take those descriptors back
 * @delivery: whose files were received
 *
 * Context: Process context of the receiver. May sleep.
 */
void kipc_delivery_close_files(struct kipc_delivery *delivery)
{
	if (delivery->attachments)
		kipc_attachments_close_files(delivery->attachments);
}

/**
 * kipc_delivery_finish_attached() - the part of kipc_delivery_finish() for
 *	deliveries with attachments
 * @delivery: prepared, with attachments, its files received
 *
 * Context: Process context. May sleep.
 */
void kipc_delivery_finish_attached(struct kipc_delivery *delivery)
{
	kipc_attachments_delivered(delivery->attachments);
	kipc_attachments_free(delivery->attachments);
	delivery->attachments = NULL;
}
