// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/lease.h"

#include <linux/kipc.h>
#include <linux/ktime.h>

#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
#include "mailbox/wakes.h"

/* Leases that are looked at while the lock is held once */
#define AT_ONCE		16
/* Leases that one work ends: others wait for theirs */
#define EXPIRE_AT_ONCE	64

/* Of the newest lease of all mailboxes: a letter can go from one to another. */
static atomic64_t last_token;

/**
 * kipc_leases_init() - begin without leases
 * @leases: their memory
 *
 * Context: Any.
 */
void kipc_leases_init(struct kipc_leases *leases)
{
	leases->by_token = RB_ROOT;
	timerqueue_init_head(&leases->ends);
	leases->count = 0;
}

/**
 * kipc_lease_end() - when a lease ends
 * @mailbox: of which
 * @wanted: when it is to, or 0
 *
 * Context: Any.
 * Return: When it does; 0: never.
 */
u64 kipc_lease_end(const struct kipc_mailbox *mailbox, u64 wanted)
{
	u64 last = min_t(u64, mailbox->made.lease, KTIME_MAX);

	wanted = min_t(u64, wanted, KTIME_MAX);
	if (!last)
		return wanted;
	last = min_t(u64, last + ktime_get_ns(), KTIME_MAX);
	return wanted ? min(wanted, last) : last;
}

static bool is_older(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct kipc_lease, by_token)->token <
	       rb_entry(b, struct kipc_lease, by_token)->token;
}

static bool is_older_of_file(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct kipc_lease, of_file)->token <
	       rb_entry(b, struct kipc_lease, of_file)->token;
}

/* The work is to look when the first lease ends. */
static void come_in_time(struct kipc_mailbox *mailbox)
{
	struct timerqueue_node *first;
	s64 left;

	first = timerqueue_getnext(&mailbox->leases.ends);
	if (!first)
		return;
	left = max_t(s64, ktime_to_ns(ktime_sub(first->expires, ktime_get())),
		     0);
	kipc_mailbox_expire_in(mailbox, nsecs_to_jiffies(left) + 1);
}

static void set_end_locked(struct kipc_mailbox *mailbox,
			   struct kipc_lease *lease, u64 end)
{
	timerqueue_init(&lease->end);
	lease->end.expires = ns_to_ktime(end);
	if (end && timerqueue_add(&mailbox->leases.ends, &lease->end))
		come_in_time(mailbox);
}

static void unset_end_locked(struct kipc_mailbox *mailbox,
			     struct kipc_lease *lease)
{
	if (!RB_EMPTY_NODE(&lease->end.node))
		timerqueue_del(&mailbox->leases.ends, &lease->end);
}

/**
 * kipc_lease_begin_locked() - lend a letter to a receiver
 * @file: through which it is received
 * @letter: the letter, in no place
 * @holder: the process, as its table of file descriptors
 * @end: when it ends; 0: never
 *
 * Context: Mailbox's lock held.
 * Return: Its token.
 */
u64 kipc_lease_begin_locked(struct kipc_mailbox_file *file,
			    struct kipc_letter *letter, fl_owner_t holder,
			    u64 end)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_lease *lease = letter->lease;

	lease->letter = letter;
	lease->file = file;
	lease->holder = holder;
	WRITE_ONCE(lease->token, atomic64_inc_return(&last_token));
	rb_add(&lease->by_token, &mailbox->leases.by_token, is_older);
	rb_add(&lease->of_file, &file->leases, is_older_of_file);
	file->lease_count++;
	WRITE_ONCE(mailbox->leases.count, mailbox->leases.count + 1);
	set_end_locked(mailbox, lease, end);
	return lease->token;
}

/**
 * kipc_lease_stop_locked() - a lease is over
 * @mailbox: where
 * @letter: a letter that is leased; it is in no place then
 *
 * Context: Mailbox's lock held.
 */
void kipc_lease_stop_locked(struct kipc_mailbox *mailbox,
			    struct kipc_letter *letter)
{
	struct kipc_lease *lease = letter->lease;

	unset_end_locked(mailbox, lease);
	rb_erase(&lease->by_token, &mailbox->leases.by_token);
	rb_erase(&lease->of_file, &lease->file->leases);
	lease->file->lease_count--;
	WRITE_ONCE(lease->token, 0);
	WRITE_ONCE(mailbox->leases.count, mailbox->leases.count - 1);
}

static struct kipc_lease *find_locked(struct kipc_mailbox_file *file, u64 token)
{
	struct rb_node *node = file->mailbox->leases.by_token.rb_node;
	struct kipc_lease *lease;

	while (node) {
		lease = rb_entry(node, struct kipc_lease, by_token);
		if (token == lease->token)
			return lease->file == file ? lease : NULL;
		node = token < lease->token ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * kipc_lease_ack() - a letter is done
 * @file: through which it was received
 * @token: of its lease
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENXIO.
 */
int kipc_lease_ack(struct kipc_mailbox_file *file, u64 token)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_lease *lease;

	spin_lock(&mailbox->lock);
	lease = find_locked(file, token);
	if (lease)
		kipc_lease_stop_locked(mailbox, lease->letter);
	spin_unlock(&mailbox->lock);
	if (!lease)
		return -ENXIO;
	kipc_letter_discard(mailbox, lease->letter);
	return 0;
}

static bool is_hopeless(const struct kipc_mailbox *mailbox,
			const struct kipc_letter *letter)
{
	return mailbox->made.deliveries_max &&
	       letter->deliveries >= mailbox->made.deliveries_max;
}

/*
 * A lease ends without an acknowledgment. Returns the letter if it is to go to the
 * dead-letter mailbox; else it can be received again.
 */
static struct kipc_letter *end_locked(struct kipc_mailbox *mailbox,
				      struct kipc_lease *lease,
				      struct kipc_wakes *wakes)
{
	struct kipc_letter *letter = lease->letter;

	kipc_lease_stop_locked(mailbox, letter);
	mailbox->counts.returned++;
	if (is_hopeless(mailbox, letter))
		return letter;
	kipc_post_again_locked(mailbox, letter, wakes);
	return NULL;
}

/* A letter that came back too often; it is in no place, but counts in this mailbox. */
static void bury(struct kipc_mailbox *mailbox, struct kipc_letter *letter)
{
	struct kipc_portion *portion = letter->portion;
	struct kipc_wakes wakes = { };
	bool is_buried;

	is_buried = kipc_post_dead(mailbox->dead_letter, letter, mailbox->uid);
	spin_lock(&mailbox->lock);
	if (is_buried) {
		mailbox->counts.dead++;
		kipc_portion_add_locked(mailbox, portion, -1);
		kipc_portion_put_locked(mailbox, portion);
		kipc_place_freed_locked(mailbox, &wakes);
	} else {
		kipc_post_again_locked(mailbox, letter, &wakes);
	}
	spin_unlock(&mailbox->lock);
	kipc_wakes_send(&wakes, mailbox);
}

/* What is done without the lock */
static void ended(struct kipc_mailbox *mailbox, const struct kipc_wakes *wakes,
		  struct kipc_letter *hopeless)
{
	kipc_wakes_send(wakes, mailbox);
	if (unlikely(hopeless))
		bury(mailbox, hopeless);
}

/**
 * kipc_lease_return() - give a letter back
 * @file: through which it was received
 * @token: of its lease
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENXIO.
 */
int kipc_lease_return(struct kipc_mailbox_file *file, u64 token)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *hopeless = NULL;
	struct kipc_wakes wakes = { };
	struct kipc_lease *lease;

	spin_lock(&mailbox->lock);
	lease = find_locked(file, token);
	if (lease)
		hopeless = end_locked(mailbox, lease, &wakes);
	spin_unlock(&mailbox->lock);
	ended(mailbox, &wakes, hopeless);
	return lease ? 0 : -ENXIO;
}

/**
 * kipc_lease_extend() - let a lease end at another time
 * @file: through which its letter was received
 * @token: of the lease
 * @end: when; 0: as late as it can
 *
 * Context: Process context.
 * Return: 0 or -ENXIO.
 */
int kipc_lease_extend(struct kipc_mailbox_file *file, u64 token, u64 end)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_lease *lease;

	spin_lock(&mailbox->lock);
	lease = find_locked(file, token);
	if (lease) {
		unset_end_locked(mailbox, lease);
		set_end_locked(mailbox, lease, kipc_lease_end(mailbox, end));
	}
	spin_unlock(&mailbox->lock);
	return lease ? 0 : -ENXIO;
}

/* Ends the first lease, if it is its time; else the work is to come again then. */
static bool expire_one(struct kipc_mailbox *mailbox)
{
	struct kipc_letter *hopeless = NULL;
	struct kipc_wakes wakes = { };
	struct timerqueue_node *first;
	bool is_time;

	spin_lock(&mailbox->lock);
	first = timerqueue_getnext(&mailbox->leases.ends);
	is_time = first && ktime_after(ktime_get(), first->expires);
	if (is_time)
		hopeless = end_locked(mailbox,
				      container_of(first, struct kipc_lease,
						   end), &wakes);
	spin_unlock(&mailbox->lock);
	ended(mailbox, &wakes, hopeless);
	return is_time;
}

/**
 * kipc_leases_expire() - end the leases whose time has come
 * @mailbox: where
 *
 * Context: Process context. May sleep.
 */
void kipc_leases_expire(struct kipc_mailbox *mailbox)
{
	u32 left = EXPIRE_AT_ONCE;

	while (left-- && expire_one(mailbox))
		cond_resched();
	spin_lock(&mailbox->lock);
	come_in_time(mailbox);
	spin_unlock(&mailbox->lock);
}

/* The newest lease of a file that is older than this one */
static struct kipc_lease *older_locked(struct kipc_mailbox_file *file,
				       u64 token)
{
	struct rb_node *node = file->leases.rb_node;
	struct kipc_lease *lease, *found = NULL;

	while (node) {
		lease = rb_entry(node, struct kipc_lease, of_file);
		if (lease->token < token) {
			found = lease;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}
	return found;
}

/*
 * Looks at some leases that are older than this one, and ends one at most, of a process
 * or of any. Says whether there may be more; those that begin meanwhile are newer.
 */
static bool end_one(struct kipc_mailbox_file *file, fl_owner_t holder,
		    u64 *token)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *hopeless = NULL;
	struct kipc_wakes wakes = { };
	struct kipc_lease *lease;
	u32 looked = 0;

	spin_lock(&mailbox->lock);
	do {
		lease = older_locked(file, *token);
		if (!lease)
			break;
		*token = lease->token;
		if (holder && lease->holder != holder)
			continue;
		hopeless = end_locked(mailbox, lease, &wakes);
		break;
	} while (looked++ < AT_ONCE);
	spin_unlock(&mailbox->lock);
	ended(mailbox, &wakes, hopeless);
	return lease;
}

static void end_all(struct kipc_mailbox_file *file, fl_owner_t holder)
{
	u64 token = U64_MAX;

	while (end_one(file, holder, &token))
		cond_resched();
}

/**
 * kipc_leases_flush() - end the leases of a process
 * @file: which it received through this file
 * @holder: the process, as its table of file descriptors
 *
 * The newest come first: as each is queued before all others, they are in order then.
 *
 * Context: Process context. May sleep.
 */
void kipc_leases_flush(struct kipc_mailbox_file *file, fl_owner_t holder)
{
	end_all(file, holder);
}

/**
 * kipc_leases_release() - end all leases of a file
 * @file: the file, which nobody uses any more
 *
 * Context: Process context. May sleep.
 */
void kipc_leases_release(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	bool is_canceled;

	end_all(file, NULL);
	WARN_ON_ONCE(file->lease_count);
	/* A work that has nothing to look for would keep the mailbox. */
	spin_lock(&mailbox->lock);
	is_canceled = !mailbox->leases.count &&
		      cancel_delayed_work(&mailbox->expire);
	spin_unlock(&mailbox->lock);
	if (is_canceled)
		kipc_object_put(&mailbox->object);
}
