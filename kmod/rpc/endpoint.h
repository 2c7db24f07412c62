/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An endpoint is one open of /dev/kipc: a party that sends, receives, owns
 * nodes and holds handles.
 *
 * It belongs to its file. When the last descriptor is closed, and so when its
 * last process dies, kipc_endpoint_close() ends all that it has, in an order in
 * which nothing new can come:
 *
 *   nodes     die: no new call or send can be queued, those that are fail with
 *             EOWNERDEAD; watchers are told
 *   queue     closes: no notice can be queued
 *   served    calls that were received and not answered fail with EOWNERDEAD
 *   publisher names and name watches end
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

#include <linux/rbtree.h>
#include <linux/refcount.h>

#include "core/handle.h"
#include "core/name.h"
#include "core/queue.h"
#include "rpc/pool.h"

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
 * @link: in the domain's list (protected by its endpoints_lock)
 * @queue: what arrived and was not yet received. Its lock also protects the
 *	state of the calls that are made to this endpoint, and:
 * @served: calls received and not yet answered, by token (queue's lock)
 * @last_token: of the newest call (queue's lock)
 * @queued: calls and one-way messages in the queue (queue's lock)
 * @queued_attachments: their attachments (queue's lock)
 * @spare: memory of a call that ended, for the next one (xchg)
 * @table: handles and nodes
 * @publisher: names and name watches
 * @pool: the receive buffer
 * @rcu: frees it
 */
struct kipc_endpoint {
	refcount_t refs;
	u64 id;
	struct kipc_domain *domain;
	struct kipc_user *user;
	struct list_head link;
	struct kipc_queue queue;
	struct rb_root served;
	u64 last_token;
	u32 queued;
	u32 queued_attachments;
	struct kipc_open_call *spare;
	struct kipc_table table;
	struct kipc_publisher publisher;
	struct kipc_pool pool;
	struct rcu_head rcu;
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
