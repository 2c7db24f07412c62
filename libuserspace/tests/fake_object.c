// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's endpoints, nodes and handles. */

#include <errno.h>

#include "fake_state.h"

struct fake_endpoint *fake_endpoint_find(int fd)
{
	for (int i = 0; i < ENDPOINTS_MAX; i++)
		if (fake.endpoints[i].fd == fd)
			return &fake.endpoints[i];
	return NULL;
}

static struct fake_handle *handle_find(struct fake_endpoint *endpoint,
				       __u32 handle)
{
	if (handle < HANDLE_BASE || handle >= HANDLE_BASE + NODES_MAX ||
	    !endpoint->handles[handle - HANDLE_BASE].uses)
		return NULL;
	return &endpoint->handles[handle - HANDLE_BASE];
}

int fake_handle_node(struct fake_endpoint *endpoint, __u32 handle,
		     __u32 rights, __u32 *node)
{
	const struct fake_handle *found = handle_find(endpoint, handle);

	if (!found)
		return -ENXIO;
	if (rights & ~found->rights)
		return -EACCES;
	*node = handle - HANDLE_BASE;
	return 0;
}

__u32 fake_handle_add(struct fake_endpoint *endpoint, __u32 node, __u32 rights)
{
	struct fake_handle *handle = &endpoint->handles[node];

	handle->uses++;
	handle->rights |= rights;
	return HANDLE_BASE + node;
}

static void post_death(struct fake_endpoint *endpoint,
		       struct fake_handle *handle)
{
	const struct kipc_message message = {
		.kind = KIPC_MSG_DEATH,
		.cookie = handle->cookie,
	};

	handle->is_watched = false;
	fake_post(endpoint, &message, 0);
}

void fake_node_kill(__u32 node)
{
	struct fake_endpoint *owner = fake.nodes[node].owner;

	fake.nodes[node].owner = NULL;
	fake_names_drop(node);
	fake_calls_fail(owner, node);
	for (int i = 0; i < ENDPOINTS_MAX; i++) {
		struct fake_handle *handle = &fake.endpoints[i].handles[node];

		if (fake.endpoints[i].fd && handle->is_watched)
			post_death(&fake.endpoints[i], handle);
	}
}

/* Numbers are not used again, and node 0 does not exist */
static int node_create(struct fake_endpoint *endpoint,
		       struct kipc_node_create *create)
{
	if (create->flags >= KIPC_NODE_SMALL << 1)
		return -EINVAL;
	if (!(create->flags & KIPC_NODE_MIN_PRIORITY) &&
	    (create->policy || create->priority))
		return -EINVAL;
	for (__u32 i = 1; i < NODES_MAX; i++) {
		if (fake.nodes[i].cookie)
			continue;
		fake.nodes[i] = (struct fake_node) {
			.owner = endpoint,
			.cookie = create->cookie,
			.flags = create->flags,
			.policy = create->policy,
			.priority = create->priority,
		};
		create->node = i;
		return 0;
	}
	return -EDQUOT;
}

static int node_destroy(struct fake_endpoint *endpoint,
			const struct kipc_node_destroy *destroy)
{
	if (destroy->node >= NODES_MAX ||
	    fake.nodes[destroy->node].owner != endpoint)
		return -ENXIO;
	fake_node_kill(destroy->node);
	return 0;
}

static int handle_dup(struct fake_endpoint *endpoint,
		      struct kipc_handle_dup *dup)
{
	__u32 node;
	int ret = fake_handle_node(endpoint, dup->handle, dup->rights, &node);

	if (!ret)
		dup->result = fake_handle_add(endpoint, node, 0);
	return ret;
}

static int handle_drop(struct fake_endpoint *endpoint,
		       const struct kipc_handle_drop *drop)
{
	struct fake_handle *handle = handle_find(endpoint, drop->handle);

	if (!handle)
		return -ENXIO;
	if (!--handle->uses)
		handle->is_watched = false;
	return 0;
}

static int handle_watch(struct fake_endpoint *endpoint,
			const struct kipc_handle_watch *watch)
{
	struct fake_handle *handle = handle_find(endpoint, watch->handle);

	if (!handle)
		return -ENXIO;
	if (handle->is_watched)
		return -EEXIST;
	handle->is_watched = true;
	handle->cookie = watch->cookie;
	if (!fake.nodes[watch->handle - HANDLE_BASE].owner)
		post_death(endpoint, handle);
	return 0;
}

static int handle_unwatch(struct fake_endpoint *endpoint,
			  const struct kipc_handle_watch *watch)
{
	struct fake_handle *handle = handle_find(endpoint, watch->handle);

	if (!handle || !handle->is_watched)
		return -ENXIO;
	handle->is_watched = false;
	return 0;
}

int fake_object_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		      void *argument)
{
	switch (command) {
	case KIPC_STAT:
		((struct kipc_stat *)argument)->calls = fake.last_token;
		return 0;
	case KIPC_NODE_CREATE:
		return node_create(endpoint, argument);
	case KIPC_NODE_DESTROY:
		return node_destroy(endpoint, argument);
	case KIPC_HANDLE_DUP:
		return handle_dup(endpoint, argument);
	case KIPC_HANDLE_DROP:
		return handle_drop(endpoint, argument);
	case KIPC_HANDLE_WATCH:
		return handle_watch(endpoint, argument);
	case KIPC_HANDLE_UNWATCH:
		return handle_unwatch(endpoint, argument);
	default:
		return -ENOTTY;
	}
}
