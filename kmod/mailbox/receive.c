// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/receive.h"

#include <linux/err.h>
#include <linux/kipc.h>

#include "core/priority.h"
#include "core/trace.h"
#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
#include "mailbox/wakes.h"

static bool is_work(const struct kipc_mailbox *mailbox)
{
	return mailbox->made.kind == KIPC_MAILBOX_WORK;
}

static bool wants_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct kipc_receipt, by_priority)->priority_min <
	       rb_entry(b, struct kipc_receipt, by_priority)->priority_min;
}

static void wait_locked(struct kipc_mailbox *mailbox,
			struct kipc_receipt *receiver)
{
	struct kipc_receipt *other;

	receiver->task = current;
	receiver->level = kipc_level_of(current);
	receiver->done = false;
	mailbox->receiver_count++;
	if (unlikely(receiver->priority_min)) {
		rb_add_cached(&receiver->by_priority, &mailbox->choosy,
			      wants_less);
		return;
	}
	if (likely(receiver->level >= MAX_RT_PRIO)) {
		list_add_tail(&receiver->link, &mailbox->receivers);
		return;
	}
	/* Passes only threads of real-time priority. */
	list_for_each_entry(other, &mailbox->receivers, link)
		if (other->level > receiver->level)
			break;
	list_add_tail(&receiver->link, &other->link);
}

static __always_inline void unwait_locked(struct kipc_mailbox *mailbox,
					  struct kipc_receipt *receiver)
{
	mailbox->receiver_count--;
	if (unlikely(receiver->priority_min))
		rb_erase_cached(&receiver->by_priority, &mailbox->choosy);
	else
		list_del(&receiver->link);
}

/* Who of those that wait takes a letter of this priority; or NULL */
static struct kipc_receipt *find_waiting(struct kipc_mailbox *mailbox,
					 u32 priority)
{
	struct kipc_receipt *receiver;
	struct rb_node *node;

	receiver = list_first_entry_or_null(&mailbox->receivers,
					    struct kipc_receipt, link);
	if (receiver)
		return receiver;
	node = rb_first_cached(&mailbox->choosy);
	if (likely(!node))
		return NULL;
	receiver = rb_entry(node, struct kipc_receipt, by_priority);
	return receiver->priority_min <= priority ? receiver : NULL;
}

/* The letter is in the receiver's hand. */
static __always_inline void hand_locked(struct kipc_mailbox *mailbox,
					struct kipc_letter *letter,
					struct kipc_receipt *receiver)
{
	struct kipc_mailbox_file *file = receiver->file;

	receiver->letter = letter;
	receiver->error = 0;
	receiver->missed = mailbox->counts.dropped - file->dropped;
	file->dropped = mailbox->counts.dropped;
	receiver->sequence = letter->sequence;
	receiver->deliveries = ++letter->deliveries;
	receiver->token = 0;
	mailbox->counts.delivered++;
	if (is_work(mailbox)) {
		kipc_letter_get(letter);
		receiver->lease = kipc_lease_end(mailbox, receiver->lease);
		receiver->token = kipc_lease_begin_locked(file, letter,
							  receiver->holder,
							  receiver->lease);
	}
	trace_kipc_mailbox_receive(mailbox->id, letter->sequence,
				   letter->deliveries, receiver->token);
}

/**
 * kipc_receive_give_locked() - give a letter to somebody who waits for it
 * @mailbox: where
 * @letter: the letter, in no place
 *
 * Context: Mailbox's lock held.
 * Return: The thread that has got it, with a reference, to be woken without the lock; or
 * NULL if nobody waits.
 */
struct task_struct *kipc_receive_give_locked(struct kipc_mailbox *mailbox,
					     struct kipc_letter *letter)
{
	struct kipc_receipt *receiver;

	receiver = find_waiting(mailbox, letter->priority);
	if (!receiver)
		return NULL;
	unwait_locked(mailbox, receiver);
	hand_locked(mailbox, letter, receiver);
	return kipc_wait_over(&receiver->done, receiver->task);
}

/* Takes the first letter, if it is there and urgent enough. */
static __always_inline bool take_locked(struct kipc_mailbox *mailbox,
					struct kipc_receipt *receiver)
{
	struct kipc_letter *letter;

	letter = mailbox->queue.first;
	if (!letter || letter->priority < receiver->priority_min)
		return false;
	kipc_prioq_pop(&mailbox->queue);
	WRITE_ONCE(mailbox->queued, mailbox->queued - 1);
	hand_locked(mailbox, letter, receiver);
	return true;
}

static int wait_for_letter(struct kipc_mailbox *mailbox,
			   struct kipc_receipt *receiver)
{
	int ret = kipc_wait_until(&receiver->done, receiver->deadline);

	if (likely(!ret))
		return receiver->error;
	spin_lock(&mailbox->lock);
	if (receiver->done)
		ret = receiver->error;
	else
		unwait_locked(mailbox, receiver);
	spin_unlock(&mailbox->lock);
	return ret;
}

static int receive_queued(struct kipc_mailbox *mailbox,
			  struct kipc_receipt *receiver)
{
	int ret = 0;

	spin_lock(&mailbox->lock);
	if (take_locked(mailbox, receiver))
		goto out;
	if (kipc_mailbox_is_mute(mailbox))
		ret = -EPIPE;
	else if (receiver->nonblock)
		ret = -EAGAIN;
	if (ret)
		goto out;
	wait_locked(mailbox, receiver);
	spin_unlock(&mailbox->lock);
	return wait_for_letter(mailbox, receiver);
out:
	spin_unlock(&mailbox->lock);
	return ret;
}

/**
 * kipc_receive() - take the next letter
 * @receiver: what is wanted; gets the letter
 *
 * Context: Process context. Sleeps.
 * Return: 0 and there is a letter in hand; or -EAGAIN, -EPIPE, -ERESTARTSYS or -ETIMEDOUT.
 */
int kipc_receive(struct kipc_receipt *receiver)
{
	struct kipc_mailbox_file *file = receiver->file;

	if (!kipc_mailbox_is_broadcast(file->mailbox))
		return receive_queued(file->mailbox, receiver);
	receiver->letter = kipc_broadcast_take(file, receiver->nonblock,
					       receiver->deadline,
					       &receiver->missed);
	if (IS_ERR(receiver->letter))
		return PTR_ERR(receiver->letter);
	receiver->token = 0;
	receiver->sequence = receiver->letter->sequence;
	receiver->deliveries = 1;
	return 0;
}

/* It has not been delivered: it is as if it had never been taken. */
static void put_back(struct kipc_mailbox *mailbox,
		     struct kipc_receipt *receiver)
{
	struct kipc_letter *letter = receiver->letter;
	struct kipc_wakes wakes = { };

	spin_lock(&mailbox->lock);
	if (is_work(mailbox)) {
		/* The lease may have ended meanwhile, and another one begun. */
		if (READ_ONCE(letter->lease->token) != receiver->token)
			goto out;
		kipc_lease_stop_locked(mailbox, letter);
	}
	letter->deliveries--;
	mailbox->counts.delivered--;
	receiver->file->dropped -= receiver->missed;
	kipc_post_again_locked(mailbox, letter, &wakes);
out:
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
}

/**
 * kipc_receive_undo() - a letter could not be received
 * @receiver: who has it in hand
 *
 * Context: Process context. May sleep.
 */
void kipc_receive_undo(struct kipc_receipt *receiver)
{
	struct kipc_mailbox *mailbox = receiver->file->mailbox;

	if (!kipc_mailbox_is_broadcast(mailbox))
		put_back(mailbox, receiver);
	if (mailbox->made.kind != KIPC_MAILBOX_QUEUE)
		kipc_letter_put(receiver->letter);
	if (kipc_mailbox_is_broadcast(mailbox))
		kipc_broadcast_leave(receiver->file);
}

/**
 * kipc_receive_end() - a letter was received
 * @receiver: who has it in hand; in a work queue it is leased now
 *
 * Context: Process context. May sleep.
 */
void kipc_receive_end(struct kipc_receipt *receiver)
{
	struct kipc_mailbox *mailbox = receiver->file->mailbox;

	if (likely(mailbox->made.kind == KIPC_MAILBOX_QUEUE)) {
		kipc_letter_discard(mailbox, receiver->letter);
		return;
	}
	kipc_letter_put(receiver->letter);
	if (kipc_mailbox_is_broadcast(mailbox))
		kipc_broadcast_leave(receiver->file);
}

/**
 * kipc_receive_describe() - tell of a letter in hand
 * @receiver: who has it
 * @mail: where
 *
 * Context: Process context.
 */
void kipc_receive_describe(const struct kipc_receipt *receiver,
			   struct kipc_mail *mail)
{
	kipc_letter_describe(receiver->letter, mail);
	mail->missed = receiver->missed;
	mail->sequence = receiver->sequence;
	mail->deliveries = receiver->deliveries;
	if (unlikely(receiver->token)) {
		mail->token = receiver->token;
		mail->lease_end = receiver->lease;
	}
}

/**
 * kipc_receivers_hang_up() - tell all who wait for a letter that there will be none
 * @mailbox: where
 *
 * Context: Process context. May sleep.
 */
void kipc_receivers_hang_up(struct kipc_mailbox *mailbox)
{
	struct kipc_receipt *receiver;
	struct task_struct *task;

	do {
		task = NULL;
		spin_lock(&mailbox->lock);
		receiver = find_waiting(mailbox, KIPC_PRIORITY_MAX);
		if (receiver) {
			unwait_locked(mailbox, receiver);
			receiver->error = -EPIPE;
			task = kipc_wait_over(&receiver->done, receiver->task);
		}
		spin_unlock(&mailbox->lock);
		kipc_wake(task);
		cond_resched();
	} while (task);
}
