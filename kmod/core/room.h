/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A room is something of which there is not always enough: slices of a pool, places
 * in a queue. Who wants some, and is not content with being told that there is none
 * now, waits for it here.
 *
 * A waiter does not look for itself. It says how what it needs is taken
 * (waiter->take), and that is called on its behalf whenever something was given
 * back: so who is woken has what it waited for, and nobody is woken in vain. Nor
 * does a waiter depend on another one, which might be stopped, or be kept from
 * running: it is not the waiters that pass on what is left.
 *
 * Whoever gives something back looks, in the lock of what it gave back, whether
 * anybody waits; usually nobody does. Else it serves the first one, and that is all.
 * If there are more, a worker looks whether something is left for one of them, in the
 * order in which they came. One that does not fit is passed over: it may be the share
 * of its user that is used up, and others have nothing to do with that.
 *
 *   waiter                             giver
 *
 *   lock room
 *     waiting++
 *     take: lock what is wanted
 *       there is none
 *     unlock                           lock what is wanted
 *     joins the others                   gives it back
 *   unlock; sleeps                     unlock
 *                                      waiting: lock room, serve the first
 *
 * "waiting" is written before the waiter looks, and read after the giver gave, and
 * looking and giving are under one lock. So if the waiter looks first, the giver sees
 * it, and finds it among the others, because it waits for the lock of the room.
 *
 * What is waited for belongs to an object; when that dies, or the room is closed, the
 * waiters get EOWNERDEAD.
 *
 * Whoever looks at all waiters drops the lock now and then, and leaves a mark among
 * them: a waiter without a task. The worker has one, and whoever lets an object die.
 *
 * Locks: the lock of what is wanted nests inside @lock.
 */
#ifndef KIPC_CORE_ROOM_H
#define KIPC_CORE_ROOM_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct kipc_object;
struct task_struct;

/**
 * struct kipc_waiter - a thread that waits for room, or a mark; on its stack
 * @link: among the others, while it is not served (room's lock)
 * @task: the thread; NULL if it is a mark, and then only @link matters
 * @object: to whom it wants to send; the caller has a reference
 * @take: takes what it needs, on its behalf and with the room's lock held. Returns 0,
 *	-ENOSPC if there is none now, or another error, which ends the wait.
 * @result: what @take returned last, or -EOWNERDEAD (room's lock; the thread looks
 *	without whether it still is -ENOSPC)
 */
struct kipc_waiter {
	struct list_head link;
	struct task_struct *task;
	const struct kipc_object *object;
	int (*take)(struct kipc_waiter *waiter);
	int result;
};

/**
 * struct kipc_room - something that can be waited for
 * @lock: protects all but @work; @waiting is read without
 * @closed: there will not be any
 * @waiting: how many threads are in kipc_room_wait()
 * @waiters: those that were not served, the oldest first, and marks
 * @mark: the worker's; in @waiters while it is at work
 * @work: the worker
 */
struct kipc_room {
	spinlock_t lock;	/* see above */
	bool closed;
	unsigned int waiting;
	struct list_head waiters;
	struct kipc_waiter mark;
	struct work_struct work;
};

/**
 * kipc_waiter_is_mark() - how far somebody came, rather than a waiter
 * @waiter: in a room's list
 *
 * Context: Any.
 */
static inline bool kipc_waiter_is_mark(const struct kipc_waiter *waiter)
{
	return !waiter->task;
}

void kipc_room_init(struct kipc_room *room);
void kipc_room_end(struct kipc_room *room, const struct kipc_object *object);
void kipc_room_close(struct kipc_room *room);
void kipc_room_deinit(struct kipc_room *room);
int kipc_room_wait(struct kipc_room *room, struct kipc_waiter *waiter,
		   u64 deadline);
void kipc_room_serve(struct kipc_room *room);

/**
 * kipc_room_given() - something was given back
 * @room: of which; the caller gave it back under the lock that waiter->take needs,
 *	and has dropped that
 *
 * Context: Process context.
 */
static inline void kipc_room_given(struct kipc_room *room)
{
	if (unlikely(READ_ONCE(room->waiting)))
		kipc_room_serve(room);
}

#endif /* KIPC_CORE_ROOM_H */
