// SPDX-License-Identifier: GPL-2.0-only
#include "core/name_watch.h"

#include <linux/slab.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/name.h"
#include "core/quota.h"

static struct kipc_name_watcher *to_watcher(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_name_watcher, entry);
}

static void watcher_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_name_watcher *watcher = to_watcher(entry);

	refcount_inc(&watcher->refs);
	message->kind = KIPC_MSG_NAMES;
	message->cookie = watcher->cookie;
	message->bits = watcher->bits;
	watcher->bits = 0;
}

static bool watcher_untake(struct kipc_entry *entry,
			   const struct kipc_message *message)
{
	to_watcher(entry)->bits |= message->bits;
	return true;
}

static void watcher_put(struct kipc_entry *entry)
{
	struct kipc_name_watcher *watcher = to_watcher(entry);

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

static struct kipc_name_watcher *find_locked(struct kipc_publisher *publisher,
					     u64 cookie)
{
	struct kipc_name_watcher *watcher;

	lockdep_assert_held(&publisher->domain->registry.lock);

	list_for_each_entry(watcher, &publisher->watches, of_publisher)
		if (watcher->cookie == cookie)
			return watcher;
	return NULL;
}

static struct kipc_name_watcher *watcher_new(struct kipc_queue *queue,
					     const struct kipc_key *prefix,
					     u64 cookie)
{
	struct kipc_name_watcher *watcher;

	watcher = kmalloc(sizeof(*watcher), GFP_KERNEL_ACCOUNT);
	if (!watcher)
		return NULL;
	kipc_entry_init(&watcher->entry, &watcher_ops, KIPC_LEVEL_ONE_WAY);
	refcount_set(&watcher->refs, 1);
	watcher->bits = 0;
	watcher->cookie = cookie;
	watcher->queue = queue;
	watcher->prefix = *prefix;
	kipc_live_add(KIPC_LIVE_WATCHES, 1);
	return watcher;
}

/**
 * kipc_name_watch_add() - watch a prefix
 * @publisher: the endpoint's side of the registry
 * @prefix: of the names that matter
 * @cookie: what is to come with the notices; tells the endpoint's watches apart
 *
 * Context: Process context. May sleep.
 * Return: 0, -EDQUOT, -EEXIST or -ENOMEM.
 */
int kipc_name_watch_add(struct kipc_publisher *publisher,
			const struct kipc_key *prefix, u64 cookie)
{
	struct kipc_registry *registry = &publisher->domain->registry;
	struct kipc_name_watcher *watcher;
	int ret;

	ret = kipc_quota_charge(publisher->user, KIPC_QUOTA_NAME_WATCHES, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	watcher = watcher_new(publisher->queue, prefix, cookie);
	if (!watcher)
		goto err_charge;

	mutex_lock(&registry->lock);
	if (find_locked(publisher, cookie)) {
		mutex_unlock(&registry->lock);
		ret = -EEXIST;
		goto err_watcher;
	}
	list_add_tail(&watcher->of_registry, &registry->watches);
	list_add_tail(&watcher->of_publisher, &publisher->watches);
	mutex_unlock(&registry->lock);
	return 0;

err_watcher:
	watcher_put(&watcher->entry);
err_charge:
	kipc_quota_release(publisher->user, KIPC_QUOTA_NAME_WATCHES, 1);
	return ret;
}

static void end_locked(struct kipc_publisher *publisher,
		       struct kipc_name_watcher *watcher)
{
	lockdep_assert_held(&publisher->domain->registry.lock);

	list_del(&watcher->of_registry);
	list_del(&watcher->of_publisher);
	kipc_queue_retire(watcher->queue, &watcher->entry);
	kipc_quota_release(publisher->user, KIPC_QUOTA_NAME_WATCHES, 1);
	watcher_put(&watcher->entry);
}

/**
 * kipc_name_watch_remove() - no longer watch a prefix
 * @publisher: the endpoint's side of the registry
 * @cookie: of the watch
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENXIO.
 */
int kipc_name_watch_remove(struct kipc_publisher *publisher, u64 cookie)
{
	struct kipc_registry *registry = &publisher->domain->registry;
	struct kipc_name_watcher *watcher;

	mutex_lock(&registry->lock);
	watcher = find_locked(publisher, cookie);
	if (watcher)
		end_locked(publisher, watcher);
	mutex_unlock(&registry->lock);
	return watcher ? 0 : -ENXIO;
}

/**
 * kipc_name_watches_end() - remove all watches of an endpoint
 * @publisher: the endpoint's side of the registry
 *
 * Context: Process context. May sleep.
 */
void kipc_name_watches_end(struct kipc_publisher *publisher)
{
	struct kipc_registry *registry = &publisher->domain->registry;
	struct kipc_name_watcher *watcher, *next;

	mutex_lock(&registry->lock);
	list_for_each_entry_safe(watcher, next, &publisher->watches,
				 of_publisher)
		end_locked(publisher, watcher);
	mutex_unlock(&registry->lock);
}

/**
 * kipc_name_watches_tell_locked() - tell those who watch a name
 * @registry: the registry, whose lock is held
 * @name: the name that appeared or vanished
 * @size: its size
 * @bits: which of the two
 *
 * Context: Process context, with the lock held.
 */
void kipc_name_watches_tell_locked(struct kipc_registry *registry,
				   const char *name, u32 size, u32 bits)
{
	struct kipc_name_watcher *watcher;

	lockdep_assert_held(&registry->lock);

	list_for_each_entry(watcher, &registry->watches, of_registry) {
		if (!kipc_prefix_matches(&watcher->prefix, name, size))
			continue;
		kipc_queue_post_bits(watcher->queue, &watcher->entry,
				     &watcher->bits, bits);
	}
}
