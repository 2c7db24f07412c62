/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An open file of a mailbox: what may be done through it, what was received through it and
 * is leased, and where it is in a broadcast. It has a reference to the mailbox, and is the
 * same for all descriptors and processes that it was passed on to.
 */
#ifndef KIPC_MAILBOX_FILE_H
#define KIPC_MAILBOX_FILE_H

#include <linux/fs.h>
#include <linux/poll.h>

#include "mailbox/broadcast.h"

struct kipc_key;
struct kipc_mailbox;
struct kipc_mailbox_info;
struct kipc_mailbox_open;
struct kipc_user;
struct seq_file;

/**
 * struct kipc_mailbox_file - an open file of a mailbox
 * @mailbox: which, referenced (constant)
 * @may_read: receive (constant)
 * @may_write: send (constant)
 * @dropped: how many letters had been dropped when it last received one (mailbox's lock)
 * @leases: what was received through it, by token (mailbox's lock)
 * @lease_count: how many (mailbox's lock)
 * @flushes: how often a process closed a descriptor of it
 * @reader: its side of a broadcast
 */
struct kipc_mailbox_file {
	struct kipc_mailbox *mailbox;
	bool may_read;
	bool may_write;
	u64 dropped;
	struct rb_root leases;
	u32 lease_count;
	atomic_t flushes;
	struct kipc_reader reader;
};

struct kipc_mailbox_file *
kipc_mailbox_file_open(struct kipc_user *user, const struct kipc_key *key,
		       struct kipc_mailbox_open *args,
		       struct kipc_mailbox *dead_letter);
void kipc_mailbox_file_unlink(struct kipc_mailbox_file *file);
void kipc_mailbox_file_flush(struct kipc_mailbox_file *file,
			     fl_owner_t process);
void kipc_mailbox_file_close(struct kipc_mailbox_file *file);

void kipc_mailbox_file_info(struct kipc_mailbox_file *file,
			    struct kipc_mailbox_info *info);
__poll_t kipc_mailbox_file_events(struct kipc_mailbox_file *file);

#endif /* KIPC_MAILBOX_FILE_H */
