/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A letter is a message in a mailbox: its payload, who sent it, and what few of
 * them have besides: attachments, a label.
 *
 * It is written by its sender, with all that can fail, before it is posted; from then
 * on its payload and what it carries do not change. It is in one place: queued,
 * leased, in a broadcast's ring, in the hands of who waits to send or has just
 * received it. Each of these has the reference that its first owner made; who reads a
 * letter that others can see (a broadcast's, or one that it only looks at) takes one
 * of its own, under the mailbox's lock, and reads without it.
 *
 * What a receiver gets of attachments is a copy of them: the letter keeps its own, for
 * another reader or the next delivery. Only files and chunks of a letter that nobody else
 * has, nor can have, are received as they are.
 *
 * Small letters are kept by their mailbox when they are gone, some of them, so that a
 * message that is received at once takes no memory.
 */
#ifndef KIPC_MAILBOX_LETTER_H
#define KIPC_MAILBOX_LETTER_H

#include <linux/jiffies.h>
#include <linux/kipc.h>
#include <linux/refcount.h>
#include <linux/string.h>

#include "core/label.h"
#include "core/sender.h"

struct iov_iter;
struct kipc_attachments;
struct kipc_lease;
struct kipc_mail;
struct kipc_mailbox;
struct kipc_payload;
struct kipc_portion;
struct kipc_prioq;

/**
 * struct kipc_letter - a message in a mailbox
 * @next: behind it in the mailbox's queue, or among those it keeps, or in a list of who
 *	has it
 * @refs: references
 * @priority: 0 to KIPC_PRIORITY_MAX (constant once posted)
 * @size: bytes of payload (constant once posted)
 * @room: bytes of @data (constant)
 * @deliveries: how often it was received (mailbox's lock)
 * @clear: wipe the payload afterwards (constant once posted)
 * @queue: in which it is, or NULL (lock of the mailbox whose queue it is; whoever has
 *	another one sees that it is not in his)
 * @is_held: it takes a place in the mailbox (mailbox's lock)
 * @sequence: its number (mailbox's lock)
 * @sent: in jiffies (constant once posted)
 * @sender: who sent it (constant once posted)
 * @portion: whose it is in the mailbox; it is counted there (mailbox's lock)
 * @attachments: what is attached, or NULL (constant once posted, but for what a single
 *	receiver does with them)
 * @label: the sender's label, or NULL if the mailbox does not ask for it (constant once posted)
 * @lease: behind @data, in a work queue; else NULL (constant)
 * @data: the payload
 */
struct kipc_letter {
	struct kipc_letter *next;
	refcount_t refs;
	u32 priority;
	u32 size;
	u32 room;
	u32 deliveries;
	bool clear;
	bool is_held;
	u64 sequence;
	u64 sent;
	struct kipc_sender sender;
	struct kipc_prioq *queue;
	struct kipc_portion *portion;
	struct kipc_attachments *attachments;
	struct kipc_label *label;
	struct kipc_lease *lease;
	u8 data[] __aligned(8);
};

struct kipc_letter *kipc_letter_new(u32 room, bool leased);
int kipc_letter_write(struct kipc_letter *letter, u64 data, u32 size);
int kipc_letter_write_iter(struct kipc_letter *letter, struct iov_iter *from);
int kipc_letter_read(const struct kipc_letter *letter, u64 data,
		     u64 data_size, bool cut);
int kipc_letter_enclose(struct kipc_letter *letter,
			const struct kipc_mailbox *mailbox,
			struct kipc_attachments *attachments);
void kipc_letter_strip_rest(struct kipc_letter *letter);
void kipc_letter_free(struct kipc_letter *letter);
void kipc_letter_describe_rest(const struct kipc_letter *letter,
			       struct kipc_mail *mail);
int kipc_letter_write_vec(struct kipc_letter *letter,
			  const struct kipc_payload *payload);
int kipc_letter_read_vec(const struct kipc_letter *letter, u64 data,
			 u64 data_size, bool cut);

/**
 * kipc_letter_has_rest() - whether a letter has what few have
 * @letter: the letter
 *
 * Context: Any.
 * Return: Whether it has attachments or a label.
 */
static inline bool kipc_letter_has_rest(const struct kipc_letter *letter)
{
	return unlikely(letter->attachments || letter->label);
}

/**
 * kipc_letter_get() - take one more reference
 * @letter: a letter, found under the mailbox's lock
 *
 * Context: Any.
 * Return: @letter.
 */
static inline struct kipc_letter *kipc_letter_get(struct kipc_letter *letter)
{
	refcount_inc(&letter->refs);
	return letter;
}

/**
 * kipc_letter_put() - drop a reference
 * @letter: the letter
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_letter_put(struct kipc_letter *letter)
{
	if (refcount_dec_and_test(&letter->refs))
		kipc_letter_free(letter);
}

/**
 * kipc_letter_strip() - let go of all that a letter has but its memory
 * @letter: a letter that nobody else has
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_letter_strip(struct kipc_letter *letter)
{
	kipc_sender_deinit(&letter->sender);
	/* With another sender it is pinned anew. */
	letter->sender.is_pinned = false;
	if (kipc_letter_has_rest(letter) || unlikely(letter->clear))
		kipc_letter_strip_rest(letter);
}

/**
 * kipc_letter_describe() - tell the running thread of a letter
 * @letter: the letter
 * @mail: where; what depends on the receipt is 0
 *
 * Context: Process context, spinlocks may be held.
 */
static inline void kipc_letter_describe(const struct kipc_letter *letter,
					struct kipc_mail *mail)
{
	/* All of it, for it goes to the user; that is less than to zero it first. */
	mail->size = letter->size;
	mail->sequence = 0;
	mail->token = 0;
	mail->lease_end = 0;
	mail->age = (get_jiffies_64() - letter->sent) * TICK_NSEC;
	mail->missed = 0;
	mail->priority = letter->priority;
	mail->deliveries = 0;
	mail->attachment_count = 0;
	mail->label_size = 0;
	kipc_sender_describe(&letter->sender, kipc_ids_of(mail));
	if (kipc_letter_has_rest(letter))
		kipc_letter_describe_rest(letter, mail);
}

#endif /* KIPC_MAILBOX_LETTER_H */
