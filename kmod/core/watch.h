/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A watch is one handle's wish to be told when its object dies. The notice's
 * memory is in the watch, so the notice cannot fail.
 *
 * A watch belongs to a handle; the table's lock protects which. It is on the
 * object's list until it fires (object's lock), and then its entry is on the
 * queue of the endpoint (queue's lock). When its notice was received it is over: it
 * is charged no more, and another one may take its place. Either its owner removes
 * it or it stays until its handle goes; it is removed from both places before it is
 * freed:
 *
 *   object dies                        owner removes the watch
 *
 *   lock object                        lock object
 *     unlink the watch                   unlink the watch, if linked
 *     post its entry                   unlock object
 *   unlock object                      retire its entry
 *                                      drop the reference
 *
 * As the entry is posted with the object's lock held, the owner either finds
 * the watch on the object's list, or finds its entry posted (or taken).
 *
 * The charge is given back once, by whoever comes first with the queue's lock: the
 * receiver finds the entry retired, or the owner finds the watch over:
 *
 *   receiver was told                  owner removes the watch
 *
 *   lock queue                         lock queue
 *     not retired: over                  retire its entry
 *   unlock queue                       unlock queue
 *   give back the charge, if over      give back the charge, if not over
 *   drop the reference                 drop the reference
 */
#ifndef KIPC_CORE_WATCH_H
#define KIPC_CORE_WATCH_H

#include <linux/refcount.h>

#include "core/queue.h"

struct kipc_object;
struct kipc_user;

/**
 * struct kipc_watch - a wish to be told
 * @entry: the notice
 * @refs: one of the handle, one while the notice is in hand
 * @over: the notice was received (queue's lock)
 * @cookie: comes with the notice (constant)
 * @link: in the object's list (protected by the object's lock)
 * @object: what is watched; the handle holds the reference (constant once armed)
 * @queue: where the notice goes; of the endpoint that has the handle (constant)
 * @user: who is charged; the endpoint holds the reference (constant)
 */
struct kipc_watch {
	struct kipc_entry entry;
	refcount_t refs;
	bool over;
	u64 cookie;
	struct list_head link;
	struct kipc_object *object;
	struct kipc_queue *queue;
	struct kipc_user *user;
};

struct kipc_watch *kipc_watch_new(struct kipc_queue *queue,
				  struct kipc_user *user, u64 cookie);
void kipc_watch_arm(struct kipc_watch *watch, struct kipc_object *object);
bool kipc_watch_is_over(struct kipc_watch *watch);
void kipc_watch_free(struct kipc_watch *watch);
void kipc_watch_remove(struct kipc_watch *watch);
void kipc_watches_fire(struct kipc_object *object);

#endif /* KIPC_CORE_WATCH_H */
