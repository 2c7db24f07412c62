/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A share is what one user has of an endpoint that it sends to: bytes in slices
 * of the pool, and messages and attachments in the queue.
 *
 * The rule. What other users left of something is free, and a user may have half
 * of that. So nobody can take the last of it, and who comes later still gets
 * something, however many came before: of an empty pool the first gets a half,
 * the next a quarter, and so on. The user that opened the endpoint is exempt: it
 * may use all, because it could as well close the endpoint.
 *
 * Replies are messages to the caller's endpoint and obey the same rule there.
 *
 * A user's share is made when its first message to the endpoint is prepared.
 * What it costs is memory of the sender's. Shares that are not in use any more
 * are kept, so that who calls again and again takes no memory for it, but only
 * some of them. The one that was used last is found at once, the others by uid.
 *
 * The endpoint's own user has no share for its calls and replies: what it has is
 * what the others have not. Its one-way messages, however, are counted as
 * everybody's, in @own.
 *
 * One-way messages. All of them together have at most half of the pool, and a user
 * has at most half of what others left of that half. So nobody who floods can keep
 * calls and replies out, nor the one-way messages of others. Who has much there is
 * told so when he sends, once: until it has become less, see core/limits.h.
 *
 * Locks. The counts belong to what they count, and are protected by its lock: of
 * the pool, or of the queue. A share is looked up under RCU. References: the
 * endpoint's, and one of each message for as long as its memory, which can be
 * longer than the endpoint.
 */
#ifndef KIPC_RPC_SHARE_H
#define KIPC_RPC_SHARE_H

#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/xarray.h>

struct kipc_user;

/**
 * struct kipc_share - what a user has of an endpoint
 * @refs: references
 * @uid: who (constant)
 * @is_own: it is the user of the endpoint (constant)
 * @is_flooding: and was told so, or is about to be (pool's lock)
 * @bytes: in slices; pending or delivered (pool's lock)
 * @one_way_bytes: of those in one-way messages (pool's lock)
 * @one_way: how many one-way messages have a slice (pool's lock)
 * @messages: in the queue (queue's lock)
 * @abandoned: calls that it left unanswered (queue's lock)
 * @attachments: of those in the queue (queue's lock)
 * @rcu: frees it
 */
struct kipc_share {
	refcount_t refs;
	kuid_t uid;
	bool is_own;
	bool is_flooding;
	u32 bytes;
	u32 one_way_bytes;
	u32 one_way;
	u32 messages;
	u32 abandoned;
	u32 attachments;
	struct rcu_head rcu;
};

/**
 * struct kipc_shares - the shares of one endpoint
 * @others: by uid; its lock also protects @count and @hand
 * @count: how many they are
 * @hand: the uid from which on unused ones are looked for next
 * @last: the one that was used last, or NULL (RCU)
 * @own: that of the endpoint's user
 */
struct kipc_shares {
	struct xarray others;
	u32 count;
	unsigned long hand;
	struct kipc_share __rcu *last;
	struct kipc_share own;
};

void kipc_shares_init(struct kipc_shares *shares, kuid_t uid);
void kipc_shares_deinit(struct kipc_shares *shares);
struct kipc_share *kipc_share_get(struct kipc_shares *shares, kuid_t uid);
void kipc_share_free(struct kipc_share *share);

/**
 * kipc_share_put() - drop a reference
 * @share: the share, or NULL
 *
 * Context: Any.
 */
static inline void kipc_share_put(struct kipc_share *share)
{
	if (unlikely(share) && refcount_dec_and_test(&share->refs))
		kipc_share_free(share);
}

/**
 * kipc_share_allows() - whether a user may have more of something
 * @total: how much there is
 * @used: how much of it all users have
 * @has: how much of that the user has
 * @more: how much more it wants
 *
 * Context: Any, with the lock of the counts held.
 * Return: Whether it stays within half of what the others left.
 */
static inline bool kipc_share_allows(s64 total, s64 used, s64 has, s64 more)
{
	return has + more <= (total - (used - has)) / 2;
}

#endif /* KIPC_RPC_SHARE_H */
