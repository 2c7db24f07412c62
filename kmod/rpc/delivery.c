// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/delivery.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/uaccess.h>

#include "core/attach.h"
#include "core/label.h"
#include "core/limits.h"
#include "core/payload.h"
#include "core/quota.h"
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
	const struct kipc_carriage carriage = {
		.carrier = content->may_stay ? KIPC_CARRIER_QUEUE :
					       KIPC_CARRIER_CALL,
		.borrows = content->borrows,
	};
	struct kipc_attachments *attachments;

	if (!content->attachment_count)
		return 0;
	attachments = kipc_attachments_import(&from->table,
					      content->attachments,
					      content->attachment_count,
					      &carriage);
	if (IS_ERR(attachments))
		return PTR_ERR(attachments);
	delivery->attachments = attachments;
	delivery->tail += attachments->count * sizeof(struct kipc_attachment);
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
	if (!delivery->tail)
		return delivery->size;
	return ALIGN(delivery->size, 8) + delivery->tail;
}

/* Notes what it needs of a pool. Returns whether that is no more than @limit. */
static bool fits(struct kipc_delivery *delivery, u64 least, u32 limit)
{
	u64 room;

	if (delivery->size > KIPC_POOL_MAX)
		return false;
	room = ALIGN(max(slice_size(delivery), least), KIPC_SLICE_ALIGN);
	if (room > limit)
		return false;
	delivery->room = room;
	return true;
}

/**
 * kipc_delivery_find_share() - find out of whose share it will be
 * @delivery: begun; a reply may be brought again and again
 * @to: the receiver
 * @user: the sender's, which is not the receiver's
 *
 * Context: Process context of the sender. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_delivery_find_share(struct kipc_delivery *delivery,
			     struct kipc_endpoint *to, struct kipc_user *user)
{
	struct kipc_share *share;

	if (delivery->slice.share)
		return 0;
	share = kipc_share_get(&to->shares, user->uid);
	if (IS_ERR(share))
		return PTR_ERR(share);
	delivery->slice.share = share;
	return 0;
}

/* The part of check_room() for what counts in a share */
static int check_share(struct kipc_delivery *delivery,
		       const struct kipc_endpoint *from, struct kipc_endpoint *to,
		       bool one_way)
{
	bool is_own = from->user == to->user;
	u32 limit = kipc_pool_limit(&to->pool, is_own, one_way);

	/* A one-way message has a slice though it may be empty. */
	if (one_way)
		delivery->slice.flags |= KIPC_SLICE_ONE_WAY;
	if (!fits(delivery, one_way, limit))
		return -EMSGSIZE;
	return kipc_delivery_find_share(delivery, to, from->user);
}

/* Is it something that the receiver could have room for? */
static int check_room(struct kipc_delivery *delivery,
		      const struct kipc_endpoint *from, struct kipc_endpoint *to,
		      bool one_way)
{
	if (unlikely(from->user != to->user || one_way))
		return check_share(delivery, from, to, one_way);
	return fits(delivery, 0, kipc_pool_limit(&to->pool, true, false)) ?
	       0 : -EMSGSIZE;
}

/**
 * kipc_delivery_bring_small() - bring one small buffer
 * @delivery: begun
 * @small: where to, KIPC_SMALL_MAX bytes
 * @code: method code
 * @data: user address
 * @size: of the buffer; at most KIPC_SMALL_MAX
 *
 * Context: Process context of the sender. May sleep.
 * Return: 0 or -EFAULT.
 */
int kipc_delivery_bring_small(struct kipc_delivery *delivery, u8 *small,
			      u32 code, u64 data, u32 size)
{
	delivery->code = code;
	delivery->size = size;
	delivery->is_small = true;
	/* All of it will be seen. */
	if (size < KIPC_SMALL_MAX)
		memset(small + size, 0, KIPC_SMALL_MAX - size);
	return _copy_from_user(small, u64_to_user_ptr(data), size) ? -EFAULT :
								     0;
}

/**
 * kipc_delivery_bring_buffer() - bring one buffer to the receiver
 * @delivery: begun
 * @from: the sender
 * @to: the receiver
 * @code: method code
 * @data: user address
 * @size: of the buffer
 *
 * Context: Process context of the sender. May sleep. If it fails the caller
 * calls kipc_delivery_undo().
 * Return: 0, -EAGAIN (no room now), -EFAULT, -EINTR, -EMSGSIZE, -ENOMEM or
 * -EOWNERDEAD.
 */
int kipc_delivery_bring_buffer(struct kipc_delivery *delivery,
			       const struct kipc_endpoint *from,
			       struct kipc_endpoint *to, u32 code, u64 data,
			       u64 size)
{
	int ret;

	delivery->code = code;
	delivery->size = size;
	ret = check_room(delivery, from, to, false);
	if (ret || !size)
		return ret;
	ret = kipc_pool_alloc(&to->pool, &delivery->slice, delivery->room);
	if (unlikely(ret))
		return ret == -ENOSPC ? -EAGAIN : ret;
	return kipc_pool_copy(&to->pool, &delivery->slice,
			      u64_to_user_ptr(data), size);
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
				content->flags & KIPC_VEC);
	if (ret)
		return ret;
	delivery->code = content->code;
	delivery->slice.flags = content->flags & KIPC_CLEAR;
	delivery->size = payload->size;
	ret = import_attachments(delivery, from, content);
	if (!ret)
		ret = check_room(delivery, from, to, content->one_way);
	if (ret)
		kipc_payload_deinit(payload);
	return ret;
}

/**
 * kipc_delivery_bring() - bring payload and attachments to the receiver
 * @delivery: imported, and its slice reserved
 * @to: the receiver
 * @payload: what came with it
 *
 * Context: Process context of the sender. May sleep. If it fails the caller
 * calls kipc_delivery_undo().
 * Return: 0, -EAGAIN (no room now for its handles), -EFAULT, -EINTR, -ENOMEM or
 * -EOWNERDEAD.
 */
int kipc_delivery_bring(struct kipc_delivery *delivery,
			struct kipc_endpoint *to,
			const struct kipc_payload *payload)
{
	int ret;

	ret = kipc_pool_copy_payload(&to->pool, &delivery->slice, payload);
	if (ret)
		return ret;
	return install_attachments(delivery, to);
}

/**
 * kipc_delivery_write_label() - put a security label at the end of the tail
 * @delivery: brought; its tail has room for the label
 * @to: the receiver
 * @label: the label; not empty
 *
 * Context: Process context of the sender. May sleep. If it fails the caller
 * calls kipc_delivery_undo().
 * Return: 0, -EINTR or -ENOMEM.
 */
int kipc_delivery_write_label(struct kipc_delivery *delivery,
			      struct kipc_endpoint *to,
			      const struct kipc_label *label)
{
	u32 begin = delivery->slice.offset + ALIGN(delivery->size, 8) +
		    delivery->tail - label->size;
	int ret;

	ret = kipc_pool_populate(&to->pool, begin, label->size);
	if (!ret)
		kipc_pool_write(&to->pool, begin, label->context.context,
				label->size);
	return ret;
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
	delivery->is_small = false;
	kipc_pool_free(&to->pool, &delivery->slice);
	/* A reply may be brought again, in another way. */
	delivery->tail = 0;
	delivery->slice.flags = 0;
	delivery->slice.offset = 0;
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
