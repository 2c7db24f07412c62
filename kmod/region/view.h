/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A view is what one file may do with a range of a region: read it, or read and write it.
 * All who have the file, or a mapping of it, have the view; it ends with the last of them.
 *
 * Views form a tree. Who has a view makes others from it, with as many rights or fewer, for
 * as large a range or a smaller one; and can revoke those, and what was made from them, but
 * not its own. Those of a view that is closed become those of the one from which it was
 * made. A view of the owner can revoke all others.
 *
 * Each view has an address_space of its own, in which its mappings are, in all processes
 * and after any fork() or mremap(): so they can be found and taken away without those of
 * others. Pages are mapped one by one as they are touched, by who has @gate for reading and
 * sees that the view is not revoked. Who revokes it marks it, takes @gate for writing, once,
 * and then takes its mappings away: what was mapped before is found, and nothing is mapped
 * after. That can take long, and is done without the region's lock.
 *
 * Huge pages only the kernel itself can map, after the fault handler has returned. There the
 * lock of the page takes the place of the gate: whoever maps it has it from when the view was
 * found not revoked until it is mapped, and who revokes waits for each once.
 */
#ifndef KIPC_REGION_VIEW_H
#define KIPC_REGION_VIEW_H

#include <linux/bits.h>
#include <linux/fs.h>
#include <linux/kipc.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/rwsem.h>
#include <linux/uidgid.h>

#include "core/parcel.h"

struct kipc_holder;
struct kipc_key;
struct kipc_region;
struct kipc_user;
struct pid;
struct vm_area_struct;

/* With the flags of a new view: it is lent with a call. No user can say so. */
#define KIPC_VIEW_LENT	BIT(31)

/**
 * struct kipc_view - a view
 * @refs: the file's, and that of who takes its mappings away
 * @region: of what, referenced (constant)
 * @user: who is charged for it, referenced (constant)
 * @id: its number in the region (constant)
 * @offset: where in the region it begins (constant)
 * @size: bytes, whole pages (constant)
 * @may_write: write, too (constant)
 * @is_owner: can revoke all others, and seal (constant)
 * @is_lent: it is lent with a call, or made from such a one: no peer of others (constant)
 * @is_huge: it can have huge pages mapped: the region has some, and it begins where one does
 *	(constant)
 * @depth: how many were made one from the other before it (constant)
 * @pid: the process that made it, referenced; it may be gone (constant)
 * @uid: its effective user (constant)
 * @parent: from which it was made, or NULL (region's lock)
 * @link: among those made from the same (region's lock), or being revoked
 * @children: those made from it (region's lock)
 * @revoked: it is, or it is closed; not in the tree any more (region's lock)
 * @reserved: how many holds are reserved for it and for those made from it (region's lock)
 * @holder: who has chunks through it, or NULL (lock of the region's chunks; changed with
 *	the region's lock, too)
 * @borrow: what ends it, if it is lent with a call (of the call)
 * @gate: see above
 * @mapping: its mappings; its host is the file's inode
 */
struct kipc_view {
	struct kref refs;
	struct kipc_region *region;
	struct kipc_user *user;
	u64 id;
	u64 offset;
	u64 size;
	bool may_write;
	bool is_owner;
	bool is_lent;
	bool is_huge;
	u8 depth;
	struct pid *pid;
	kuid_t uid;
	struct kipc_view *parent;
	struct list_head link;
	struct list_head children;
	bool revoked;
	u32 reserved;
	struct kipc_holder *holder;
	struct kipc_borrow borrow;
	struct rw_semaphore gate;	/* see above */
	struct address_space mapping;
};

struct kipc_view *kipc_view_new(struct kipc_region *region,
				struct kipc_view *parent,
				struct kipc_user *user, u64 offset, u64 size,
				u32 flags);
void kipc_view_close(struct kipc_view *view);
void kipc_view_put(struct kipc_view *view);
void kipc_view_end(struct kipc_view *view);
int kipc_view_revoke(struct kipc_view *by, u64 id);
int kipc_view_seal(struct kipc_view *by, u32 seals);
int kipc_view_list(struct kipc_view *by, struct kipc_view_entry *entries,
		   u32 count, u64 *cursor);
void kipc_view_info(struct kipc_view *view, struct kipc_region_info *info);
__poll_t kipc_view_events(const struct kipc_view *view);

int kipc_view_mmap(struct kipc_view *view, struct vm_area_struct *vma);

struct kipc_view *kipc_view_open(struct kipc_user *user,
				 const struct kipc_key *key,
				 struct kipc_region_open *args);
struct kipc_view *kipc_view_derive(struct kipc_view *view,
				   const struct kipc_region_view *args);
void kipc_view_unlink(struct kipc_view *view);

#endif /* KIPC_REGION_VIEW_H */
