// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/ahead.h"

#include "core/trace.h"
#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
#include "mailbox/receive.h"
#include "mailbox/wakes.h"

static bool has(const struct kipc_mailbox *mailbox, u32 priority_min)
{
	const struct kipc_letter *letter = mailbox->queue.first;

	return letter && letter->priority >= priority_min;
}

static struct kipc_letter *take_locked(struct kipc_mailbox *mailbox)
{
	struct kipc_letter *letter = kipc_prioq_pop(&mailbox->queue);

	letter->deliveries++;
	trace_kipc_mailbox_receive(mailbox->id, letter->sequence,
				   letter->deliveries, 0);
	return letter;
}

/**
 * kipc_ahead_take() - take what is in the queue
 * @ahead: where; nothing is left there to be received
 * @count: how many at most
 * @priority_min: at least that urgent
 *
 * Only a plain queue has letters that can be taken ahead.
 *
 * Context: Process context. May sleep.
 */
void kipc_ahead_take(struct kipc_ahead *ahead, u32 count, u32 priority_min)
{
	struct kipc_mailbox_file *file = ahead->file;
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter **end = &ahead->first;
	u32 taken;

	if (mailbox->made.kind != KIPC_MAILBOX_QUEUE)
		return;
	kipc_ahead_end(ahead);
	spin_lock(&mailbox->lock);
	for (taken = 0; taken < count && has(mailbox, priority_min); taken++) {
		*end = take_locked(mailbox);
		end = &(*end)->next;
	}
	if (taken) {
		WRITE_ONCE(mailbox->queued, mailbox->queued - taken);
		mailbox->counts.delivered += taken;
		ahead->missed = mailbox->counts.dropped - file->dropped;
		file->dropped = mailbox->counts.dropped;
	}
	spin_unlock(&mailbox->lock);
	*end = NULL;
}

/* Gives one back that was not received. */
static void put_back(struct kipc_ahead *ahead, struct kipc_letter *letter)
{
	struct kipc_mailbox *mailbox = ahead->file->mailbox;
	struct kipc_wakes wakes = { };

	spin_lock(&mailbox->lock);
	letter->deliveries--;
	mailbox->counts.delivered--;
	ahead->file->dropped -= ahead->missed;
	ahead->missed = 0;
	kipc_post_again_locked(mailbox, letter, &wakes);
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
}

/* What comes back last is the first of its priority. */
static struct kipc_letter *reversed(struct kipc_letter *letter)
{
	struct kipc_letter *next, *before = NULL;

	for (; letter; letter = next) {
		next = letter->next;
		letter->next = before;
		before = letter;
	}
	return before;
}

/**
 * kipc_ahead_end() - let go of what was received, and give back the rest
 * @ahead: what was taken; empty afterwards
 *
 * Context: Process context. May sleep.
 */
void kipc_ahead_end(struct kipc_ahead *ahead)
{
	struct kipc_letter *letter, *next;

	for (letter = reversed(ahead->first); letter; letter = next) {
		next = letter->next;
		put_back(ahead, letter);
	}
	ahead->first = NULL;
	if (ahead->received)
		kipc_letters_discard(ahead->file->mailbox, ahead->received);
	ahead->received = NULL;
}
