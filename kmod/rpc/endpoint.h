/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An endpoint is one open of /dev/kipc: a party that sends, receives, owns
 * nodes and holds handles.
 *
 * It belongs to its file. When the last descriptor is closed, and so when its
 * last process dies, kipc_endpoint_close() ends all that it has, in an order in
 * which nothing new can come:
 *
 *   itself    is not found any more, and those who watched whether it is frozen
 *             are let go
 *   rooms     close: who waits for room to send something here gets EOWNERDEAD
 *   nodes     die: no new call or send can be queued, those that are fail with
 *             EOWNERDEAD; watchers are told
 *   queue     closes: no notice can be queued
 *   suspended calls that were made from here and go on without a thread are left
 *   served    calls that were received and not answered fail with EOWNERDEAD
 *   publisher names and name watches end, and so do watches on freezing
 *   pool      has no more room; what was delivered is freed
 *   table     closes: handles are dropped, nobody can install one
 *
 * No command of the endpoint itself can be running then: it would hold the
 * file. Commands of others can: they hold a reference, and find what they need
 * closed. The memory goes with the last reference.
 *
 * References: the file; each node until it dies; each call and send that is on
 * its way here, and each call that was made from here until it ended.
 */
#ifndef KIPC_RPC_ENDPOINT_H
#define KIPC_RPC_ENDPOINT_H

#include <linux/atomic.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>

#include "core/handle.h"
#include "core/name.h"
#include "core/queue.h"
#include "core/room.h"
#include "rpc/pool.h"
#include "rpc/share.h"

struct inode;
struct kipc_open_call;
struct kipc_domain;
struct kipc_user;

/**
 * struct kipc_endpoint - an endpoint
 * @refs: references
 * @id: a number of its own, for those who look inside (constant)
 * @domain: referenced (constant)
 * @user: who opened it, referenced (constant)
 * @link: in the domain's list (protected by its endpoints_lock); empty once it
 *	has begun to close
 * @freeze_watchers: those who want to know whether it is frozen (endpoints_lock)
 * @freeze_watches: of whom it wants to know that, by cookie (endpoints_lock)
 * @queue: what arrived and was not yet received. Its lock also protects the
 *	state of the calls that are made to this endpoint, and:
 * @served: calls received and not yet answered, by token (queue's lock)
 * @serving: how many those are (queue's lock)
 * @abandoned: how many of them have no caller any more (queue's lock)
 * @last_token: of the newest call (queue's lock)
 * @queued: calls and one-way messages in the queue, and calls that were left by
 *	their callers and not answered (queue's lock)
 * @queued_attachments: their attachments (queue's lock)
 * @places: who waits for a place in the queue
 * @starved: messages that found no idle receiver (queue's lock)
 * @suspended: calls made from here whose threads serve nested ones (queue's lock)
 * @last_suspended: number of the newest of them (queue's lock)
 * @calling: calls that it makes, until it has their results or gives up
 * @spare: memory of a call that ended, for the next one (xchg)
 * @table: handles and nodes
 * @publisher: names and name watches
 * @shares: what each user that sends here has of the queue and the pool
 * @pool: the receive buffer
 * @rcu: frees it
 */
struct kipc_endpoint {
	refcount_t refs;
	u64 id;
	struct kipc_domain *domain;
	struct kipc_user *user;
	struct list_head link;
	struct list_head freeze_watchers;
	struct rb_root freeze_watches;
	struct kipc_queue queue;
	struct rb_root served;
	u32 serving;
	u32 abandoned;
	u64 last_token;
	u32 queued;
	u32 queued_attachments;
	struct kipc_room places;
	u64 starved;
	struct rb_root suspended;
	u64 last_suspended;
	atomic_t calling;
	struct kipc_open_call *spare;
	struct kipc_table table;
	struct kipc_publisher publisher;
	struct kipc_shares shares;
	struct kipc_pool pool;
	struct rcu_head rcu;
};

/**
 * struct kipc_work - what an endpoint has to do
 * @queued: calls and one-way messages that wait for it
 * @serving: calls that it received and did not answer
 * @abandoned: those of them whose callers have left
 * @calling: calls that it makes
 * @frozen: it receives nothing for the time being
 */
struct kipc_work {
	u32 queued;
	u32 serving;
	u32 abandoned;
	u32 calling;
	bool frozen;
};

struct kipc_endpoint *kipc_endpoint_open(struct inode *inode);
void kipc_endpoint_close(struct kipc_endpoint *endpoint);
void kipc_endpoint_free(struct kipc_endpoint *endpoint);
void kipc_endpoint_stat(struct kipc_endpoint *endpoint, struct kipc_stat *stat);

/**
 * kipc_endpoint_get() - take one more reference
 * @endpoint: an endpoint to which the caller has a reference
 *
 * Context: Any.
 * Return: @endpoint.
 */
static inline struct kipc_endpoint *
kipc_endpoint_get(struct kipc_endpoint *endpoint)
{
	refcount_inc(&endpoint->refs);
	return endpoint;
}

/**
 * kipc_endpoint_work_locked() - what an endpoint has to do
 * @endpoint: the endpoint; its queue's lock is held
 * @work: where
 *
 * Context: Process context, with the lock held.
 */
static inline void
kipc_endpoint_work_locked(const struct kipc_endpoint *endpoint,
			  struct kipc_work *work)
{
	lockdep_assert_held(&endpoint->queue.lock);

	work->queued = endpoint->queued;
	work->serving = endpoint->serving;
	work->abandoned = endpoint->abandoned;
	work->calling = atomic_read(&endpoint->calling);
	work->frozen = endpoint->queue.frozen;
}

/**
 * kipc_endpoint_work() - what an endpoint has to do
 * @endpoint: the endpoint
 * @work: where
 *
 * Context: Process context.
 */
static inline void kipc_endpoint_work(struct kipc_endpoint *endpoint,
				      struct kipc_work *work)
{
	spin_lock(&endpoint->queue.lock);
	kipc_endpoint_work_locked(endpoint, work);
	spin_unlock(&endpoint->queue.lock);
}

/**
 * kipc_endpoint_put() - drop a reference
 * @endpoint: the endpoint
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_endpoint_put(struct kipc_endpoint *endpoint)
{
	if (refcount_dec_and_test(&endpoint->refs))
		kipc_endpoint_free(endpoint);
}

#endif /* KIPC_RPC_ENDPOINT_H */
