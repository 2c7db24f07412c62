// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/portion.h"

#include <linux/err.h>
#include <linux/slab.h>

#include "core/limits.h"
#include "core/live.h"
#include "core/priority.h"
#include "mailbox/mailbox.h"

/**
 * kipc_portion_init() - begin with nothing
 * @portion: its memory
 * @uid: whose
 * @is_unlimited: whether it may take the last place
 *
 * Context: Any.
 */
void kipc_portion_init(struct kipc_portion *portion, kuid_t uid,
		       bool is_unlimited)
{
	portion->uid = uid;
	portion->is_unlimited = is_unlimited;
	portion->pins = 1;
	portion->messages = 0;
	portion->readers = 0;
	INIT_LIST_HEAD(&portion->posters);
	RB_CLEAR_NODE(&portion->by_messages);
}

/**
 * kipc_portion_find_locked() - pin the portion of a user
 * @mailbox: in which
 * @uid: whose
 *
 * Context: Mailbox's lock held.
 * Return: The portion, or NULL if it has none yet.
 */
struct kipc_portion *kipc_portion_find_locked(struct kipc_mailbox *mailbox,
					      kuid_t uid)
{
	struct kipc_portion *portion;

	if (kipc_mailbox_is_own(mailbox, uid))
		return &mailbox->own;
	portion = xa_load(&mailbox->portions, __kuid_val(uid));
	if (portion)
		portion->pins++;
	return portion;
}

/* Of two threads of one user that find none, one is told so. */
static int insert(struct kipc_mailbox *mailbox, struct kipc_portion *portion)
{
	int ret = xa_insert(&mailbox->portions, __kuid_val(portion->uid),
			    portion, GFP_KERNEL_ACCOUNT);

	if (ret)
		return ret;
	spin_lock(&mailbox->lock);
	mailbox->portion_count++;
	spin_unlock(&mailbox->lock);
	kipc_live_add(KIPC_LIVE_PORTIONS, 1);
	return 0;
}

/**
 * kipc_portion_get() - pin the portion of a user, or make it
 * @mailbox: in which
 * @uid: whose
 *
 * Context: Process context. May sleep.
 * Return: The portion, or an ERR_PTR() of -ENOMEM.
 */
struct kipc_portion *kipc_portion_get(struct kipc_mailbox *mailbox, kuid_t uid)
{
	struct kipc_portion *portion;
	int ret;

	for (;;) {
		spin_lock(&mailbox->lock);
		portion = kipc_portion_find_locked(mailbox, uid);
		spin_unlock(&mailbox->lock);
		if (portion)
			return portion;
		portion = kmalloc(sizeof(*portion), GFP_KERNEL_ACCOUNT);
		if (!portion)
			return ERR_PTR(-ENOMEM);
		kipc_portion_init(portion, uid, false);
		ret = insert(mailbox, portion);
		if (!ret)
			return portion;
		kfree(portion);
		if (ret != -EBUSY)
			return ERR_PTR(ret);
	}
}

/**
 * kipc_portion_put_locked() - something of the user is gone
 * @mailbox: in which
 * @portion: pinned
 *
 * Context: Mailbox's lock held.
 */
void kipc_portion_put_locked(struct kipc_mailbox *mailbox,
			     struct kipc_portion *portion)
{
	if (likely(portion == &mailbox->own) || --portion->pins ||
	    mailbox->portion_count <= KIPC_PORTIONS_KEPT)
		return;
	xa_erase(&mailbox->portions, __kuid_val(portion->uid));
	mailbox->portion_count--;
	kfree(portion);
	kipc_live_add(KIPC_LIVE_PORTIONS, -1);
}

/**
 * kipc_portions_deinit() - free the portions
 * @mailbox: of one that nobody uses any more
 *
 * Context: Process context.
 */
void kipc_portions_deinit(struct kipc_mailbox *mailbox)
{
	struct kipc_portion *portion;
	unsigned long uid;

	xa_for_each(&mailbox->portions, uid, portion) {
		WARN_ON_ONCE(portion->pins || portion->messages);
		kfree(portion);
		kipc_live_add(KIPC_LIVE_PORTIONS, -1);
	}
	xa_destroy(&mailbox->portions);
	WARN_ON_ONCE(mailbox->own.messages);
}

static bool has_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct kipc_portion, by_messages)->messages <
	       rb_entry(b, struct kipc_portion, by_messages)->messages;
}

static void sort_in(struct kipc_mailbox *mailbox, struct kipc_portion *portion)
{
	rb_add_cached(&portion->by_messages, &mailbox->waiting, has_less);
}

static void sort_out(struct kipc_mailbox *mailbox,
		     struct kipc_portion *portion)
{
	rb_erase_cached(&portion->by_messages, &mailbox->waiting);
	RB_CLEAR_NODE(&portion->by_messages);
}

/**
 * kipc_portion_resort_locked() - a user for whom threads wait has more, or less
 * @mailbox: where
 * @portion: the user's
 * @messages: how many more
 *
 * Context: Mailbox's lock held.
 */
void kipc_portion_resort_locked(struct kipc_mailbox *mailbox,
				struct kipc_portion *portion, int messages)
{
	sort_out(mailbox, portion);
	portion->messages += messages;
	sort_in(mailbox, portion);
}

/**
 * kipc_portion_wait_locked() - a thread begins to wait for a place
 * @mailbox: where
 * @portion: its user's
 * @poster: the thread
 *
 * Context: Mailbox's lock held.
 */
void kipc_portion_wait_locked(struct kipc_mailbox *mailbox,
			      struct kipc_portion *portion,
			      struct kipc_poster *poster)
{
	struct kipc_poster *other;

	if (list_empty(&portion->posters))
		sort_in(mailbox, portion);
	mailbox->posters++;
	if (likely(poster->level >= MAX_RT_PRIO)) {
		list_add_tail(&poster->link, &portion->posters);
		return;
	}
	/* Passes only threads of real-time priority. */
	list_for_each_entry(other, &portion->posters, link)
		if (other->level > poster->level)
			break;
	list_add_tail(&poster->link, &other->link);
}

/**
 * kipc_portion_unwait_locked() - a thread does not wait any more
 * @mailbox: where
 * @portion: its user's
 * @poster: the thread
 *
 * Context: Mailbox's lock held.
 */
void kipc_portion_unwait_locked(struct kipc_mailbox *mailbox,
				struct kipc_portion *portion,
				struct kipc_poster *poster)
{
	list_del(&poster->link);
	mailbox->posters--;
	if (list_empty(&portion->posters))
		sort_out(mailbox, portion);
}

static struct kipc_poster *first_of(struct kipc_mailbox *mailbox,
				    struct kipc_portion *portion)
{
	struct kipc_poster *poster;

	poster = list_first_entry(&portion->posters, struct kipc_poster, link);
	kipc_portion_unwait_locked(mailbox, portion, poster);
	return poster;
}

/**
 * kipc_portion_next_locked() - who of those that wait is to have a free place
 * @mailbox: where
 *
 * Context: Mailbox's lock held.
 * Return: A thread, which does not wait any more; or NULL if none may have it.
 */
struct kipc_poster *kipc_portion_next_locked(struct kipc_mailbox *mailbox)
{
	struct rb_node *node = rb_first_cached(&mailbox->waiting);
	struct kipc_portion *portion;

	if (likely(!node))
		return NULL;
	portion = rb_entry(node, struct kipc_portion, by_messages);
	if (kipc_portion_may_post(mailbox, portion))
		return first_of(mailbox, portion);
	/* Who is unlimited may have more than who is not, and more still. */
	portion = &mailbox->own;
	if (!list_empty(&portion->posters) &&
	    kipc_portion_may_post(mailbox, portion))
		return first_of(mailbox, portion);
	return NULL;
}

/**
 * kipc_portion_any_locked() - one of those who wait
 * @mailbox: where
 *
 * Context: Mailbox's lock held.
 * Return: A thread, which does not wait any more; or NULL if none does.
 */
struct kipc_poster *kipc_portion_any_locked(struct kipc_mailbox *mailbox)
{
	struct rb_node *node = rb_first_cached(&mailbox->waiting);

	if (!node)
		return NULL;
	return first_of(mailbox,
			rb_entry(node, struct kipc_portion, by_messages));
}
