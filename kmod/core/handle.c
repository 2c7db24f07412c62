// SPDX-License-Identifier: GPL-2.0-only
#include "core/handle.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "core/limits.h"
#include "core/live.h"
#include "core/object.h"
#include "core/quota.h"
#include "core/watch.h"

static struct kmem_cache *handle_cache;

/**
 * kipc_handle_cache_init() - make the cache of handles
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int kipc_handle_cache_init(void)
{
	handle_cache = kmem_cache_create("kipc_handle",
					 sizeof(struct kipc_handle), 0,
					 SLAB_ACCOUNT, NULL);
	return handle_cache ? 0 : -ENOMEM;
}

/**
 * kipc_handle_cache_exit() - end the cache of handles
 *
 * Context: Process context, after rcu_barrier().
 */
void kipc_handle_cache_exit(void)
{
	kmem_cache_destroy(handle_cache);
}

/* The order of the tree: by object, then by rights */
struct key {
	struct kipc_object *object;
	u32 rights;
};

static int compare(const void *key, const struct rb_node *node)
{
	const struct key *k = key;
	const struct kipc_handle *handle =
		rb_entry(node, struct kipc_handle, by_object);

	if (k->object != handle->object)
		return k->object < handle->object ? -1 : 1;
	if (k->rights != handle->rights)
		return k->rights < handle->rights ? -1 : 1;
	return 0;
}

static int compare_nodes(struct rb_node *new, const struct rb_node *node)
{
	struct kipc_handle *handle =
		rb_entry(new, struct kipc_handle, by_object);
	struct key key = { handle->object, handle->rights };

	return compare(&key, node);
}

static struct kipc_handle *find_by_object(struct kipc_table *table,
					  struct kipc_object *object,
					  u32 rights)
{
	struct key key = { object, rights };
	struct rb_node *node;

	node = rb_find(&key, &table->by_object, compare);
	return node ? rb_entry(node, struct kipc_handle, by_object) : NULL;
}

static void handle_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(handle_cache,
			container_of(rcu, struct kipc_handle, rcu));
}

/* The handle is out of the table; nobody but RCU readers sees it. */
static void handle_end(struct kipc_table *table, struct kipc_handle *handle)
{
	struct kipc_object *object = handle->object;

	if (handle->watch)
		kipc_watch_remove(handle->watch);
	kipc_quota_release(table->user, KIPC_QUOTA_HANDLES, 1);
	kipc_live_add(KIPC_LIVE_HANDLES, -1);
	call_rcu(&handle->rcu, handle_free_rcu);
	kipc_object_drop_sender(object);
}

static struct kipc_handle __rcu **hot(struct kipc_table *table, u32 id)
{
	return &table->hot[id % KIPC_HOT_HANDLES];
}

static void remove_locked(struct kipc_table *table, struct kipc_handle *handle)
{
	lockdep_assert_held(&table->lock);

	if (rcu_access_pointer(*hot(table, handle->id)) == handle)
		RCU_INIT_POINTER(*hot(table, handle->id), NULL);
	xa_erase(&table->handles, handle->id);
	rb_erase(&handle->by_object, &table->by_object);
	table->handle_count--;
}

/**
 * kipc_table_init() - make an empty table
 * @table: its memory
 * @user: who is charged
 * @queue: where notices go
 *
 * Context: Any.
 */
void kipc_table_init(struct kipc_table *table, struct kipc_user *user,
		     struct kipc_queue *queue)
{
	mutex_init(&table->lock);
	table->closed = false;
	table->next_handle = 0;
	table->next_owned = 0;
	table->handle_count = 0;
	table->owned_count = 0;
	xa_init_flags(&table->handles, XA_FLAGS_ALLOC1);
	memset(table->hot, 0, sizeof(table->hot));
	table->by_object = RB_ROOT;
	xa_init_flags(&table->owned, XA_FLAGS_ALLOC1);
	table->user = user;
	table->queue = queue;
}

/**
 * kipc_table_close() - drop all handles and refuse new ones
 * @table: the table; its owned objects are gone already
 *
 * Context: Process context. May sleep.
 */
void kipc_table_close(struct kipc_table *table)
{
	struct kipc_handle *handle;
	unsigned long id;

	mutex_lock(&table->lock);
	table->closed = true;
	mutex_unlock(&table->lock);

	/* Nobody changes the table any more. */
	xa_for_each(&table->handles, id, handle) {
		mutex_lock(&table->lock);
		remove_locked(table, handle);
		mutex_unlock(&table->lock);
		handle_end(table, handle);
		cond_resched();
	}
	WARN_ON_ONCE(!xa_empty(&table->owned));
	xa_destroy(&table->handles);
	xa_destroy(&table->owned);
}

/**
 * kipc_table_own() - enter an object that the endpoint owns
 * @table: the endpoint's table
 * @object: the object; the caller's reference becomes the table's
 * @id: gets its number
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_table_own(struct kipc_table *table, struct kipc_object *object,
		   u32 *id)
{
	int ret;

	mutex_lock(&table->lock);
	ret = xa_alloc_cyclic(&table->owned, id, object, xa_limit_31b,
			      &table->next_owned, GFP_KERNEL);
	if (ret >= 0)
		table->owned_count++;
	mutex_unlock(&table->lock);
	return ret < 0 ? -ENOMEM : 0;
}

/**
 * kipc_table_disown() - take out an object that the endpoint owns
 * @table: the endpoint's table
 * @id: its number
 *
 * Context: Process context. May sleep.
 * Return: The object with the table's reference, or NULL.
 */
struct kipc_object *kipc_table_disown(struct kipc_table *table, u32 id)
{
	struct kipc_object *object;

	mutex_lock(&table->lock);
	object = xa_erase(&table->owned, id);
	if (object)
		table->owned_count--;
	mutex_unlock(&table->lock);
	return object;
}

/**
 * kipc_table_owned() - find an object that the endpoint owns
 * @table: the endpoint's table
 * @id: its number
 *
 * Context: Any.
 * Return: The object with a reference, or an ERR_PTR() of -ENXIO.
 */
struct kipc_object *kipc_table_owned(struct kipc_table *table, u32 id)
{
	struct kipc_object *object;

	rcu_read_lock();
	object = xa_load(&table->owned, id);
	if (!object || !kipc_object_tryget(object))
		object = ERR_PTR(-ENXIO);
	rcu_read_unlock();
	return object;
}

/**
 * kipc_table_resolve() - find the object of a handle
 * @table: the endpoint's table
 * @id: the handle
 * @rights_wanted: rights that it must have
 * @rights: gets the rights that it has; may be NULL
 *
 * Context: Any.
 * Return: The object with a reference, or an ERR_PTR() of -ENXIO (no such
 * handle) or -EACCES (it lacks a right).
 */
struct kipc_object *kipc_table_resolve(struct kipc_table *table, u32 id,
				       u32 rights_wanted, u32 *rights)
{
	struct kipc_object *object;
	struct kipc_handle *handle;

	rcu_read_lock();
	handle = kipc_table_find_rcu(table, id);
	if (!handle) {
		object = ERR_PTR(-ENXIO);
	} else if ((handle->rights & rights_wanted) != rights_wanted) {
		object = ERR_PTR(-EACCES);
	} else {
		object = handle->object;
		if (rights)
			*rights = handle->rights;
		if (!kipc_object_tryget(object))
			object = ERR_PTR(-ENXIO);
	}
	rcu_read_unlock();
	return object;
}

static struct kipc_handle *handle_new(struct kipc_object *object, u32 rights)
{
	struct kipc_handle *handle;

	handle = kmem_cache_alloc(handle_cache, GFP_KERNEL);
	if (!handle)
		return NULL;
	handle->object = object;
	handle->watch = NULL;
	handle->rights = rights;
	handle->uses = 1;
	return handle;
}

static int insert_locked(struct kipc_table *table, struct kipc_handle *handle)
{
	lockdep_assert_held(&table->lock);

	if (table->closed)
		return -EOWNERDEAD;
	if (xa_alloc_cyclic(&table->handles, &handle->id, handle, xa_limit_31b,
			    &table->next_handle, GFP_KERNEL) < 0)
		return -ENOMEM;
	if (!rcu_access_pointer(*hot(table, handle->id)))
		rcu_assign_pointer(*hot(table, handle->id), handle);
	rb_find_add(&handle->by_object, &table->by_object, compare_nodes);
	table->handle_count++;
	kipc_object_add_sender(handle->object);
	kipc_live_add(KIPC_LIVE_HANDLES, 1);
	return 0;
}

/* Adds a use to the handle that there is. Returns -ENOENT if there is none. */
static int use_locked(struct kipc_table *table, struct kipc_object *object,
		      u32 rights, u32 *id)
{
	struct kipc_handle *handle;

	lockdep_assert_held(&table->lock);

	handle = find_by_object(table, object, rights);
	if (!handle)
		return -ENOENT;
	if (table->closed)
		return -EOWNERDEAD;
	if (handle->uses == KIPC_HANDLE_USES_MAX)
		return -EDQUOT;
	handle->uses++;
	*id = handle->id;
	return 0;
}

/*
 * The memory is taken without the lock: taking it can be made slow by the cgroup
 * of the running thread, and the table may be another's.
 */
static int install_new(struct kipc_table *table, struct kipc_object *object,
		       u32 rights, u32 *id)
{
	struct kipc_handle *handle;
	int ret;

	ret = kipc_quota_charge(table->user, KIPC_QUOTA_HANDLES, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	handle = handle_new(object, rights);
	if (!handle)
		goto err_charge;

	mutex_lock(&table->lock);
	/* Another thread may have been faster. */
	ret = use_locked(table, object, rights, id);
	if (ret != -ENOENT) {
		mutex_unlock(&table->lock);
		goto err_handle;
	}
	ret = insert_locked(table, handle);
	if (!ret)
		*id = handle->id;
	mutex_unlock(&table->lock);
	if (!ret)
		return 0;

err_handle:
	kmem_cache_free(handle_cache, handle);
err_charge:
	kipc_quota_release(table->user, KIPC_QUOTA_HANDLES, 1);
	return ret;
}

/**
 * kipc_handle_install() - give an endpoint a handle
 * @table: the endpoint's table
 * @object: an object to which the caller has a reference
 * @rights: with which rights
 * @id: gets the handle
 *
 * Context: Process context. May sleep.
 * Return: 0, -EDQUOT, -ENOMEM, or -EOWNERDEAD if the table is closed.
 */
int kipc_handle_install(struct kipc_table *table, struct kipc_object *object,
			u32 rights, u32 *id)
{
	int ret;

	mutex_lock(&table->lock);
	ret = use_locked(table, object, rights, id);
	mutex_unlock(&table->lock);
	return ret == -ENOENT ? install_new(table, object, rights, id) : ret;
}

/**
 * kipc_handle_drop() - give back one use of a handle
 * @table: the endpoint's table
 * @id: the handle
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENXIO.
 */
int kipc_handle_drop(struct kipc_table *table, u32 id)
{
	struct kipc_handle *handle;
	bool last;

	mutex_lock(&table->lock);
	handle = xa_load(&table->handles, id);
	if (!handle || table->closed) {
		mutex_unlock(&table->lock);
		return -ENXIO;
	}
	last = !--handle->uses;
	if (last)
		remove_locked(table, handle);
	mutex_unlock(&table->lock);
	if (last)
		handle_end(table, handle);
	return 0;
}

static int arm_locked(struct kipc_table *table, u32 id,
		      struct kipc_watch *watch)
{
	struct kipc_handle *handle;

	lockdep_assert_held(&table->lock);

	handle = xa_load(&table->handles, id);
	if (!handle)
		return -ENXIO;
	if (!(handle->rights & KIPC_RIGHT_WATCH))
		return -EACCES;
	if (handle->watch && !kipc_watch_is_over(handle->watch))
		return -EEXIST;
	if (handle->watch)
		kipc_watch_remove(handle->watch);
	handle->watch = watch;
	kipc_watch_arm(watch, handle->object);
	return 0;
}

/**
 * kipc_handle_watch() - ask to be told when a handle's object dies
 * @table: the endpoint's table
 * @id: the handle
 * @cookie: what is to come with the notice
 *
 * Context: Process context. May sleep.
 * Return: 0, -EACCES, -EDQUOT, -EEXIST, -ENOMEM or -ENXIO.
 */
int kipc_handle_watch(struct kipc_table *table, u32 id, u64 cookie)
{
	struct kipc_watch *watch;
	int ret;

	watch = kipc_watch_new(table->queue, table->user, cookie);
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	mutex_lock(&table->lock);
	ret = arm_locked(table, id, watch);
	mutex_unlock(&table->lock);
	if (ret)
		kipc_watch_free(watch);
	return ret;
}

/**
 * kipc_handle_unwatch() - take that back
 * @table: the endpoint's table
 * @id: the handle
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENXIO if there is no such handle or no watch on it.
 */
int kipc_handle_unwatch(struct kipc_table *table, u32 id)
{
	struct kipc_handle *handle;
	int ret = 0;

	mutex_lock(&table->lock);
	handle = xa_load(&table->handles, id);
	if (handle && handle->watch) {
		/* The handle keeps the object while the lock is held. */
		kipc_watch_remove(handle->watch);
		handle->watch = NULL;
	} else {
		ret = -ENXIO;
	}
	mutex_unlock(&table->lock);
	return ret;
}
