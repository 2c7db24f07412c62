// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's queues, calls and replies. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fake_state.h"

#define NS_PER_S	1000000000ULL

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Wait for any change, or until a deadline: looks every few milliseconds */
int fake_wait(__u64 deadline)
{
	struct timespec until;

	if (deadline && now() >= deadline)
		return -ETIMEDOUT;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 5000000;
	if (until.tv_nsec >= (long)NS_PER_S) {
		until.tv_nsec -= NS_PER_S;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&fake.changed, &fake.lock, &until);
	return 0;
}

void fake_post(struct fake_endpoint *to, const struct kipc_message *message,
	       __u32 node)
{
	struct fake_message **link = &to->queue;
	struct fake_message *added = calloc(1, sizeof(*added));

	added->message = *message;
	added->node = node;
	while (*link)
		link = &(*link)->next;
	*link = added;
	pthread_cond_broadcast(&fake.changed);
}

/* Take messages for a node out of a queue: one call, or all */
static void unpost(struct fake_endpoint *to, __u32 node, __u64 token)
{
	struct fake_message **link = &to->queue;
	struct fake_message *message;

	while ((message = *link)) {
		if (message->node != node ||
		    (token && message->message.token != token)) {
			link = &message->next;
			continue;
		}
		*link = message->next;
		if (message->message.size || message->message.attachment_count)
			fake_slice_free(to, message->message.offset);
		free(message);
	}
}

/* A node died, or with node 0 its whole endpoint */
void fake_calls_fail(struct fake_endpoint *to, __u32 node)
{
	struct fake_call *call;

	for (call = fake.calls; call; call = call->next) {
		if (call->to != to || call->is_done)
			continue;
		if (node && (call->node != node || call->is_received))
			continue;
		call->is_done = true;
		call->error = -EOWNERDEAD;
	}
	if (node)
		unpost(to, node, 0);
	pthread_cond_broadcast(&fake.changed);
}

/* Fill in what every message has */
static int prepare(struct fake_endpoint *from, __u32 handle, __u32 *node,
		   const struct fake_content *content,
		   struct kipc_message *message)
{
	struct fake_endpoint *to;
	int ret;

	ret = fake_handle_node(from, handle, KIPC_RIGHT_CALL, node);
	if (ret)
		return ret;
	to = fake.nodes[*node].owner;
	if (!to)
		return -EOWNERDEAD;
	message->cookie = fake.nodes[*node].cookie;
	message->pid = getpid();
	message->tid = getpid();
	message->euid = geteuid();
	message->egid = getegid();
	if (!content)
		return 0;
	message->attachment_count = content->attachment_count;
	return fake_bring(from, to, content, &message->offset, &message->size);
}

static void calls_remove(const struct fake_call *call)
{
	struct fake_call **link = &fake.calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
}

static int wait_for_reply(struct fake_call *call)
{
	int ret = 0;

	while (!call->is_done && !ret)
		ret = fake_wait(call->call->deadline);
	calls_remove(call);
	if (call->is_done) {
		call->call->stage = call->error ? KIPC_STAGE_RECEIVED :
						  KIPC_STAGE_DONE;
		return call->error;
	}
	if (!call->is_received)
		unpost(call->to, call->node, call->token);
	call->call->stage = call->is_received ? KIPC_STAGE_RECEIVED :
						KIPC_STAGE_WITHDRAWN;
	return ret;
}

static int call(struct fake_endpoint *from, struct kipc_call *command)
{
	const struct fake_content content = {
		.flags = command->flags,
		.data = command->data,
		.data_size = command->data_size,
		.attachments = command->attachments,
		.attachment_count = command->attachment_count,
	};
	struct kipc_message message = {
		.kind = KIPC_MSG_CALL,
		.code = command->code,
		.deadline = command->deadline,
		.token = ++fake.last_token,
	};
	struct fake_call call = {
		.token = message.token,
		.from = from,
		.call = command,
	};
	int ret;

	command->stage = KIPC_STAGE_NOT_QUEUED;
	ret = prepare(from, command->handle, &call.node, &content, &message);
	if (ret)
		return ret;
	call.to = fake.nodes[call.node].owner;
	call.next = fake.calls;
	fake.calls = &call;
	fake_post(call.to, &message, call.node);
	return wait_for_reply(&call);
}

static int reply(struct fake_endpoint *endpoint,
		 const struct kipc_reply *command)
{
	const struct fake_content content = {
		.flags = command->flags,
		.data = command->data,
		.data_size = command->data_size,
		.attachments = command->attachments,
		.attachment_count = command->attachment_count,
	};
	struct fake_call *call;
	struct kipc_call *to;
	int ret;

	if (fake.reply_failures) {
		fake.reply_failures--;
		return -fake.reply_error;
	}
	for (call = fake.calls; call; call = call->next)
		if (call->token == command->token)
			break;
	if (!call || call->is_done)
		return -ECANCELED;
	to = call->call;
	ret = fake_bring(endpoint, call->from, &content, &to->reply_offset,
			 &to->reply_size);
	if (ret)
		return ret;
	to->reply_code = command->code;
	to->reply_attachment_count = command->attachment_count;
	call->is_done = true;
	pthread_cond_broadcast(&fake.changed);
	return 0;
}

static void mark_received(__u64 token)
{
	for (struct fake_call *call = fake.calls; call; call = call->next)
		if (call->token == token)
			call->is_received = true;
}

static int wait_for_message(struct fake_endpoint *endpoint, __u64 deadline)
{
	struct fake_waiter waiter = { .next = endpoint->waiters };
	struct fake_waiter **link = &endpoint->waiters;
	int ret = 0;

	endpoint->waiters = &waiter;
	while ((!endpoint->queue || endpoint->waiters != &waiter) && !ret)
		ret = fake_wait(deadline);
	while (*link != &waiter)
		link = &(*link)->next;
	*link = waiter.next;
	pthread_cond_broadcast(&fake.changed);
	return ret;
}

static int recv(struct fake_endpoint *endpoint, struct kipc_recv *command)
{
	struct fake_message *message;
	int ret = 0;

	if (!endpoint->queue)
		ret = command->flags & KIPC_NONBLOCK ? -EAGAIN :
		      wait_for_message(endpoint, command->deadline);
	if (ret)
		return ret;
	message = endpoint->queue;
	endpoint->queue = message->next;
	command->message = message->message;
	if (!endpoint->waiters)
		command->message.flags = KIPC_MSG_NO_IDLE;
	if (message->message.token)
		mark_received(message->message.token);
	free(message);
	return 0;
}

static bool is_zero(const struct kipc_reply *reply)
{
	return !reply->flags && !reply->code && !reply->data &&
	       !reply->data_size && !reply->attachments &&
	       !reply->attachment_count && !reply->free;
}

static int free_slice(struct fake_endpoint *endpoint, __u32 *flags, __u64 offset)
{
	int ret;

	if (!(*flags & KIPC_FREE_SLICE))
		return 0;
	ret = fake_slice_free(endpoint, offset);
	if (!ret)
		*flags &= ~KIPC_FREE_SLICE;
	return ret;
}

static int reply_recv(struct fake_endpoint *endpoint,
		      struct kipc_reply_recv *command)
{
	int ret;

	if (command->reply.token) {
		ret = reply(endpoint, &command->reply);
		if (!ret || ret == -ECANCELED)
			command->reply = (struct kipc_reply) { .token = 0 };
		if (ret)
			return ret;
	} else if (!is_zero(&command->reply)) {
		return -EINVAL;
	}
	ret = free_slice(endpoint, &command->recv.flags, command->recv.free);
	return ret ? ret : recv(endpoint, &command->recv);
}

static int send(struct fake_endpoint *from, const struct kipc_send *command)
{
	const struct fake_content content = {
		.flags = command->flags,
		.data = command->data,
		.data_size = command->data_size,
		.attachments = command->attachments,
		.attachment_count = command->attachment_count,
	};
	struct kipc_message message = {
		.kind = KIPC_MSG_SEND,
		.code = command->code,
	};
	__u32 node;
	int ret = prepare(from, command->handle, &node, &content, &message);

	if (!ret)
		fake_post(fake.nodes[node].owner, &message, node);
	return ret;
}

static int notify(struct fake_endpoint *from,
		  const struct kipc_notify *command)
{
	struct kipc_message message = {
		.kind = KIPC_MSG_NOTIFY,
		.bits = command->bits,
	};
	__u32 node = command->handle;
	int ret = 0;

	if (!(command->flags & KIPC_NOTIFY_OWN))
		ret = prepare(from, command->handle, &node, NULL, &message);
	else if (node >= NODES_MAX || fake.nodes[node].owner != from)
		ret = -ENXIO;
	else
		message.cookie = fake.nodes[node].cookie;
	if (!ret)
		fake_post(fake.nodes[node].owner, &message, node);
	return ret;
}

static int free_batch(struct fake_endpoint *endpoint, struct kipc_free *command)
{
	const __u64 *offsets = (void *)(uintptr_t)command->offsets;
	int ret = 0;

	for (command->freed = 0; command->freed < command->count && !ret;
	     command->freed++)
		ret = fake_slice_free(endpoint, offsets[command->freed]);
	return ret;
}

int fake_message_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		       void *argument)
{
	struct kipc_call *call_command = argument;
	struct kipc_reply *reply_command = argument;
	struct kipc_send *send_command = argument;
	int ret;

	switch (command) {
	case KIPC_CALL:
		ret = free_slice(endpoint, &call_command->flags,
				 call_command->free);
		return ret ? ret : call(endpoint, call_command);
	case KIPC_REPLY:
		ret = reply(endpoint, reply_command);
		if (!ret || ret == -ECANCELED)
			free_slice(endpoint, &reply_command->flags,
				   reply_command->free);
		return ret;
	case KIPC_REPLY_RECV:
		return reply_recv(endpoint, argument);
	case KIPC_SEND:
		ret = free_slice(endpoint, &send_command->flags,
				 send_command->free);
		return ret ? ret : send(endpoint, send_command);
	case KIPC_NOTIFY:
		return notify(endpoint, argument);
	case KIPC_FREE:
		return free_batch(endpoint, argument);
	default:
		return -ENOTTY;
	}
}
