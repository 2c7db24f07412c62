// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/post.h"

#include <linux/err.h>

#include "core/limits.h"
#include "core/priority.h"
#include "core/trace.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/receive.h"
#include "mailbox/spare.h"
#include "mailbox/wakes.h"

/**
 * kipc_post_begin_new() - get a letter that was not ready
 * @mailbox: for which mailbox
 * @letter: a letter that was, for another user than the owner; or NULL
 * @size: bytes of payload
 *
 * Context: Process context. May sleep.
 * Return: A letter, to be posted or discarded; or an ERR_PTR() of -ENOMEM.
 */
struct kipc_letter *kipc_post_begin_new(struct kipc_mailbox *mailbox,
					struct kipc_letter *letter, u32 size)
{
	struct kipc_portion *portion;

	if (!letter)
		letter = kipc_letter_new(max(size, mailbox->spare_room),
					 mailbox->made.kind ==
					 KIPC_MAILBOX_WORK);
	if (!letter)
		return ERR_PTR(-ENOMEM);
	portion = kipc_portion_get(mailbox, current_euid());
	if (IS_ERR(portion)) {
		kipc_letter_free(letter);
		return ERR_CAST(portion);
	}
	letter->portion = portion;
	letter->priority = 0;
	letter->clear = false;
	return letter;
}

/**
 * kipc_wakes_send_others() - wake all but a receiver
 * @wakes: whom
 * @mailbox: of which
 *
 * Context: Process context, no spinlock held.
 */
void kipc_wakes_send_others(const struct kipc_wakes *wakes,
			    struct kipc_mailbox *mailbox)
{
	/* Only a letter that one can get is for one of those who want to be alone. */
	if (wakes->events)
		__wake_up(&mailbox->pollers, TASK_NORMAL,
			  wakes->events == KIPC_READABLE &&
			  !kipc_mailbox_is_broadcast(mailbox),
			  poll_to_key(wakes->events));
	if (wakes->eventfd)
		kipc_notice_tell(wakes->eventfd);
	kipc_wake(wakes->poster);
}

static void poke_locked(struct kipc_mailbox *mailbox, __poll_t events,
			struct kipc_wakes *wakes)
{
	/* Whoever polls looks with the lock held, after he has added himself. */
	if (unlikely(waitqueue_active(&mailbox->pollers)))
		wakes->events |= events;
}

static __always_inline void place_locked(struct kipc_mailbox *mailbox,
					 struct kipc_letter *letter, bool first,
					 struct kipc_wakes *wakes)
{
	if (kipc_receive_is_awaited(mailbox)) {
		wakes->receiver = kipc_receive_give_locked(mailbox, letter);
		if (wakes->receiver)
			return;
	}
	if (first)
		kipc_prioq_push_front(&mailbox->queue, letter);
	else
		kipc_prioq_push(&mailbox->queue, letter);
	if (unlikely(mailbox->notice.eventfd) && !mailbox->queued)
		wakes->eventfd = kipc_notice_take_locked(mailbox);
	WRITE_ONCE(mailbox->queued, mailbox->queued + 1);
	poke_locked(mailbox, KIPC_READABLE, wakes);
}

/**
 * kipc_post_again_locked() - give a letter to who waits for it, or queue it again
 * @mailbox: where it has a place still
 * @letter: the letter; it comes before all others of its priority
 * @wakes: gets whom to wake
 *
 * Context: Mailbox's lock held.
 */
void kipc_post_again_locked(struct kipc_mailbox *mailbox,
			    struct kipc_letter *letter,
			    struct kipc_wakes *wakes)
{
	place_locked(mailbox, letter, true, wakes);
}

/* There is a place. The letter has it until it was received, and not only taken. */
static __always_inline void accept_locked(struct kipc_mailbox *mailbox,
					  struct kipc_letter *letter,
					  struct kipc_wakes *wakes)
{
	letter->sequence = ++mailbox->sequence;
	letter->is_held = true;
	kipc_portion_add_locked(mailbox, letter->portion, 1);
	trace_kipc_mailbox_post(mailbox->id, letter->sequence,
				letter->priority, letter->size);
	place_locked(mailbox, letter, false, wakes);
}

static void leave_locked(struct kipc_mailbox *mailbox,
			 struct kipc_letter *letter)
{
	letter->is_held = false;
	kipc_portion_add_locked(mailbox, letter->portion, -1);
}

/* Returns the letter that is dropped for the sake of this one: that can be itself. */
static noinline struct kipc_letter *drop_locked(struct kipc_mailbox *mailbox,
						struct kipc_letter *letter,
						struct kipc_wakes *wakes)
{
	struct kipc_letter *least;

	mailbox->counts.dropped++;
	if (!mailbox->queued ||
	    kipc_prioq_least(&mailbox->queue) > letter->priority) {
		letter->sequence = ++mailbox->sequence;
		return letter;
	}
	least = kipc_prioq_pop_least(&mailbox->queue);
	WRITE_ONCE(mailbox->queued, mailbox->queued - 1);
	leave_locked(mailbox, least);
	accept_locked(mailbox, letter, wakes);
	return least;
}

static __always_inline bool
finds_place(const struct kipc_mailbox *mailbox,
	    const struct kipc_letter *letter)
{
	/* Where others' letters can be dropped, no portion protects them. */
	if (mailbox->made.policy == KIPC_MAILBOX_DROP)
		return kipc_mailbox_free_places(mailbox);
	return kipc_portion_may_post(mailbox, letter->portion);
}

/* Returns 0, -EAGAIN or -EPIPE. The letter may be gone as soon as the lock is. */
static __always_inline int post_locked(struct kipc_mailbox *mailbox,
				       struct kipc_letter *letter,
				       struct kipc_wakes *wakes,
				       struct kipc_letter **dropped)
{
	if (kipc_mailbox_is_deaf(mailbox))
		return -EPIPE;
	if (likely(finds_place(mailbox, letter)))
		accept_locked(mailbox, letter, wakes);
	else if (mailbox->made.policy == KIPC_MAILBOX_DROP)
		*dropped = drop_locked(mailbox, letter, wakes);
	else
		return -EAGAIN;
	return 0;
}

static __always_inline int try_to_post(struct kipc_mailbox *mailbox,
				       struct kipc_letter *letter,
				       struct kipc_poster *poster,
				       u64 *sequence)
{
	struct kipc_letter *dropped = NULL;
	struct kipc_wakes wakes = { };
	int ret;

	spin_lock(&mailbox->lock);
	ret = post_locked(mailbox, letter, &wakes, &dropped);
	*sequence = letter->sequence;
	if (ret == -EAGAIN && poster)
		kipc_portion_wait_locked(mailbox, letter->portion, poster);
	kipc_spare_ready_locked(mailbox);
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
	if (unlikely(dropped))
		kipc_letter_discard(mailbox, dropped);
	return ret;
}

/* Whoever makes a place free posts the letter, which may be gone then. */
static noinline int post_and_wait(struct kipc_mailbox *mailbox,
				  struct kipc_letter *letter, u64 deadline,
				  u64 *sequence)
{
	struct kipc_portion *portion = letter->portion;
	struct kipc_poster poster = {
		.task = current,
		.level = kipc_level_of(current),
		.letter = letter,
	};
	int ret;

	ret = try_to_post(mailbox, letter, &poster, sequence);
	if (ret != -EAGAIN)
		return ret;
	ret = kipc_wait_until(&poster.done, deadline);
	if (ret) {
		spin_lock(&mailbox->lock);
		if (poster.done)
			ret = 0;
		else
			kipc_portion_unwait_locked(mailbox, portion, &poster);
		spin_unlock(&mailbox->lock);
	}
	*sequence = poster.sequence;
	return ret ?: poster.error;
}

/**
 * kipc_post() - post a letter
 * @mailbox: where
 * @letter: the letter, written
 * @nonblock: do not wait for a place
 * @deadline: when to stop waiting
 * @sequence: gets its number
 *
 * Context: Process context. May sleep.
 * Return: 0 and the letter is the mailbox's; or -EAGAIN, -ENOMEM, -EPIPE, -ERESTARTSYS or
 * -ETIMEDOUT, and it is still the caller's.
 */
int kipc_post(struct kipc_mailbox *mailbox, struct kipc_letter *letter,
	      bool nonblock, u64 deadline, u64 *sequence)
{
	int ret;

	if (unlikely(kipc_mailbox_is_broadcast(mailbox))) {
		if (kipc_mailbox_is_deaf(mailbox))
			return -EPIPE;
		*sequence = kipc_broadcast_post(mailbox, letter);
		return 0;
	}
	if (unlikely(!kipc_prioq_is_prepared(&mailbox->queue,
					     letter->priority))) {
		ret = kipc_prioq_prepare(&mailbox->queue, letter->priority,
					 &mailbox->lock);
		if (ret)
			return ret;
	}
	ret = try_to_post(mailbox, letter, NULL, sequence);
	if (unlikely(ret == -EAGAIN && !nonblock &&
		     mailbox->made.policy == KIPC_MAILBOX_BLOCK))
		return post_and_wait(mailbox, letter, deadline, sequence);
	return ret;
}

/* Posts letters as long as nothing else is to be done, and returns how many. */
static u32 post_run(struct kipc_mailbox *mailbox, struct kipc_letter **letters,
		    u32 count, u64 *sequences)
{
	struct kipc_letter *dropped = NULL;
	struct kipc_wakes wakes = { };
	u32 i;

	spin_lock(&mailbox->lock);
	/* Those who poll and want to be alone are woken once for each letter. */
	for (i = 0; i < count && !wakes.receiver && !wakes.events && !dropped;
	     i++) {
		if (!kipc_prioq_is_prepared(&mailbox->queue,
					    letters[i]->priority) ||
		    post_locked(mailbox, letters[i], &wakes, &dropped))
			break;
		sequences[i] = letters[i]->sequence;
	}
	kipc_spare_ready_locked(mailbox);
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
	if (unlikely(dropped))
		kipc_letter_discard(mailbox, dropped);
	return i;
}

/**
 * kipc_post_several() - post letters, one after the other
 * @mailbox: where
 * @letters: the letters, written
 * @count: how many
 * @nonblock: do not wait for places
 * @deadline: when to stop waiting
 * @sequences: gets their numbers
 * @posted: gets how many were posted, from the first on; the others are still the
 *	caller's
 *
 * Context: Process context. May sleep.
 * Return: 0 if all were; or as kipc_post().
 */
int kipc_post_several(struct kipc_mailbox *mailbox,
		      struct kipc_letter **letters, u32 count, bool nonblock,
		      u64 deadline, u64 *sequences, u32 *posted)
{
	u32 done = 0;
	int ret = 0;

	while (done < count) {
		/* Does most of it with the lock taken once. */
		if (!kipc_mailbox_is_broadcast(mailbox))
			done += post_run(mailbox, letters + done, count - done,
					 sequences + done);
		if (done == count)
			break;
		ret = kipc_post(mailbox, letters[done], nonblock, deadline,
				&sequences[done]);
		if (ret)
			break;
		done++;
	}
	*posted = done;
	return ret;
}

/* The letter is this mailbox's, or as it was. */
static int adopt_locked(struct kipc_mailbox *mailbox,
			struct kipc_letter *letter,
			struct kipc_portion *portion, struct kipc_wakes *wakes,
			struct kipc_letter **dropped)
{
	struct kipc_portion *old = letter->portion;
	u32 deliveries = letter->deliveries;
	int ret;

	letter->portion = portion;
	letter->is_held = false;
	/* Where deliveries are limited they are counted anew. */
	if (mailbox->made.deliveries_max)
		letter->deliveries = 0;
	ret = post_locked(mailbox, letter, wakes, dropped);
	if (ret) {
		letter->portion = old;
		letter->is_held = true;
		letter->deliveries = deliveries;
	}
	return ret;
}

/**
 * kipc_post_dead() - take over a letter of which another mailbox is the dead-letter one
 * @mailbox: the dead-letter mailbox
 * @letter: the letter, in no place, but counted in the other mailbox
 * @uid: the owner of that, for whom it counts here
 *
 * Context: Process context. May sleep.
 * Return: Whether there was a place for it. If not it is as it was.
 */
bool kipc_post_dead(struct kipc_mailbox *mailbox, struct kipc_letter *letter,
		    kuid_t uid)
{
	struct kipc_letter *dropped = NULL;
	struct kipc_wakes wakes = { };
	struct kipc_portion *portion;
	int ret;

	portion = kipc_portion_get(mailbox, uid);
	if (IS_ERR(portion))
		return false;
	ret = kipc_prioq_prepare(&mailbox->queue, letter->priority,
				 &mailbox->lock);
	spin_lock(&mailbox->lock);
	if (!ret)
		ret = adopt_locked(mailbox, letter, portion, &wakes, &dropped);
	if (ret)
		kipc_portion_put_locked(mailbox, portion);
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
	if (dropped)
		kipc_letter_discard(mailbox, dropped);
	return !ret;
}

/* Gives a free place to one of those who wait for it. */
static noinline void serve_locked(struct kipc_mailbox *mailbox,
				  struct kipc_wakes *wakes)
{
	struct kipc_poster *poster = kipc_portion_next_locked(mailbox);

	if (!poster)
		return;
	accept_locked(mailbox, poster->letter, wakes);
	/* It may be gone by the time that the lock is, but not earlier. */
	poster->sequence = poster->letter->sequence;
	poster->error = 0;
	wakes->poster = kipc_wait_over(&poster->done, poster->task);
}

static __always_inline void place_freed_locked(struct kipc_mailbox *mailbox,
					       struct kipc_wakes *wakes)
{
	if (unlikely(mailbox->posters))
		serve_locked(mailbox, wakes);
	/* Others may still find a place, or find one now that its owner has less. */
	poke_locked(mailbox, KIPC_WRITABLE, wakes);
	kipc_mailbox_check_locked(mailbox);
}

/**
 * kipc_place_freed_locked() - somebody else can have a place
 * @mailbox: where one became free
 * @wakes: gets whom to wake
 *
 * Context: Mailbox's lock held.
 */
void kipc_place_freed_locked(struct kipc_mailbox *mailbox,
			     struct kipc_wakes *wakes)
{
	place_freed_locked(mailbox, wakes);
}

/* Strips a letter of which nobody can take another reference, if it can be a spare. */
static __always_inline bool strip(const struct kipc_mailbox *mailbox,
				  struct kipc_letter *letter)
{
	if (unlikely(letter->room != mailbox->spare_room ||
		     refcount_read(&letter->refs) != 1))
		return false;
	kipc_letter_strip(letter);
	return true;
}

/* Ends what a letter is in the mailbox, and returns whether that keeps it. */
static __always_inline bool end_locked(struct kipc_mailbox *mailbox,
				       struct kipc_letter *letter,
				       bool is_spare, struct kipc_wakes *wakes)
{
	struct kipc_portion *portion = letter->portion;

	if (letter->is_held) {
		leave_locked(mailbox, letter);
		place_freed_locked(mailbox, wakes);
	}
	if (unlikely(portion != &mailbox->own))
		kipc_portion_put_locked(mailbox, portion);
	return is_spare && kipc_spare_keep_locked(mailbox, letter);
}

/**
 * kipc_letter_discard() - let go of a letter
 * @mailbox: where it is counted
 * @letter: a letter that nobody can find any more; who reads it may have a reference
 *
 * Context: Process context. May sleep.
 */
void kipc_letter_discard(struct kipc_mailbox *mailbox,
			 struct kipc_letter *letter)
{
	bool is_spare = strip(mailbox, letter);
	struct kipc_wakes wakes = { };

	spin_lock(&mailbox->lock);
	is_spare = end_locked(mailbox, letter, is_spare, &wakes);
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
	if (unlikely(!is_spare))
		kipc_letter_put(letter);
}

/* Ends stripped letters until somebody is to be woken. Links those that are to be freed. */
static struct kipc_letter *discard_run(struct kipc_mailbox *mailbox,
				       struct kipc_letter *letter,
				       struct kipc_letter **gone)
{
	struct kipc_wakes wakes = { };
	struct kipc_letter *next;

	spin_lock(&mailbox->lock);
	for (; letter && !wakes.poster; letter = next) {
		next = letter->next;
		if (end_locked(mailbox, letter, true, &wakes))
			continue;
		letter->next = *gone;
		*gone = letter;
	}
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
	return letter;
}

/**
 * kipc_letters_discard() - let go of several
 * @mailbox: where they are counted
 * @letters: the letters, linked, as above
 *
 * Context: Process context. May sleep.
 */
void kipc_letters_discard(struct kipc_mailbox *mailbox,
			  struct kipc_letter *letters)
{
	struct kipc_letter *letter, *spares = NULL, *gone = NULL;

	while (letters) {
		letter = letters;
		letters = letter->next;
		if (unlikely(!strip(mailbox, letter))) {
			kipc_letter_discard(mailbox, letter);
			continue;
		}
		letter->next = spares;
		spares = letter;
	}
	while (spares)
		spares = discard_run(mailbox, spares, &gone);
	while (gone) {
		letter = gone;
		gone = letter->next;
		kipc_letter_put(letter);
	}
}

/**
 * kipc_posters_hang_up() - tell all who wait for a place that nobody will receive
 * @mailbox: where
 *
 * Context: Process context. May sleep.
 */
void kipc_posters_hang_up(struct kipc_mailbox *mailbox)
{
	struct kipc_poster *poster;
	struct task_struct *task;

	do {
		task = NULL;
		spin_lock(&mailbox->lock);
		poster = kipc_portion_any_locked(mailbox);
		if (poster) {
			poster->error = -EPIPE;
			task = kipc_wait_over(&poster->done, poster->task);
		}
		spin_unlock(&mailbox->lock);
		kipc_wake(task);
		cond_resched();
	} while (task);
}
