/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receiving a letter: the first in the queue, or if there is none that is urgent enough,
 * the next one that somebody posts.
 *
 * The letter is in the receiver's hand then, but what is only leased can be taken away at
 * any time: of that, the receiver has a reference. It copies what it wants, with no lock
 * held, and says kipc_receive_end(); or, if that failed, kipc_receive_undo(), and the letter
 * is the first of its priority again.
 *
 * Threads that wait are in the mailbox, those of real-time priority first; those that want a
 * priority are sorted by it, so that who takes what there is can be found without a
 * search. A letter is given to exactly one of them by whoever posts it: so a thread that is
 * woken has it, and nobody else can take it meanwhile.
 */
#ifndef KIPC_MAILBOX_RECEIVE_H
#define KIPC_MAILBOX_RECEIVE_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "mailbox/file.h"
#include "mailbox/mailbox.h"

struct kipc_letter;
struct kipc_mail;
struct task_struct;

/**
 * struct kipc_receipt - a receipt
 * @file: through which file
 * @holder: in which process, as its table of file descriptors
 * @priority_min: at least that urgent
 * @nonblock: do not wait
 * @lease: when the lease is to end; 0: as late as it can; gets when it does
 * @deadline: when to stop waiting; 0: never
 * @link: among those who wait
 * @by_priority: among those who wait for a priority
 * @task: who waits
 * @level: its priority (core/priority.h)
 * @done: the wait is over; the rest is valid
 * @error: 0, or why there is no letter
 * @letter: the letter
 * @missed: how many were dropped before it
 * @token: of its lease, or 0
 * @sequence: its number
 * @deliveries: how often it was delivered
 */
struct kipc_receipt {
	struct kipc_mailbox_file *file;
	fl_owner_t holder;
	u32 priority_min;
	bool nonblock;
	u64 lease;
	u64 deadline;
	struct list_head link;
	struct rb_node by_priority;
	struct task_struct *task;
	u8 level;
	bool done;
	int error;
	struct kipc_letter *letter;
	u64 missed;
	u64 token;
	u64 sequence;
	u32 deliveries;
};

int kipc_receive(struct kipc_receipt *receiver);
void kipc_receive_undo(struct kipc_receipt *receiver);
void kipc_receive_end(struct kipc_receipt *receiver);
void kipc_receive_describe(const struct kipc_receipt *receiver,
			   struct kipc_mail *mail);

struct task_struct *kipc_receive_give_locked(struct kipc_mailbox *mailbox,
					     struct kipc_letter *letter);
void kipc_receivers_hang_up(struct kipc_mailbox *mailbox);

/**
 * kipc_receive_is_awaited() - whether threads wait for letters
 * @mailbox: where
 *
 * Context: Mailbox's lock held.
 * Return: Whether.
 */
static inline bool kipc_receive_is_awaited(const struct kipc_mailbox *mailbox)
{
	return mailbox->receiver_count;
}

/**
 * kipc_receive_commit() - all that was wanted of a letter is copied
 * @receiver: who has it in hand
 *
 * Context: Process context.
 * Return: Whether it is this receiver's. If not, another thread has received it
 * meanwhile, through the same file: after kipc_receive_undo() there may be another one.
 */
static inline bool kipc_receive_commit(struct kipc_receipt *receiver)
{
	struct kipc_mailbox_file *file = receiver->file;

	return likely(!kipc_mailbox_is_broadcast(file->mailbox)) ||
	       kipc_broadcast_commit(file, receiver->letter);
}

#endif /* KIPC_MAILBOX_RECEIVE_H */
