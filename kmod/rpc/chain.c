// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/chain.h"

#include <linux/kipc.h>
#include <linux/rbtree.h>

#include "core/quota.h"
#include "rpc/call.h"
#include "rpc/endpoint.h"
#include "rpc/served.h"

/**
 * kipc_lane_wait_thawed() - wait until nested calls can be taken
 * @call: a call of the running thread
 *
 * Context: Process context. Sleeps while the call's endpoint is frozen.
 * Return: 0, also if the call has its result, -ERESTARTSYS or -ETIMEDOUT.
 */
int kipc_lane_wait_thawed(struct kipc_open_call *call)
{
	struct kipc_queue *queue = &call->caller->queue;
	struct kipc_receiver self = { .task = current };
	int ret = 0;

	spin_lock(&queue->lock);
	while (!ret && queue->frozen) {
		if (hlist_unhashed(&self.link))
			hlist_add_head(&self.link, &queue->held);
		/* The barrier pairs with that in the wake-up, after DONE is set. */
		set_current_state(TASK_INTERRUPTIBLE);
		spin_unlock(&queue->lock);
		if (!kipc_call_is_done(call))
			ret = kipc_sleep_until(call->deadline);
		__set_current_state(TASK_RUNNING);
		spin_lock(&queue->lock);
		if (kipc_call_is_done(call))
			break;
	}
	hlist_del_init(&self.link);
	spin_unlock(&queue->lock);
	return kipc_call_is_done(call) ? 0 : ret;
}

/**
 * kipc_lane_close() - leave what is in a lane to the queue
 * @lane: of a call that its thread does not wait in any more
 * @endpoint: who made the call
 *
 * Context: Process context.
 */
void kipc_lane_close(struct kipc_lane *lane, struct kipc_endpoint *endpoint)
{
	struct kipc_queue *queue = &endpoint->queue;
	struct task_struct *receiver;
	struct kipc_entry *entry;

	for (;;) {
		spin_lock(&queue->lock);
		lane->open = false;
		lane->task = NULL;
		entry = list_first_entry_or_null(&lane->entries,
						 struct kipc_entry, link);
		receiver = NULL;
		if (entry) {
			list_del_init(&entry->link);
			kipc_queue_post_locked(queue, entry, &receiver);
		}
		spin_unlock(&queue->lock);
		if (!entry)
			return;
		kipc_queue_wake(queue, receiver);
	}
}

static u64 earlier(u64 a, u64 b)
{
	if (!a || !b)
		return a ?: b;
	return min(a, b);
}

static int join_locked(struct kipc_open_call *call,
		       struct kipc_open_call *parent)
{
	if (!parent)
		return -ENXIO;
	if (parent->depth >= KIPC_DEPTH_MAX)
		return -ELOOP;
	refcount_inc(&parent->request.refs);
	parent->has_children = true;
	call->parent = parent;
	call->depth = parent->depth + 1;
	return 0;
}

/**
 * kipc_chain_join() - say for which other call one is made
 * @call: a call that is not queued
 * @args: the ABI's command; its parent is not 0
 *
 * Context: Process context.
 * Return: 0, -ENXIO (its endpoint serves no such call) or -ELOOP (the chain is
 * as long as it may be).
 */
int kipc_chain_join(struct kipc_open_call *call, const struct kipc_call *args)
{
	struct kipc_endpoint *endpoint = call->caller;
	int ret;

	spin_lock(&endpoint->queue.lock);
	ret = join_locked(call, kipc_served_find_locked(endpoint,
							args->parent));
	spin_unlock(&endpoint->queue.lock);
	if (!ret && !(args->flags & KIPC_CALL_OWN_DEADLINE))
		call->deadline = earlier(call->deadline,
					 call->parent->deadline);
	return ret;
}

/**
 * kipc_chain_lane() - the lane to which a call is to go
 * @call: a call that is not queued
 *
 * What it finds can be closed; the lock tells.
 *
 * Context: Any.
 * Return: The lane of the nearest call up the chain that the target made, or NULL
 * if it made none.
 */
struct kipc_lane *kipc_chain_lane(const struct kipc_open_call *call)
{
	struct kipc_open_call *up;

	for (up = call->parent; up; up = up->parent)
		if (up->caller == call->request.target)
			return &up->nested;
	return NULL;
}

static struct kipc_open_call *of_node(const struct rb_node *node)
{
	return rb_entry(node, struct kipc_open_call, suspended);
}

static bool older(struct rb_node *a, const struct rb_node *b)
{
	return of_node(a)->id < of_node(b)->id;
}

static int compare(const void *key, const struct rb_node *node)
{
	u64 id = *(const u64 *)key;

	if (id == of_node(node)->id)
		return 0;
	return id < of_node(node)->id ? -1 : 1;
}

/* Whom to wake when the result is there; nobody, while it is suspended. */
static void set_task(struct kipc_open_call *call, struct task_struct *task)
{
	spin_lock(&call->request.target->queue.lock);
	call->task = task;
	spin_unlock(&call->request.target->queue.lock);
}

/**
 * kipc_chain_suspend() - let a call go on without its thread
 * @call: a call of the running thread, whose user is charged for a message
 *
 * The reference and the charge become the tree's.
 *
 * Context: Process context.
 * Return: Its number. The call may be gone already.
 */
u64 kipc_chain_suspend(struct kipc_open_call *call)
{
	struct kipc_endpoint *endpoint = call->caller;
	u64 id;

	if (!call->request.sender.is_pinned)
		kipc_sender_pin(&call->request.sender);
	set_task(call, NULL);
	spin_lock(&endpoint->queue.lock);
	call->nested.task = NULL;
	id = ++endpoint->last_suspended;
	call->id = id;
	rb_add(&call->suspended, &endpoint->suspended, older);
	spin_unlock(&endpoint->queue.lock);
	return id;
}

static void unsuspend_locked(struct kipc_endpoint *endpoint,
			     struct rb_node *node)
{
	lockdep_assert_held(&endpoint->queue.lock);

	if (!node)
		return;
	rb_erase(node, &endpoint->suspended);
	kipc_quota_release(endpoint->user, KIPC_QUOTA_MESSAGES, 1);
}

/**
 * kipc_chain_unsuspend() - take a call out of the suspended ones
 * @endpoint: who made it
 * @id: its number
 *
 * Context: Process context.
 * Return: The call with the tree's reference, or NULL.
 */
struct kipc_open_call *kipc_chain_unsuspend(struct kipc_endpoint *endpoint,
					    u64 id)
{
	struct rb_node *node;

	spin_lock(&endpoint->queue.lock);
	node = rb_find(&id, &endpoint->suspended, compare);
	unsuspend_locked(endpoint, node);
	spin_unlock(&endpoint->queue.lock);
	return node ? of_node(node) : NULL;
}

/**
 * kipc_chain_unsuspend_first() - take out any of them
 * @endpoint: an endpoint that closes
 *
 * Context: Process context.
 * Return: The call with the tree's reference, or NULL if there is none.
 */
struct kipc_open_call *
kipc_chain_unsuspend_first(struct kipc_endpoint *endpoint)
{
	struct rb_node *node;

	spin_lock(&endpoint->queue.lock);
	node = rb_first(&endpoint->suspended);
	unsuspend_locked(endpoint, node);
	spin_unlock(&endpoint->queue.lock);
	return node ? of_node(node) : NULL;
}

/**
 * kipc_chain_resume() - the running thread is the call's caller now
 * @call: a call that it took out of the suspended ones
 * @open: whether it serves nested calls
 *
 * Context: Process context.
 */
void kipc_chain_resume(struct kipc_open_call *call, bool open)
{
	set_task(call, current);
	if (!open) {
		kipc_lane_close(&call->nested, call->caller);
		return;
	}
	spin_lock(&call->caller->queue.lock);
	call->nested.task = current;
	spin_unlock(&call->caller->queue.lock);
}
