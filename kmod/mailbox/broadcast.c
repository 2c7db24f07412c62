// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/broadcast.h"

#include <linux/err.h>
#include <linux/mm.h>

#include "core/limits.h"
#include "core/trace.h"
#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
#include "mailbox/wakes.h"

/* Readers that are woken by one who posts while the lock is held once */
#define AT_ONCE		16

/**
 * struct waiter - a thread that waits for a letter
 * @link: in its file
 * @task: the thread
 * @done: it need not wait any more
 */
struct waiter {
	struct list_head link;
	struct task_struct *task;
	bool done;
};

/**
 * kipc_broadcast_init() - make the ring
 * @mailbox: where
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_broadcast_init(struct kipc_mailbox *mailbox)
{
	struct kipc_broadcast *broadcast = &mailbox->broadcast;

	INIT_LIST_HEAD(&broadcast->idle);
	INIT_LIST_HEAD(&broadcast->waking);
	broadcast->readers = RB_ROOT_CACHED;
	broadcast->oldest = 1;
	broadcast->ring = NULL;
	if (!kipc_mailbox_is_broadcast(mailbox))
		return 0;
	broadcast->ring = kvcalloc(mailbox->made.messages_max,
				   sizeof(*broadcast->ring),
				   GFP_KERNEL_ACCOUNT);
	return broadcast->ring ? 0 : -ENOMEM;
}

/**
 * kipc_broadcast_deinit() - free the ring, and what is in it
 * @mailbox: where
 *
 * Context: Process context. May sleep.
 */
void kipc_broadcast_deinit(struct kipc_mailbox *mailbox)
{
	struct kipc_letter **ring = mailbox->broadcast.ring;
	u32 i;

	for (i = 0; ring && i < mailbox->made.messages_max; i++) {
		if (ring[i])
			kipc_letter_discard(mailbox, ring[i]);
		cond_resched();
	}
	kvfree(ring);
}

/**
 * kipc_reader_init() - a file that reads nothing yet
 * @file: its memory
 *
 * Context: Any.
 */
void kipc_reader_init(struct kipc_mailbox_file *file)
{
	file->reader.cursor = 0;
	RB_CLEAR_NODE(&file->reader.by_cursor);
	file->reader.portion = NULL;
	INIT_LIST_HEAD(&file->reader.waiters);
	INIT_LIST_HEAD(&file->reader.idle);
}

/**
 * kipc_broadcast_kept() - how many letters are there
 * @mailbox: a broadcast
 *
 * Context: Any; exact with the mailbox's lock held.
 * Return: How many.
 */
u32 kipc_broadcast_kept(const struct kipc_mailbox *mailbox)
{
	return READ_ONCE(mailbox->sequence) + 1 -
	       READ_ONCE(mailbox->broadcast.oldest);
}

/**
 * kipc_broadcast_unread() - how many letters a file can receive
 * @file: a file that reads
 *
 * Context: Any; exact with the mailbox's lock held.
 * Return: How many.
 */
u32 kipc_broadcast_unread(const struct kipc_mailbox_file *file)
{
	const struct kipc_mailbox *mailbox = file->mailbox;
	u64 first = max(READ_ONCE(file->reader.cursor),
			READ_ONCE(mailbox->broadcast.oldest));

	return READ_ONCE(mailbox->sequence) + 1 - first;
}

static struct kipc_letter **slot_of(struct kipc_mailbox *mailbox, u64 sequence)
{
	return &mailbox->broadcast.ring[sequence % mailbox->made.messages_max];
}

static bool is_behind(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct kipc_reader, by_cursor)->cursor <
	       rb_entry(b, struct kipc_reader, by_cursor)->cursor;
}

static void set_cursor_locked(struct kipc_mailbox *mailbox,
			      struct kipc_reader *reader, u64 cursor)
{
	if (!RB_EMPTY_NODE(&reader->by_cursor))
		rb_erase_cached(&reader->by_cursor,
				&mailbox->broadcast.readers);
	WRITE_ONCE(reader->cursor, cursor);
	rb_add_cached(&reader->by_cursor, &mailbox->broadcast.readers,
		      is_behind);
}

/* The number of the oldest letter that somebody can still want */
static u64 first_wanted(const struct kipc_mailbox *mailbox)
{
	u64 next = mailbox->sequence + 1;
	struct rb_node *node = rb_first_cached(&mailbox->broadcast.readers);
	u64 wanted = next - min_t(u64, mailbox->made.history, next);

	if (!node)
		return wanted;
	return min(wanted, rb_entry(node, struct kipc_reader,
				    by_cursor)->cursor);
}

/* Takes the oldest letter out of the ring. */
static struct kipc_letter *drop_locked(struct kipc_mailbox *mailbox)
{
	struct kipc_letter **slot = slot_of(mailbox,
					    mailbox->broadcast.oldest);
	struct kipc_letter *letter = *slot;

	*slot = NULL;
	WRITE_ONCE(mailbox->broadcast.oldest, mailbox->broadcast.oldest + 1);
	return letter;
}

/* Lets go of what nobody can want any more. */
static void tidy(struct kipc_mailbox *mailbox)
{
	struct kipc_letter *letter, *next, *gone;
	u32 count;

	do {
		gone = NULL;
		count = 0;
		spin_lock(&mailbox->lock);
		while (kipc_broadcast_kept(mailbox) && count < AT_ONCE &&
		       mailbox->broadcast.oldest < first_wanted(mailbox)) {
			letter = drop_locked(mailbox);
			letter->next = gone;
			gone = letter;
			count++;
		}
		spin_unlock(&mailbox->lock);
		for (letter = gone; letter; letter = next) {
			next = letter->next;
			kipc_letter_discard(mailbox, letter);
		}
		cond_resched();
	} while (count == AT_ONCE);
}

/**
 * kipc_reader_open() - a file begins to read
 * @file: the file
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENOMEM or -EUSERS.
 */
int kipc_reader_open(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_portion *portion;
	u32 free;
	int ret = 0;

	portion = kipc_portion_get(mailbox, current_euid());
	if (IS_ERR(portion))
		return PTR_ERR(portion);
	spin_lock(&mailbox->lock);
	free = KIPC_READERS_MAX - mailbox->broadcast.reader_count;
	if (portion->is_unlimited ? !free : portion->readers + 1 >= free) {
		kipc_portion_put_locked(mailbox, portion);
		ret = -EUSERS;
	} else {
		portion->readers++;
		mailbox->broadcast.reader_count++;
		file->reader.portion = portion;
		set_cursor_locked(mailbox, &file->reader,
				  mailbox->sequence + 1 -
				  min(kipc_broadcast_kept(mailbox),
				      mailbox->made.history));
	}
	spin_unlock(&mailbox->lock);
	return ret;
}

/**
 * kipc_reader_close() - a file does not read any more
 * @file: the file, which nobody uses
 *
 * Context: Process context. May sleep.
 */
void kipc_reader_close(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_portion *portion = file->reader.portion;

	if (!portion)
		return;
	spin_lock(&mailbox->lock);
	portion->readers--;
	mailbox->broadcast.reader_count--;
	kipc_portion_put_locked(mailbox, portion);
	rb_erase_cached(&file->reader.by_cursor, &mailbox->broadcast.readers);
	spin_unlock(&mailbox->lock);
	tidy(mailbox);
}

/* Ends the wait of one thread of a file that waits. */
static struct task_struct *wake_one_locked(struct kipc_mailbox *mailbox,
					   struct kipc_reader *reader)
{
	struct waiter *waiter;

	waiter = list_first_entry_or_null(&reader->waiters, struct waiter,
					  link);
	if (!waiter)
		return NULL;
	list_del(&waiter->link);
	mailbox->receiver_count--;
	return kipc_wait_over(&waiter->done, waiter->task);
}

static void end_idleness_locked(struct kipc_mailbox *mailbox)
{
	list_splice_tail_init(&mailbox->broadcast.idle,
			      &mailbox->broadcast.waking);
}

/* Wakes a thread of each of some files that were idle; says whether there may be more. */
static bool wake_some(struct kipc_mailbox *mailbox)
{
	struct task_struct *tasks[AT_ONCE];
	struct kipc_mailbox_file *file;
	u32 i, count = 0;

	spin_lock(&mailbox->lock);
	while (count < AT_ONCE && !list_empty(&mailbox->broadcast.waking)) {
		file = list_first_entry(&mailbox->broadcast.waking,
					struct kipc_mailbox_file, reader.idle);
		list_del_init(&file->reader.idle);
		tasks[count++] = wake_one_locked(mailbox, &file->reader);
	}
	spin_unlock(&mailbox->lock);
	for (i = 0; i < count; i++)
		kipc_wake(tasks[i]);
	return count == AT_ONCE;
}

/* Of all files that are to be woken now; those that come later are others' task. */
static void wake_files(struct kipc_mailbox *mailbox)
{
	u32 left = KIPC_READERS_MAX / AT_ONCE + 1;

	while (left-- && wake_some(mailbox))
		cond_resched();
}

/**
 * kipc_broadcast_post() - give a letter to all who read
 * @mailbox: a broadcast
 * @letter: the letter
 *
 * Context: Process context. May sleep.
 * Return: Its number.
 */
u64 kipc_broadcast_post(struct kipc_mailbox *mailbox,
			struct kipc_letter *letter)
{
	struct kipc_wakes wakes = { };
	struct kipc_letter *oldest = NULL;
	u64 sequence;

	spin_lock(&mailbox->lock);
	if (kipc_broadcast_kept(mailbox) == mailbox->made.messages_max)
		oldest = drop_locked(mailbox);
	sequence = mailbox->sequence + 1;
	letter->sequence = sequence;
	*slot_of(mailbox, sequence) = letter;
	WRITE_ONCE(mailbox->sequence, sequence);
	end_idleness_locked(mailbox);
	/* Whoever polls looks with the lock held, after he has added himself. */
	if (waitqueue_active(&mailbox->pollers))
		wakes.events = KIPC_READABLE;
	trace_kipc_mailbox_post(mailbox->id, sequence, 0, letter->size);
	spin_unlock(&mailbox->lock);

	wake_files(mailbox);
	kipc_wakes_send(&wakes, mailbox);
	if (oldest)
		kipc_letter_discard(mailbox, oldest);
	tidy(mailbox);
	return sequence;
}

/* The letter at the cursor, which goes on to what is still there */
static struct kipc_letter *at_cursor_locked(struct kipc_mailbox_file *file,
					    u64 *missed)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	u64 cursor = file->reader.cursor;

	if (cursor > mailbox->sequence)
		return NULL;
	*missed = max(mailbox->broadcast.oldest, cursor) - cursor;
	return kipc_letter_get(*slot_of(mailbox, cursor + *missed));
}

static void wait_locked(struct kipc_mailbox_file *file, struct waiter *waiter)
{
	waiter->task = current;
	waiter->done = false;
	list_add_tail(&waiter->link, &file->reader.waiters);
	file->mailbox->receiver_count++;
	if (list_empty(&file->reader.idle))
		list_add_tail(&file->reader.idle,
			      &file->mailbox->broadcast.idle);
}

/* It may leave before anybody has ended its wait. */
static void unwait(struct kipc_mailbox_file *file, struct waiter *waiter)
{
	struct kipc_mailbox *mailbox = file->mailbox;

	spin_lock(&mailbox->lock);
	if (!waiter->done) {
		list_del(&waiter->link);
		mailbox->receiver_count--;
		if (list_empty(&file->reader.waiters))
			list_del_init(&file->reader.idle);
	}
	spin_unlock(&mailbox->lock);
}

/**
 * kipc_broadcast_take() - the letter at a file's cursor
 * @file: the file
 * @nonblock: do not wait for one
 * @deadline: when to stop waiting
 * @missed: gets how many were dropped before it that the file did not receive
 *
 * Whoever has got one says kipc_broadcast_leave() when he is done with it.
 *
 * Context: Process context. Sleeps.
 * Return: The letter, with a reference; or an ERR_PTR() of -EAGAIN, -EPIPE, -ERESTARTSYS
 * or -ETIMEDOUT.
 */
struct kipc_letter *kipc_broadcast_take(struct kipc_mailbox_file *file,
					bool nonblock, u64 deadline,
					u64 *missed)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *letter;
	struct waiter waiter;
	int ret = 0;

	for (;;) {
		spin_lock(&mailbox->lock);
		letter = at_cursor_locked(file, missed);
		if (letter)
			break;
		if (kipc_mailbox_is_mute(mailbox))
			ret = -EPIPE;
		else if (nonblock)
			ret = -EAGAIN;
		if (ret)
			break;
		wait_locked(file, &waiter);
		spin_unlock(&mailbox->lock);
		ret = kipc_wait_until(&waiter.done, deadline);
		if (ret)
			unwait(file, &waiter);
	}
	spin_unlock(&mailbox->lock);
	if (letter)
		return letter;
	/* It may have been woken for a letter that another thread has now. */
	kipc_broadcast_leave(file);
	return ERR_PTR(ret);
}

/**
 * kipc_broadcast_commit() - a letter was received through a file
 * @file: the file
 * @letter: the letter
 *
 * Context: Process context.
 * Return: Whether it was still there to be received.
 */
bool kipc_broadcast_commit(struct kipc_mailbox_file *file,
			   struct kipc_letter *letter)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	bool is_next;

	spin_lock(&mailbox->lock);
	/* It may have been dropped since, and then it is not missed either. */
	is_next = file->reader.cursor <= letter->sequence;
	if (is_next) {
		set_cursor_locked(mailbox, &file->reader,
				  letter->sequence + 1);
		mailbox->counts.delivered++;
		trace_kipc_mailbox_receive(mailbox->id, letter->sequence, 1, 0);
	}
	spin_unlock(&mailbox->lock);
	tidy(mailbox);
	return is_next;
}

/**
 * kipc_broadcast_leave() - a thread does not want to receive any more for now
 * @file: through which it wanted
 *
 * Context: Process context.
 */
void kipc_broadcast_leave(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_reader *reader = &file->reader;
	struct task_struct *task = NULL;

	if (list_empty_careful(&reader->waiters))
		return;
	spin_lock(&mailbox->lock);
	if (kipc_broadcast_unread(file) || kipc_mailbox_is_mute(mailbox)) {
		list_del_init(&reader->idle);
		task = wake_one_locked(mailbox, reader);
	} else if (!list_empty(&reader->waiters) && list_empty(&reader->idle)) {
		list_add_tail(&reader->idle, &mailbox->broadcast.idle);
	}
	spin_unlock(&mailbox->lock);
	kipc_wake(task);
}

/**
 * kipc_broadcast_at_locked() - a letter that a file can receive
 * @file: the file
 * @index: 0 is the next one
 *
 * Context: Mailbox's lock held.
 * Return: The letter, or NULL if there are not so many.
 */
struct kipc_letter *kipc_broadcast_at_locked(struct kipc_mailbox_file *file,
					     u64 index)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	u32 unread = kipc_broadcast_unread(file);
	u64 sequence = mailbox->sequence + 1 - unread + index;

	if (index >= unread)
		return NULL;
	return *slot_of(mailbox, sequence);
}

/**
 * kipc_broadcast_skip() - a file gets nothing of what is there
 * @file: the file
 *
 * Context: Process context.
 * Return: How many letters that were.
 */
u64 kipc_broadcast_skip(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	u32 unread;

	spin_lock(&mailbox->lock);
	unread = kipc_broadcast_unread(file);
	set_cursor_locked(mailbox, &file->reader, mailbox->sequence + 1);
	spin_unlock(&mailbox->lock);
	tidy(mailbox);
	return unread;
}

/**
 * kipc_broadcast_hang_up() - tell all who wait that nothing will come
 * @mailbox: a broadcast
 *
 * Context: Process context. May sleep.
 */
void kipc_broadcast_hang_up(struct kipc_mailbox *mailbox)
{
	spin_lock(&mailbox->lock);
	end_idleness_locked(mailbox);
	spin_unlock(&mailbox->lock);
	wake_files(mailbox);
}
