/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A region is memory that processes map rather than copy. They do so through views
 * (region/view.h), which say who may do what with which part of it.
 *
 * Life. A region is an object (core/object.h), which a name may stand for. Each view and
 * the name have a reference; it ends with the last of them, and its memory with it.
 *
 * Memory (region/memory.h) comes in pages when they are
 * first touched, and are charged to the memory cgroup of who made the region, whoever
 * touches them. They are not swapped: views map them without shmem's knowing, so it
 * could not take them away.
 *
 * @lock, a mutex, protects the tree of views. It is never held where a page of a region
 * could be touched, and not taken with the mmap lock held.
 */
#ifndef KIPC_REGION_REGION_H
#define KIPC_REGION_REGION_H

#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "core/object.h"

struct file;
struct kipc_chunks;
struct kipc_region_open;
struct kipc_user;
struct mem_cgroup;
struct page;

/**
 * struct kipc_region - a region
 * @object: what names refer to
 * @user: who made it, and is charged; referenced (constant)
 * @id: its number (constant)
 * @size: bytes, whole pages (constant)
 * @mode: permission bits of its name (constant)
 * @uid: owner (constant)
 * @gid: group (constant)
 * @memory: its memory (constant)
 * @is_huge: it was asked for with huge pages (constant)
 * @memcg: who is charged for pages, referenced (constant)
 * @chunks: its chunks; NULL if it is not cut (constant)
 * @lock: protects all that follows, but @seals and counts that are only looked at
 * @views: struct kipc_view by id
 * @tops: those that were made from no other, or from one that is closed
 * @view_count: how many there are
 * @had_peers: there was more than one at a time that was not lent
 * @last_view: id of the newest
 * @seals: of enum kipc_region_seal
 * @unmapping: held for reading by who takes mappings away; without @lock
 * @pollers: who polls a view; has a lock of its own
 * @rcu: frees it
 */
struct kipc_region {
	struct kipc_object object;
	struct kipc_user *user;
	u64 id;
	u64 size;
	u32 mode;
	kuid_t uid;
	kgid_t gid;
	struct file *memory;
	bool is_huge;
	struct mem_cgroup *memcg;
	struct kipc_chunks *chunks;

	struct mutex lock;	/* see above */
	struct xarray views;
	struct list_head tops;
	u32 view_count;
	bool had_peers;
	u64 last_view;
	u32 seals;

	struct rw_semaphore unmapping;	/* see above */
	wait_queue_head_t pollers;
	struct rcu_head rcu;
};

struct kipc_region *kipc_region_new(struct kipc_user *user,
				    const struct kipc_region_open *args);
struct kipc_region *kipc_region_of(struct kipc_object *object);
struct page *kipc_region_page(struct kipc_region *region, pgoff_t index);
u64 kipc_region_resident(const struct kipc_region *region);

#endif /* KIPC_REGION_REGION_H */
