/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A freeze watch is an endpoint's wish to be told when another one, the owner of
 * an object that it has a handle to, is frozen or thawed. Its notice coalesces:
 * the pending bits say what happened since it was last received, and how it is
 * now. Several threads can have received one each, and not know in which order;
 * so each has the number of the last change that it tells.
 *
 * It belongs to the endpoint that watches, and is in that one's tree, by cookie,
 * until it is removed. It is on the watched endpoint's list until that closes;
 * it holds no reference to it. The domain's endpoints_lock protects both. The
 * entry is on the queue of the one who watches, whose lock protects the bits. One
 * reference is the tree's, one goes with the notice in hand.
 *
 * A watch is added to one that closes:
 *
 *   watcher                            watched
 *
 *   reference to the node's owner
 *                                      lock endpoints
 *                                        leaves the domain's list
 *                                        lets go of its watchers
 *                                      unlock
 *   lock endpoints
 *     it is on no list: EOWNERDEAD
 *   unlock
 *
 * As it closes, a list of watchers loses its head: they stay linked to each other
 * until each is removed, and nobody walks along.
 */
#ifndef KIPC_RPC_FREEZE_WATCH_H
#define KIPC_RPC_FREEZE_WATCH_H

#include <linux/rbtree.h>
#include <linux/refcount.h>

#include "core/queue.h"

struct kipc_endpoint;

/**
 * struct kipc_freeze_watcher - a freeze watch
 * @entry: the notice
 * @refs: references
 * @changes: how many there were (lock of the watching endpoint's queue)
 * @bits: KIPC_FROZEN and KIPC_THAWED to be told, and KIPC_IS_FROZEN (lock of the
 *	watching endpoint's queue)
 * @cookie: comes with the notice (constant)
 * @of_watching: in the watching endpoint's tree (endpoints_lock)
 * @of_watched: in the watched endpoint's list (endpoints_lock)
 * @watching: who is told (constant)
 */
struct kipc_freeze_watcher {
	struct kipc_entry entry;
	refcount_t refs;
	u32 changes;
	u64 bits;
	u64 cookie;
	struct rb_node of_watching;
	struct list_head of_watched;
	struct kipc_endpoint *watching;
};

int kipc_freeze_watch_add(struct kipc_endpoint *endpoint, u32 handle,
			  u64 cookie);
int kipc_freeze_watch_remove(struct kipc_endpoint *endpoint, u64 cookie);
void kipc_freeze_watches_end(struct kipc_endpoint *endpoint);
void kipc_freeze_watches_tell_locked(struct kipc_endpoint *endpoint);

#endif /* KIPC_RPC_FREEZE_WATCH_H */
