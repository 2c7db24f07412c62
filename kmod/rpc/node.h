/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A node is an object that an endpoint owns and others call.
 *
 * It is in its owner's table until it is destroyed or its owner ends; then it
 * dies: it lets go of its owner, its names vanish, its watchers are told, and
 * what was queued for it fails. What is left of it is freed with the last
 * handle.
 *
 * @owner is read under RCU on the path of each call, and turned to NULL when
 * the node dies. A sender that saw it before may still queue its message after:
 * it looks at @queued_closed, under the lock of the owner's queue.
 *
 *   sender                             destroyer
 *
 *   owner = node->owner
 *   reference to owner
 *                                      node->owner = NULL
 *                                      lock queue
 *                                        node->queued_closed = true
 *                                        fail what is in node->queued
 *                                      unlock
 *   lock queue
 *     node->queued_closed: EOWNERDEAD
 *   unlock
 *
 * The two notices that a node can give its owner, pending bits and that nobody
 * can reach it any more, are part of it and need no memory.
 */
#ifndef KIPC_RPC_NODE_H
#define KIPC_RPC_NODE_H

#include "core/object.h"
#include "core/queue.h"
#include "rpc/stream.h"

struct kipc_endpoint;
struct kipc_node_create;

/**
 * struct kipc_node - a node
 * @object: the common part
 * @owner: the endpoint; NULL once dead (RCU; changed under @object.lock)
 * @id: in the owner's table (constant)
 * @flags: KIPC_NODE_* (constant)
 * @least: with which calls are served, if KIPC_NODE_MIN_PRIORITY (constant)
 * @queued_closed: nothing can be queued for it any more (owner's queue lock)
 * @queued: calls and sends in the owner's queue, or that wait for their turn (owner's
 *	queue lock)
 * @stream: the order of the sends (owner's queue lock)
 * @bits: pending bits (owner's queue lock)
 * @notify: the notice that there are some
 * @no_senders: the notice that nobody can reach it
 * @rcu: frees it
 */
struct kipc_node {
	struct kipc_object object;
	struct kipc_endpoint __rcu *owner;
	u32 id;
	u32 flags;
	struct kipc_priority least;
	bool queued_closed;
	struct hlist_head queued;
	struct kipc_stream stream;
	u64 bits;
	struct kipc_entry notify;
	struct kipc_entry no_senders;
	struct rcu_head rcu;
};

int kipc_node_create(struct kipc_endpoint *endpoint,
		     const struct kipc_node_create *args, u32 *id);
int kipc_node_destroy(struct kipc_endpoint *endpoint, u32 id);
void kipc_nodes_end(struct kipc_endpoint *endpoint);
struct kipc_node *kipc_node_find(struct kipc_endpoint *endpoint, u32 id,
				 bool own, struct kipc_endpoint **owner);
u64 kipc_node_owner_id(struct kipc_node *node);
struct kipc_endpoint *kipc_node_owner_get(struct kipc_node *node);
int kipc_node_notify(struct kipc_endpoint *endpoint, u32 id, bool own,
		     u64 bits);

/**
 * kipc_node_of() - the node that an object is
 * @object: an object that is a node
 *
 * Context: Any.
 * Return: The node.
 */
static inline struct kipc_node *kipc_node_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_node, object);
}

#endif /* KIPC_RPC_NODE_H */
