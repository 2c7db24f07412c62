// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/look.h"

#include <linux/err.h>
#include <linux/kipc.h>

#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"

/* Letters that are passed, or taken away, while the lock is held once */
#define AT_ONCE		256

/*
 * Goes on from a letter, or from the first; counts down how many are to be passed.
 * Returns a letter with a reference, or an error.
 */
static struct kipc_letter *walk(struct kipc_mailbox *mailbox,
				struct kipc_letter *from, u64 *left)
{
	struct kipc_letter *letter = from;
	unsigned int passed;

	spin_lock(&mailbox->lock);
	if (!mailbox->queued) {
		letter = ERR_PTR(-EAGAIN);
		goto out;
	}
	if (!letter) {
		letter = mailbox->queue.first;
	} else if (READ_ONCE(letter->queue) != &mailbox->queue) {
		letter = NULL;
		goto out;
	}
	for (passed = 0; *left && passed < AT_ONCE; passed++, --*left) {
		letter = letter->next;
		if (!letter) {
			letter = ERR_PTR(-ERANGE);
			goto out;
		}
	}
	kipc_letter_get(letter);
out:
	spin_unlock(&mailbox->lock);
	return letter;
}

static struct kipc_letter *find(struct kipc_mailbox *mailbox, u64 index)
{
	struct kipc_letter *letter = NULL, *next;
	u64 left = index;

	if (index && index >= READ_ONCE(mailbox->queued))
		return ERR_PTR(READ_ONCE(mailbox->queued) ? -ERANGE : -EAGAIN);
	do {
		next = walk(mailbox, letter, &left);
		if (letter)
			kipc_letter_put(letter);
		letter = next;
		/* It is gone: count again. */
		if (!letter)
			left = index;
		if (IS_ERR(letter) || (letter && !left))
			return letter;
		cond_resched();
	} while (!signal_pending(current));
	if (letter)
		kipc_letter_put(letter);
	return ERR_PTR(-ERESTARTSYS);
}

static struct kipc_letter *find_broadcast(struct kipc_mailbox_file *file,
					  u64 index)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *letter;

	spin_lock(&mailbox->lock);
	letter = kipc_broadcast_at_locked(file, index);
	if (letter)
		kipc_letter_get(letter);
	else
		letter = ERR_PTR(kipc_broadcast_unread(file) ? -ERANGE :
							       -EAGAIN);
	spin_unlock(&mailbox->lock);
	return letter;
}

/**
 * kipc_look_at() - find a letter
 * @file: through which it could be received
 * @index: 0 is the one that would be received next
 * @mail: what is told of it
 *
 * Context: Process context. May sleep.
 * Return: The letter with a reference, or an ERR_PTR() of -EAGAIN, -ERANGE or
 * -ERESTARTSYS.
 */
struct kipc_letter *kipc_look_at(struct kipc_mailbox_file *file, u64 index,
				 struct kipc_mail *mail)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *letter;

	if (kipc_mailbox_is_broadcast(mailbox))
		letter = find_broadcast(file, index);
	else
		letter = find(mailbox, index);
	if (IS_ERR(letter))
		return letter;
	kipc_letter_describe(letter, mail);
	mail->sequence = READ_ONCE(letter->sequence);
	mail->deliveries = READ_ONCE(letter->deliveries);
	return letter;
}

/* Returns how many letters were thrown away. */
static u32 purge_some(struct kipc_mailbox *mailbox, u32 most)
{
	struct kipc_letter *letter, *next, *purged = NULL;
	u32 count;

	spin_lock(&mailbox->lock);
	for (count = 0; count < most && mailbox->queued; count++) {
		letter = kipc_prioq_pop(&mailbox->queue);
		mailbox->queued--;
		letter->next = purged;
		purged = letter;
	}
	spin_unlock(&mailbox->lock);
	for (letter = purged; letter; letter = next) {
		next = letter->next;
		kipc_letter_discard(mailbox, letter);
	}
	cond_resched();
	return count;
}

/**
 * kipc_purge() - throw away all letters that could be received
 * @file: through which
 *
 * Context: Process context. May sleep.
 * Return: How many that were.
 */
u64 kipc_purge(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	u32 most = READ_ONCE(mailbox->queued), count = 0, n;

	if (kipc_mailbox_is_broadcast(mailbox))
		return kipc_broadcast_skip(file);
	do {
		n = purge_some(mailbox, min_t(u32, most - count, AT_ONCE));
		count += n;
	} while (n && count < most);
	return count;
}
