// SPDX-License-Identifier: GPL-2.0-only
#include "core/room.h"

#include <linux/sched/task.h>

#include "core/limits.h"
#include "core/object.h"
#include "core/wait.h"

static bool is_over(const struct kipc_room *room,
		    const struct kipc_waiter *waiter)
{
	return room->closed || READ_ONCE(waiter->object->dead);
}

/* Returns whether the waiter need not wait any more. */
static bool look_locked(const struct kipc_room *room,
			struct kipc_waiter *waiter)
{
	int result = -EOWNERDEAD;

	lockdep_assert_held(&room->lock);

	if (!is_over(room, waiter))
		result = waiter->take(waiter);
	WRITE_ONCE(waiter->result, result);
	return result != -ENOSPC;
}

/* Takes a waiter out, because it was served. Returns whom to wake. */
static struct task_struct *leave_locked(struct kipc_waiter *waiter)
{
	list_del_init(&waiter->link);
	return get_task_struct(waiter->task);
}

/* The one behind @link, which may be the head; NULL if there is none */
static struct kipc_waiter *next_locked(const struct kipc_room *room,
				       const struct list_head *link)
{
	struct kipc_waiter *waiter;

	do {
		link = link->next;
		if (link == &room->waiters)
			return NULL;
		waiter = list_entry(link, struct kipc_waiter, link);
	} while (kipc_waiter_is_mark(waiter));
	return waiter;
}

/*
 * Serves the one behind the mark, if there is one, and moves the mark behind it.
 * If @object is not NULL it passes over those who wait for another's sake.
 */
static bool serve_next_locked(struct kipc_room *room, struct kipc_waiter *mark,
			      const struct kipc_object *object,
			      struct task_struct **served)
{
	struct kipc_waiter *waiter = next_locked(room, &mark->link);

	*served = NULL;
	if (!waiter)
		return false;
	list_move(&mark->link, &waiter->link);
	if ((!object || waiter->object == object) && look_locked(room, waiter))
		*served = leave_locked(waiter);
	return true;
}

/*
 * Looks at all that wait now: who comes later looks for itself. The lock is held for
 * a few of them at a time.
 */
static void walk(struct kipc_room *room, struct kipc_waiter *mark,
		 const struct kipc_object *object)
{
	struct task_struct *served;
	unsigned int left;

	spin_lock(&room->lock);
	list_add(&mark->link, &room->waiters);
	left = room->waiting;
	while (left-- && serve_next_locked(room, mark, object, &served)) {
		if (!served && left % KIPC_ROOM_LOOK)
			continue;
		spin_unlock(&room->lock);
		kipc_wake(served);
		cond_resched();
		spin_lock(&room->lock);
	}
	list_del_init(&mark->link);
	spin_unlock(&room->lock);
}

static void work_on(struct work_struct *work)
{
	struct kipc_room *room = container_of(work, struct kipc_room, work);

	walk(room, &room->mark, NULL);
}

/**
 * kipc_room_init() - make a room
 * @room: its memory
 *
 * Context: Any.
 */
void kipc_room_init(struct kipc_room *room)
{
	spin_lock_init(&room->lock);
	room->closed = false;
	room->waiting = 0;
	INIT_LIST_HEAD(&room->waiters);
	room->mark.task = NULL;
	INIT_WORK(&room->work, work_on);
}

/**
 * kipc_room_deinit() - end a room
 * @room: a room in which nobody waits any more
 *
 * Context: Process context. May sleep.
 */
void kipc_room_deinit(struct kipc_room *room)
{
	cancel_work_sync(&room->work);
	WARN_ON_ONCE(room->waiting);
}

/**
 * kipc_room_serve() - something was given back, and somebody waits
 * @room: of which
 *
 * Context: Process context.
 */
void kipc_room_serve(struct kipc_room *room)
{
	struct task_struct *served = NULL;
	struct kipc_waiter *first;
	bool more = false;

	spin_lock(&room->lock);
	first = next_locked(room, &room->waiters);
	if (first) {
		more = next_locked(room, &first->link);
		if (look_locked(room, first))
			served = leave_locked(first);
	}
	spin_unlock(&room->lock);
	kipc_wake(served);
	if (more)
		queue_work(system_unbound_wq, &room->work);
}

/**
 * kipc_room_end() - an object has died
 * @room: the room
 * @object: the object, marked as dead; those who wait for its sake get EOWNERDEAD.
 *	NULL if the room was closed: all.
 *
 * Context: Process context.
 */
void kipc_room_end(struct kipc_room *room, const struct kipc_object *object)
{
	struct kipc_waiter mark = { .task = NULL };

	walk(room, &mark, object);
}

/**
 * kipc_room_close() - there will be no more
 * @room: the room
 *
 * Context: Process context.
 */
void kipc_room_close(struct kipc_room *room)
{
	spin_lock(&room->lock);
	room->closed = true;
	spin_unlock(&room->lock);
	kipc_room_end(room, NULL);
}

static int sleep_until_served(const struct kipc_waiter *waiter, u64 deadline)
{
	int ret = 0;

	/* The barrier pairs with that in the wake-up, which is after the result. */
	do {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(waiter->result) != -ENOSPC)
			break;
		ret = kipc_sleep_until(deadline);
	} while (!ret);
	__set_current_state(TASK_RUNNING);
	return ret;
}

/**
 * kipc_room_wait() - wait until what is needed could be taken
 * @room: of which
 * @waiter: its object and how to take it are set; on the stack
 * @deadline: when to stop waiting; 0 means never
 *
 * Context: Process context. Sleeps.
 * Return: 0 and it was taken, -EOWNERDEAD, -ERESTARTSYS, -ETIMEDOUT, or another error
 * of waiter->take.
 */
int kipc_room_wait(struct kipc_room *room, struct kipc_waiter *waiter,
		   u64 deadline)
{
	int ret;

	waiter->task = current;
	INIT_LIST_HEAD(&waiter->link);
	spin_lock(&room->lock);
	WRITE_ONCE(room->waiting, room->waiting + 1);
	if (!look_locked(room, waiter))
		list_add_tail(&waiter->link, &room->waiters);
	spin_unlock(&room->lock);

	ret = sleep_until_served(waiter, deadline);

	spin_lock(&room->lock);
	list_del_init(&waiter->link);
	WRITE_ONCE(room->waiting, room->waiting - 1);
	if (waiter->result != -ENOSPC)
		ret = waiter->result;
	spin_unlock(&room->lock);
	return ret;
}
