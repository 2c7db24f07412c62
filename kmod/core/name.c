// SPDX-License-Identifier: GPL-2.0-only
#include "core/name.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/name_watch.h"
#include "core/object.h"
#include "core/quota.h"
#include "core/wait.h"

static u32 hash_key(const void *data, u32 len, u32 seed)
{
	const struct kipc_key *key = data;

	return jhash(key->bytes, key->size, seed);
}

static u32 hash_name(const void *data, u32 len, u32 seed)
{
	const struct kipc_name *name = data;

	return jhash(name->bytes, name->size, seed);
}

static int compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct kipc_name *name = obj;

	return !kipc_key_equals(arg->key, name->bytes, name->size);
}

static const struct rhashtable_params by_name_params = {
	.head_offset = offsetof(struct kipc_name, node),
	.hashfn = hash_key,
	.obj_hashfn = hash_name,
	.obj_cmpfn = compare,
	.automatic_shrinking = true,
};

/**
 * kipc_registry_init() - make an empty registry
 * @registry: its memory
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_registry_init(struct kipc_registry *registry)
{
	mutex_init(&registry->lock);
	xa_init(&registry->by_serial);
	registry->last_serial = 0;
	registry->count = 0;
	INIT_LIST_HEAD(&registry->lasting);
	INIT_LIST_HEAD(&registry->watches);
	init_waitqueue_head(&registry->waiters);
	return rhashtable_init(&registry->by_name, &by_name_params);
}

/**
 * kipc_registry_deinit() - end a registry
 * @registry: the registry; its publishers and its lasting names have ended
 *
 * Context: Process context. May sleep.
 */
void kipc_registry_deinit(struct kipc_registry *registry)
{
	WARN_ON_ONCE(registry->count);
	rhashtable_destroy(&registry->by_name);
	xa_destroy(&registry->by_serial);
}

/**
 * kipc_publisher_init() - make an endpoint's side of the registry
 * @publisher: its memory
 * @domain: whose registry
 * @user: who is charged
 * @queue: where notices go
 *
 * Context: Process context.
 */
void kipc_publisher_init(struct kipc_publisher *publisher,
			 struct kipc_domain *domain, struct kipc_user *user,
			 struct kipc_queue *queue)
{
	publisher->domain = domain;
	publisher->user = user;
	publisher->queue = queue;
	publisher->pid = get_pid(task_tgid(current));
	INIT_LIST_HEAD(&publisher->names);
	INIT_LIST_HEAD(&publisher->watches);
}

/* Takes the name out of all that leads to it. The caller lets go of it then. */
static void remove_locked(struct kipc_registry *registry, struct kipc_name *name)
{
	lockdep_assert_held(&registry->lock);

	rhashtable_remove_fast(&registry->by_name, &name->node, by_name_params);
	xa_erase(&registry->by_serial, name->serial);
	registry->count--;
	list_del(&name->of_object);
	list_del(&name->of_publisher);
	kipc_name_watches_tell_locked(registry, name->bytes, name->size,
				      KIPC_NAMES_VANISHED);
}

/* The charge, and the reference to who is charged */
static void uncharge(struct kipc_user *user)
{
	kipc_quota_release(user, KIPC_QUOTA_NAMES, 1);
	kipc_user_put(user);
}

/*
 * Lets go of a name that was removed. Not with the lock held: an object may end
 * here. The caller keeps the domain.
 */
static void let_go(struct kipc_name *name)
{
	uncharge(name->user);
	kipc_live_add(KIPC_LIVE_NAMES, -1);
	kipc_object_drop_sender(name->object);
	kfree_rcu(name, rcu);
}

/* Ends one name after the other, so that the lock is not held for long. */
static void end_all(struct kipc_registry *registry, struct list_head *names,
		    struct kipc_name *(*first)(struct list_head *names))
{
	struct kipc_name *name;

	do {
		mutex_lock(&registry->lock);
		name = first(names);
		if (name)
			remove_locked(registry, name);
		mutex_unlock(&registry->lock);
		if (name)
			let_go(name);
	} while (name);
}

static struct kipc_name *first_of_object(struct list_head *names)
{
	return list_first_entry_or_null(names, struct kipc_name, of_object);
}

static struct kipc_name *first_of_publisher(struct list_head *names)
{
	return list_first_entry_or_null(names, struct kipc_name, of_publisher);
}

/**
 * kipc_names_end_object() - end the names of an object
 * @domain: where it lives
 * @object: the object, marked dead, so that it gets no new name
 *
 * Context: Process context. May sleep.
 */
void kipc_names_end_object(struct kipc_domain *domain,
			   struct kipc_object *object)
{
	end_all(&domain->registry, &object->names, first_of_object);
}

/**
 * kipc_names_end_lasting() - end the names that have no publisher
 * @domain: where; the caller has a reference
 *
 * Context: Process context. May sleep.
 */
void kipc_names_end_lasting(struct kipc_domain *domain)
{
	end_all(&domain->registry, &domain->registry.lasting,
		first_of_publisher);
}

/**
 * kipc_publisher_deinit() - end an endpoint's names and name watches
 * @publisher: the endpoint's side of the registry
 *
 * Context: Process context. May sleep.
 */
void kipc_publisher_deinit(struct kipc_publisher *publisher)
{
	end_all(&publisher->domain->registry, &publisher->names,
		first_of_publisher);
	kipc_name_watches_end(publisher);
	put_pid(publisher->pid);
}

static bool is_privileged(struct kipc_domain *domain, int capability)
{
	return ns_capable(kipc_domain_user_ns(domain), capability);
}

/* A name that nobody publishes, if it may be had and the user pays for it */
static struct kipc_name *name_new(struct kipc_user *user,
				  struct kipc_object *object,
				  const struct kipc_key *key, u16 mode)
{
	struct kipc_name *name;
	int ret;

	if (kipc_key_is_reserved(key) &&
	    !is_privileged(user->domain, CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	ret = kipc_quota_charge(user, KIPC_QUOTA_NAMES, 1);
	if (ret)
		return ERR_PTR(ret);
	name = kmalloc(struct_size(name, bytes, key->size), GFP_KERNEL_ACCOUNT);
	if (!name) {
		kipc_quota_release(user, KIPC_QUOTA_NAMES, 1);
		return ERR_PTR(-ENOMEM);
	}
	name->object = object;
	name->publisher = NULL;
	name->user = kipc_user_get(user);
	current_euid_egid(&name->uid, &name->gid);
	name->rights = 0;
	name->mode = mode;
	name->size = key->size;
	memcpy(name->bytes, key->bytes, key->size);
	return name;
}

static int insert_locked(struct kipc_registry *registry,
			 struct kipc_name *name, const struct kipc_key *key)
{
	struct kipc_publisher *publisher = name->publisher;
	int ret;

	lockdep_assert_held(&registry->lock);

	/* Dying marks the object dead first and then takes this lock. */
	if (READ_ONCE(name->object->dead))
		return -EOWNERDEAD;
	name->serial = registry->last_serial + 1;
	ret = xa_insert(&registry->by_serial, name->serial, name, GFP_KERNEL);
	if (ret)
		return -ENOMEM;
	ret = rhashtable_lookup_insert_key(&registry->by_name, key, &name->node,
					   by_name_params);
	if (ret) {
		xa_erase(&registry->by_serial, name->serial);
		return ret == -EEXIST ? ret : -ENOMEM;
	}

	registry->last_serial++;
	registry->count++;
	list_add_tail(&name->of_object, &name->object->names);
	list_add_tail(&name->of_publisher,
		      publisher ? &publisher->names : &registry->lasting);
	kipc_object_add_sender(name->object);
	kipc_live_add(KIPC_LIVE_NAMES, 1);
	kipc_name_watches_tell_locked(registry, name->bytes, name->size,
				      KIPC_NAMES_APPEARED);
	return 0;
}

/* Takes over the name, also when it fails. */
static int publish(struct kipc_name *name, const struct kipc_key *key)
{
	struct kipc_registry *registry = &name->user->domain->registry;
	int ret;

	mutex_lock(&registry->lock);
	ret = insert_locked(registry, name, key);
	mutex_unlock(&registry->lock);
	if (ret) {
		uncharge(name->user);
		kfree(name);
		return ret;
	}
	/* From here on another thread may have taken it away. */
	__wake_up(&registry->waiters, TASK_INTERRUPTIBLE, 0, (void *)key);
	return 0;
}

/**
 * kipc_name_publish() - give an object a name
 * @publisher: who publishes it
 * @object: the object
 * @rights: the most that a look-up may give: those of the publisher
 * @key: the name
 * @mode: permission bits
 *
 * Context: Process context. May sleep.
 * Return: 0, -EDQUOT, -EEXIST, -ENOMEM, -EOWNERDEAD or -EPERM.
 */
int kipc_name_publish(struct kipc_publisher *publisher,
		      struct kipc_object *object, u32 rights,
		      const struct kipc_key *key, u16 mode)
{
	struct kipc_name *name = name_new(publisher->user, object, key, mode);

	if (IS_ERR(name))
		return PTR_ERR(name);
	name->publisher = publisher;
	name->rights = rights;
	return publish(name, key);
}

/**
 * kipc_name_publish_lasting() - give an object a name that has no publisher
 * @user: who is charged, and in whose domain it is; the caller has a reference
 * @object: the object, which is no node
 * @key: the name
 * @mode: permission bits
 *
 * It stays until it is taken away, or the object dies. Another thread may do the
 * one or find the object before this returns.
 *
 * Context: Process context, on a file that the domain counts as open. May sleep.
 * Return: 0, -EDQUOT, -EEXIST, -ENOMEM, -EOWNERDEAD or -EPERM.
 */
int kipc_name_publish_lasting(struct kipc_user *user,
			      struct kipc_object *object,
			      const struct kipc_key *key, u16 mode)
{
	struct kipc_name *name = name_new(user, object, key, mode);

	return IS_ERR(name) ? PTR_ERR(name) : publish(name, key);
}

/**
 * kipc_name_unpublish() - take a name away
 * @publisher: who wants that
 * @key: the name
 *
 * Its owner need not be the one that published it, and a lasting name has only an
 * owner.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENOENT or -EPERM.
 */
int kipc_name_unpublish(struct kipc_publisher *publisher,
			const struct kipc_key *key)
{
	struct kipc_domain *domain = publisher->domain;
	struct kipc_registry *registry = &domain->registry;
	struct kipc_name *name;
	int ret = 0;

	mutex_lock(&registry->lock);
	name = rhashtable_lookup_fast(&registry->by_name, key, by_name_params);
	if (!name)
		ret = -ENOENT;
	else if (name->publisher != publisher &&
		 !uid_eq(name->uid, current_euid()) &&
		 !is_privileged(domain, CAP_SYS_ADMIN))
		ret = -EPERM;
	else
		remove_locked(registry, name);
	mutex_unlock(&registry->lock);
	if (!ret)
		let_go(name);
	return ret;
}

/* The permission bits that are for the running thread: MAY_READ and so on */
static u32 mode_for_current(const struct kipc_name *name)
{
	u32 mode = name->mode;

	if (uid_eq(name->uid, current_euid()))
		mode >>= 6;
	else if (in_egroup_p(name->gid))
		mode >>= 3;
	return mode & 7;
}

/*
 * The rights to a node that the mode gives the running thread: w CALL, r WATCH,
 * x GRANT; none if those that are wanted are not among them.
 */
static u32 node_rights(struct kipc_domain *domain, const struct kipc_name *name,
		       u32 wanted)
{
	u32 mode = mode_for_current(name), rights = 0;

	if (mode & MAY_WRITE)
		rights |= KIPC_RIGHT_CALL;
	if (mode & MAY_READ)
		rights |= KIPC_RIGHT_WATCH;
	if (mode & MAY_EXEC)
		rights |= KIPC_RIGHT_GRANT;
	rights &= name->rights;
	/* The capability is asked only where it is needed. */
	if ((!rights || wanted & ~rights) &&
	    is_privileged(domain, CAP_DAC_OVERRIDE))
		rights = name->rights;
	if (wanted & ~rights)
		return 0;
	return wanted ?: rights;
}

/* Of what is no node: the mode's bits themselves are wanted, or none. */
static bool is_permitted(struct kipc_domain *domain,
			 const struct kipc_name *name, u32 wanted)
{
	return !(wanted & ~mode_for_current(name)) ||
	       is_privileged(domain, CAP_DAC_OVERRIDE);
}

/* Gets the rights granted, if it is of that kind and they are permitted. */
static int check(struct kipc_domain *domain, const struct kipc_name *name,
		 u32 kind, u32 *rights)
{
	if (name->object->ops->kind != kind)
		return -EPROTOTYPE;
	if (likely(kind == KIPC_OBJECT_NODE)) {
		*rights = node_rights(domain, name, *rights);
		return *rights ? 0 : -EACCES;
	}
	return is_permitted(domain, name, *rights) ? 0 : -EACCES;
}

/**
 * kipc_name_find() - look up a name
 * @domain: where
 * @key: the name
 * @kind: of which kind the object must be, of enum kipc_object_kind
 * @rights: of a node: the rights wanted, or 0 for what there is; gets those granted.
 *	Of another kind: what is wanted of MAY_READ, MAY_WRITE and MAY_EXEC; 0 needs
 *	no permission, and nothing is changed.
 *
 * Context: Process context, in any task state.
 * Return: The object with a reference, or an ERR_PTR() of -EACCES, -ENOENT or
 * -EPROTOTYPE. It may be dead, or have lost the name, by the time that it returns.
 */
struct kipc_object *kipc_name_find(struct kipc_domain *domain,
				   const struct kipc_key *key, u32 kind,
				   u32 *rights)
{
	struct kipc_object *object;
	struct kipc_name *name;
	u32 granted = *rights;
	int ret;

	rcu_read_lock();
	name = rhashtable_lookup(&domain->registry.by_name, key,
				 by_name_params);
	if (!name) {
		object = ERR_PTR(-ENOENT);
		goto out;
	}
	ret = check(domain, name, kind, &granted);
	if (ret) {
		object = ERR_PTR(ret);
		goto out;
	}
	object = name->object;
	if (!kipc_object_tryget(object)) {
		object = ERR_PTR(-ENOENT);
		goto out;
	}
	*rights = granted;
out:
	rcu_read_unlock();
	return object;
}

/* Somebody who waits for a name */
struct waiter {
	struct wait_queue_entry wait;
	const struct kipc_key *key;
};

static int wake_if_same(struct wait_queue_entry *wait, unsigned int mode,
			int flags, void *key)
{
	struct waiter *waiter = container_of(wait, struct waiter, wait);
	const struct kipc_key *published = key;

	if (!kipc_key_equals(waiter->key, published->bytes, published->size))
		return 0;
	return default_wake_function(wait, mode, flags, NULL);
}

/**
 * kipc_name_wait() - look up a name, and wait until it appears
 * @domain: where
 * @key: the name
 * @kind: of which kind the object must be
 * @rights: as of kipc_name_find()
 * @deadline: when to stop waiting; 0 means never
 *
 * Context: Process context. Sleeps.
 * Return: The object with a reference, or an ERR_PTR() of -EACCES, -EPROTOTYPE,
 * -ERESTARTSYS or -ETIMEDOUT.
 */
struct kipc_object *kipc_name_wait(struct kipc_domain *domain,
				   const struct kipc_key *key, u32 kind,
				   u32 *rights, u64 deadline)
{
	wait_queue_head_t *head = &domain->registry.waiters;
	struct waiter waiter = { .key = key };
	struct kipc_object *object;
	int ret = 0;

	init_waitqueue_func_entry(&waiter.wait, wake_if_same);
	waiter.wait.private = current;
	add_wait_queue(head, &waiter.wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		object = kipc_name_find(domain, key, kind, rights);
		if (object != ERR_PTR(-ENOENT))
			break;
		if (ret) {
			object = ERR_PTR(ret);
			break;
		}
		ret = kipc_sleep_until(deadline);
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(head, &waiter.wait);
	return object;
}
