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

static struct kipc_node *node_new(struct kipc_endpoint *endpoint, u64 cookie,
				  u32 flags)
{
	struct kipc_node *node;

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	kipc_object_init(&node->object, &node_ops, &endpoint->table, cookie);
	RCU_INIT_POINTER(node->owner, kipc_endpoint_get(endpoint));
	node->flags = flags;
	INIT_HLIST_HEAD(&node->queued);
	kipc_entry_init(&node->notify, &notify_ops);
	kipc_entry_init(&node->no_senders, &no_senders_ops);
	kipc_live_add(KIPC_LIVE_NODES, 1);
	return node;
}

/**
 * kipc_node_create() - make a node
 * @endpoint: its owner
 * @cookie: the owner's word for it
 * @flags: KIPC_NODE_NO_SENDERS
 * @id: gets its number
 *
 * Context: Process context. May sleep.
 * Return: 0, -EDQUOT or -ENOMEM.
 */
int kipc_node_create(struct kipc_endpoint *endpoint, u64 cookie, u32 flags,
		     u32 *id)
{
	struct kipc_node *node;
	int ret;

	ret = kipc_quota_charge(endpoint->user, KIPC_QUOTA_NODES, 1);
	if (ret)
		return ret;
	node = node_new(endpoint, cookie, flags);
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
 * kipc_node_owner_get() - the endpoint to which messages for a node go
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
	struct kipc_object *object;
	struct kipc_node *node;

	if (own)
		object = kipc_table_owned(&endpoint->table, id);
	else
		object = kipc_table_resolve(&endpoint->table, id,
					    KIPC_RIGHT_CALL, NULL);
	if (IS_ERR(object))
		return PTR_ERR(object);
	node = kipc_node_of(object);
	owner = kipc_node_owner_get(node);
	if (!owner) {
		kipc_object_put(object);
		return -EOWNERDEAD;
	}

	kipc_queue_post_bits(&owner->queue, &node->notify, &node->bits, bits);
	this_cpu_inc(owner->domain->traffic->notifies);
	trace_kipc_notify(endpoint->id, owner->id, node->id, bits);
	kipc_endpoint_put(owner);
	kipc_object_put(object);
	return 0;
}
