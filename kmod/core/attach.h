/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attachments: the objects, files and chunks that travel with a message, all or none.
 *
 * kipc_attachments_import() reads what the sender attached and pins it: objects
 * as senders, files and chunks by reference. kipc_attachments_install() then gives the
 * receiver's table the handles, still in the sender's context, so that
 * receiving needs no memory. Files become descriptors, and chunks leases, when the message is
 * received, in the process that receives it: kipc_attachments_receive_files().
 *
 * kipc_attachments_free() accepts every state in between. Handles that were
 * installed are taken back unless the message was delivered.
 */
#ifndef KIPC_CORE_ATTACH_H
#define KIPC_CORE_ATTACH_H

#include <linux/types.h>

#include "core/cycle.h"

struct file;
struct kipc_attachment;
struct kipc_borrow;
struct kipc_object;
struct kipc_parcel;
struct kipc_table;
struct kipc_user;

/**
 * struct kipc_carriage - what attachments are imported for
 * @carrier: what they are attached to
 * @borrows: gets what is lent; NULL: nothing can be
 */
struct kipc_carriage {
	enum kipc_carrier carrier;
	struct kipc_borrow **borrows;
};

/**
 * struct kipc_attached - one attachment
 * @type: one of enum kipc_attachment_type, as it is sent, then as it arrives
 * @rights: rights that the receiver is to have
 * @id: handle in the receiver's table, descriptor in its process, or number of a chunk
 * @lease: of a chunk, in the receiver's process; or 0
 * @cookie: the receiver's word for where the chunk is; or 0
 * @object: the object, or NULL
 * @file: the file, or NULL
 * @parcel: the chunk, or NULL
 */
struct kipc_attached {
	u32 type;
	u32 rights;
	u32 id;
	u32 lease;
	u64 cookie;
	struct kipc_object *object;
	struct file *file;
	struct kipc_parcel *parcel;
};

/**
 * struct kipc_attachments - the attachments of one message
 * @count: how many
 * @file_count: how many of them are files or chunks
 * @installed: how many of them, from the first, are in @table
 * @table: the receiver's table; valid if @installed is not 0
 * @charged: who is charged for them while they are in a letter, referenced; else NULL
 * @item: each of them
 */
struct kipc_attachments {
	u32 count;
	u32 file_count;
	u32 installed;
	struct kipc_table *table;
	struct kipc_user *charged;
	struct kipc_attached item[];
};

struct kipc_attachments *
kipc_attachments_import(struct kipc_table *table, u64 address, u32 count,
			const struct kipc_carriage *carriage);
struct kipc_attachments *
kipc_attachments_copy(const struct kipc_attachments *from);
int kipc_attachments_install(struct kipc_attachments *attachments,
			     struct kipc_table *table);
int kipc_attachments_receive_files(struct kipc_attachments *attachments);
void kipc_attachments_close_files(struct kipc_attachments *attachments);
void kipc_attachments_describe(const struct kipc_attachments *attachments,
			       u32 index, struct kipc_attachment *out);
void kipc_attachments_delivered(struct kipc_attachments *attachments);
void kipc_attachments_free(struct kipc_attachments *attachments);

#endif /* KIPC_CORE_ATTACH_H */
