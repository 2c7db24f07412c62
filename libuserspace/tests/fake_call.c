// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's calls, their chains, and replies. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fake_state.h"

static void put(struct fake_call *call)
{
	while (call && !--call->refs) {
		struct fake_call *parent = call->parent;

		free(call);
		call = parent;
	}
}

/* A call is over for its caller and for its server */
static void remove_call(struct fake_call *call)
{
	struct fake_call **link = &fake.calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	put(call);
}

static struct fake_call *find(const struct fake_endpoint *to, __u64 token)
{
	struct fake_call *call = fake.calls;

	while (call && (call->to != to || call->token != token))
		call = call->next;
	return call;
}

static struct fake_call *find_served(const struct fake_endpoint *to,
				     __u64 token)
{
	struct fake_call *call = find(to, token);

	return call && call->is_received && !call->is_done ? call : NULL;
}

void fake_call_received(const struct fake_endpoint *to, __u64 token)
{
	find(to, token)->is_received = true;
}

static void fail(struct fake_call *call)
{
	if (call->is_abandoned) {
		remove_call(call);
		return;
	}
	call->is_done = true;
	call->error = -EOWNERDEAD;
}

/* A node died, or with node 0 its whole endpoint */
void fake_calls_fail(struct fake_endpoint *to, __u32 node)
{
	struct fake_call *call, *next;

	for (call = fake.calls; call; call = next) {
		next = call->next;
		if (node && call->from == to)
			fake_unpost(to, &call->nested, node, 0);
		if (call->to != to || call->is_done)
			continue;
		if (!node || (call->node == node && !call->is_received))
			fail(call);
	}
	if (node)
		fake_unpost(to, &to->queue, node, 0);
	pthread_cond_broadcast(&fake.changed);
}

/* What waits for a thread that does not wait any more goes to the queue */
static void leave_nested(struct fake_call *call)
{
	struct fake_message *message;

	call->serves_nested = false;
	while ((message = call->nested)) {
		call->nested = message->next;
		fake_add(&call->from->queue, message);
	}
}

static void tell_canceled(const struct fake_call *call)
{
	const struct fake_node *node = &fake.nodes[call->node];
	const struct kipc_message message = {
		.kind = KIPC_MSG_CANCELED,
		.cookie = node->cookie,
		.token = call->token,
	};

	if (node->flags & KIPC_NODE_CANCELED)
		fake_post(call->to, &message, 0);
}

/* An endpoint closes: the calls that it suspended are left */
void fake_calls_leave(const struct fake_endpoint *from)
{
	struct fake_call *call, *next;

	for (call = fake.calls; call; call = next) {
		next = call->next;
		if (call->from != from || call->is_abandoned)
			continue;
		if (call->is_done)
			remove_call(call);
		else
			call->is_abandoned = true;
	}
}

static struct fake_message **lane_of(const struct fake_call *call)
{
	struct fake_call *up = call->parent;

	while (up && up->from != call->to)
		up = up->parent;
	return up && up->serves_nested ? &up->nested : &call->to->queue;
}

static int join(struct fake_call *call, struct kipc_call *command)
{
	struct fake_call *parent = find_served(call->from, command->parent);

	if (!parent)
		return -ENXIO;
	if (parent->depth == KIPC_DEPTH_MAX)
		return -ELOOP;
	parent->refs++;
	call->parent = parent;
	call->depth = parent->depth + 1;
	if (command->flags & KIPC_CALL_OWN_DEADLINE || !parent->deadline)
		return 0;
	if (!call->deadline || parent->deadline < call->deadline)
		call->deadline = parent->deadline;
	return 0;
}

static int queue_call(struct fake_call *call, struct kipc_call *command)
{
	struct fake_content content = {
		.flags = command->flags,
		.data = command->data,
		.data_size = command->data_size,
		.attachments = command->attachments,
		.attachment_count = command->attachment_count,
	};
	struct fake_message *message = calloc(1, sizeof(*message));
	int ret;

	message->message = (struct kipc_message) {
		.kind = KIPC_MSG_CALL,
		.code = command->code,
		.deadline = call->deadline,
		.token = ++fake.last_token,
		.depth = call->depth,
	};
	ret = fake_prepare(call->from, command->handle, &call->node, &content,
			   call->deadline, &message->message);
	if (ret) {
		free(message);
		return ret;
	}
	message->node = call->node;
	call->token = message->message.token;
	call->to = fake.nodes[call->node].owner;
	call->next = fake.calls;
	fake.calls = call;
	fake_add(lane_of(call), message);
	return 0;
}

static void serve_nested(struct fake_call *call, struct kipc_call *command)
{
	struct kipc_message *to = (void *)(uintptr_t)command->message;
	struct fake_message *message = call->nested;

	call->nested = message->next;
	*to = message->message;
	find(call->from, to->token)->is_received = true;
	free(message);
	command->id = call->token;
	command->flags |= KIPC_CALL_RESUME;
	command->stage = KIPC_STAGE_NESTED;
}

static void withdraw(struct fake_call *call)
{
	fake_unpost(call->to, &call->to->queue, call->node, call->token);
	for (struct fake_call *up = call->parent; up; up = up->parent)
		fake_unpost(call->to, &up->nested, call->node, call->token);
}

/* The caller has no result, and does not wait any more */
static int give_up(struct fake_call *call, struct kipc_call *command, int error)
{
	if (call->is_received) {
		command->stage = KIPC_STAGE_RECEIVED;
		call->is_abandoned = true;
		tell_canceled(call);
	} else {
		command->stage = KIPC_STAGE_WITHDRAWN;
		withdraw(call);
		remove_call(call);
	}
	return error;
}

static int finish(struct fake_call *call, struct kipc_call *command)
{
	int ret = call->error;

	command->stage = !ret ? KIPC_STAGE_DONE :
			 call->is_received ? KIPC_STAGE_RECEIVED :
					     KIPC_STAGE_WITHDRAWN;
	command->reply_offset = call->reply.reply_offset;
	command->reply_size = call->reply.reply_size;
	command->reply_code = call->reply.reply_code;
	command->reply_attachment_count = call->reply.reply_attachment_count;
	command->reply_flags = call->reply.reply_flags;
	memcpy(command->small, call->reply.small, sizeof(command->small));
	remove_call(call);
	return ret;
}

static int wait_for_reply(struct fake_call *call, struct kipc_call *command)
{
	int ret = 0;

	while (!call->is_done && !call->nested && !ret)
		ret = fake_wait(call->deadline);
	if (!call->is_done && call->nested) {
		serve_nested(call, command);
		return 0;
	}
	leave_nested(call);
	return call->is_done ? finish(call, command) :
			       give_up(call, command, ret);
}

static int resume(struct fake_endpoint *from, struct kipc_call *command)
{
	struct fake_call *call = fake.calls;

	while (call && (call->from != from || call->token != command->id ||
			call->is_abandoned))
		call = call->next;
	if (!call)
		return -ENXIO;
	if (!command->message)
		leave_nested(call);
	return wait_for_reply(call, command);
}

static int begin(struct fake_endpoint *from, struct kipc_call *command)
{
	struct fake_call *call = calloc(1, sizeof(*call));
	int ret = 0;

	command->stage = KIPC_STAGE_NOT_QUEUED;
	call->refs = 1;
	call->depth = 1;
	call->from = from;
	call->deadline = command->deadline;
	call->serves_nested = command->message;
	call->takes_small = command->flags & KIPC_CALL_SMALL;
	if (command->parent)
		ret = join(call, command);
	if (!ret)
		ret = queue_call(call, command);
	if (ret) {
		put(call);
		return ret;
	}
	return wait_for_reply(call, command);
}

int fake_call(struct fake_endpoint *from, struct kipc_call *command)
{
	int ret;

	if (command->id && !(command->flags & KIPC_CALL_RESUME))
		return -EINVAL;
	ret = fake_slice_free_with(from, &command->flags, command->free);
	if (ret)
		return ret;
	if (command->flags & KIPC_CALL_RESUME)
		return resume(from, command);
	return begin(from, command);
}

/* The notice that the caller left, if nobody received it, is of no use now */
static void unpost_canceled(struct fake_endpoint *endpoint, __u64 token)
{
	fake_unpost(endpoint, &endpoint->queue, 0, token);
}

static int bring_reply(struct fake_endpoint *from, struct fake_call *call,
		       struct fake_content *content)
{
	struct kipc_call *reply = &call->reply;

	if (call->takes_small)
		content->small = reply->small;
	if (fake_bring_small(content, &reply->reply_size)) {
		reply->reply_flags = KIPC_MSG_SMALL;
		return 0;
	}
	return fake_bring(from, call->from, content, &reply->reply_offset,
			  &reply->reply_size);
}

int fake_reply(struct fake_endpoint *endpoint,
	       const struct kipc_reply *command)
{
	struct fake_content content = {
		.flags = command->flags,
		.data = command->data,
		.data_size = command->data_size,
		.attachments = command->attachments,
		.attachment_count = command->attachment_count,
	};
	struct fake_call *call;
	int ret;

	if (fake.reply_failures) {
		fake.reply_failures--;
		return -fake.reply_error;
	}
	call = find_served(endpoint, command->token);
	if (!call)
		return -ENXIO;
	if (call->is_abandoned) {
		unpost_canceled(endpoint, call->token);
		remove_call(call);
		return -ECANCELED;
	}
	ret = bring_reply(endpoint, call, &content);
	if (ret)
		return ret;
	call->reply.reply_code = command->code;
	call->reply.reply_attachment_count = command->attachment_count;
	call->is_done = true;
	pthread_cond_broadcast(&fake.changed);
	return 0;
}
