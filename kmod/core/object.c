// SPDX-License-Identifier: GPL-2.0-only
#include "core/object.h"

#include "core/name.h"
#include "core/watch.h"

/**
 * kipc_object_init() - make an object with one reference and no sender
 * @object: its memory
 * @ops: what it is
 * @home: the table of its owner, or NULL
 * @cookie: the owner's word for it
 *
 * Context: Any.
 */
void kipc_object_init(struct kipc_object *object,
		      const struct kipc_object_ops *ops,
		      const struct kipc_table *home, u64 cookie)
{
	object->ops = ops;
	refcount_set(&object->refs, 1);
	spin_lock_init(&object->lock);
	object->dead = false;
	object->senders = 0;
	object->home = home;
	object->cookie = cookie;
	INIT_LIST_HEAD(&object->watches);
	INIT_LIST_HEAD(&object->names);
}

/**
 * kipc_object_die() - end an object
 * @object: the object; ended once, by its owner
 * @domain: where it lives
 *
 * Context: Process context. May sleep.
 */
void kipc_object_die(struct kipc_object *object, struct kipc_domain *domain)
{
	/*
	 * From here on no watch and no name is added: both look at @dead under
	 * the lock.
	 */
	spin_lock(&object->lock);
	object->dead = true;
	spin_unlock(&object->lock);

	kipc_names_end_object(domain, object);
	kipc_watches_fire(object);
}

/**
 * kipc_object_add_sender() - somebody can reach the object
 * @object: an object to which the caller has a reference
 *
 * The sender gets a reference of its own.
 *
 * Context: Process context, mutexes may be held.
 */
void kipc_object_add_sender(struct kipc_object *object)
{
	kipc_object_get(object);
	spin_lock(&object->lock);
	object->senders++;
	spin_unlock(&object->lock);
}

/**
 * kipc_object_drop_sender() - somebody can no longer reach the object
 * @object: the object; the sender's reference is dropped too
 *
 * Context: Process context, mutexes may be held.
 */
void kipc_object_drop_sender(struct kipc_object *object)
{
	spin_lock(&object->lock);
	if (!--object->senders && !object->dead && object->ops->no_senders)
		object->ops->no_senders(object);
	spin_unlock(&object->lock);
	kipc_object_put(object);
}
