// SPDX-License-Identifier: GPL-2.0-only
#include "core/quota.h"

#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/limits.h"
#include "core/live.h"

static unsigned long limits[KIPC_QUOTA_COUNT] = {
	[KIPC_QUOTA_ENDPOINTS] = KIPC_DEFAULT_ENDPOINTS,
	[KIPC_QUOTA_NODES] = KIPC_DEFAULT_NODES,
	[KIPC_QUOTA_HANDLES] = KIPC_DEFAULT_HANDLES,
	[KIPC_QUOTA_NAMES] = KIPC_DEFAULT_NAMES,
	[KIPC_QUOTA_WATCHES] = KIPC_DEFAULT_WATCHES,
	[KIPC_QUOTA_NAME_WATCHES] = KIPC_DEFAULT_NAME_WATCHES,
	[KIPC_QUOTA_POOL_BYTES] = KIPC_DEFAULT_POOL_BYTES,
	[KIPC_QUOTA_MESSAGE_BYTES] = KIPC_DEFAULT_MESSAGE_BYTES,
	[KIPC_QUOTA_MESSAGES] = KIPC_DEFAULT_MESSAGES,
	[KIPC_QUOTA_FILES] = KIPC_DEFAULT_FILES,
	[KIPC_QUOTA_ATTACHED_HANDLES] = KIPC_DEFAULT_ATTACHED_HANDLES,
	[KIPC_QUOTA_MAILBOXES] = KIPC_DEFAULT_MAILBOXES,
	[KIPC_QUOTA_MAILBOX_BYTES] = KIPC_DEFAULT_MAILBOX_BYTES,
	[KIPC_QUOTA_REGIONS] = KIPC_DEFAULT_REGIONS,
	[KIPC_QUOTA_REGION_BYTES] = KIPC_DEFAULT_REGION_BYTES,
	[KIPC_QUOTA_VIEWS] = KIPC_DEFAULT_VIEWS,
};

static const char *const names[KIPC_QUOTA_COUNT] = {
	[KIPC_QUOTA_ENDPOINTS] = "endpoints",
	[KIPC_QUOTA_NODES] = "nodes",
	[KIPC_QUOTA_HANDLES] = "handles",
	[KIPC_QUOTA_NAMES] = "names",
	[KIPC_QUOTA_WATCHES] = "watches",
	[KIPC_QUOTA_NAME_WATCHES] = "name_watches",
	[KIPC_QUOTA_POOL_BYTES] = "pool_bytes",
	[KIPC_QUOTA_MESSAGE_BYTES] = "message_bytes",
	[KIPC_QUOTA_MESSAGES] = "messages",
	[KIPC_QUOTA_FILES] = "files",
	[KIPC_QUOTA_ATTACHED_HANDLES] = "attached_handles",
	[KIPC_QUOTA_MAILBOXES] = "mailboxes",
	[KIPC_QUOTA_MAILBOX_BYTES] = "mailbox_bytes",
	[KIPC_QUOTA_REGIONS] = "regions",
	[KIPC_QUOTA_REGION_BYTES] = "region_bytes",
	[KIPC_QUOTA_VIEWS] = "views",
};

#define MAXIMUM(name, kind, text)					\
	module_param_named(max_##name, limits[kind], ulong, 0644);	\
	MODULE_PARM_DESC(max_##name, "most " text " of one user in one domain")

MAXIMUM(endpoints, KIPC_QUOTA_ENDPOINTS, "open endpoints");
MAXIMUM(nodes, KIPC_QUOTA_NODES, "nodes");
MAXIMUM(handles, KIPC_QUOTA_HANDLES, "handles");
MAXIMUM(names, KIPC_QUOTA_NAMES, "published names");
MAXIMUM(watches, KIPC_QUOTA_WATCHES,
	"watches on objects' deaths, and on freezing,");
MAXIMUM(name_watches, KIPC_QUOTA_NAME_WATCHES, "watches on names");
MAXIMUM(pool_bytes, KIPC_QUOTA_POOL_BYTES, "bytes of pools");
MAXIMUM(message_bytes, KIPC_QUOTA_MESSAGE_BYTES,
	"bytes of payload of one-way messages not received yet");
MAXIMUM(messages, KIPC_QUOTA_MESSAGES,
	"one-way messages not received yet, and calls left and not answered yet,");
MAXIMUM(files, KIPC_QUOTA_FILES, "files attached to messages not received yet");
MAXIMUM(attached_handles, KIPC_QUOTA_ATTACHED_HANDLES,
	"handles and nodes attached to messages not received yet");
MAXIMUM(mailboxes, KIPC_QUOTA_MAILBOXES, "mailboxes");
MAXIMUM(mailbox_bytes, KIPC_QUOTA_MAILBOX_BYTES, "bytes that the mailboxes can hold");
MAXIMUM(regions, KIPC_QUOTA_REGIONS, "regions");
MAXIMUM(region_bytes, KIPC_QUOTA_REGION_BYTES, "bytes of regions");
MAXIMUM(views, KIPC_QUOTA_VIEWS, "views of regions");

static struct kipc_user *find_and_get_locked(struct kipc_domain *domain,
					     kuid_t uid)
{
	struct kipc_user *user;

	lockdep_assert_held(&domain->users_lock);

	user = xa_load(&domain->users, __kuid_val(uid));
	if (user)
		refcount_inc(&user->refs);
	return user;
}

static int insert_locked(struct kipc_domain *domain, struct kipc_user *user)
{
	lockdep_assert_held(&domain->users_lock);

	if (xa_err(xa_store(&domain->users, __kuid_val(user->uid), user,
			    GFP_KERNEL)))
		return -ENOMEM;
	kipc_domain_get(domain);
	kipc_live_add(KIPC_LIVE_USERS, 1);
	return 0;
}

/* Its memory is taken without the lock, which is that of all users. */
static struct kipc_user *user_new(struct kipc_domain *domain, kuid_t uid)
{
	struct kipc_user *user, *found;
	int ret = 0;

	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return ERR_PTR(-ENOMEM);
	refcount_set(&user->refs, 1);
	user->uid = uid;
	user->domain = domain;

	mutex_lock(&domain->users_lock);
	found = find_and_get_locked(domain, uid);
	if (!found)
		ret = insert_locked(domain, user);
	mutex_unlock(&domain->users_lock);
	if (!found && !ret)
		return user;
	kfree(user);
	return found ?: ERR_PTR(ret);
}

/**
 * kipc_user_get_uid() - find a user, or make it
 * @domain: where
 * @uid: who
 *
 * Context: Process context. May sleep.
 * Return: A user with a reference, or an ERR_PTR() of -ENOMEM.
 */
struct kipc_user *kipc_user_get_uid(struct kipc_domain *domain, kuid_t uid)
{
	struct kipc_user *user;

	mutex_lock(&domain->users_lock);
	user = find_and_get_locked(domain, uid);
	mutex_unlock(&domain->users_lock);
	return user ?: user_new(domain, uid);
}

/**
 * kipc_user_put_last() - drop a reference that seems to be the last
 * @user: the user
 *
 * Context: Process context. May sleep.
 */
void kipc_user_put_last(struct kipc_user *user)
{
	struct kipc_domain *domain = user->domain;
	int i;

	if (!refcount_dec_and_mutex_lock(&user->refs, &domain->users_lock))
		return;
	xa_erase(&domain->users, __kuid_val(user->uid));
	mutex_unlock(&domain->users_lock);

	for (i = 0; i < KIPC_QUOTA_COUNT; i++)
		WARN_ON_ONCE(atomic_long_read(&user->used[i]));
	kfree(user);
	kipc_live_add(KIPC_LIVE_USERS, -1);
	kipc_domain_put(domain);
}

/**
 * kipc_quota_charge() - charge a user, within its limit
 * @user: the user
 * @kind: for what
 * @n: how much
 *
 * Context: Any.
 * Return: 0, or -EDQUOT and nothing is charged.
 */
int kipc_quota_charge(struct kipc_user *user, enum kipc_quota kind,
		      unsigned long n)
{
	unsigned long limit = READ_ONCE(limits[kind]);
	long used = atomic_long_read(&user->used[kind]);

	do {
		if (n && (n > limit || (unsigned long)used > limit - n))
			return -EDQUOT;
	} while (!atomic_long_try_cmpxchg(&user->used[kind], &used, used + n));
	return 0;
}

/**
 * kipc_quota_charge_over() - charge a user, even over its limit
 * @user: the user
 * @kind: for what
 * @n: how much
 *
 * For what cannot be refused any more. It keeps the user from what can.
 *
 * Context: Any.
 */
void kipc_quota_charge_over(struct kipc_user *user, enum kipc_quota kind,
			    unsigned long n)
{
	atomic_long_add(n, &user->used[kind]);
}

/**
 * kipc_quota_limit() - the limit of each user
 * @kind: of what
 *
 * Context: Any.
 * Return: The limit.
 */
unsigned long kipc_quota_limit(enum kipc_quota kind)
{
	return READ_ONCE(limits[kind]);
}

/**
 * kipc_quota_used() - what a user has
 * @user: the user
 * @kind: of what
 *
 * Context: Any.
 * Return: How much is charged.
 */
unsigned long kipc_quota_used(struct kipc_user *user, enum kipc_quota kind)
{
	return atomic_long_read(&user->used[kind]);
}

/**
 * kipc_quota_name() - the name of a quota
 * @kind: which
 *
 * Context: Any.
 * Return: A constant string.
 */
const char *kipc_quota_name(enum kipc_quota kind)
{
	return names[kind];
}
