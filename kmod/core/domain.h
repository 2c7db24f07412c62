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
 */
#ifndef KIPC_CORE_DOMAIN_H
#define KIPC_CORE_DOMAIN_H

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
 * @users_lock: protects @users
 * @users: struct kipc_user by kernel uid
 * @registry: the names
 * @endpoints_lock: protects @endpoints and @endpoint_count
 * @endpoints: the open endpoints, for those who look inside
 * @endpoint_count: how many there are
 * @traffic: counters, per CPU
 */
struct kipc_domain {
	refcount_t refs;
	struct list_head link;
	struct ns_common *ns;
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
struct user_namespace *kipc_domain_user_ns(struct kipc_domain *domain);
unsigned int kipc_domain_number(struct kipc_domain *domain);
void kipc_domain_traffic(struct kipc_domain *domain, struct kipc_traffic *sum);
int kipc_domain_for_each(int (*visit)(struct kipc_domain *domain, void *arg),
			 void *arg);

#endif /* KIPC_CORE_DOMAIN_H */
