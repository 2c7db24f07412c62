/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A broadcast's letters are in a ring, in the order in which they came. If it is full the
 * next one takes the place of the oldest. So whoever sends waits for nobody, and whoever
 * does not read costs the others nothing, nor more memory than the ring.
 *
 * Each file that reads has a cursor: the number of the letter that it gets next. If that
 * letter is no longer there, the file has missed some, and goes on with the oldest.
 * Readers are sorted by their cursors: what is older than the first of these and than the
 * history is gone.
 *
 * A letter is read in three steps: take a reference to the one at the cursor; copy it, with
 * no lock held; move the cursor, if it is still there. If another thread of the same file
 * was faster, it is all done again with the next letter. So a receipt that fails has not
 * moved the cursor, and two threads never get the same letter.
 *
 * Threads that wait for a letter wait in their file. A file whose threads wait and that has
 * read everything is idle. The next letter ends that for all idle files: one thread of each
 * is woken. When that thread leaves, with or without a letter, and there is more to be read,
 * it wakes the next one; if there is not, and others still wait, the file is idle again.
 */
#ifndef KIPC_MAILBOX_BROADCAST_H
#define KIPC_MAILBOX_BROADCAST_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct kipc_letter;
struct kipc_mailbox;
struct kipc_mailbox_file;
struct kipc_portion;
struct task_struct;

/**
 * struct kipc_broadcast - the ring
 * @ring: letters by number, modulo the size of the mailbox; NULL in other kinds
 * @oldest: the number of the oldest letter in it; one more than that of the newest if
 *	there is none
 * @readers: those who read, by cursor
 * @reader_count: how many they are
 * @idle: files that are idle
 * @waking: files that were, and of which a thread is to be woken
 */
struct kipc_broadcast {
	struct kipc_letter **ring;
	u64 oldest;
	struct rb_root_cached readers;
	u32 reader_count;
	struct list_head idle;
	struct list_head waking;
};

/**
 * struct kipc_reader - a file's side of a broadcast
 * @cursor: the number of the letter that it gets next
 * @by_cursor: among those who read
 * @portion: where it is counted; NULL if it does not read
 * @waiters: threads that wait
 * @idle: among the files that are idle, or to be woken
 */
struct kipc_reader {
	u64 cursor;
	struct rb_node by_cursor;
	struct kipc_portion *portion;
	struct list_head waiters;
	struct list_head idle;
};

int kipc_broadcast_init(struct kipc_mailbox *mailbox);
void kipc_broadcast_deinit(struct kipc_mailbox *mailbox);
void kipc_reader_init(struct kipc_mailbox_file *file);
int kipc_reader_open(struct kipc_mailbox_file *file);
void kipc_reader_close(struct kipc_mailbox_file *file);

u64 kipc_broadcast_post(struct kipc_mailbox *mailbox,
			struct kipc_letter *letter);
struct kipc_letter *kipc_broadcast_take(struct kipc_mailbox_file *file,
					bool nonblock, u64 deadline,
					u64 *missed);
bool kipc_broadcast_commit(struct kipc_mailbox_file *file,
			   struct kipc_letter *letter);
void kipc_broadcast_leave(struct kipc_mailbox_file *file);
u32 kipc_broadcast_unread(const struct kipc_mailbox_file *file);
u32 kipc_broadcast_kept(const struct kipc_mailbox *mailbox);
struct kipc_letter *kipc_broadcast_at_locked(struct kipc_mailbox_file *file,
					     u64 index);
u64 kipc_broadcast_skip(struct kipc_mailbox_file *file);
void kipc_broadcast_hang_up(struct kipc_mailbox *mailbox);

#endif /* KIPC_MAILBOX_BROADCAST_H */
