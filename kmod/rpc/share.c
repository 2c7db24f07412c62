// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/share.h"

#include <linux/err.h>
#include <linux/slab.h>

#include "core/limits.h"
#include "core/live.h"

static void share_init(struct kipc_share *share, kuid_t uid, bool is_own)
{
	refcount_set(&share->refs, 1);
	share->uid = uid;
	share->is_own = is_own;
	share->is_flooding = false;
	share->bytes = 0;
	share->one_way_bytes = 0;
	share->one_way = 0;
	share->messages = 0;
	share->abandoned = 0;
	share->attachments = 0;
}

/**
 * kipc_shares_init() - begin without shares
 * @shares: their memory
 * @uid: the user of the endpoint
 *
 * Context: Any.
 */
void kipc_shares_init(struct kipc_shares *shares, kuid_t uid)
{
	xa_init(&shares->others);
	shares->count = 0;
	shares->hand = 0;
	RCU_INIT_POINTER(shares->last, NULL);
	share_init(&shares->own, uid, true);
}

/**
 * kipc_share_free() - free a share
 * @share: a share to which nobody has a reference any more
 *
 * Context: Any.
 */
void kipc_share_free(struct kipc_share *share)
{
	kfree_rcu(share, rcu);
	kipc_live_add(KIPC_LIVE_SHARES, -1);
}

/**
 * kipc_shares_deinit() - let go of the shares
 * @shares: of an endpoint to which nobody sends any more
 *
 * Context: Process context.
 */
void kipc_shares_deinit(struct kipc_shares *shares)
{
	struct kipc_share *share;
	unsigned long uid;

	xa_for_each(&shares->others, uid, share) {
		WARN_ON_ONCE(share->bytes);
		kipc_share_put(share);
	}
	xa_destroy(&shares->others);
	WARN_ON_ONCE(shares->own.bytes || shares->own.abandoned);
}

/* Takes a share out of the index, for good. Its last reference was just dropped. */
static void forget_locked(struct kipc_shares *shares, struct kipc_share *share)
{
	lockdep_assert_held(&shares->others.xa_lock);

	/*
	 * Pairs with the release in kipc_share_put(): who noted the share as the
	 * last one used had a reference. refcount_dec_if_one() alone orders no
	 * loads behind it.
	 */
	smp_acquire__after_ctrl_dep();
	__xa_erase(&shares->others, __kuid_val(share->uid));
	shares->count--;
	if (rcu_access_pointer(shares->last) == share)
		RCU_INIT_POINTER(shares->last, NULL);
	kipc_share_free(share);
}

/* There is one more. Looks at a few of them, in turn, and lets the unused go. */
static void count_new(struct kipc_shares *shares)
{
	struct kipc_share *share;
	int i;

	xa_lock(&shares->others);
	shares->count++;
	for (i = 0; i < KIPC_SHARES_LOOK && shares->count > KIPC_SHARES_KEPT;
	     i++, shares->hand++) {
		share = xa_find(&shares->others, &shares->hand, U32_MAX,
				XA_PRESENT);
		if (!share)
			shares->hand = ULONG_MAX;
		else if (refcount_dec_if_one(&share->refs))
			forget_locked(shares, share);
	}
	xa_unlock(&shares->others);
}

static struct kipc_share *find_get(struct kipc_shares *shares, kuid_t uid)
{
	struct kipc_share *share;

	rcu_read_lock();
	share = rcu_dereference(shares->last);
	if (!share || !uid_eq(share->uid, uid))
		share = xa_load(&shares->others, __kuid_val(uid));
	if (share && !refcount_inc_not_zero(&share->refs))
		share = NULL;
	rcu_read_unlock();
	return share;
}

/* Returns a share with a reference, or an error; -EBUSY if there is one now. */
static struct kipc_share *share_new(struct kipc_shares *shares, kuid_t uid)
{
	struct kipc_share *share;
	int ret;

	share = kmalloc(sizeof(*share), GFP_KERNEL_ACCOUNT);
	if (!share)
		return ERR_PTR(-ENOMEM);
	share_init(share, uid, false);
	refcount_set(&share->refs, 2);
	ret = xa_insert(&shares->others, __kuid_val(uid), share,
			GFP_KERNEL_ACCOUNT);
	if (ret) {
		kfree(share);
		return ERR_PTR(ret);
	}
	kipc_live_add(KIPC_LIVE_SHARES, 1);
	count_new(shares);
	return share;
}

/**
 * kipc_share_get() - find the share of a user, or make it
 * @shares: of an endpoint to which the caller has a reference
 * @uid: who
 *
 * Context: Process context. May sleep.
 * Return: The share with a reference, or an ERR_PTR() of -ENOMEM.
 */
struct kipc_share *kipc_share_get(struct kipc_shares *shares, kuid_t uid)
{
	struct kipc_share *share;

	if (uid_eq(uid, shares->own.uid)) {
		refcount_inc(&shares->own.refs);
		return &shares->own;
	}
	do {
		share = find_get(shares, uid);
		if (!share)
			share = share_new(shares, uid);
	} while (share == ERR_PTR(-EBUSY));
	/* Whoever has a reference may say so: it cannot be forgotten meanwhile. */
	if (!IS_ERR(share) && rcu_access_pointer(shares->last) != share)
		rcu_assign_pointer(shares->last, share);
	return share;
}
