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
#include "rpc/stream.h"

static struct kmem_cache *send_cache;

/**
 * kipc_send_cache_init() - make the cache of one-way messages
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int kipc_send_cache_init(void)
{
	send_cache = kmem_cache_create("kipc_send", sizeof(struct kipc_one_way),
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

static struct kipc_one_way *of_request(struct kipc_request *request)
{
	return container_of(request, struct kipc_one_way, request);
}

static struct kipc_one_way *of_entry(struct kipc_entry *entry)
{
	return container_of(entry, struct kipc_one_way, request.entry);
}

static void send_put(struct kipc_one_way *send)
{
	if (!refcount_dec_and_test(&send->request.refs))
		return;
	kipc_request_deinit(&send->request);
	kmem_cache_free(send_cache, send);
	kipc_live_add(KIPC_LIVE_MESSAGES, -1);
}

static void release_slice(struct kipc_slice *slice, struct kipc_pool *pool)
{
	struct kipc_one_way *send = container_of(slice, struct kipc_one_way,
						 request.delivery.slice);

	kipc_stream_move_on(send);
	send_put(send);
}

static void send_take(struct kipc_entry *entry, struct kipc_message *message)
{
	struct kipc_one_way *send = of_entry(entry);

	refcount_inc(&send->request.refs);
	kipc_request_taken_locked(&send->request);
	kipc_stream_forget_locked(send);
	message->kind = KIPC_MSG_SEND;
	kipc_sender_describe(&send->request.sender, kipc_ids_of(message));
}

static bool send_untake(struct kipc_entry *entry,
			const struct kipc_message *message)
{
	return kipc_stream_untake_locked(of_entry(entry));
}

static void send_put_entry(struct kipc_entry *entry)
{
	send_put(of_entry(entry));
}

static bool send_fail_locked(struct kipc_request *request, int error)
{
	kipc_stream_forget_locked(of_request(request));
	return true;
}

static void send_failed(struct kipc_request *request)
{
	struct kipc_one_way *send = of_request(request);

	kipc_stream_move_on(send);
	send_put(send);
}

static void send_delivered(struct kipc_request *request)
{
	send_put(of_request(request));
}

static const struct kipc_request_ops send_ops = {
	.entry = {
		.take = send_take,
		.untake = send_untake,
		.put = send_put_entry,
	},
	.fail_locked = send_fail_locked,
	.failed = send_failed,
	.delivered = send_delivered,
};

/* Takes over the reference to @node. */
static struct kipc_one_way *send_new(struct kipc_endpoint *from, u32 flags,
				     struct kipc_node *node,
				     struct kipc_endpoint *target)
{
	struct kipc_one_way *send;

	send = kmem_cache_alloc(send_cache, GFP_KERNEL);
	if (!send) {
		kipc_object_put(&node->object);
		return NULL;
	}
	kipc_live_add(KIPC_LIVE_MESSAGES, 1);
	kipc_request_init(&send->request, &send_ops, KIPC_LEVEL_ONE_WAY, node,
			  target, release_slice);
	send->posted = false;
	send->is_update = flags & KIPC_SEND_UPDATE;
	send->from = from->id;
	RB_CLEAR_NODE(&send->update);
	kipc_sender_pin(&send->request.sender);
	return send;
}

/**
 * struct outcome - what became of a message
 * @replaced: the one that it replaced, or NULL
 * @posted: it can be received now, and @receiver is to be woken
 * @receiver: who was picked for it
 * @sent: what its sender is to know, KIPC_SENT_*
 */
struct outcome {
	struct kipc_one_way *replaced;
	bool posted;
	struct task_struct *receiver;
	u32 sent;
};

static int queue_send(struct kipc_one_way *send, u64 from, bool has_place,
		      struct outcome *outcome)
{
	struct kipc_queue *queue = &send->request.target->queue;
	int ret;

	spin_lock(&queue->lock);
	ret = kipc_stream_queue_locked(send, has_place, &outcome->replaced,
				       &outcome->receiver);
	outcome->posted = send->posted && !outcome->replaced;
	if (!ret)
		trace_kipc_send_queued(from, send->request.target->id,
				       send->request.delivery.slice.offset,
				       send->request.node->id,
				       send->request.delivery.code,
				       send->request.delivery.size);
	spin_unlock(&queue->lock);
	return ret;
}

/* Commits a message that was prepared. Once it is queued it can be gone. */
static int commit(struct kipc_one_way *send, struct kipc_endpoint *endpoint,
		  const struct kipc_send *args, struct outcome *outcome)
{
	struct kipc_delivery *delivery = &send->request.delivery;
	u32 spam = delivery->slice.flags & KIPC_SLICE_SPAM;
	int ret;

	delivery->slice.flags &= ~KIPC_SLICE_SPAM;
	ret = queue_send(send, endpoint->id, false, outcome);
	if (unlikely(ret == -ENOSPC)) {
		ret = kipc_request_wait(&send->request, args->flags,
					args->deadline);
		if (!ret)
			ret = queue_send(send, endpoint->id, true, outcome);
	}
	if (ret) {
		delivery->slice.flags |= spam;
		kipc_request_undo(&send->request);
		return ret;
	}
	if (outcome->replaced) {
		kipc_request_undo(&outcome->replaced->request);
		send_put(outcome->replaced);
	}
	outcome->sent = spam ? KIPC_SENT_SPAM : 0;
	this_cpu_inc(endpoint->domain->traffic->sends);
	return 0;
}

static int send_to(struct kipc_endpoint *endpoint, const struct kipc_send *args,
		   struct kipc_node *node, struct kipc_endpoint *target,
		   struct outcome *outcome)
{
	const struct kipc_content content = {
		.code = args->code,
		.flags = args->flags,
		.one_way = true,
		.may_stay = true,
		.attachment_count = args->attachment_count,
		.data = args->data,
		.data_size = args->data_size,
		.attachments = args->attachments,
	};
	struct kipc_one_way *send;
	int ret;

	send = send_new(endpoint, args->flags, node, target);
	if (!send)
		return -ENOMEM;
	ret = kipc_request_prepare(&send->request, endpoint, &content,
				   args->deadline);
	if (!ret)
		ret = commit(send, endpoint, args, outcome);
	if (ret) {
		trace_kipc_send_refused(endpoint->id, target->id, node->id,
					args->code, ret);
		send_put(send);
	}
	return ret;
}

/**
 * kipc_send() - send a one-way message
 * @endpoint: who sends
 * @args: the ABI's command, checked
 * @to_free: a claimed slice to be freed if it returns 0, or NULL
 * @sent: gets KIPC_SENT_* if it returns 0
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_send(struct kipc_endpoint *endpoint, const struct kipc_send *args,
	      struct kipc_slice *to_free, u32 *sent)
{
	struct outcome outcome = { };
	struct kipc_endpoint *target;
	struct kipc_node *node;
	int ret;

	node = kipc_node_find(endpoint, args->handle, false, &target);
	if (IS_ERR(node))
		return PTR_ERR(node);
	ret = send_to(endpoint, args, node, target, &outcome);
	if (!ret) {
		*sent = outcome.sent;
		if (to_free)
			kipc_pool_free_claimed(&endpoint->pool, to_free);
		if (outcome.posted)
			kipc_queue_wake(&target->queue, outcome.receiver);
	}
	kipc_endpoint_put(target);
	return ret;
}
