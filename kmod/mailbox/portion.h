/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A portion is what one user has in a mailbox: letters that take a place there, threads
 * that wait for one, and files that read a broadcast.
 *
 * The rule. A user may have at most as many letters in a mailbox as there are free
 * places. So nobody can take the last one: of ten free places one user gets five, the
 * next two, and so on. The mailbox's owner may use all of them, because it could as well
 * remove the mailbox; and so may everybody if it was made so. It is the sender's effective
 * user that counts, for the file may have been passed on.
 *
 * Who waits. Nobody waits while he could have a place: whoever makes one free gives it,
 * under the mailbox's lock, to one of those who wait, who wakes up and has posted his
 * letter. When one place becomes free there is exactly one user more that may have it, if
 * any, and those who wait are sorted by how much their users have. So finding him takes
 * no search, however many wait; and who has least comes first.
 *
 * A portion is made when its user's first letter is written, and is found by uid. While a
 * letter, a thread or a file counts in it, it is pinned. Some that are not are kept. The
 * owner's is part of the mailbox, and needs no pins.
 *
 * All is protected by the mailbox's lock.
 */
#ifndef KIPC_MAILBOX_PORTION_H
#define KIPC_MAILBOX_PORTION_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/uidgid.h>

struct kipc_letter;
struct kipc_mailbox;
struct task_struct;

/**
 * struct kipc_portion - what one user has in a mailbox
 * @uid: who (constant)
 * @is_unlimited: it may take the last place (constant)
 * @pins: letters, threads and files that need it
 * @messages: letters that take a place
 * @readers: open files that read a broadcast
 * @posters: threads that wait for a place; those of real-time priority first
 * @by_messages: among those for whom threads wait
 */
struct kipc_portion {
	kuid_t uid;
	bool is_unlimited;
	u32 pins;
	u32 messages;
	u32 readers;
	struct list_head posters;
	struct rb_node by_messages;
};

/**
 * struct kipc_poster - a thread that waits for a place
 * @link: in its user's portion
 * @task: the thread
 * @level: its priority (core/priority.h)
 * @done: the wait is over; the rest is valid
 * @error: 0 if the letter was posted
 * @letter: the letter
 * @sequence: its number
 */
struct kipc_poster {
	struct list_head link;
	struct task_struct *task;
	u8 level;
	bool done;
	int error;
	struct kipc_letter *letter;
	u64 sequence;
};

void kipc_portion_init(struct kipc_portion *portion, kuid_t uid,
		       bool is_unlimited);
struct kipc_portion *kipc_portion_find_locked(struct kipc_mailbox *mailbox,
					      kuid_t uid);
struct kipc_portion *kipc_portion_get(struct kipc_mailbox *mailbox, kuid_t uid);
void kipc_portion_put_locked(struct kipc_mailbox *mailbox,
			     struct kipc_portion *portion);
void kipc_portions_deinit(struct kipc_mailbox *mailbox);

void kipc_portion_resort_locked(struct kipc_mailbox *mailbox,
				struct kipc_portion *portion, int messages);
void kipc_portion_wait_locked(struct kipc_mailbox *mailbox,
			      struct kipc_portion *portion,
			      struct kipc_poster *poster);
void kipc_portion_unwait_locked(struct kipc_mailbox *mailbox,
				struct kipc_portion *portion,
				struct kipc_poster *poster);
struct kipc_poster *kipc_portion_next_locked(struct kipc_mailbox *mailbox);
struct kipc_poster *kipc_portion_any_locked(struct kipc_mailbox *mailbox);

#endif /* KIPC_MAILBOX_PORTION_H */
