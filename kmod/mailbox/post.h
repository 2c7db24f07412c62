/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Posting a letter: it goes to a receiver that waits, or finds a place in the queue, or its
 * sender waits for one.
 *
 * The letter is written before (kipc_post_begin() gives it its memory), and what
 * posting it needs is prepared; then kipc_post() posts it or fails, and if it fails the
 * letter is still its sender's.
 */
#ifndef KIPC_MAILBOX_POST_H
#define KIPC_MAILBOX_POST_H

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/spare.h"

struct kipc_wakes;

struct kipc_letter *kipc_post_begin_new(struct kipc_mailbox *mailbox,
					struct kipc_letter *letter, u32 size);
int kipc_post(struct kipc_mailbox *mailbox, struct kipc_letter *letter,
	      bool nonblock, u64 deadline, u64 *sequence);
int kipc_post_several(struct kipc_mailbox *mailbox,
		      struct kipc_letter **letters, u32 count, bool nonblock,
		      u64 deadline, u64 *sequences, u32 *posted);
void kipc_letter_discard(struct kipc_mailbox *mailbox,
			 struct kipc_letter *letter);
void kipc_letters_discard(struct kipc_mailbox *mailbox,
			  struct kipc_letter *letters);

void kipc_post_again_locked(struct kipc_mailbox *mailbox,
			    struct kipc_letter *letter,
			    struct kipc_wakes *wakes);
bool kipc_post_dead(struct kipc_mailbox *mailbox, struct kipc_letter *letter,
		    kuid_t uid);
void kipc_place_freed_locked(struct kipc_mailbox *mailbox,
			     struct kipc_wakes *wakes);
void kipc_posters_hang_up(struct kipc_mailbox *mailbox);

/**
 * kipc_post_begin() - get a letter to be written
 * @mailbox: for which mailbox
 * @size: bytes of payload
 * @spares: those that the caller has taken; or NULL
 *
 * Context: Process context. May sleep.
 * Return: A letter, to be posted or discarded; or an ERR_PTR() of -EMSGSIZE or -ENOMEM.
 */
static __always_inline struct kipc_letter *
kipc_post_begin(struct kipc_mailbox *mailbox, u64 size,
		struct kipc_letter **spares)
{
	struct kipc_letter *letter = NULL;

	if (unlikely(size > mailbox->made.size_max))
		return ERR_PTR(-EMSGSIZE);
	if (likely(size <= mailbox->spare_room))
		letter = spares && *spares ? kipc_spare_pop(spares) :
					     kipc_spare_take(mailbox);
	if (unlikely(!letter || !kipc_mailbox_is_own(mailbox, current_euid())))
		return kipc_post_begin_new(mailbox, letter, size);
	letter->portion = &mailbox->own;
	letter->priority = 0;
	letter->clear = false;
	return letter;
}

#endif /* KIPC_MAILBOX_POST_H */
