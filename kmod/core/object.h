/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An object is what handles, names and attachments refer to: nodes, mailboxes and
 * regions. This is their common part, embedded in them.
 *
 * Two counts. A reference (@refs) keeps the memory. A sender (@senders) is
 * somebody through whom the object can be reached: a handle, an attachment on
 * its way, a name. Each sender also has a reference. When the last sender goes,
 * the object's owner may want to know (ops->no_senders).
 *
 * An object dies once, when its owner ends it: kipc_object_die(). Its names
 * vanish, its watchers are told, and from then on it is only a stone that
 * handles refer to. Memory is freed after an RCU grace period, so that a handle
 * can be resolved without a lock.
 *
 * Locks: @lock protects what says so. Queues' locks nest inside it; it nests
 * inside the locks of tables and of the registry.
 */
#ifndef KIPC_CORE_OBJECT_H
#define KIPC_CORE_OBJECT_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

struct kipc_domain;
struct kipc_object;
struct kipc_table;

/**
 * struct kipc_object_ops - what differs between kinds of objects
 * @kind: one of enum kipc_object_kind
 * @no_senders: the last sender is gone; called with the object's lock held; or NULL
 * @release: the last reference is gone; frees it after a grace period
 */
struct kipc_object_ops {
	u32 kind;
	void (*no_senders)(struct kipc_object *object);
	void (*release)(struct kipc_object *object);
};

/**
 * struct kipc_object - the common part of objects
 * @ops: constant
 * @refs: references
 * @lock: see each member
 * @dead: its owner has ended it (@lock)
 * @senders: handles, attachments on their way and names (@lock)
 * @home: the table of the endpoint that owns it, where it arrives as its
 *	cookie; only compared, never followed (constant)
 * @cookie: the owner's word for it (constant)
 * @watches: those who want to be told of its death (@lock)
 * @names: its names (protected by the registry's lock)
 */
struct kipc_object {
	const struct kipc_object_ops *ops;
	refcount_t refs;
	spinlock_t lock;	/* see above */
	bool dead;
	unsigned int senders;
	const struct kipc_table *home;
	u64 cookie;
	struct list_head watches;
	struct list_head names;
};

void kipc_object_init(struct kipc_object *object,
		      const struct kipc_object_ops *ops,
		      const struct kipc_table *home, u64 cookie);
void kipc_object_die(struct kipc_object *object, struct kipc_domain *domain);
void kipc_object_add_sender(struct kipc_object *object);
void kipc_object_drop_sender(struct kipc_object *object);

/**
 * kipc_object_get() - take one more reference
 * @object: an object to which the caller has a reference
 *
 * Context: Any.
 * Return: @object.
 */
static inline struct kipc_object *kipc_object_get(struct kipc_object *object)
{
	refcount_inc(&object->refs);
	return object;
}

/**
 * kipc_object_tryget() - take a reference to an object found under RCU
 * @object: the object
 *
 * Context: Any, in an RCU read-side critical section.
 * Return: Whether there still was a reference.
 */
static inline bool kipc_object_tryget(struct kipc_object *object)
{
	return refcount_inc_not_zero(&object->refs);
}

/**
 * kipc_object_put() - drop a reference
 * @object: the object
 *
 * Context: Any in which ops->release may be called.
 */
static inline void kipc_object_put(struct kipc_object *object)
{
	if (refcount_dec_and_test(&object->refs))
		object->ops->release(object);
}

#endif /* KIPC_CORE_OBJECT_H */
