/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quotas: what one user has at once in one domain, and how much it may have.
 *
 * A user is made when its first endpoint in the domain opens. Endpoints hold
 * references, and so does everything that is charged and can outlive its
 * endpoint. Charging is atomic and exact: a charge that would go over the limit
 * is not made. Limits are module parameters, the same for all users.
 */
#ifndef KIPC_CORE_QUOTA_H
#define KIPC_CORE_QUOTA_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/uidgid.h>

struct kipc_domain;

/**
 * enum kipc_quota - what is charged
 * @KIPC_QUOTA_ENDPOINTS: open endpoints
 * @KIPC_QUOTA_NODES: nodes
 * @KIPC_QUOTA_HANDLES: handles in the user's tables
 * @KIPC_QUOTA_NAMES: names published
 * @KIPC_QUOTA_WATCHES: watches on objects, and on freezing
 * @KIPC_QUOTA_NAME_WATCHES: watches on names
 * @KIPC_QUOTA_POOL_BYTES: bytes of pools
 * @KIPC_QUOTA_MESSAGE_BYTES: bytes of one-way messages sent and not yet received
 * @KIPC_QUOTA_MESSAGES: one-way messages sent and not yet received, and calls that
 *	were left before they were answered
 * @KIPC_QUOTA_FILES: files attached to what was sent, calls included, and not yet
 *	received
 * @KIPC_QUOTA_ATTACHED_HANDLES: handles and nodes attached to that; they take
 *	room in the receivers' tables
 * @KIPC_QUOTA_MAILBOXES: mailboxes made
 * @KIPC_QUOTA_MAILBOX_BYTES: bytes that those can hold
 * @KIPC_QUOTA_REGIONS: regions made
 * @KIPC_QUOTA_REGION_BYTES: their sizes in bytes
 * @KIPC_QUOTA_VIEWS: views made
 * @KIPC_QUOTA_COUNT: how many kinds there are
 */
enum kipc_quota {
	KIPC_QUOTA_ENDPOINTS,
	KIPC_QUOTA_NODES,
	KIPC_QUOTA_HANDLES,
	KIPC_QUOTA_NAMES,
	KIPC_QUOTA_WATCHES,
	KIPC_QUOTA_NAME_WATCHES,
	KIPC_QUOTA_POOL_BYTES,
	KIPC_QUOTA_MESSAGE_BYTES,
	KIPC_QUOTA_MESSAGES,
	KIPC_QUOTA_FILES,
	KIPC_QUOTA_ATTACHED_HANDLES,
	KIPC_QUOTA_MAILBOXES,
	KIPC_QUOTA_MAILBOX_BYTES,
	KIPC_QUOTA_REGIONS,
	KIPC_QUOTA_REGION_BYTES,
	KIPC_QUOTA_VIEWS,
	KIPC_QUOTA_COUNT,
};

/**
 * struct kipc_user - a user in a domain
 * @refs: references; the last one is dropped under the domain's users_lock
 * @domain: the domain, referenced (constant)
 * @uid: who (constant)
 * @used: how much of each kind is charged
 */
struct kipc_user {
	refcount_t refs;
	kuid_t uid;
	struct kipc_domain *domain;
	atomic_long_t used[KIPC_QUOTA_COUNT];
};

struct kipc_user *kipc_user_get_uid(struct kipc_domain *domain, kuid_t uid);
void kipc_user_put_last(struct kipc_user *user);

int kipc_quota_charge(struct kipc_user *user, enum kipc_quota kind,
		      unsigned long n);
void kipc_quota_charge_over(struct kipc_user *user, enum kipc_quota kind,
			    unsigned long n);
unsigned long kipc_quota_limit(enum kipc_quota kind);
unsigned long kipc_quota_used(struct kipc_user *user, enum kipc_quota kind);
const char *kipc_quota_name(enum kipc_quota kind);

/**
 * kipc_user_get() - take one more reference
 * @user: a user to which the caller has a reference
 *
 * Context: Any.
 * Return: @user.
 */
static inline struct kipc_user *kipc_user_get(struct kipc_user *user)
{
	refcount_inc(&user->refs);
	return user;
}

/**
 * kipc_user_put() - drop a reference
 * @user: the user
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_user_put(struct kipc_user *user)
{
	if (!refcount_dec_not_one(&user->refs))
		kipc_user_put_last(user);
}

/**
 * kipc_quota_release() - give back what was charged
 * @user: the user
 * @kind: of what
 * @n: how much
 *
 * Context: Any.
 */
static inline void kipc_quota_release(struct kipc_user *user,
				      enum kipc_quota kind, unsigned long n)
{
	atomic_long_sub(n, &user->used[kind]);
}

#endif /* KIPC_CORE_QUOTA_H */
