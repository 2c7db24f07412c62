/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry: objects under names, one registry to a domain.
 *
 * A name belongs to the publisher (the endpoint's side of the registry) that
 * published it, and to its object: it ends with whichever goes first. It is a
 * sender of its object.
 *
 * A lasting name has no publisher. It ends when it is taken away, or with its
 * object; or, if no process can come to its domain any more, with that: see
 * core/domain.h. Such are the names of mailboxes.
 *
 * What the permission bits mean depends on the kind of the object: of a node they
 * say which rights a look-up gives, of a mailbox who may receive and send.
 *
 * @lock, a mutex, protects changes. A look-up takes RCU only; the name's memory
 * and its object's outlive it by a grace period. Nothing that user space can
 * delay happens with the lock held: names are copied in before and out after,
 * and memory that is charged to a cgroup is taken before. What a name refers to
 * is let go after: with it an object may end, and with that whatever it holds.
 *
 * Those who wait for a name to appear sleep on @waiters, and a name that is
 * published wakes only those who wait for it. Those who watch a prefix get a
 * notice whose memory they brought along; it coalesces.
 */
#ifndef KIPC_CORE_NAME_H
#define KIPC_CORE_NAME_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "core/key.h"

struct kipc_domain;
struct kipc_object;
struct kipc_queue;
struct kipc_user;
struct pid;

/**
 * struct kipc_registry - the names of a domain
 * @lock: protects changes
 * @by_name: struct kipc_name by name
 * @by_serial: the same by serial, for listing
 * @last_serial: of the newest name (@lock)
 * @count: names (@lock)
 * @lasting: those without a publisher (@lock; whether it is empty is looked at
 *	without it, too)
 * @watches: struct kipc_name_watch; see core/name_watch.h (@lock)
 * @waiters: those who wait for a name
 */
struct kipc_registry {
	struct mutex lock;	/* all that changes */
	struct rhashtable by_name;
	struct xarray by_serial;
	u64 last_serial;
	unsigned long count;
	struct list_head lasting;
	struct list_head watches;
	wait_queue_head_t waiters;
};

/**
 * struct kipc_publisher - an endpoint's side of the registry
 * @domain: whose registry (constant)
 * @user: who is charged; the endpoint holds the reference (constant)
 * @queue: where notices go (constant)
 * @pid: the process that opened the endpoint, referenced; it may be gone (constant)
 * @names: what it published (registry's lock)
 * @watches: what it watches (registry's lock)
 */
struct kipc_publisher {
	struct kipc_domain *domain;
	struct kipc_user *user;
	struct kipc_queue *queue;
	struct pid *pid;
	struct list_head names;
	struct list_head watches;
};

/**
 * struct kipc_name - a name
 * @node: in the registry's by_name
 * @rcu: frees it
 * @serial: its number (constant)
 * @object: what it stands for; the name is a sender (constant)
 * @of_object: in the object's names (registry's lock)
 * @of_publisher: in the publisher's names, or in the registry's lasting ones
 *	(registry's lock)
 * @publisher: who published it, or NULL; it is there as long as the name is in
 *	the registry (constant)
 * @user: who is charged, referenced (constant)
 * @uid: owner (constant)
 * @gid: group (constant)
 * @rights: of a node: the most that a look-up gives (constant)
 * @mode: permission bits (constant)
 * @size: bytes of the name (constant)
 * @bytes: the name (constant)
 */
struct kipc_name {
	struct rhash_head node;
	struct rcu_head rcu;
	u64 serial;
	struct kipc_object *object;
	struct list_head of_object;
	struct list_head of_publisher;
	struct kipc_publisher *publisher;
	struct kipc_user *user;
	kuid_t uid;
	kgid_t gid;
	u32 rights;
	u16 mode;
	u16 size;
	char bytes[];
};

int kipc_registry_init(struct kipc_registry *registry);
void kipc_registry_deinit(struct kipc_registry *registry);

void kipc_publisher_init(struct kipc_publisher *publisher,
			 struct kipc_domain *domain, struct kipc_user *user,
			 struct kipc_queue *queue);
void kipc_publisher_deinit(struct kipc_publisher *publisher);

int kipc_name_publish(struct kipc_publisher *publisher,
		      struct kipc_object *object, u32 rights,
		      const struct kipc_key *key, u16 mode);
int kipc_name_publish_lasting(struct kipc_user *user,
			      struct kipc_object *object,
			      const struct kipc_key *key, u16 mode);
int kipc_name_unpublish(struct kipc_publisher *publisher,
			const struct kipc_key *key);
struct kipc_object *kipc_name_find(struct kipc_domain *domain,
				   const struct kipc_key *key, u32 kind,
				   u32 *rights);
struct kipc_object *kipc_name_wait(struct kipc_domain *domain,
				   const struct kipc_key *key, u32 kind,
				   u32 *rights, u64 deadline);
void kipc_names_end_object(struct kipc_domain *domain,
			   struct kipc_object *object);
void kipc_names_end_lasting(struct kipc_domain *domain);

/**
 * kipc_registry_has_lasting() - whether there are lasting names
 * @registry: the registry
 *
 * Context: Any. Without the lock, what it says may be over at once.
 * Return: Whether there are some.
 */
static inline bool kipc_registry_has_lasting(const struct kipc_registry *registry)
{
	return !list_empty(&registry->lasting);
}

#endif /* KIPC_CORE_NAME_H */
