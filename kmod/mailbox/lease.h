/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A lease is what a receiver has of a letter of a work queue: until it says that the
 * letter is done, the mailbox only lends it. Then the letter is gone; else, when the lease
 * ends, it goes to somebody else. Its memory is part of the letter, so that a lease can
 * always begin.
 *
 * A lease ends without being acknowledged
 *
 * - when its receiver gives it back,
 * - at its time: a work of the mailbox looks after that,
 * - when its holder is gone. The holder is a process: that is, a table of file
 *   descriptors. When a process closes a descriptor the file is told so, with the table
 *   (kipc_leases_flush()); when the process dies, or if it was the last descriptor of the
 *   file in that table, the leases that it received through the file end. So it does not
 *   matter that others, its parent for instance, have the same file open.
 * - when the file is closed for good.
 *
 * A thread can still wait in a receipt when its process closes the last descriptor. So
 * closings are counted, and who received and finds that there was one looks whether its
 * process still has a descriptor (kipc_mailbox_file_settle()).
 *
 * A letter that comes back is queued before all others of its priority. One that came
 * back too often goes to the dead-letter mailbox: it is in nobody's queue then for a
 * moment, and counts in both until it has a place in the other.
 * If there is none, it is queued again. Of two mailboxes, no lock is held together; and as
 * a mailbox names its dead-letter mailbox when it is made, they can form no cycle.
 *
 * All is protected by the mailbox's lock.
 */
#ifndef KIPC_MAILBOX_LEASE_H
#define KIPC_MAILBOX_LEASE_H

#include <linux/fs.h>
#include <linux/rbtree.h>
#include <linux/timerqueue.h>

struct kipc_letter;
struct kipc_mailbox;
struct kipc_mailbox_file;

/**
 * struct kipc_lease - a letter that is lent to a receiver
 * @letter: the letter
 * @token: its number, unlike that of all others; 0: it is not leased
 * @by_token: in the mailbox
 * @end: when it ends, in the mailbox; not queued if it does not
 * @file: through which it was received
 * @of_file: in that file, by token
 * @holder: the process, as its table of file descriptors; only compared
 */
struct kipc_lease {
	struct kipc_letter *letter;
	u64 token;
	struct rb_node by_token;
	struct timerqueue_node end;
	struct kipc_mailbox_file *file;
	struct rb_node of_file;
	fl_owner_t holder;
};

/**
 * struct kipc_leases - the leases of a mailbox
 * @by_token: all of them
 * @ends: those that end by themselves
 * @count: how many there are
 */
struct kipc_leases {
	struct rb_root by_token;
	struct timerqueue_head ends;
	u32 count;
};

void kipc_leases_init(struct kipc_leases *leases);
u64 kipc_lease_end(const struct kipc_mailbox *mailbox, u64 wanted);
u64 kipc_lease_begin_locked(struct kipc_mailbox_file *file,
			    struct kipc_letter *letter, fl_owner_t holder,
			    u64 end);
void kipc_lease_stop_locked(struct kipc_mailbox *mailbox,
			    struct kipc_letter *letter);

int kipc_lease_ack(struct kipc_mailbox_file *file, u64 token);
int kipc_lease_return(struct kipc_mailbox_file *file, u64 token);
int kipc_lease_extend(struct kipc_mailbox_file *file, u64 token, u64 end);
void kipc_leases_expire(struct kipc_mailbox *mailbox);
void kipc_leases_flush(struct kipc_mailbox_file *file, fl_owner_t holder);
void kipc_leases_release(struct kipc_mailbox_file *file);

#endif /* KIPC_MAILBOX_LEASE_H */
