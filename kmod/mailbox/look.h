/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking at letters that stay where they are, and throwing all of them away.
 *
 * Letters are found by counting from the first one on. That is done in short walks, between
 * which others may have the mailbox's lock: the one at which a walk ended is kept by a
 * reference, and if it is gone from the queue then, the search begins anew.
 */
#ifndef KIPC_MAILBOX_LOOK_H
#define KIPC_MAILBOX_LOOK_H

#include <linux/types.h>

struct kipc_letter;
struct kipc_mail;
struct kipc_mailbox_file;

struct kipc_letter *kipc_look_at(struct kipc_mailbox_file *file, u64 index,
				 struct kipc_mail *mail);
u64 kipc_purge(struct kipc_mailbox_file *file);

#endif /* KIPC_MAILBOX_LOOK_H */
