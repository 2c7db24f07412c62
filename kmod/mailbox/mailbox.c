// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/mailbox.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "core/limits.h"
#include "core/live.h"
#include "core/quota.h"
#include "mailbox/letter.h"
#include "mailbox/post.h"
#include "mailbox/receive.h"
#include "mailbox/spare.h"

/* Ends leases, hangs up */
static struct workqueue_struct *works;
static atomic64_t last_id;

static struct kipc_mailbox *of_object(struct kipc_object *object)
{
	return container_of(object, struct kipc_mailbox, object);
}

/* Nobody posts or receives any more, nor is anything leased. */
static void free_letters(struct kipc_mailbox *mailbox)
{
	struct kipc_letter *letter;

	while (mailbox->queue.first) {
		kipc_letter_discard(mailbox, kipc_prioq_pop(&mailbox->queue));
		cond_resched();
	}
	kipc_broadcast_deinit(mailbox);
	while ((letter = kipc_spare_take(mailbox) ?:
			 kipc_spare_pop(&mailbox->spares)))
		kipc_letter_free(letter);
}

static void uncharge(struct kipc_user *user, u64 bytes)
{
	kipc_quota_release(user, KIPC_QUOTA_MAILBOX_BYTES, bytes);
	kipc_quota_release(user, KIPC_QUOTA_MAILBOXES, 1);
}

static void count_writer(struct kipc_mailbox *mailbox, int writers)
{
	spin_lock(&mailbox->lock);
	WRITE_ONCE(mailbox->writers, mailbox->writers + writers);
	kipc_mailbox_check_locked(mailbox);
	spin_unlock(&mailbox->lock);
}

/* Also of one that was only half made; its dead-letter mailbox is not let go of. */
static void mailbox_free(struct kipc_mailbox *mailbox)
{
	free_letters(mailbox);
	kipc_prioq_deinit(&mailbox->queue);
	kipc_portions_deinit(mailbox);
	uncharge(mailbox->user, mailbox->charged);
	kipc_user_put(mailbox->user);
	kipc_live_add(KIPC_LIVE_MAILBOXES, -1);
	/* A name that refers to it is looked at under RCU. */
	kvfree_rcu(mailbox, rcu);
}

/*
 * The last reference is dropped where one may sleep, and without others' locks. With a
 * mailbox its dead-letter mailbox may go, and so on: there can be many of them.
 */
static void release(struct kipc_object *object)
{
	struct kipc_mailbox *mailbox = of_object(object), *dead_letter;

	do {
		dead_letter = mailbox->dead_letter;
		mailbox_free(mailbox);
		mailbox = dead_letter;
		if (mailbox)
			count_writer(mailbox, -1);
	} while (mailbox && refcount_dec_and_test(&mailbox->object.refs));
}

/* Its name is gone. */
static void no_senders(struct kipc_object *object)
{
	struct kipc_mailbox *mailbox = of_object(object);

	spin_lock(&mailbox->lock);
	WRITE_ONCE(mailbox->is_named, false);
	kipc_mailbox_check_locked(mailbox);
	spin_unlock(&mailbox->lock);
}

static const struct kipc_object_ops mailbox_ops = {
	.kind = KIPC_OBJECT_MAILBOX,
	.no_senders = no_senders,
	.release = release,
};

/**
 * kipc_mailbox_of() - which mailbox an object is
 * @object: an object of that kind
 *
 * Context: Any.
 * Return: The mailbox.
 */
struct kipc_mailbox *kipc_mailbox_of(struct kipc_object *object)
{
	return of_object(object);
}

static void expire_work(struct work_struct *work)
{
	struct kipc_mailbox *mailbox = container_of(to_delayed_work(work),
						    struct kipc_mailbox,
						    expire);

	kipc_leases_expire(mailbox);
	kipc_object_put(&mailbox->object);
}

/**
 * kipc_mailbox_expire_in() - look for leases that end
 * @mailbox: where
 * @delay: when, in jiffies from now; an earlier wish is forgotten
 *
 * Context: Any, with a reference to the mailbox.
 */
void kipc_mailbox_expire_in(struct kipc_mailbox *mailbox, unsigned long delay)
{
	kipc_object_get(&mailbox->object);
	/* If it was pending it has a reference already. */
	if (mod_delayed_work(works, &mailbox->expire, delay))
		refcount_dec(&mailbox->object.refs);
}

static void hang_up_work(struct work_struct *work)
{
	struct kipc_mailbox *mailbox = container_of(work, struct kipc_mailbox,
						    hang_up);

	if (kipc_mailbox_is_mute(mailbox)) {
		kipc_receivers_hang_up(mailbox);
		kipc_broadcast_hang_up(mailbox);
	}
	if (kipc_mailbox_is_deaf(mailbox))
		kipc_posters_hang_up(mailbox);
	__wake_up(&mailbox->pollers, TASK_NORMAL, 0,
		  poll_to_key(EPOLLHUP | EPOLLERR));
	kipc_object_put(&mailbox->object);
}

/**
 * kipc_mailbox_hang_up_locked() - tell all who wait that it has hung up
 * @mailbox: which
 *
 * Context: Mailbox's lock held.
 */
void kipc_mailbox_hang_up_locked(struct kipc_mailbox *mailbox)
{
	/* Where no file is open nobody waits. */
	if (!mailbox->files)
		return;
	kipc_object_get(&mailbox->object);
	if (!queue_work(works, &mailbox->hang_up))
		refcount_dec(&mailbox->object.refs);
}

static bool is_of_kind(const struct kipc_mailbox_open *args)
{
	bool is_work = args->kind == KIPC_MAILBOX_WORK;
	bool is_broadcast = args->kind == KIPC_MAILBOX_BROADCAST;

	if ((args->lease || args->deliveries_max) && !is_work)
		return false;
	if (args->history && !is_broadcast)
		return false;
	return !is_broadcast || args->policy == KIPC_MAILBOX_DROP;
}

static bool is_sized(const struct kipc_mailbox_open *args)
{
	return args->messages_max && args->size_max &&
	       args->messages_max <= KIPC_MAILBOX_MESSAGES_MAX &&
	       args->size_max <= KIPC_MAILBOX_SIZE_MAX &&
	       args->history <= args->messages_max;
}

/**
 * kipc_mailbox_check() - whether a mailbox can be made so
 * @args: how; what is to be as usual is said already
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int kipc_mailbox_check(const struct kipc_mailbox_open *args)
{
	if (args->kind > KIPC_MAILBOX_BROADCAST ||
	    args->policy > KIPC_MAILBOX_DROP || args->mode & ~0666 ||
	    !is_sized(args) || !is_of_kind(args))
		return -EINVAL;
	return 0;
}

/* What it takes at most, and more or less */
static u64 bytes_of(const struct kipc_mailbox_open *args)
{
	u64 each = struct_size((struct kipc_letter *)NULL, data,
			       args->size_max);

	if (args->kind == KIPC_MAILBOX_WORK)
		each += sizeof(struct kipc_lease);
	return sizeof(struct kipc_mailbox) + args->messages_max * each;
}

static int charge(struct kipc_user *user, u64 bytes)
{
	int ret = kipc_quota_charge(user, KIPC_QUOTA_MAILBOXES, 1);

	if (ret)
		return ret;
	ret = kipc_quota_charge(user, KIPC_QUOTA_MAILBOX_BYTES, bytes);
	if (ret)
		kipc_quota_release(user, KIPC_QUOTA_MAILBOXES, 1);
	return ret;
}

static void mailbox_init(struct kipc_mailbox *mailbox,
			 const struct kipc_mailbox_open *args)
{
	kipc_object_init(&mailbox->object, &mailbox_ops, NULL, 0);
	mailbox->id = atomic64_inc_return(&last_id);
	current_euid_egid(&mailbox->uid, &mailbox->gid);
	mailbox->made = *args;
	mailbox->spare_room = min_t(u32, args->size_max, KIPC_SPARE_ROOM);
	mailbox->spares_max = min_t(u32, args->messages_max, KIPC_SPARES_KEPT);
	spin_lock_init(&mailbox->lock);
	kipc_portion_init(&mailbox->own, mailbox->uid, true);
	xa_init(&mailbox->portions);
	mailbox->waiting = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&mailbox->receivers);
	mailbox->choosy = RB_ROOT_CACHED;
	kipc_leases_init(&mailbox->leases);
	init_waitqueue_head(&mailbox->pollers);
	INIT_DELAYED_WORK(&mailbox->expire, expire_work);
	INIT_WORK(&mailbox->hang_up, hang_up_work);
	kipc_live_add(KIPC_LIVE_MAILBOXES, 1);
}

static void set_dead_letter(struct kipc_mailbox *mailbox,
			    struct kipc_mailbox *dead_letter)
{
	if (!dead_letter)
		return;
	kipc_object_get(&dead_letter->object);
	count_writer(dead_letter, 1);
	mailbox->dead_letter = dead_letter;
}

/**
 * kipc_mailbox_new() - make a mailbox
 * @user: who is charged for it
 * @args: how, as kipc_mailbox_check() found it good
 * @dead_letter: where letters go that came back too often, or NULL
 *
 * Context: Process context. May sleep.
 * Return: A mailbox with one reference, or an ERR_PTR() of -EDQUOT or -ENOMEM.
 */
struct kipc_mailbox *kipc_mailbox_new(struct kipc_user *user,
				      const struct kipc_mailbox_open *args,
				      struct kipc_mailbox *dead_letter)
{
	struct kipc_mailbox *mailbox;
	u64 bytes = bytes_of(args);
	int ret;

	ret = charge(user, bytes);
	if (ret)
		return ERR_PTR(ret);
	mailbox = kvzalloc(sizeof(*mailbox), GFP_KERNEL_ACCOUNT);
	if (!mailbox) {
		uncharge(user, bytes);
		return ERR_PTR(-ENOMEM);
	}
	mailbox->user = kipc_user_get(user);
	mailbox->charged = bytes;
	mailbox_init(mailbox, args);
	set_dead_letter(mailbox, dead_letter);
	ret = kipc_broadcast_init(mailbox);
	if (!ret && !kipc_mailbox_is_broadcast(mailbox))
		ret = kipc_prioq_init(&mailbox->queue, &mailbox->lock);
	if (ret) {
		kipc_object_put(&mailbox->object);
		return ERR_PTR(ret);
	}
	return mailbox;
}

/**
 * kipc_mailbox_init() - get ready
 *
 * Context: Process context, when the module is loaded.
 * Return: 0 or -ENOMEM.
 */
int __init kipc_mailbox_init(void)
{
	works = alloc_workqueue("kipc", WQ_UNBOUND, 0);
	return works ? 0 : -ENOMEM;
}

/**
 * kipc_mailbox_exit() - wait until all mailboxes are gone
 *
 * Context: Process context, when no file is open and no name is left.
 */
void kipc_mailbox_exit(void)
{
	destroy_workqueue(works);
}
