// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's entry: what replaces src/sys.c, and what tests ask it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake.h"
#include "fake_state.h"
#include "sys.h"

#define COMMANDS	32

/* What is to fail next, and what there was, by number of the command */
struct plan {
	int error;
	unsigned int failures;
	unsigned int count;
};

static struct plan plans[COMMANDS];

static void (*on_receive)(void *argument);
static void *on_receive_argument;

struct fake fake = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
};

static struct plan *plan_of(unsigned long command)
{
	return &plans[_IOC_NR(command)];
}

void fake_reset(void)
{
	pthread_mutex_lock(&fake.lock);
	memset(plans, 0, sizeof(plans));
	memset(fake.endpoints, 0, sizeof(fake.endpoints));
	memset(fake.nodes, 0, sizeof(fake.nodes));
	memset(fake.names, 0, sizeof(fake.names));
	memset(fake.watches, 0, sizeof(fake.watches));
	fake.abi_version = KIPC_ABI_VERSION;
	fake.list_one_by_one = false;
	fake.reply_failures = 0;
	pthread_mutex_unlock(&fake.lock);
}

void fake_fail(unsigned long command, int error, unsigned int times)
{
	pthread_mutex_lock(&fake.lock);
	plan_of(command)->error = error;
	plan_of(command)->failures = times;
	pthread_mutex_unlock(&fake.lock);
}

void fake_fail_reply(int error, unsigned int times)
{
	pthread_mutex_lock(&fake.lock);
	fake.reply_error = error;
	fake.reply_failures = times;
	pthread_mutex_unlock(&fake.lock);
}

void fake_on_receive(void (*function)(void *argument), void *argument)
{
	pthread_mutex_lock(&fake.lock);
	on_receive = function;
	on_receive_argument = argument;
	pthread_mutex_unlock(&fake.lock);
}

void fake_list_one_by_one(void)
{
	pthread_mutex_lock(&fake.lock);
	fake.list_one_by_one = true;
	pthread_mutex_unlock(&fake.lock);
}

void fake_set_abi(uint32_t version)
{
	pthread_mutex_lock(&fake.lock);
	fake.abi_version = version;
	pthread_mutex_unlock(&fake.lock);
}

unsigned int fake_count(unsigned long command)
{
	unsigned int count;

	pthread_mutex_lock(&fake.lock);
	count = plan_of(command)->count;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

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

unsigned int fake_watches(void)
{
	unsigned int count = 0;

	pthread_mutex_lock(&fake.lock);
	for (int i = 0; i < WATCHES_MAX; i++)
		count += !!fake.watches[i].endpoint;
	for (int i = 0; i < ENDPOINTS_MAX; i++)
		for (int j = 0; j < NODES_MAX; j++)
			count += fake.endpoints[i].handles[j].is_watched;
	pthread_mutex_unlock(&fake.lock);
	return count;
}

int kipc_sys_open(const char *path)
{
	struct fake_endpoint *endpoint;

	if (strcmp(path, "/dev/kipc"))
		return -ENOENT;
	pthread_mutex_lock(&fake.lock);
	endpoint = fake_endpoint_find(0);
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->fd = eventfd(0, EFD_CLOEXEC);
	pthread_mutex_unlock(&fake.lock);
	return endpoint->fd;
}

static void drop_queue(struct fake_endpoint *endpoint)
{
	struct fake_message *message;

	while ((message = endpoint->queue)) {
		endpoint->queue = message->next;
		free(message);
	}
}

static void close_endpoint(struct fake_endpoint *endpoint)
{
	for (__u32 i = 0; i < NODES_MAX; i++)
		if (fake.nodes[i].owner == endpoint)
			fake_node_kill(i);
	fake_calls_fail(endpoint, 0);
	fake_publisher_drop(endpoint);
	drop_queue(endpoint);
	free(endpoint->pool);
	memset(endpoint, 0, sizeof(*endpoint));
}

int kipc_sys_close(int fd)
{
	struct fake_endpoint *endpoint;

	pthread_mutex_lock(&fake.lock);
	endpoint = fake_endpoint_find(fd);
	if (endpoint)
		close_endpoint(endpoint);
	pthread_mutex_unlock(&fake.lock);
	return close(fd) ? -errno : 0;
}

/* The memory belongs to the endpoint, so that a test finds leaks of it */
int kipc_sys_map(int fd, size_t size, const unsigned char **memory)
{
	struct fake_endpoint *endpoint;

	pthread_mutex_lock(&fake.lock);
	endpoint = fake_endpoint_find(fd);
	endpoint->pool = malloc(size);
	endpoint->pool_size = size;
	pthread_mutex_unlock(&fake.lock);
	*memory = endpoint->pool;
	return 0;
}

int kipc_sys_unmap(const unsigned char *memory, size_t size)
{
	(void)memory;
	(void)size;
	return 0;
}

static int info(struct fake_endpoint *endpoint, struct kipc_info *info)
{
	if (info->flags)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	info->abi_version = fake.abi_version;
	info->pool_size = endpoint->pool_size;
	return 0;
}

static int dispatch(struct fake_endpoint *endpoint, unsigned long command,
		    void *argument)
{
	unsigned int number = _IOC_NR(command);

	if (command == KIPC_INFO)
		return info(endpoint, argument);
	if (number <= _IOC_NR(KIPC_HANDLE_UNWATCH))
		return fake_object_ioctl(endpoint, command, argument);
	if (number <= _IOC_NR(KIPC_FREE))
		return fake_message_ioctl(endpoint, command, argument);
	return fake_name_ioctl(endpoint, command, argument);
}

int kipc_sys_ioctl(int fd, unsigned long command, void *argument)
{
	struct plan *plan = plan_of(command);
	void (*function)(void *argument) = NULL;
	struct fake_endpoint *endpoint;
	int ret;

	pthread_mutex_lock(&fake.lock);
	plan->count++;
	endpoint = fake_endpoint_find(fd);
	if (!endpoint) {
		ret = -EBADF;
	} else if (plan->failures) {
		plan->failures--;
		ret = -plan->error;
	} else {
		ret = dispatch(endpoint, command, argument);
	}
	if (command == KIPC_REPLY_RECV && !ret) {
		function = on_receive;
		on_receive = NULL;
	}
	pthread_mutex_unlock(&fake.lock);
	if (function)
		function(on_receive_argument);
	return ret;
}
