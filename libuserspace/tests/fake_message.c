// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's messages: what all have, and those without a reply. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "fake_state.h"

static void fill_in(const struct fake_node *node, struct fake_content *content,
		    struct kipc_message *message)
{
	message->cookie = node->cookie;
	message->pid = getpid();
	message->tid = getpid();
	message->euid = geteuid();
	message->egid = getegid();
	content->label = NULL;
	if (node->flags & KIPC_NODE_LABEL) {
		content->label = FAKE_LABEL;
		message->label_size = strlen(FAKE_LABEL);
	}
	message->attachment_count = content->attachment_count;
}

static int bring(struct fake_endpoint *from, __u32 node,
		 const struct fake_content *content,
		 struct kipc_message *message)
{
	struct fake_endpoint *to = fake.nodes[node].owner;

	if (!to)
		return -EOWNERDEAD;
	if (to->is_frozen && message->kind == KIPC_MSG_CALL)
		return -EAGAIN;
	if (fake_bring_small(content, &message->size)) {
		message->flags |= KIPC_MSG_SMALL;
		return 0;
	}
	return fake_bring(from, to, content, &message->offset, &message->size);
}

/* Fill in what calls and one-way messages have, and put it into the pool */
int fake_prepare(struct fake_endpoint *from, __u32 handle, __u32 *node,
		 struct fake_content *content, __u64 deadline,
		 struct kipc_message *message)
{
	int ret, timeout = 0;

	ret = fake_handle_node(from, handle, KIPC_RIGHT_CALL, node);
	if (ret)
		return ret;
	fill_in(&fake.nodes[*node], content, message);
	if (message->kind == KIPC_MSG_SEND)
		content->one_way_node = *node;
	else if (fake.nodes[*node].flags & KIPC_NODE_SMALL)
		content->small = message->small;
	do {
		ret = bring(from, *node, content, message);
		if (ret != -EAGAIN || !(content->flags & KIPC_WAIT))
			return ret;
		timeout = fake_wait(deadline);
	} while (!timeout);
	return timeout;
}

/* A message that this one takes the place of, or NULL */
static struct fake_message *find_older(const struct fake_endpoint *from,
				       __u32 node, __u32 code)
{
	struct fake_message *queued = fake.nodes[node].owner->queue;

	for (; queued; queued = queued->next)
		if (queued->is_update && queued->from == from &&
		    queued->node == node && queued->message.code == code)
			return queued;
	return NULL;
}

static void queue_send(struct fake_endpoint *from, __u32 node,
		       const struct kipc_message *message, bool is_update)
{
	struct fake_endpoint *to = fake.nodes[node].owner;
	struct fake_message *added;

	added = is_update ? find_older(from, node, message->code) : NULL;
	if (added) {
		fake_slice_free(to, added->message.offset);
		added->message = *message;
		return;
	}
	added = calloc(1, sizeof(*added));
	added->message = *message;
	added->node = node;
	added->from = from;
	added->is_update = is_update;
	fake_add(&to->queue, added);
}

static int send(struct fake_endpoint *from, struct kipc_send *command)
{
	struct fake_content content = {
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
	int ret;

	if (command->deadline && !(command->flags & KIPC_WAIT))
		return -EINVAL;
	ret = fake_slice_free_with(from, &command->flags, command->free);
	if (!ret)
		ret = fake_prepare(from, command->handle, &node, &content,
				   command->deadline, &message);
	if (ret)
		return ret;
	queue_send(from, node, &message, command->flags & KIPC_SEND_UPDATE);
	command->sent = fake.is_spam ? KIPC_SENT_SPAM : 0;
	fake.is_spam = false;
	return 0;
}

static int notify(struct fake_endpoint *from,
		  const struct kipc_notify *command)
{
	struct kipc_message message = {
		.kind = KIPC_MSG_NOTIFY,
		.bits = command->bits,
	};
	struct fake_content nothing = { .flags = 0 };
	__u32 node = command->handle;
	int ret = 0;

	if (!(command->flags & KIPC_NOTIFY_OWN))
		ret = fake_handle_node(from, command->handle, KIPC_RIGHT_CALL,
				       &node);
	else if (node >= NODES_MAX || fake.nodes[node].owner != from)
		ret = -ENXIO;
	if (!ret && !fake.nodes[node].owner)
		ret = -EOWNERDEAD;
	if (ret)
		return ret;
	fill_in(&fake.nodes[node], &nothing, &message);
	message.label_size = 0;
	fake_post(fake.nodes[node].owner, &message, node);
	return 0;
}

static int reply(struct fake_endpoint *endpoint, struct kipc_reply *command)
{
	int ret = fake_reply(endpoint, command);

	if (!ret || ret == -ECANCELED)
		fake_slice_free_with(endpoint, &command->flags, command->free);
	return ret;
}

static int recv(struct fake_endpoint *endpoint, struct kipc_recv *command)
{
	int ret = fake_slice_free_with(endpoint, &command->flags,
				       command->free);

	return ret ? ret : fake_recv(endpoint, command);
}

static bool is_zero(const struct kipc_reply *reply)
{
	const struct kipc_reply zero = { .token = 0 };

	return !memcmp(reply, &zero, sizeof(zero));
}

static int reply_recv(struct fake_endpoint *endpoint,
		      struct kipc_reply_recv *command)
{
	int ret;

	if (command->reply.token) {
		ret = reply(endpoint, &command->reply);
		if (!ret || ret == -ECANCELED)
			memset(&command->reply, 0, sizeof(command->reply));
		if (ret)
			return ret;
	} else if (!is_zero(&command->reply)) {
		return -EINVAL;
	}
	return recv(endpoint, &command->recv);
}

int fake_message_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		       void *argument)
{
	switch (command) {
	case KIPC_CALL:
		return fake_call(endpoint, argument);
	case KIPC_RECV:
		return recv(endpoint, argument);
	case KIPC_RECV_BATCH:
		return fake_recv_batch(endpoint, argument);
	case KIPC_REPLY:
		return reply(endpoint, argument);
	case KIPC_REPLY_RECV:
		return reply_recv(endpoint, argument);
	case KIPC_SEND:
		return send(endpoint, argument);
	case KIPC_NOTIFY:
		return notify(endpoint, argument);
	case KIPC_FREE:
		return fake_slices_free(endpoint, argument);
	default:
		return -ENOTTY;
	}
}
