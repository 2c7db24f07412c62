/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table holds what one endpoint can name by number: the handles that it has
 * to objects of others, and the objects that it owns.
 *
 * A handle is an object and a set of rights. A table has at most one handle for
 * each such pair, so two handles to one object compare equal; it counts how
 * often it was given. A handle is a sender of its object.
 *
 * Locks: @lock, a mutex, protects changes. kipc_table_resolve() looks up under
 * RCU and takes no lock: it is on the path of each call. Handles are freed after
 * a grace period, and an object's memory outlives its last reference by one, so
 * what a reader finds can be looked at; whether it is still alive is decided by
 * taking a reference.
 *
 * The oldest handle of each residue of its id is in @hot, where it is found without
 * a search. An endpoint that has few handles has all of them there.
 *
 * Another process installs a handle here when it sends one, so nothing that
 * user space can delay is done with the lock held. That includes memory charged
 * to a cgroup, whose limits can make its taking slow. The nodes of the xarrays
 * are not charged; quotas bound them.
 */
#ifndef KIPC_CORE_HANDLE_H
#define KIPC_CORE_HANDLE_H

#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "core/limits.h"

struct kipc_object;
struct kipc_queue;
struct kipc_user;
struct kipc_watch;

/**
 * struct kipc_handle - an object and a set of rights
 * @object: the object; the handle is one of its senders (constant)
 * @by_object: in the table's tree (protected by the table's lock)
 * @rcu: frees it, once it is out of the tree
 * @watch: set if its holder wants to be told of the object's death, and perhaps
 *	still if it was (table's lock)
 * @id: its number (constant)
 * @rights: KIPC_RIGHT_* (constant)
 * @uses: how often it was given and not dropped (table's lock)
 */
struct kipc_handle {
	struct kipc_object *object;
	union {
		struct rb_node by_object;
		struct rcu_head rcu;
	};
	struct kipc_watch *watch;
	u32 id;
	u32 rights;
	u32 uses;
};

/**
 * struct kipc_table - what an endpoint can name by number
 * @lock: protects changes
 * @closed: nothing can be installed any more (@lock)
 * @next_handle: where to look for the next free id (@lock)
 * @next_owned: the same for owned objects (@lock)
 * @handle_count: handles (@lock)
 * @owned_count: owned objects (@lock)
 * @handles: struct kipc_handle by id
 * @hot: some of them by id, modulo the size (RCU; changed under @lock)
 * @by_object: the same by object and rights (@lock)
 * @owned: struct kipc_object by id
 * @user: who is charged; the endpoint holds the reference (constant)
 * @queue: where notices go (constant)
 */
struct kipc_table {
	struct mutex lock;	/* all that changes */
	bool closed;
	u32 next_handle;
	u32 next_owned;
	u32 handle_count;
	u32 owned_count;
	struct xarray handles;
	struct kipc_handle __rcu *hot[KIPC_HOT_HANDLES];
	struct rb_root by_object;
	struct xarray owned;
	struct kipc_user *user;
	struct kipc_queue *queue;
};

void kipc_table_init(struct kipc_table *table, struct kipc_user *user,
		     struct kipc_queue *queue);
void kipc_table_close(struct kipc_table *table);

int kipc_table_own(struct kipc_table *table, struct kipc_object *object,
		   u32 *id);
struct kipc_object *kipc_table_disown(struct kipc_table *table, u32 id);
struct kipc_object *kipc_table_owned(struct kipc_table *table, u32 id);

struct kipc_object *kipc_table_resolve(struct kipc_table *table, u32 id,
				       u32 rights_wanted, u32 *rights);
int kipc_handle_install(struct kipc_table *table, struct kipc_object *object,
			u32 rights, u32 *id);
int kipc_handle_drop(struct kipc_table *table, u32 id);
int kipc_handle_watch(struct kipc_table *table, u32 id, u64 cookie);
int kipc_handle_unwatch(struct kipc_table *table, u32 id);

/**
 * kipc_table_find_rcu() - find a handle
 * @table: the endpoint's table
 * @id: the handle
 *
 * Context: In an RCU read-side critical section.
 * Return: The handle, whose memory lasts until the end of the section, or NULL.
 */
static inline struct kipc_handle *kipc_table_find_rcu(struct kipc_table *table,
						      u32 id)
{
	struct kipc_handle *handle;

	handle = rcu_dereference(table->hot[id % KIPC_HOT_HANDLES]);
	if (likely(handle && handle->id == id))
		return handle;
	return xa_load(&table->handles, id);
}

int kipc_handle_cache_init(void);
void kipc_handle_cache_exit(void);

#endif /* KIPC_CORE_HANDLE_H */
