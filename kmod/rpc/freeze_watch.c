// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/freeze_watch.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/quota.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

static struct kipc_freeze_watcher *of_entry(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_freeze_watcher, entry);
}

static struct kipc_freeze_watcher *of_node(const struct rb_node *node)
{
	return rb_entry(node, struct kipc_freeze_watcher, of_watching);
}

static void watcher_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_freeze_watcher *watcher = of_entry(entry);

	refcount_inc(&watcher->refs);
	message->kind = KIPC_MSG_FROZEN;
	message->cookie = watcher->cookie;
	message->bits = watcher->bits;
	message->code = watcher->changes;
	watcher->bits &= KIPC_IS_FROZEN;
}

/* What it said of how it is now may be old; what it said of the past is not. */
static bool watcher_untake(struct kipc_entry *entry,
			   const struct kipc_message *message)
{
	of_entry(entry)->bits |= message->bits & ~KIPC_IS_FROZEN;
	return true;
}

static void watcher_put(struct kipc_entry *entry)
{
	struct kipc_freeze_watcher *watcher = of_entry(entry);

	if (!refcount_dec_and_test(&watcher->refs))
		return;
	kfree(watcher);
	kipc_live_add(KIPC_LIVE_WATCHES, -1);
}

static const struct kipc_entry_ops watcher_ops = {
	.take = watcher_take,
	.untake = watcher_untake,
	.put = watcher_put,
};

static int compare(const void *key, const struct rb_node *node)
{
	u64 cookie = *(const u64 *)key;

	if (cookie == of_node(node)->cookie)
		return 0;
	return cookie < of_node(node)->cookie ? -1 : 1;
}

static int compare_nodes(struct rb_node *a, const struct rb_node *b)
{
	return compare(&of_node(a)->cookie, b);
}

static struct kipc_freeze_watcher *watcher_new(struct kipc_endpoint *watching,
					       u64 cookie)
{
	struct kipc_freeze_watcher *watcher;

	watcher = kzalloc(sizeof(*watcher), GFP_KERNEL_ACCOUNT);
	if (!watcher)
		return NULL;
	kipc_entry_init(&watcher->entry, &watcher_ops, KIPC_LEVEL_NOTICE);
	refcount_set(&watcher->refs, 1);
	watcher->cookie = cookie;
	watcher->watching = watching;
	kipc_live_add(KIPC_LIVE_WATCHES, 1);
	return watcher;
}

/* Notes what happened to the watched endpoint, and how it is now. */
static void tell(struct kipc_freeze_watcher *watcher, bool frozen)
{
	u64 bits = frozen ? KIPC_FROZEN | KIPC_IS_FROZEN : KIPC_THAWED;
	struct kipc_queue *queue = &watcher->watching->queue;
	struct task_struct *receiver = NULL;
	bool added;

	spin_lock(&queue->lock);
	watcher->bits = (watcher->bits & ~KIPC_IS_FROZEN) | bits;
	watcher->changes++;
	added = kipc_queue_post_locked(queue, &watcher->entry, &receiver);
	spin_unlock(&queue->lock);
	if (added)
		kipc_queue_wake(queue, receiver);
}

static int insert_locked(struct kipc_freeze_watcher *watcher,
			 struct kipc_endpoint *watched)
{
	lockdep_assert_held(&watched->domain->endpoints_lock);

	if (list_empty(&watched->link))
		return -EOWNERDEAD;
	if (rb_find_add(&watcher->of_watching,
			&watcher->watching->freeze_watches, compare_nodes))
		return -EEXIST;
	list_add_tail(&watcher->of_watched, &watched->freeze_watchers);
	if (watched->queue.frozen)
		tell(watcher, true);
	return 0;
}

static int add(struct kipc_endpoint *watching, struct kipc_endpoint *watched,
	       u64 cookie)
{
	struct kipc_domain *domain = watching->domain;
	struct kipc_freeze_watcher *watcher;
	int ret;

	ret = kipc_quota_charge(watching->user, KIPC_QUOTA_WATCHES, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	watcher = watcher_new(watching, cookie);
	if (!watcher)
		goto err_charge;
	mutex_lock(&domain->endpoints_lock);
	ret = insert_locked(watcher, watched);
	mutex_unlock(&domain->endpoints_lock);
	if (ret)
		goto err_watcher;
	return 0;

err_watcher:
	watcher_put(&watcher->entry);
err_charge:
	kipc_quota_release(watching->user, KIPC_QUOTA_WATCHES, 1);
	return ret;
}

/**
 * kipc_freeze_watch_add() - watch whether an object's owner is frozen
 * @endpoint: who watches
 * @handle: its handle to the object, which must have the right WATCH
 * @cookie: what is to come with the notices; tells the endpoint's watches apart
 *
 * Context: Process context. May sleep.
 * Return: 0, -EACCES, -EDQUOT, -EEXIST, -ENOMEM, -ENXIO or -EOWNERDEAD.
 */
int kipc_freeze_watch_add(struct kipc_endpoint *endpoint, u32 handle,
			  u64 cookie)
{
	struct kipc_endpoint *watched;
	struct kipc_object *object;
	int ret;

	object = kipc_table_resolve(&endpoint->table, handle, KIPC_RIGHT_WATCH,
				    NULL);
	if (IS_ERR(object))
		return PTR_ERR(object);
	watched = kipc_node_owner_get(kipc_node_of(object));
	kipc_object_put(object);
	if (!watched)
		return -EOWNERDEAD;
	ret = add(endpoint, watched, cookie);
	kipc_endpoint_put(watched);
	return ret;
}

static void end_locked(struct kipc_freeze_watcher *watcher)
{
	struct kipc_endpoint *watching = watcher->watching;

	lockdep_assert_held(&watching->domain->endpoints_lock);

	rb_erase(&watcher->of_watching, &watching->freeze_watches);
	list_del(&watcher->of_watched);
	kipc_queue_retire(&watching->queue, &watcher->entry);
	kipc_quota_release(watching->user, KIPC_QUOTA_WATCHES, 1);
	watcher_put(&watcher->entry);
}

/**
 * kipc_freeze_watch_remove() - watch no longer
 * @endpoint: who watches
 * @cookie: of the watch
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENXIO.
 */
int kipc_freeze_watch_remove(struct kipc_endpoint *endpoint, u64 cookie)
{
	struct kipc_domain *domain = endpoint->domain;
	struct rb_node *node;

	mutex_lock(&domain->endpoints_lock);
	node = rb_find(&cookie, &endpoint->freeze_watches, compare);
	if (node)
		end_locked(of_node(node));
	mutex_unlock(&domain->endpoints_lock);
	return node ? 0 : -ENXIO;
}

/**
 * kipc_freeze_watches_end() - remove all watches of an endpoint
 * @endpoint: who watches, and of whom no command is running any more
 *
 * Context: Process context. May sleep.
 */
void kipc_freeze_watches_end(struct kipc_endpoint *endpoint)
{
	struct kipc_domain *domain = endpoint->domain;
	struct rb_node *node;

	/* One after the other, so that the lock is not held for long. */
	while ((node = rb_first(&endpoint->freeze_watches))) {
		mutex_lock(&domain->endpoints_lock);
		end_locked(of_node(node));
		mutex_unlock(&domain->endpoints_lock);
	}
}

/**
 * kipc_freeze_watches_tell_locked() - tell those who watch an endpoint
 * @endpoint: that was frozen or thawed just now; the domain's endpoints_lock is
 *	held
 *
 * Context: Process context, with the lock held. May sleep.
 */
void kipc_freeze_watches_tell_locked(struct kipc_endpoint *endpoint)
{
	struct kipc_freeze_watcher *watcher;

	lockdep_assert_held(&endpoint->domain->endpoints_lock);

	list_for_each_entry(watcher, &endpoint->freeze_watchers, of_watched) {
		tell(watcher, endpoint->queue.frozen);
		cond_resched();
	}
}
