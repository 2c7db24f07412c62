// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/stream.h"

#include "rpc/endpoint.h"
#include "rpc/node.h"
#include "rpc/request.h"
#include "rpc/send.h"

static struct kipc_stream *stream_of(const struct kipc_one_way *message)
{
	return &message->request.node->stream;
}

static struct kipc_queue *queue_of(const struct kipc_one_way *message)
{
	return &message->request.target->queue;
}

static struct kipc_one_way *first_waiting(struct kipc_stream *stream)
{
	return list_first_entry_or_null(&stream->waiting, struct kipc_one_way,
					request.entry.link);
}

/* Orders messages by who sent them, and by code. */
static int compare(const struct kipc_one_way *a, const struct kipc_one_way *b)
{
	u32 code_a = a->request.delivery.code, code_b = b->request.delivery.code;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (code_a != code_b)
		return code_a < code_b ? -1 : 1;
	return 0;
}

static struct kipc_one_way *of_update(const struct rb_node *node)
{
	return rb_entry(node, struct kipc_one_way, update);
}

static int compare_nodes(struct rb_node *a, const struct rb_node *b)
{
	return compare(of_update(a), of_update(b));
}

static int compare_key(const void *key, const struct rb_node *node)
{
	return compare(key, of_update(node));
}

/* The one that @message is to replace, or NULL */
static struct kipc_one_way *find_old_locked(const struct kipc_one_way *message)
{
	struct rb_node *node = NULL;

	if (message->is_update)
		node = rb_find(message, &stream_of(message)->updates,
			       compare_key);
	return node ? of_update(node) : NULL;
}

/* From here on it can be replaced, unless there is a newer one. */
static void offer_locked(struct kipc_one_way *message)
{
	if (message->is_update &&
	    rb_find_add(&message->update, &stream_of(message)->updates,
			compare_nodes))
		RB_CLEAR_NODE(&message->update);
}

/**
 * kipc_stream_forget_locked() - a message cannot be replaced any more
 * @message: which leaves the queue; its lock is held
 *
 * Context: Process context, with the lock held.
 */
void kipc_stream_forget_locked(struct kipc_one_way *message)
{
	lockdep_assert_held(&queue_of(message)->lock);

	if (RB_EMPTY_NODE(&message->update))
		return;
	rb_erase(&message->update, &stream_of(message)->updates);
	RB_CLEAR_NODE(&message->update);
}

/* Puts @message in the place of @old, which is nowhere then. */
static int replace_locked(struct kipc_one_way *message,
			  struct kipc_one_way *old, bool has_place)
{
	struct kipc_request *request = &message->request;
	int ret;

	kipc_request_count_all_locked(&old->request, -1);
	ret = kipc_request_check_locked(request, has_place);
	if (ret) {
		kipc_request_count_all_locked(&old->request, 1);
		return ret;
	}
	kipc_stream_forget_locked(old);
	hlist_del_init(&old->request.of_node);
	list_replace_init(&old->request.entry.link, &request->entry.link);
	message->posted = old->posted;
	old->posted = false;
	kipc_request_requeue_locked(request);
	offer_locked(message);
	return 0;
}

/* Lets it be received. Returns whether the queue takes it. */
static bool post_locked(struct kipc_one_way *message,
			struct task_struct **receiver)
{
	struct kipc_queue *queue = queue_of(message);

	lockdep_assert_held(&queue->lock);

	if (!kipc_queue_post_locked(queue, &message->request.entry, receiver))
		return false;
	message->posted = true;
	stream_of(message)->posted++;
	if (!*receiver)
		message->request.target->starved++;
	return true;
}

/**
 * kipc_stream_queue_locked() - commit: a message is its target's
 * @message: prepared; the queue's lock is held
 * @has_place: as in kipc_request_check_locked()
 * @replaced: gets the message that it replaced, not queued any more, or NULL
 * @receiver: gets who is to be woken, if it is there
 *
 * Context: Process context, with the lock held.
 * Return: 0, -ENOSPC (too much is queued there) or -EOWNERDEAD (the node or its
 * owner is).
 */
int kipc_stream_queue_locked(struct kipc_one_way *message, bool has_place,
			     struct kipc_one_way **replaced,
			     struct task_struct **receiver)
{
	struct kipc_request *request = &message->request;
	struct kipc_stream *stream = stream_of(message);
	int ret;

	*replaced = find_old_locked(message);
	if (*replaced)
		return replace_locked(message, *replaced, has_place);
	ret = kipc_request_check_locked(request, has_place);
	if (ret)
		return ret;
	if (stream->posted)
		list_add_tail(&request->entry.link, &stream->waiting);
	else if (!post_locked(message, receiver))
		return -EOWNERDEAD;
	kipc_request_requeue_locked(request);
	offer_locked(message);
	return 0;
}

/**
 * kipc_stream_untake_locked() - a message in hand goes back
 * @message: in hand; the queue's lock is held
 *
 * If it was taken along with another one, which its receiver still has, it waits for
 * the end of that. Else it is for kipc_queue_untake() to put it into the queue.
 *
 * Context: Process context, with the lock held.
 * Return: Whether it goes back: not if its node died.
 */
bool kipc_stream_untake_locked(struct kipc_one_way *message)
{
	struct kipc_stream *stream = stream_of(message);

	lockdep_assert_held(&queue_of(message)->lock);

	if (message->request.node->queued_closed)
		return false;
	kipc_request_requeue_locked(&message->request);
	offer_locked(message);
	if (stream->posted > 1) {
		stream->posted--;
		message->posted = false;
		list_add(&message->request.entry.link, &stream->waiting);
	}
	return true;
}

/**
 * kipc_stream_take_next() - take the next message in hand along with one
 * @request: a one-way message that the running thread has in hand
 * @message: gets the description of the next one for the same node
 *
 * Context: Process context.
 * Return: Its entry, or NULL if none waits, or none may be taken.
 */
struct kipc_entry *kipc_stream_take_next(struct kipc_request *request,
					 struct kipc_message *message)
{
	struct kipc_stream *stream = &request->node->stream;
	struct kipc_queue *queue = &request->target->queue;
	struct kipc_one_way *next = NULL;
	struct kipc_entry *entry = NULL;

	spin_lock(&queue->lock);
	if (!request->node->queued_closed && !queue->frozen)
		next = first_waiting(stream);
	if (next) {
		next->posted = true;
		stream->posted++;
		entry = kipc_queue_take_locked(&stream->waiting, message);
	}
	spin_unlock(&queue->lock);
	return entry;
}

/**
 * kipc_stream_move_on() - a message is over: post the next one
 * @message: freed by its receiver, or dropped
 *
 * Context: Process context.
 */
void kipc_stream_move_on(struct kipc_one_way *message)
{
	struct kipc_stream *stream = stream_of(message);
	struct kipc_queue *queue = queue_of(message);
	struct task_struct *receiver = NULL;
	struct kipc_one_way *next = NULL;

	spin_lock(&queue->lock);
	if (message->posted) {
		message->posted = false;
		if (!--stream->posted && !message->request.node->queued_closed)
			next = first_waiting(stream);
	}
	if (next) {
		list_del_init(&next->request.entry.link);
		post_locked(next, &receiver);
	}
	spin_unlock(&queue->lock);
	if (next)
		kipc_queue_wake(queue, receiver);
}
