// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/spare.h"

/**
 * kipc_spares_take() - take several
 * @mailbox: of which mailbox
 * @count: how many at most
 *
 * Context: Process context.
 * Return: The letters, linked, to be written, or put back; or NULL.
 */
struct kipc_letter *kipc_spares_take(struct kipc_mailbox *mailbox, u32 count)
{
	struct kipc_letter *first, **end = &mailbox->spares;
	u32 taken;

	spin_lock(&mailbox->lock);
	for (taken = 0; taken < count && *end; taken++)
		end = &(*end)->next;
	mailbox->spare_count -= taken;
	first = taken ? mailbox->spares : NULL;
	mailbox->spares = *end;
	if (taken)
		*end = NULL;
	spin_unlock(&mailbox->lock);
	return first;
}

/**
 * kipc_spares_put() - put back what was not needed
 * @mailbox: of which mailbox
 * @spares: the letters, linked; or NULL
 *
 * Context: Process context. May sleep.
 */
void kipc_spares_put(struct kipc_mailbox *mailbox, struct kipc_letter *spares)
{
	struct kipc_letter *letter, *rest = NULL;

	if (!spares)
		return;
	spin_lock(&mailbox->lock);
	while ((letter = kipc_spare_pop(&spares))) {
		if (kipc_spare_keep_locked(mailbox, letter))
			continue;
		letter->next = rest;
		rest = letter;
	}
	spin_unlock(&mailbox->lock);
	while ((letter = kipc_spare_pop(&rest)))
		kipc_letter_free(letter);
}
