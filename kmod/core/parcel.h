/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is attached to messages and is neither an object nor a file, and what is only lent
 * with a call. Regions have both; this is what core/attach.c needs to know of them.
 *
 * A parcel is part of what it stands for. Each message that carries it has a reference; who
 * receives one gets its own thing, in its process, and gives it back for itself.
 *
 * A borrow is what is to be taken back when a call is over. It belongs to the call from
 * when it is imported until kipc_borrows_end().
 */
#ifndef KIPC_CORE_PARCEL_H
#define KIPC_CORE_PARCEL_H

#include <linux/compiler.h>
#include <linux/types.h>

struct file;
struct kipc_parcel;

/**
 * struct kipc_received - what a receiver has got of a parcel
 * @number: which one it is
 * @lease: the number of its lease; 0: it has none
 * @cookie: its word for it
 */
struct kipc_received {
	u32 number;
	u32 lease;
	u64 cookie;
};

/**
 * struct kipc_parcel_ops - what can be done with a parcel
 * @get: one message more carries it, like one that does
 * @put: one less; it may sleep
 * @receive: the running process receives it: 0 or -EDQUOT
 * @unreceive: but could not be told of it: takes the lease back
 */
struct kipc_parcel_ops {
	void (*get)(struct kipc_parcel *parcel);
	void (*put)(struct kipc_parcel *parcel);
	int (*receive)(struct kipc_parcel *parcel,
		       struct kipc_received *received);
	void (*unreceive)(struct kipc_parcel *parcel, u32 lease);
};

/**
 * struct kipc_parcel - what a message carries
 * @ops: constant
 */
struct kipc_parcel {
	const struct kipc_parcel_ops *ops;
};

/**
 * struct kipc_borrow - what is taken back when a call is over
 * @next: of the same call, or NULL
 * @end: take it back; it may sleep, and frees the borrow
 */
struct kipc_borrow {
	struct kipc_borrow *next;
	void (*end)(struct kipc_borrow *borrow);
};

/**
 * struct kipc_parcel_source - how to get parcels from what a user names
 * @chunk: the chunk of which the running process has this loan, by a view's file: a parcel
 *	with a reference, or an ERR_PTR() of -EKEYREVOKED, -ENXIO or -EPROTOTYPE
 * @lend_chunk: likewise, and it is lent: the same, or -ENOMEM; @borrow gets what ends it
 * @lend_view: another view like that of this file, which is lent: its file, or an ERR_PTR() of
 *	-EDQUOT, -EKEYREVOKED, -ELOOP, -ENFILE, -ENOMEM or -EPROTOTYPE
 */
struct kipc_parcel_source {
	struct kipc_parcel *(*chunk)(struct file *file, u32 lease);
	struct kipc_parcel *(*lend_chunk)(struct file *file, u32 lease,
					  struct kipc_borrow **borrow);
	struct file *(*lend_view)(struct file *file,
				  struct kipc_borrow **borrow);
};

extern const struct kipc_parcel_source *kipc_parcel_source;

void kipc_borrows_end_all(struct kipc_borrow **first);

/**
 * kipc_borrows_end() - a call is over: take back what was lent with it
 * @first: the first borrow of the call, or NULL; there is none then
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_borrows_end(struct kipc_borrow **first)
{
	if (unlikely(*first))
		kipc_borrows_end_all(first);
}

#endif /* KIPC_CORE_PARCEL_H */
