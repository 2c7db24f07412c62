// SPDX-License-Identifier: GPL-2.0-only
#include "core/attach.h"

#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/compat.h"
#include "core/cycle.h"
#include "core/handle.h"
#include "core/live.h"
#include "core/object.h"
#include "core/parcel.h"

/* An object, and how it is to arrive. Takes over the caller's reference. */
static void pin_object(struct kipc_attached *item, struct kipc_object *object,
		       u32 rights)
{
	kipc_object_add_sender(object);
	kipc_object_put(object);
	item->type = KIPC_ATTACH_HANDLE;
	item->rights = rights;
	item->object = object;
}

static int import_handle(struct kipc_attached *item, struct kipc_table *table,
			 const struct kipc_attachment *in)
{
	struct kipc_object *object;
	u32 rights;

	if (!in->rights || in->rights & ~KIPC_RIGHTS_ALL)
		return -EINVAL;
	if (!table)
		return -EBADF;
	object = kipc_table_resolve(table, in->id, KIPC_RIGHT_GRANT, &rights);
	if (IS_ERR(object))
		return PTR_ERR(object);
	if (in->rights & ~rights) {
		kipc_object_put(object);
		return -EACCES;
	}
	pin_object(item, object, in->rights);
	return 0;
}

static int import_node(struct kipc_attached *item, struct kipc_table *table,
		       const struct kipc_attachment *in)
{
	struct kipc_object *object;

	if (!in->rights || in->rights & ~KIPC_RIGHTS_ALL)
		return -EINVAL;
	if (!table)
		return -EBADF;
	object = kipc_table_owned(table, in->id);
	if (IS_ERR(object))
		return PTR_ERR(object);
	pin_object(item, object, in->rights);
	return 0;
}

static int attach_file(struct kipc_attached *item, struct file *file,
		       enum kipc_carrier carrier)
{
	if (kipc_file_may_cycle(file, carrier))
		return -ELOOP;
	item->file = get_file(file);
	return 0;
}

/* Lends what the user names, until the call is over. */
static int lend(struct kipc_attached *item, struct file *file, u32 lease,
		struct kipc_borrow **borrows)
{
	const struct kipc_parcel_source *source = kipc_parcel_source;
	struct kipc_borrow *borrow;
	struct kipc_parcel *parcel;

	if (item->type == KIPC_ATTACH_FD) {
		file = source->lend_view(file, &borrow);
		if (IS_ERR(file))
			return PTR_ERR(file);
		item->file = file;
	} else {
		parcel = source->lend_chunk(file, lease, &borrow);
		if (IS_ERR(parcel))
			return PTR_ERR(parcel);
		item->parcel = parcel;
	}
	borrow->next = *borrows;
	*borrows = borrow;
	return 0;
}

static int attach_chunk(struct kipc_attached *item, struct file *file,
			u32 lease)
{
	struct kipc_parcel *parcel = kipc_parcel_source->chunk(file, lease);

	if (IS_ERR(parcel))
		return PTR_ERR(parcel);
	item->parcel = parcel;
	return 0;
}

/* A file, or what is named by one */
static int import_file(struct kipc_attached *item,
		       const struct kipc_attachment *in,
		       const struct kipc_carriage *carriage)
{
	bool is_chunk = in->type == KIPC_ATTACH_CHUNK;
	struct file *file;
	int ret;

	if (in->rights & ~KIPC_RIGHT_BORROW ||
	    (in->rights && !carriage->borrows) || !in->lease != !is_chunk)
		return -EINVAL;
	file = fget(in->id);
	if (!file)
		return -EBADF;
	item->type = in->type;
	item->rights = in->rights;
	if (in->rights)
		ret = lend(item, file, in->lease, carriage->borrows);
	else if (is_chunk)
		ret = attach_chunk(item, file, in->lease);
	else
		ret = attach_file(item, file, carriage->carrier);
	fput(file);
	if (!ret)
		kipc_live_add(KIPC_LIVE_FILES, 1);
	return ret;
}

static int import_one(struct kipc_attachments *attachments,
		      struct kipc_table *table,
		      const struct kipc_attachment *in,
		      const struct kipc_carriage *carriage)
{
	struct kipc_attached *item = &attachments->item[attachments->count];
	int ret;

	if (in->cookie)
		return -EINVAL;
	if (in->type == KIPC_ATTACH_FD || in->type == KIPC_ATTACH_CHUNK)
		ret = import_file(item, in, carriage);
	else if (in->lease)
		ret = -EINVAL;
	else if (in->type == KIPC_ATTACH_HANDLE)
		ret = import_handle(item, table, in);
	else if (in->type == KIPC_ATTACH_NODE)
		ret = import_node(item, table, in);
	else
		ret = -EINVAL;
	if (ret)
		return ret;
	attachments->count++;
	attachments->file_count += !item->object;
	return 0;
}

/**
 * kipc_attachments_import() - read and pin what a sender attached
 * @table: the sender's table; NULL if it has none to attach handles from
 * @address: user address of structs kipc_attachment
 * @count: how many; not 0
 * @carriage: what they are attached to; also if it fails, it has got borrows, which the
 *	caller ends
 *
 * Context: Process context. May sleep.
 * Return: The attachments, or an ERR_PTR() of -E2BIG, -EACCES, -EBADF, -EDQUOT, -EFAULT,
 * -EINVAL, -EKEYREVOKED, -ELOOP, -ENFILE, -ENOMEM, -ENXIO or -EPROTOTYPE.
 */
struct kipc_attachments *
kipc_attachments_import(struct kipc_table *table, u64 address, u32 count,
			const struct kipc_carriage *carriage)
{
	struct kipc_attachment __user *user = u64_to_user_ptr(address);
	struct kipc_attachments *attachments;
	struct kipc_attachment in;
	int ret = 0;
	u32 i;

	if (count > KIPC_ATTACHMENTS_MAX)
		return ERR_PTR(-E2BIG);
	attachments = kzalloc(struct_size(attachments, item, count),
			      GFP_KERNEL_ACCOUNT);
	if (!attachments)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < count && !ret; i++) {
		if (copy_from_user(&in, &user[i], sizeof(in)))
			ret = -EFAULT;
		else
			ret = import_one(attachments, table, &in, carriage);
	}
	if (ret) {
		kipc_attachments_free(attachments);
		return ERR_PTR(ret);
	}
	return attachments;
}

/**
 * kipc_attachments_install() - give the receiver its handles
 * @attachments: the attachments
 * @table: the receiver's table
 *
 * An object that comes home gets no handle. If it fails, what was installed
 * stays until kipc_attachments_free().
 *
 * Context: Process context. May sleep.
 * Return: 0, -EAGAIN (the receiver has no room for more handles), -ENOMEM or
 * -EOWNERDEAD (it is gone).
 */
int kipc_attachments_install(struct kipc_attachments *attachments,
			     struct kipc_table *table)
{
	struct kipc_attached *item;
	int ret;

	attachments->table = table;
	for (; attachments->installed < attachments->count;
	     attachments->installed++) {
		item = &attachments->item[attachments->installed];
		if (!item->object)
			continue;
		if (item->object->home == table) {
			item->type = KIPC_ATTACH_NODE;
			continue;
		}
		ret = kipc_handle_install(table, item->object, item->rights,
					  &item->id);
		if (ret)
			return ret == -EDQUOT ? -EAGAIN : ret;
	}
	return 0;
}

/**
 * kipc_attachments_copy() - what is to be delivered more than once
 * @from: attachments that were imported, and are not installed
 *
 * Context: Process context. May sleep.
 * Return: A copy, to be installed and freed for itself, or NULL.
 */
struct kipc_attachments *
kipc_attachments_copy(const struct kipc_attachments *from)
{
	struct kipc_attachments *copy;
	u32 i;

	copy = kmemdup(from, struct_size(from, item, from->count),
		       GFP_KERNEL_ACCOUNT);
	if (!copy)
		return NULL;
	copy->charged = NULL;
	for (i = 0; i < copy->count; i++) {
		if (copy->item[i].object)
			kipc_object_add_sender(copy->item[i].object);
		if (copy->item[i].file)
			get_file(copy->item[i].file);
		if (copy->item[i].parcel)
			copy->item[i].parcel->ops->get(copy->item[i].parcel);
	}
	kipc_live_add(KIPC_LIVE_FILES, copy->file_count);
	return copy;
}

static void unreceive(struct kipc_attachments *attachments, u32 end)
{
	struct kipc_attached *item;
	u32 i;

	for (i = 0; i < end; i++) {
		item = &attachments->item[i];
		if (item->file)
			close_fd(item->id);
		if (item->parcel && item->lease)
			item->parcel->ops->unreceive(item->parcel, item->lease);
	}
}

static int receive_file(struct kipc_attached *item)
{
	int fd = kipc_receive_fd(item->file, O_CLOEXEC);

	if (fd < 0)
		return fd;
	item->id = fd;
	return 0;
}

static int receive_parcel(struct kipc_attached *item)
{
	struct kipc_received received = { };
	int ret;

	ret = item->parcel->ops->receive(item->parcel, &received);
	if (ret)
		return ret;
	item->id = received.number;
	item->lease = received.lease;
	item->cookie = received.cookie;
	return 0;
}

/**
 * kipc_attachments_receive_files() - make files descriptors of the caller's, and lease it
 *	chunks
 * @attachments: the attachments
 *
 * Context: Process context of the receiver. May sleep.
 * Return: 0, or the error of the one that failed, and then there is none.
 */
int kipc_attachments_receive_files(struct kipc_attachments *attachments)
{
	struct kipc_attached *item;
	int ret = 0;
	u32 i;

	for (i = 0; i < attachments->count && !ret; i++) {
		item = &attachments->item[i];
		if (item->file)
			ret = receive_file(item);
		else if (item->parcel)
			ret = receive_parcel(item);
	}
	if (ret)
		unreceive(attachments, i - 1);
	return ret;
}

/**
 * kipc_attachments_close_files() - take those descriptors and leases back
 * @attachments: the attachments
 *
 * Context: Process context of the receiver. May sleep.
 */
void kipc_attachments_close_files(struct kipc_attachments *attachments)
{
	unreceive(attachments, attachments->count);
}

/**
 * kipc_attachments_describe() - describe one attachment to its receiver
 * @attachments: the attachments
 * @index: which
 * @out: where
 *
 * Context: Any.
 */
void kipc_attachments_describe(const struct kipc_attachments *attachments,
			       u32 index, struct kipc_attachment *out)
{
	const struct kipc_attached *item = &attachments->item[index];

	memset(out, 0, sizeof(*out));
	out->type = item->type;
	out->id = item->id;
	out->lease = item->lease;
	out->cookie = item->cookie;
	if (item->type == KIPC_ATTACH_NODE)
		out->cookie = item->object->cookie;
	else
		out->rights = item->rights;
}

/**
 * kipc_attachments_delivered() - the handles are the receiver's now
 * @attachments: the attachments
 *
 * Context: Any.
 */
void kipc_attachments_delivered(struct kipc_attachments *attachments)
{
	attachments->installed = 0;
}

/**
 * kipc_attachments_free() - unpin the attachments
 * @attachments: the attachments, or NULL; those not delivered are taken back,
 *	and then the receiver's table must still exist
 *
 * Context: Process context. May sleep.
 */
void kipc_attachments_free(struct kipc_attachments *attachments)
{
	struct kipc_attached *item;
	u32 i;

	if (!attachments)
		return;
	for (i = 0; i < attachments->count; i++) {
		item = &attachments->item[i];
		if (i < attachments->installed &&
		    item->type == KIPC_ATTACH_HANDLE)
			kipc_handle_drop(attachments->table, item->id);
		if (item->object)
			kipc_object_drop_sender(item->object);
		if (item->file)
			fput(item->file);
		if (item->parcel)
			item->parcel->ops->put(item->parcel);
	}
	kipc_live_add(KIPC_LIVE_FILES, -(long)attachments->file_count);
	kfree(attachments);
}
