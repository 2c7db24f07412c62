// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/send.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/trace.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"
#include "rpc/request.h"

static struct kmem_cache *send_cache;

/**
 * kipc_send_cache_init() - make the cache of one-way messages
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int kipc_send_cache_init(void)
{
	send_cache = kmem_cache_create("kipc_send", sizeof(struct kipc_request),
				       0, SLAB_ACCOUNT, NULL);
	return send_cache ? 0 : -ENOMEM;
}

/**
 * kipc_send_cache_exit() - end the cache of one-way messages
 *
 * Context: Process context.
 */
void kipc_send_cache_exit(void)
{
	kmem_cache_destroy(send_cache);
}

static struct kipc_request *of_entry(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_request, entry);
}

static void send_put(struct kipc_request *send)
{
	if (!refcount_dec_and_test(&send->refs))
		return;
	kipc_request_deinit(send);
	kmem_cache_free(send_cache, send);
	kipc_live_add(KIPC_LIVE_MESSAGES, -1);
}

static void release_slice(struct kipc_slice *slice, struct kipc_pool *pool)
{
	send_put(container_of(slice, struct kipc_request, delivery.slice));
}

static void send_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_request *send = of_entry(entry);

	refcount_inc(&send->refs);
	kipc_request_unqueue_locked(send);
	message->kind = KIPC_MSG_SEND;
}

static bool send_untake(struct kipc_entry *entry,
			const struct kipc_message *message)
{
	struct kipc_request *send = of_entry(entry);

	if (send->node->queued_closed)
		return false;
	kipc_request_requeue_locked(send);
	return true;
}

static void send_put_entry(struct kipc_entry *entry)
{
	send_put(of_entry(entry));
}

static bool send_fail_locked(struct kipc_request *send, int error)
{
	return true;
}

static const struct kipc_request_ops send_ops = {
	.entry = {
		.take = send_take,
		.untake = send_untake,
		.put = send_put_entry,
	},
	.fail_locked = send_fail_locked,
	.failed = send_put,
	.delivered = send_put,
};

/* Takes over the reference to @node. */
static struct kipc_request *send_new(struct kipc_node *node,
				     struct kipc_endpoint *target)
{
	struct kipc_request *send;

	send = kmem_cache_alloc(send_cache, GFP_KERNEL);
	if (!send) {
		kipc_object_put(&node->object);
		return NULL;
	}
	kipc_live_add(KIPC_LIVE_MESSAGES, 1);
	kipc_request_init(send, &send_ops, node, target, release_slice);
	return send;
}

static int queue_send(struct kipc_request *send, struct task_struct **receiver)
{
	struct kipc_queue *queue = &send->target->queue;
	int ret;

	spin_lock(&queue->lock);
	ret = kipc_request_queue_locked(send, receiver);
	spin_unlock(&queue->lock);
	if (ret)
		kipc_request_undo(send);
	return ret;
}

static int send_to(struct kipc_endpoint *endpoint, const struct kipc_send *args,
		   struct kipc_node *node, struct kipc_endpoint *target,
		   struct task_struct **receiver)
{
	const struct kipc_content content = {
		.code = args->code,
		.is_vec = args->flags & KIPC_VEC,
		.one_way = true,
		.attachment_count = args->attachment_count,
		.data = args->data,
		.data_size = args->data_size,
		.attachments = args->attachments,
	};
	struct kipc_request *send;
	u32 node_id = node->id;
	u64 size;
	int ret;

	send = send_new(node, target);
	if (!send)
		return -ENOMEM;
	ret = kipc_request_prepare(send, endpoint, &content);
	size = send->delivery.size;
	if (!ret)
		ret = queue_send(send, receiver);
	if (ret) {
		send_put(send);
		return ret;
	}
	this_cpu_inc(endpoint->domain->traffic->sends);
	trace_kipc_send_queued(endpoint->id, target->id, node_id, args->code,
			       size);
	return 0;
}

/**
 * kipc_send() - send a one-way message
 * @endpoint: who sends
 * @args: the ABI's command, checked
 * @to_free: a claimed slice to be freed if it returns 0, or NULL
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_send(struct kipc_endpoint *endpoint, const struct kipc_send *args,
	      struct kipc_slice *to_free)
{
	struct task_struct *receiver = NULL;
	struct kipc_endpoint *target;
	struct kipc_object *object;
	int ret;

	object = kipc_table_resolve(&endpoint->table, args->handle,
				    KIPC_RIGHT_CALL, NULL);
	if (IS_ERR(object))
		return PTR_ERR(object);
	target = kipc_node_owner_get(kipc_node_of(object));
	if (!target) {
		kipc_object_put(object);
		return -EOWNERDEAD;
	}
	ret = send_to(endpoint, args, kipc_node_of(object), target, &receiver);
	if (!ret) {
		if (to_free)
			kipc_pool_free_claimed(&endpoint->pool, to_free);
		kipc_queue_wake(&target->queue, receiver);
	}
	kipc_endpoint_put(target);
	return ret;
}
