/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spares are letters that are gone and that their mailbox keeps, to be written again: so
 * small messages that are received at once take no memory. One of them is ready, and
 * can be taken without the lock; whoever has the lock next puts another one there.
 */
#ifndef KIPC_MAILBOX_SPARE_H
#define KIPC_MAILBOX_SPARE_H

#include <linux/atomic.h>
#include <linux/compiler.h>

#include "mailbox/letter.h"
#include "mailbox/mailbox.h"

struct kipc_letter *kipc_spares_take(struct kipc_mailbox *mailbox, u32 count);
void kipc_spares_put(struct kipc_mailbox *mailbox, struct kipc_letter *spares);

/**
 * kipc_spare_take() - take the one that is ready
 * @mailbox: of which mailbox
 *
 * Context: Any.
 * Return: The letter, or NULL.
 */
static inline struct kipc_letter *kipc_spare_take(struct kipc_mailbox *mailbox)
{
	return xchg(&mailbox->ready, NULL);
}

/**
 * kipc_spare_pop() - take the first of several
 * @spares: where they begin
 *
 * Context: Any; they are the caller's.
 * Return: The letter, or NULL.
 */
static inline struct kipc_letter *kipc_spare_pop(struct kipc_letter **spares)
{
	struct kipc_letter *letter = *spares;

	if (letter)
		*spares = letter->next;
	return letter;
}

/**
 * kipc_spare_pop_locked() - take one
 * @mailbox: of which mailbox
 *
 * Context: Mailbox's lock held.
 * Return: The letter, or NULL.
 */
static inline struct kipc_letter *
kipc_spare_pop_locked(struct kipc_mailbox *mailbox)
{
	struct kipc_letter *letter = kipc_spare_pop(&mailbox->spares);

	if (letter)
		mailbox->spare_count--;
	return letter;
}

/**
 * kipc_spare_ready_locked() - let one be ready, if there is one
 * @mailbox: of which mailbox
 *
 * Context: Mailbox's lock held.
 */
static inline void kipc_spare_ready_locked(struct kipc_mailbox *mailbox)
{
	if (!READ_ONCE(mailbox->ready) && mailbox->spares)
		/* Whoever takes it sees it as it was left. */
		smp_store_release(&mailbox->ready,
				  kipc_spare_pop_locked(mailbox));
}

/**
 * kipc_spare_keep_locked() - keep a letter, unless there are enough
 * @mailbox: its mailbox
 * @letter: a letter of the right size that was stripped
 *
 * Context: Mailbox's lock held.
 * Return: Whether it was kept.
 */
static inline bool kipc_spare_keep_locked(struct kipc_mailbox *mailbox,
					  struct kipc_letter *letter)
{
	if (!READ_ONCE(mailbox->ready)) {
		/* As in kipc_spare_ready_locked() */
		smp_store_release(&mailbox->ready, letter);
		return true;
	}
	if (mailbox->spare_count == mailbox->spares_max)
		return false;
	letter->next = mailbox->spares;
	mailbox->spares = letter;
	mailbox->spare_count++;
	return true;
}

#endif /* KIPC_MAILBOX_SPARE_H */
