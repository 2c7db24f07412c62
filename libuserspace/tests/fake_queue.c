// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's queues, and how they are received from. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

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

void fake_add(struct fake_message **queue, struct fake_message *message)
{
	while (*queue)
		queue = &(*queue)->next;
	message->next = NULL;
	*queue = message;
	pthread_cond_broadcast(&fake.changed);
}

void fake_post(struct fake_endpoint *to, const struct kipc_message *message,
	       __u32 node)
{
	struct fake_message *added = calloc(1, sizeof(*added));

	added->message = *message;
	added->node = node;
	fake_add(&to->queue, added);
}

static bool has_slice(const struct kipc_message *message)
{
	if (message->flags & KIPC_MSG_SMALL)
		return false;
	return message->kind == KIPC_MSG_SEND || message->size ||
	       message->attachment_count || message->label_size;
}

/* Take messages for a node out of a queue: those of one call, or all */
void fake_unpost(struct fake_endpoint *to, struct fake_message **queue,
		 __u32 node, __u64 token)
{
	struct fake_message *message;

	while ((message = *queue)) {
		if (message->node != node ||
		    (token && message->message.token != token)) {
			queue = &message->next;
			continue;
		}
		*queue = message->next;
		if (has_slice(&message->message))
			fake_slice_free(to, message->message.offset);
		free(message);
	}
}

/* The first message that can be received: one-way ones come one at a time */
static struct fake_message **first(struct fake_endpoint *endpoint)
{
	struct fake_message **link = &endpoint->queue;

	for (; *link; link = &(*link)->next)
		if ((*link)->message.kind != KIPC_MSG_SEND ||
		    !fake.nodes[(*link)->node].held)
			break;
	return link;
}

static bool is_ready(struct fake_endpoint *endpoint)
{
	return !endpoint->is_frozen && *first(endpoint);
}

static int wait_for_message(struct fake_endpoint *endpoint, __u64 deadline)
{
	struct fake_waiter waiter = { .next = endpoint->waiters };
	struct fake_waiter **link = &endpoint->waiters;
	unsigned int time_outs = fake.time_outs;
	int ret = 0;

	endpoint->waiters = &waiter;
	while ((!is_ready(endpoint) || endpoint->waiters != &waiter) && !ret)
		ret = deadline && fake.time_outs != time_outs ?
		      -ETIMEDOUT : fake_wait(deadline);
	while (*link != &waiter)
		link = &(*link)->next;
	*link = waiter.next;
	pthread_cond_broadcast(&fake.changed);
	return ret;
}

static int wait_for_first(struct fake_endpoint *endpoint, __u32 flags,
			  __u64 deadline)
{
	if (is_ready(endpoint))
		return 0;
	return flags & KIPC_NONBLOCK ? -EAGAIN :
				       wait_for_message(endpoint, deadline);
}

static void take(struct fake_endpoint *endpoint, struct fake_message **link,
		 struct kipc_message *message)
{
	struct fake_message *taken = *link;

	*link = taken->next;
	*message = taken->message;
	if (!endpoint->waiters)
		message->flags |= KIPC_MSG_NO_IDLE;
	if (message->kind == KIPC_MSG_CALL)
		fake_call_received(endpoint, message->token);
	if (message->kind == KIPC_MSG_SEND)
		fake_slice_receive(endpoint, message->offset);
	free(taken);
}

int fake_recv(struct fake_endpoint *endpoint, struct kipc_recv *command)
{
	int ret = wait_for_first(endpoint, command->flags, command->deadline);

	if (!ret)
		take(endpoint, first(endpoint), &command->message);
	return ret;
}

/*
 * One-way messages for a node that follow each other come together, if none for
 * it was held before.
 */
static bool can_follow(const struct fake_message *message,
		       const unsigned int *held)
{
	return message->message.kind != KIPC_MSG_SEND || !held[message->node];
}

static void take_those_behind(struct fake_endpoint *endpoint,
			      struct kipc_recv_batch *command,
			      const unsigned int *held)
{
	struct kipc_message *messages = (void *)(uintptr_t)command->messages;
	struct fake_message **link = &endpoint->queue;

	while (*link && command->received < command->count &&
	       (*link)->message.kind != KIPC_MSG_CALL) {
		if (can_follow(*link, held))
			take(endpoint, link, &messages[command->received++]);
		else
			link = &(*link)->next;
	}
}

int fake_recv_batch(struct fake_endpoint *endpoint,
		    struct kipc_recv_batch *command)
{
	struct kipc_message *messages = (void *)(uintptr_t)command->messages;
	unsigned int held[NODES_MAX];
	int ret;

	if (!command->count || command->count > KIPC_BATCH_MAX)
		return command->count ? -E2BIG : -EINVAL;
	ret = wait_for_first(endpoint, command->flags, command->deadline);
	if (ret)
		return ret;
	for (int i = 0; i < NODES_MAX; i++)
		held[i] = fake.nodes[i].held;
	take(endpoint, first(endpoint), messages);
	command->received = 1;
	if (messages->kind != KIPC_MSG_CALL)
		take_those_behind(endpoint, command, held);
	return 0;
}
