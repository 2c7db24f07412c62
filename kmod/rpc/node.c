// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/node.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/handle.h"
#include "core/live.h"
#include "core/quota.h"
#include "core/trace.h"
#include "rpc/endpoint.h"
#include "rpc/request.h"
#include "rpc/thread.h"

static struct kipc_node *of_notify(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_node, notify);
}

static void notify_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_node *node = of_notify(entry);

	kipc_object_get(&node->object);
	message->kind = KIPC_MSG_NOTIFY;
	message->cookie = node->object.cookie;
	message->bits = node->bits;
	node->bits = 0;
}

static bool notify_untake(struct kipc_entry *entry,
			  const struct kipc_message *message)
{
	of_notify(entry)->bits |= message->bits;
	return true;
}

static void notify_put(struct kipc_entry *entry)
{
	kipc_object_put(&of_notify(entry)->object);
}

static const struct kipc_entry_ops notify_ops = {
	.take = notify_take,
	.untake = notify_untake,
	.put = notify_put,
};

static struct kipc_node *of_no_senders(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_node, no_senders);
}

static void no_senders_take(struct kipc_entry *entry,
			    struct kipc_message *message)
{
	struct kipc_node *node = of_no_senders(entry);

	kipc_object_get(&node->object);
	message->kind = KIPC_MSG_NO_SENDERS;
	message->cookie = node->object.cookie;
}

static bool no_senders_untake(struct kipc_entry *entry,
			      const struct kipc_message *message)
{
	return true;
}

static void no_senders_put(struct kipc_entry *entry)
{
	kipc_object_put(&of_no_senders(entry)->object);
}

static const struct kipc_entry_ops no_senders_ops = {
	.take = no_senders_take,
	.untake = no_senders_untake,
	.put = no_senders_put,
};

/* The last sender is gone; the object's lock is held, so its owner is there. */
static void node_no_senders(struct kipc_object *object)
{
	struct kipc_node *node = kipc_node_of(object);
	struct kipc_endpoint *owner;

	lockdep_assert_held(&object->lock);

	owner = rcu_dereference_protected(node->owner,
					  lockdep_is_held(&object->lock));
	if (owner && node->flags & KIPC_NODE_NO_SENDERS)
		kipc_queue_post(&owner->queue, &node->no_senders);
}

static void node_release(struct kipc_object *object)
{
	kfree_rcu(kipc_node_of(object), rcu);
	kipc_live_add(KIPC_LIVE_NODES, -1);
}

static const struct kipc_object_ops node_ops = {
	.kind = KIPC_OBJECT_NODE,
	.no_senders = node_no_senders,
	.release = node_release,
};

static struct kipc_priority least_of(const struct kipc_node_create *args)
{
	if (args->policy == SCHED_NORMAL)
		return (struct kipc_priority){ NICE_TO_PRIO(args->priority),
					       SCHED_NORMAL };
	return (struct kipc_priority){ MAX_RT_PRIO - 1 - args->priority,
				       args->policy };
}

static struct kipc_node *node_new(struct kipc_endpoint *endpoint,
				  const struct kipc_node_create *args)
{
	struct kipc_node *node;

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	kipc_object_init(&node->object, &node_ops, &endpoint->table,
			 args->cookie);
	RCU_INIT_POINTER(node->owner, kipc_endpoint_get(endpoint));
	node->flags = args->flags;
	/* A label takes a slice. */
	if (args->flags & KIPC_NODE_LABEL)
		node->flags &= ~KIPC_NODE_SMALL;
	node->least = least_of(args);
	INIT_HLIST_HEAD(&node->queued);
	kipc_stream_init(&node->stream);
	kipc_entry_init(&node->notify, &notify_ops, KIPC_LEVEL_ONE_WAY);
	kipc_entry_init(&node->no_senders, &no_senders_ops, KIPC_LEVEL_ONE_WAY);
	kipc_live_add(KIPC_LIVE_NODES, 1);
	return node;
}

/**
 * kipc_node_create() - make a node
 * @endpoint: its owner
 * @args: the ABI's command, checked
 * @id: gets its number
 *
 * Context: Process context. May sleep.
 * Return: 0, -EDQUOT, -ENOMEM, or -EPERM (the least priority is more than its
 * threads may have).
 */
int kipc_node_create(struct kipc_endpoint *endpoint,
		     const struct kipc_node_create *args, u32 *id)
{
	struct kipc_node *node;
	int ret;

	if (args->flags & KIPC_NODE_MIN_PRIORITY &&
	    !kipc_thread_may_have(args->policy, args->priority))
		return -EPERM;

	ret = kipc_quota_charge(endpoint->user, KIPC_QUOTA_NODES, 1);
	if (ret)
		return ret;
	node = node_new(endpoint, args);
	if (!node) {
		ret = -ENOMEM;
		goto err_charge;
	}
	/* Once it is in the table another thread may destroy it. */
	kipc_object_get(&node->object);
	ret = kipc_table_own(&endpoint->table, &node->object, &node->id);
	if (ret)
		goto err_node;
	*id = node->id;
	trace_kipc_node_create(endpoint->id, node->id);
	kipc_object_put(&node->object);
	return 0;

err_node:
	kipc_endpoint_put(endpoint);
	kipc_object_put(&node->object);
	kipc_object_put(&node->object);
err_charge:
	kipc_quota_release(endpoint->user, KIPC_QUOTA_NODES, 1);
	return ret;
}

static struct kipc_request *first_queued(struct kipc_node *node)
{
	return hlist_entry_safe(node->queued.first, struct kipc_request,
				of_node);
}

/* Fails one queued request after the other; the lock is not held for long. */
static void fail_queued(struct kipc_endpoint *endpoint, struct kipc_node *node)
{
	struct kipc_queue *queue = &endpoint->queue;
	const struct kipc_request_ops *ops;
	struct kipc_request *request;

	spin_lock(&queue->lock);
	node->queued_closed = true;
	while ((request = first_queued(node))) {
		ops = kipc_request_ops_of(request);
		kipc_request_unqueue_locked(request);
		ops->fail_locked(request, -EOWNERDEAD);
		spin_unlock(&queue->lock);

		kipc_request_undo(request);
		ops->failed(request);
		cond_resched();
		spin_lock(&queue->lock);
	}
	spin_unlock(&queue->lock);
}

/* Takes over the reference that the table had. */
static void node_end(struct kipc_endpoint *endpoint, struct kipc_object *object)
{
	struct kipc_node *node = kipc_node_of(object);

	trace_kipc_node_destroy(endpoint->id, node->id);
	spin_lock(&object->lock);
	rcu_assign_pointer(node->owner, NULL);
	spin_unlock(&object->lock);

	kipc_object_die(object, endpoint->domain);
	fail_queued(endpoint, node);
	kipc_room_end(&endpoint->pool.room, object);
	kipc_room_end(&endpoint->places, object);
	kipc_queue_retire(&endpoint->queue, &node->notify);
	kipc_queue_retire(&endpoint->queue, &node->no_senders);
	kipc_quota_release(endpoint->user, KIPC_QUOTA_NODES, 1);
	kipc_object_put(object);
	kipc_endpoint_put(endpoint);
}

/**
 * kipc_node_destroy() - end a node
 * @endpoint: its owner
 * @id: its number
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENXIO.
 */
int kipc_node_destroy(struct kipc_endpoint *endpoint, u32 id)
{
	struct kipc_object *object = kipc_table_disown(&endpoint->table, id);

	if (!object)
		return -ENXIO;
	node_end(endpoint, object);
	return 0;
}

/**
 * kipc_nodes_end() - end all nodes of an endpoint
 * @endpoint: the endpoint, of which no command is running any more
 *
 * Context: Process context. May sleep.
 */
void kipc_nodes_end(struct kipc_endpoint *endpoint)
{
	struct kipc_object *object;
	unsigned long id;

	xa_for_each(&endpoint->table.owned, id, object) {
		kipc_node_destroy(endpoint, id);
		cond_resched();
	}
}

/**
 * kipc_node_owner_id() - whose node it is, for those who look inside
 * @node: the node
 *
 * Context: Any.
 * Return: The owner's number; 0 if the node is dead.
 */
u64 kipc_node_owner_id(struct kipc_node *node)
{
	struct kipc_endpoint *owner;
	u64 id;

	rcu_read_lock();
	owner = rcu_dereference(node->owner);
	id = owner ? owner->id : 0;
	rcu_read_unlock();
	return id;
}

/* The node of a handle with the right CALL, or of the endpoint's own */
static struct kipc_object *find_rcu(struct kipc_endpoint *endpoint, u32 id,
				    bool own)
{
	struct kipc_object *object;
	struct kipc_handle *handle;

	if (own) {
		object = xa_load(&endpoint->table.owned, id);
		return object ?: ERR_PTR(-ENXIO);
	}
	handle = kipc_table_find_rcu(&endpoint->table, id);
	if (!handle)
		return ERR_PTR(-ENXIO);
	if (!(handle->rights & KIPC_RIGHT_CALL))
		return ERR_PTR(-EACCES);
	return handle->object;
}

/**
 * kipc_node_find() - the node that a message is for, and where it goes
 * @endpoint: who sends
 * @id: its handle, which must have the right CALL, or its own node
 * @own: which of the two
 * @owner: gets the endpoint that owns the node, with a reference
 *
 * Context: Any.
 * Return: The node with a reference, or an ERR_PTR() of -EACCES, -ENXIO or
 * -EOWNERDEAD.
 */
struct kipc_node *kipc_node_find(struct kipc_endpoint *endpoint, u32 id,
				 bool own, struct kipc_endpoint **owner)
{
	struct kipc_node *node = ERR_PTR(-ENXIO);
	struct kipc_object *object;

	rcu_read_lock();
	object = find_rcu(endpoint, id, own);
	if (IS_ERR(object)) {
		node = ERR_CAST(object);
	} else if (kipc_object_tryget(object)) {
		node = kipc_node_of(object);
		*owner = rcu_dereference(node->owner);
		if (!*owner || !refcount_inc_not_zero(&(*owner)->refs)) {
			kipc_object_put(object);
			node = ERR_PTR(-EOWNERDEAD);
		}
	}
	rcu_read_unlock();
	return node;
}

/**
 * kipc_node_owner_get() - the endpoint that owns a node
 * @node: a node to which the caller has a reference
 *
 * Context: Any.
 * Return: The endpoint with a reference, or NULL if the node is dead.
 */
struct kipc_endpoint *kipc_node_owner_get(struct kipc_node *node)
{
	struct kipc_endpoint *owner;

	rcu_read_lock();
	owner = rcu_dereference(node->owner);
	if (owner && !refcount_inc_not_zero(&owner->refs))
		owner = NULL;
	rcu_read_unlock();
	return owner;
}

/**
 * kipc_node_notify() - OR bits into a node's pending word
 * @endpoint: who notifies
 * @id: its handle, or its node
 * @own: which of the two
 * @bits: the bits
 *
 * Context: Process context.
 * Return: 0, -EACCES, -ENXIO or -EOWNERDEAD.
 */
int kipc_node_notify(struct kipc_endpoint *endpoint, u32 id, bool own, u64 bits)
{
	struct kipc_endpoint *owner;
	struct kipc_node *node;

	node = kipc_node_find(endpoint, id, own, &owner);
	if (IS_ERR(node))
		return PTR_ERR(node);
	trace_kipc_notify(endpoint->id, owner->id, node->id, bits);
	kipc_queue_post_bits(&owner->queue, &node->notify, &node->bits, bits);
	this_cpu_inc(owner->domain->traffic->notifies);
	kipc_endpoint_put(owner);
	kipc_object_put(&node->object);
	return 0;
}
