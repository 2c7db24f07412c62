/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain is the world in which names and endpoints see each other: one per
 * IPC namespace, as with POSIX message queues.
 *
 * It is made when the first endpoint of its namespace is opened, holds a
 * reference to the namespace, and ends with the last reference to it. Endpoints
 * and users hold references. All domains are on a list that a mutex protects;
 * the last reference is dropped under that mutex, so a domain that is found on
 * the list is alive.
 *
 * Lasting names (see core/name.h) hold users, and so do their objects: with such a
 * name a domain stays when nothing in it is open. That is what they are for; but
 * when the last process has left the namespace nobody can use them any more, and
 * the domain is all that keeps the namespace. Nothing tells of that, so it is
 * looked for: while nothing of a domain is open (@open) and it has lasting names, a
 * work, one for the module, looks every second whether the domain's reference to
 * the namespace is the last. If it is, it ends these names; objects, users, domain
 * and namespace go after them. The first namespace never ends.
 *
 * It looks at the references first, then at @open. Who opens something is in the
 * namespace (or has something open: so @open is not 0), and leaves it afterwards.
 * So with one reference left @open can only fall, and once it is 0 it stays that:
 * no lasting name can be added, either, because who adds one has something open.
 *
 * The work finds a domain on the list, takes a reference under the mutex, and drops
 * the mutex before it ends names or drops the reference. It is armed by whoever
 * closes what was open last, and by itself as long as there is such a domain. When
 * the module ends nothing is open any more, so nobody arms it again.
 */
#ifndef KIPC_CORE_DOMAIN_H
#define KIPC_CORE_DOMAIN_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

#include "core/name.h"

struct ns_common;
struct user_namespace;

/**
 * struct kipc_traffic - what happened in a domain since it was made
 * @calls: calls queued
 * @replies: calls answered
 * @sends: one-way messages queued
 * @notifies: notifications made
 * @failed: calls queued that ended without an answer
 */
struct kipc_traffic {
	u64 calls;
	u64 replies;
	u64 sends;
	u64 notifies;
	u64 failed;
};

/**
 * struct kipc_domain - a domain
 * @refs: references
 * @link: in the list of domains (protected by its mutex)
 * @ns: the IPC namespace, referenced (constant)
 * @open: endpoints, and files of other objects, that processes have open
 * @users_lock: protects @users
 * @users: struct kipc_user by kernel uid
 * @registry: the names
 * @endpoints_lock: protects @endpoints and @endpoint_count, and who is frozen and
 *	who watches that
 * @endpoints: the open endpoints, for those who look inside or freeze one
 * @endpoint_count: how many there are
 * @traffic: counters, per CPU
 */
struct kipc_domain {
	refcount_t refs;
	struct list_head link;
	struct ns_common *ns;
	atomic_long_t open;
	struct mutex users_lock;	/* users */
	struct xarray users;
	struct kipc_registry registry;
	struct mutex endpoints_lock;	/* endpoints */
	struct list_head endpoints;
	unsigned long endpoint_count;
	struct kipc_traffic __percpu *traffic;
};

struct kipc_domain *kipc_domain_get_current(void);
void kipc_domain_get(struct kipc_domain *domain);
void kipc_domain_put(struct kipc_domain *domain);
void kipc_domain_closed(struct kipc_domain *domain);
void kipc_domains_end(void);
struct user_namespace *kipc_domain_user_ns(struct kipc_domain *domain);
unsigned int kipc_domain_number(struct kipc_domain *domain);
void kipc_domain_traffic(struct kipc_domain *domain, struct kipc_traffic *sum);
int kipc_domain_for_each(int (*visit)(struct kipc_domain *domain, void *arg),
			 void *arg);

/**
 * kipc_domain_opened() - a process opened something
 * @domain: the domain, to which the caller has a reference; until it is closed
 *
 * Context: In a process of the domain's namespace, or in a command on something
 * that is open.
 */
static inline void kipc_domain_opened(struct kipc_domain *domain)
{
	atomic_long_inc(&domain->open);
}

#endif /* KIPC_CORE_DOMAIN_H */
