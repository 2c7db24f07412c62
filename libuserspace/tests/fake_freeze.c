// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's way of freezing endpoints. */

#include <errno.h>

#include "fake_state.h"

static struct fake_endpoint *find(__u64 number)
{
	for (int i = 0; i < ENDPOINTS_MAX; i++)
		if (fake.endpoints[i].fd && fake.endpoints[i].number == number)
			return &fake.endpoints[i];
	return NULL;
}

static void tell(struct fake_freeze_watch *watch)
{
	bool is_frozen = watch->owner->is_frozen;
	struct kipc_message message = {
		.kind = KIPC_MSG_FROZEN,
		.cookie = watch->cookie,
		.code = ++watch->changes,
		.bits = is_frozen ? KIPC_FROZEN | KIPC_IS_FROZEN : KIPC_THAWED,
	};
	struct fake_message *queued;

	/* Coalesces with a notice that nobody received yet */
	for (queued = watch->endpoint->queue; queued; queued = queued->next) {
		if (queued->message.kind != KIPC_MSG_FROZEN ||
		    queued->message.cookie != watch->cookie)
			continue;
		queued->message.bits &= ~(__u64)KIPC_IS_FROZEN;
		queued->message.bits |= message.bits;
		queued->message.code = message.code;
		return;
	}
	fake_post(watch->endpoint, &message, 0);
}

static void set_frozen(struct fake_endpoint *endpoint, bool is_frozen)
{
	if (endpoint->is_frozen == is_frozen)
		return;
	endpoint->is_frozen = is_frozen;
	for (int i = 0; i < WATCHES_MAX; i++)
		if (fake.freeze_watches[i].owner == endpoint)
			tell(&fake.freeze_watches[i]);
	pthread_cond_broadcast(&fake.changed);
}

static void count_calls(const struct fake_endpoint *endpoint,
			struct kipc_freeze *command)
{
	const struct fake_call *call;

	command->serving = 0;
	command->calling = 0;
	for (call = fake.calls; call; call = call->next) {
		if (call->to == endpoint && call->is_received && !call->is_done)
			command->serving++;
		if (call->from == endpoint && !call->is_abandoned)
			command->calling++;
	}
}

static int freeze(struct kipc_freeze *command)
{
	struct fake_endpoint *endpoint = find(command->endpoint);
	const struct fake_message *message;

	if (command->action > KIPC_FREEZE_OFF)
		return -EINVAL;
	if (!endpoint)
		return -ENXIO;
	if (command->action != KIPC_FREEZE_QUERY)
		set_frozen(endpoint, command->action == KIPC_FREEZE_ON);
	command->frozen = endpoint->is_frozen;
	count_calls(endpoint, command);
	command->queued = 0;
	for (message = endpoint->queue; message; message = message->next)
		command->queued += message->message.kind <= KIPC_MSG_SEND;
	return 0;
}

static struct fake_freeze_watch *find_watch(const struct fake_endpoint *endpoint,
					    __u64 cookie)
{
	for (int i = 0; i < WATCHES_MAX; i++)
		if (fake.freeze_watches[i].endpoint == endpoint &&
		    fake.freeze_watches[i].cookie == cookie)
			return &fake.freeze_watches[i];
	return NULL;
}

static int watch(struct fake_endpoint *endpoint,
		 const struct kipc_freeze_watch *command)
{
	struct fake_freeze_watch *watch = find_watch(NULL, 0);
	__u32 node;
	int ret;

	ret = fake_handle_node(endpoint, command->handle, KIPC_RIGHT_WATCH,
			       &node);
	if (ret)
		return ret;
	if (!fake.nodes[node].owner)
		return -EOWNERDEAD;
	if (find_watch(endpoint, command->cookie))
		return -EEXIST;
	if (!watch)
		return -EDQUOT;
	watch->endpoint = endpoint;
	watch->owner = fake.nodes[node].owner;
	watch->cookie = command->cookie;
	watch->changes = 0;
	if (watch->owner->is_frozen)
		tell(watch);
	return 0;
}

static int unwatch(const struct fake_endpoint *endpoint,
		   const struct kipc_freeze_watch *command)
{
	struct fake_freeze_watch *watch = find_watch(endpoint, command->cookie);

	if (command->handle)
		return -EINVAL;
	if (!watch)
		return -ENXIO;
	*watch = (struct fake_freeze_watch) { .endpoint = NULL };
	return 0;
}

/* An endpoint closes: its watches go, and those on it say nothing any more */
void fake_freezer_drop(const struct fake_endpoint *endpoint)
{
	for (int i = 0; i < WATCHES_MAX; i++) {
		struct fake_freeze_watch *watch = &fake.freeze_watches[i];

		if (watch->endpoint == endpoint)
			*watch = (struct fake_freeze_watch) {
				.endpoint = NULL,
			};
		if (watch->owner == endpoint)
			watch->owner = NULL;
	}
}

int fake_freeze_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		      void *argument)
{
	switch (command) {
	case KIPC_FREEZE:
		return freeze(argument);
	case KIPC_FREEZE_WATCH:
		return watch(endpoint, argument);
	case KIPC_FREEZE_UNWATCH:
		return unwatch(endpoint, argument);
	default:
		return -ENOTTY;
	}
}
