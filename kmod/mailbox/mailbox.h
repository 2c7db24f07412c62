/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mailbox is a bounded queue of letters that processes share: they post and receive,
 * whether or not there is anybody at the other end.
 *
 * Life. A mailbox is an object (core/object.h), which a name may stand for. Each file that
 * has it open, its name, and work that is to be done for it have a reference; it ends
 * with the last of them. A name that is looked up gives another file. Where there is no
 * name any more, there are no new files: then the mailbox hangs up when nobody can send any
 * more, or nobody receive.
 *
 * Places. A mailbox is made for so many letters, and each that it has accepted takes a
 * place: until it was received, or acknowledged if it was leased. So one that could not be
 * received, after all, always finds its place again. The memory for a full mailbox is
 * charged to its maker at once, as a quota. Letters themselves are memory of their senders'
 * cgroups.
 *
 * One lock protects what changes; see kmod/mailbox/portion.h (places, and who waits for
 * one), receive.h (who waits for letters), lease.h, broadcast.h. Nobody is woken with it
 * held. Letters are written, read and freed without it.
 *
 * What has no thread to do it, or takes long where others wait, is done by works: ending
 * leases, and waking all who wait when the mailbox hangs up.
 */
#ifndef KIPC_MAILBOX_MAILBOX_H
#define KIPC_MAILBOX_MAILBOX_H

#include <linux/kipc.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "core/object.h"
#include "mailbox/broadcast.h"
#include "mailbox/lease.h"
#include "mailbox/notice.h"
#include "mailbox/portion.h"
#include "mailbox/prioq.h"

struct kipc_domain;
struct kipc_user;
struct seq_file;

/**
 * struct kipc_mailbox_counts - what happened to a mailbox since it was made
 * @delivered: deliveries
 * @dropped: letters dropped because it was full
 * @returned: leases that ended without an acknowledgment
 * @dead: letters that went to the dead-letter mailbox
 */
struct kipc_mailbox_counts {
	u64 delivered;
	u64 dropped;
	u64 returned;
	u64 dead;
};

/**
 * struct kipc_mailbox - a mailbox
 * @object: what names refer to
 * @user: who made it, and is charged; referenced (constant)
 * @charged: bytes (constant)
 * @id: its number (constant)
 * @uid: owner (constant)
 * @gid: group (constant)
 * @made: how it was made (constant)
 * @dead_letter: where letters go that came back too often, referenced; or NULL (constant)
 * @spare_room: bytes of payload of the letters that it keeps (constant)
 * @spares_max: how many it keeps (constant)
 * @lock: protects all that follows, except where it says otherwise
 * @queue: letters to be received
 * @queued: how many
 * @held: how many letters take a place: these, those in hand, and leased ones
 * @sequence: of the newest letter; so many were accepted
 * @own: the portion of the owner, or of everybody
 * @portions: the others, by uid
 * @portion_count: how many they are
 * @waiting: those for whom threads wait, by how many letters they have
 * @posters: threads that wait for a place
 * @receivers: threads that wait for a letter
 * @choosy: those of them that want a priority, by that
 * @receiver_count: how many both are
 * @ready: a letter to be used again, or NULL; taken without the lock
 * @spares: more of them
 * @spare_count: how many
 * @leases: what is leased
 * @broadcast: the ring, and readers that wait
 * @notice: who is to be told of the next letter
 * @files: open files
 * @readers: those of them that may receive
 * @writers: those that may send
 * @is_named: it has a name, or is about to get one
 * @is_over: it was removed at its last close
 * @counts: what happened
 * @pollers: who polls; has a lock of its own
 * @expire: ends leases; has a reference while it is pending
 * @hang_up: wakes all who wait for what will not come; likewise
 * @rcu: frees it
 */
struct kipc_mailbox {
	struct kipc_object object;
	struct kipc_user *user;
	u64 charged;
	u64 id;
	kuid_t uid;
	kgid_t gid;
	struct kipc_mailbox_open made;
	struct kipc_mailbox *dead_letter;
	u32 spare_room;
	u32 spares_max;

	spinlock_t lock;	/* see above */
	struct kipc_prioq queue;
	u32 queued;
	u32 held;
	u64 sequence;
	struct kipc_portion own;
	struct xarray portions;
	u32 portion_count;
	struct rb_root_cached waiting;
	u32 posters;
	struct list_head receivers;
	struct rb_root_cached choosy;
	u32 receiver_count;
	struct kipc_letter *ready;
	struct kipc_letter *spares;
	u32 spare_count;
	struct kipc_leases leases;
	struct kipc_broadcast broadcast;
	struct kipc_notice notice;
	u32 files;
	u32 readers;
	u32 writers;
	bool is_named;
	bool is_over;
	struct kipc_mailbox_counts counts;

	wait_queue_head_t pollers;
	struct delayed_work expire;
	struct work_struct hang_up;
	struct rcu_head rcu;
};

int kipc_mailbox_init(void);
void kipc_mailbox_exit(void);

int kipc_mailbox_check(const struct kipc_mailbox_open *args);
struct kipc_mailbox *kipc_mailbox_new(struct kipc_user *user,
				      const struct kipc_mailbox_open *args,
				      struct kipc_mailbox *dead_letter);
struct kipc_mailbox *kipc_mailbox_of(struct kipc_object *object);

void kipc_mailbox_expire_in(struct kipc_mailbox *mailbox, unsigned long delay);
void kipc_mailbox_hang_up_locked(struct kipc_mailbox *mailbox);

/**
 * kipc_mailbox_free_places() - how many letters find a place
 * @mailbox: where
 *
 * Context: Mailbox's lock held, or where it does not matter.
 * Return: How many.
 */
static inline u32 kipc_mailbox_free_places(const struct kipc_mailbox *mailbox)
{
	u32 held = READ_ONCE(mailbox->held);

	return mailbox->made.messages_max > held ?
	       mailbox->made.messages_max - held : 0;
}

/**
 * kipc_mailbox_is_own() - whether a user may use all places
 * @mailbox: where
 * @uid: the user
 *
 * Context: Any.
 * Return: Whether.
 */
static inline bool kipc_mailbox_is_own(const struct kipc_mailbox *mailbox,
				       kuid_t uid)
{
	return uid_eq(uid, mailbox->uid) ||
	       mailbox->made.flags & KIPC_MAILBOX_FIRST_COME;
}

/**
 * kipc_portion_may_post() - whether a letter of a user finds a place
 * @mailbox: where
 * @portion: the user's, or NULL if it has none yet
 *
 * Context: Mailbox's lock held.
 * Return: Whether.
 */
static inline bool kipc_portion_may_post(const struct kipc_mailbox *mailbox,
					 const struct kipc_portion *portion)
{
	u32 free = kipc_mailbox_free_places(mailbox);

	if (likely(portion && portion->is_unlimited))
		return free;
	return (portion ? portion->messages : 0) + 1 < free;
}

/**
 * kipc_portion_add_locked() - a letter takes a place, or leaves it
 * @mailbox: where
 * @portion: whose it is
 * @messages: 1 or -1
 *
 * Context: Mailbox's lock held.
 */
static inline void kipc_portion_add_locked(struct kipc_mailbox *mailbox,
					   struct kipc_portion *portion,
					   int messages)
{
	WRITE_ONCE(mailbox->held, mailbox->held + messages);
	if (unlikely(!RB_EMPTY_NODE(&portion->by_messages)))
		kipc_portion_resort_locked(mailbox, portion, messages);
	else
		portion->messages += messages;
}

/**
 * kipc_mailbox_is_broadcast() - whether each reader gets all letters
 * @mailbox: which
 *
 * Context: Any.
 * Return: Whether.
 */
static inline bool kipc_mailbox_is_broadcast(const struct kipc_mailbox *mailbox)
{
	return mailbox->made.kind == KIPC_MAILBOX_BROADCAST;
}

/**
 * kipc_mailbox_is_deaf() - whether nobody can ever receive
 * @mailbox: which
 *
 * Context: Mailbox's lock held, or where it does not matter.
 * Return: Whether.
 */
static inline bool kipc_mailbox_is_deaf(const struct kipc_mailbox *mailbox)
{
	return unlikely(!READ_ONCE(mailbox->is_named) &&
			!READ_ONCE(mailbox->readers));
}

/**
 * kipc_mailbox_is_mute() - whether nothing will ever come any more
 * @mailbox: which
 *
 * What is there can still be received, and a leased letter can come back. (The letters
 * of a broadcast are not counted.)
 *
 * Context: Mailbox's lock held, or where it does not matter.
 * Return: Whether.
 */
static inline bool kipc_mailbox_is_mute(const struct kipc_mailbox *mailbox)
{
	return unlikely(!READ_ONCE(mailbox->is_named) &&
			!READ_ONCE(mailbox->writers) &&
			!READ_ONCE(mailbox->held));
}

/**
 * kipc_mailbox_check_locked() - tell all who wait, if it has hung up
 * @mailbox: one of which something ended
 *
 * Context: Mailbox's lock held.
 */
static inline void kipc_mailbox_check_locked(struct kipc_mailbox *mailbox)
{
	if (kipc_mailbox_is_mute(mailbox) || kipc_mailbox_is_deaf(mailbox))
		kipc_mailbox_hang_up_locked(mailbox);
}

#endif /* KIPC_MAILBOX_MAILBOX_H */
