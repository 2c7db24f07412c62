/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whoever receives several letters of a queue takes some ahead, while it has the lock.
 * They are in its hand, in their order, and keep their places in the mailbox. It receives
 * one after the other, and lets go of them together. Those that it does not receive, after
 * all, go back to where they were, as if they had never been taken.
 *
 * All is the receiving thread's own.
 */
#ifndef KIPC_MAILBOX_AHEAD_H
#define KIPC_MAILBOX_AHEAD_H

#include <linux/types.h>

#include "mailbox/letter.h"
#include "mailbox/receive.h"

struct kipc_mailbox_file;

/**
 * struct kipc_ahead - letters taken ahead
 * @file: through which file
 * @first: what is to be received, linked; or NULL
 * @missed: how many letters were dropped before the first
 * @received: what was received, linked
 */
struct kipc_ahead {
	struct kipc_mailbox_file *file;
	struct kipc_letter *first;
	u64 missed;
	struct kipc_letter *received;
};

void kipc_ahead_take(struct kipc_ahead *ahead, u32 count, u32 priority_min);
void kipc_ahead_end(struct kipc_ahead *ahead);

/**
 * kipc_ahead_receive() - receive the next one
 * @ahead: from where
 * @receiver: gets the letter, which stays here
 * @priority_min: at least that urgent
 *
 * Context: Process context.
 * Return: Whether there is one, and it is urgent enough.
 */
static inline bool kipc_ahead_receive(struct kipc_ahead *ahead,
				      struct kipc_receipt *receiver,
				      u32 priority_min)
{
	struct kipc_letter *letter = ahead->first;

	if (!letter || letter->priority < priority_min)
		return false;
	receiver->file = ahead->file;
	receiver->letter = letter;
	receiver->missed = ahead->missed;
	receiver->token = 0;
	receiver->sequence = letter->sequence;
	receiver->deliveries = letter->deliveries;
	return true;
}

/**
 * kipc_ahead_received() - the next one was received
 * @ahead: where it is
 *
 * Context: Process context.
 */
static inline void kipc_ahead_received(struct kipc_ahead *ahead)
{
	struct kipc_letter *letter = ahead->first;

	ahead->first = letter->next;
	ahead->missed = 0;
	letter->next = ahead->received;
	ahead->received = letter;
}

#endif /* KIPC_MAILBOX_AHEAD_H */
