/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A name watch is an endpoint's wish to be told when names under a prefix
 * appear or vanish. Its notice coalesces: the pending bits say that something
 * changed since it was last received.
 *
 * It is on the registry's list and its publisher's (registry's lock) until its
 * owner removes it. Its entry is on the endpoint's queue, whose lock protects
 * the bits. One reference is the lists', one goes with the notice in hand.
 */
#ifndef KIPC_CORE_NAME_WATCH_H
#define KIPC_CORE_NAME_WATCH_H

#include <linux/refcount.h>

#include "core/key.h"
#include "core/queue.h"

struct kipc_publisher;
struct kipc_registry;

/**
 * struct kipc_name_watcher - a name watch
 * @entry: the notice
 * @refs: references
 * @bits: KIPC_NAMES_* to be told (queue's lock)
 * @cookie: comes with the notice (constant)
 * @of_registry: in the registry's list (registry's lock)
 * @of_publisher: in the endpoint's list (registry's lock)
 * @queue: where the notice goes (constant)
 * @prefix: of the names that matter (constant)
 */
struct kipc_name_watcher {
	struct kipc_entry entry;
	refcount_t refs;
	u64 bits;
	u64 cookie;
	struct list_head of_registry;
	struct list_head of_publisher;
	struct kipc_queue *queue;
	struct kipc_key prefix;
};

int kipc_name_watch_add(struct kipc_publisher *publisher,
			const struct kipc_key *prefix, u64 cookie);
int kipc_name_watch_remove(struct kipc_publisher *publisher, u64 cookie);
void kipc_name_watches_end(struct kipc_publisher *publisher);
void kipc_name_watches_tell_locked(struct kipc_registry *registry,
				   const char *name, u32 size, u32 bits);

#endif /* KIPC_CORE_NAME_WATCH_H */
