// SPDX-License-Identifier: GPL-2.0-only
#include "core/watch.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "core/live.h"
#include "core/object.h"
#include "core/quota.h"

static struct kipc_watch *to_watch(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_watch, entry);
}

static void watch_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_watch *watch = to_watch(entry);

	refcount_inc(&watch->refs);
	message->kind = KIPC_MSG_DEATH;
	message->cookie = watch->cookie;
}

static bool watch_untake(struct kipc_entry *entry,
			 const struct kipc_message *message)
{
	return true;
}

/* It is over, unless it is removed already. */
static void watch_received(struct kipc_entry *entry)
{
	struct kipc_watch *watch = to_watch(entry);
	bool over;

	spin_lock(&watch->queue->lock);
	over = !entry->retired;
	if (over)
		watch->over = true;
	spin_unlock(&watch->queue->lock);
	if (over)
		kipc_quota_release(watch->user, KIPC_QUOTA_WATCHES, 1);
}

static void put(struct kipc_watch *watch)
{
	if (!refcount_dec_and_test(&watch->refs))
		return;
	kfree(watch);
	kipc_live_add(KIPC_LIVE_WATCHES, -1);
}

static void watch_put(struct kipc_entry *entry)
{
	put(to_watch(entry));
}

static const struct kipc_entry_ops watch_entry_ops = {
	.take = watch_take,
	.untake = watch_untake,
	.received = watch_received,
	.put = watch_put,
};

/**
 * kipc_watch_new() - make a watch that watches nothing yet
 * @queue: where the notice is to go
 * @user: who is charged
 * @cookie: what is to come with the notice
 *
 * Context: Process context. May sleep.
 * Return: The watch, or an ERR_PTR() of -EDQUOT or -ENOMEM.
 */
struct kipc_watch *kipc_watch_new(struct kipc_queue *queue,
				  struct kipc_user *user, u64 cookie)
{
	struct kipc_watch *watch;
	int ret;

	ret = kipc_quota_charge(user, KIPC_QUOTA_WATCHES, 1);
	if (ret)
		return ERR_PTR(ret);
	watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	if (!watch) {
		kipc_quota_release(user, KIPC_QUOTA_WATCHES, 1);
		return ERR_PTR(-ENOMEM);
	}
	kipc_live_add(KIPC_LIVE_WATCHES, 1);
	kipc_entry_init(&watch->entry, &watch_entry_ops, KIPC_LEVEL_NOTICE);
	refcount_set(&watch->refs, 1);
	watch->cookie = cookie;
	INIT_LIST_HEAD(&watch->link);
	watch->queue = queue;
	watch->user = user;
	return watch;
}

/**
 * kipc_watch_arm() - watch an object
 * @watch: a new watch
 * @object: what; if it is dead already, the notice goes out at once
 *
 * Context: Process context, mutexes may be held.
 */
void kipc_watch_arm(struct kipc_watch *watch, struct kipc_object *object)
{
	watch->object = object;
	spin_lock(&object->lock);
	if (object->dead)
		kipc_queue_post(watch->queue, &watch->entry);
	else
		list_add_tail(&watch->link, &object->watches);
	spin_unlock(&object->lock);
}

/**
 * kipc_watch_is_over() - whether there is nothing more to come
 * @watch: the watch
 *
 * Context: Process context, mutexes may be held.
 * Return: Whether its notice was received. If so, it stays so.
 */
bool kipc_watch_is_over(struct kipc_watch *watch)
{
	bool ret;

	spin_lock(&watch->queue->lock);
	ret = watch->over;
	spin_unlock(&watch->queue->lock);
	return ret;
}

/**
 * kipc_watch_free() - free a watch
 * @watch: a watch that watches nothing, and whose notice is not queued
 *
 * Context: Process context, mutexes may be held.
 */
void kipc_watch_free(struct kipc_watch *watch)
{
	if (!kipc_watch_is_over(watch))
		kipc_quota_release(watch->user, KIPC_QUOTA_WATCHES, 1);
	put(watch);
}

/**
 * kipc_watch_remove() - watch no longer, and withdraw a notice not yet received
 * @watch: the watch; it is gone afterwards
 *
 * Context: Process context, mutexes may be held.
 */
void kipc_watch_remove(struct kipc_watch *watch)
{
	struct kipc_object *object = watch->object;

	spin_lock(&object->lock);
	list_del_init(&watch->link);
	spin_unlock(&object->lock);

	kipc_queue_retire(watch->queue, &watch->entry);
	kipc_watch_free(watch);
}

/**
 * kipc_watches_fire() - tell all watchers that an object died
 * @object: an object that is marked dead, so that no watch is added
 *
 * Takes one watch at a time, so that the lock is never held for long however
 * many there are, and so that a watch that is removed meanwhile does no harm.
 *
 * Context: Process context. May sleep.
 */
void kipc_watches_fire(struct kipc_object *object)
{
	struct kipc_watch *watch;

	for (;;) {
		spin_lock(&object->lock);
		watch = list_first_entry_or_null(&object->watches,
						 struct kipc_watch, link);
		if (watch) {
			list_del_init(&watch->link);
			kipc_queue_post(watch->queue, &watch->entry);
		}
		spin_unlock(&object->lock);
		if (!watch)
			return;
		cond_resched();
	}
}
