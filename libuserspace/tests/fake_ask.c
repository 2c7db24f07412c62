// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What tests ask the fake kernel. */

#include "fake.h"
#include "fake_state.h"

unsigned int fake_endpoints(void)
{
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	for (int i = 0; i < ENDPOINTS_MAX; i++)
		count += fake.endpoints[i].fd != 0;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

unsigned int fake_slices(int fd)
{
	unsigned int count = 0;
	struct fake_endpoint *endpoint;

	pthread_mutex_lock(&fake.lock);
	endpoint = fake_endpoint_find(fd);
	for (int i = 0; endpoint && i < POOL_SLICES; i++)
		count += endpoint->slices[i].size != 0;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

unsigned int fake_waiting(int fd)
{
	const struct fake_waiter *waiter;
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	waiter = fake_endpoint_find(fd)->waiters;
	for (; waiter; waiter = waiter->next)
		count++;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

unsigned int fake_queued(int fd)
{
	const struct fake_message *message;
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	message = fake_endpoint_find(fd)->queue;
	for (; message; message = message->next)
		count++;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

unsigned int fake_uses(int fd, uint32_t handle)
{
	unsigned int uses;

	pthread_mutex_lock(&fake.lock);
	uses = fake_endpoint_find(fd)->handles[handle - HANDLE_BASE].uses;
	pthread_mutex_unlock(&fake.lock);
	return uses;
}

unsigned int fake_nodes(void)
{
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	for (int i = 0; i < NODES_MAX; i++)
		count += !!fake.nodes[i].owner;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

void fake_node(uint32_t node, struct kipc_node_create *create)
{
	pthread_mutex_lock(&fake.lock);
	*create = (struct kipc_node_create) {
		.flags = fake.nodes[node].flags,
		.node = node,
		.cookie = fake.nodes[node].cookie,
		.policy = fake.nodes[node].policy,
		.priority = fake.nodes[node].priority,
	};
	pthread_mutex_unlock(&fake.lock);
}

unsigned int fake_watches(void)
{
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	for (int i = 0; i < WATCHES_MAX; i++) {
		count += !!fake.watches[i].endpoint;
		count += !!fake.freeze_watches[i].endpoint;
	}
	for (int i = 0; i < ENDPOINTS_MAX; i++)
		for (int j = 0; j < NODES_MAX; j++)
			count += fake.endpoints[i].handles[j].is_watched;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

unsigned int fake_calls(void)
{
	const struct fake_call *call;
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	for (call = fake.calls; call; call = call->next)
		count++;
	pthread_mutex_unlock(&fake.lock);
	return count;
}
