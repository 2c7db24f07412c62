// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's entry: what replaces src/sys.c, and what tests tell it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake.h"
#include "fake_state.h"
#include "sys.h"

#define COMMANDS	80
#define ARGUMENT_MAX	256

/*
 * What is to fail next, what comes back then or from a mailbox, and what there
 * was, by number of the command
 */
struct plan {
	int error;
	unsigned int failures;
	bool has_answer;
	unsigned char answer[ARGUMENT_MAX];
	unsigned int count;
	int last_fd;
	unsigned char last[ARGUMENT_MAX];
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
	memset(fake.freeze_watches, 0, sizeof(fake.freeze_watches));
	fake.abi_version = KIPC_ABI_VERSION;
	fake.list_one_by_one = false;
	fake.is_spam = false;
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

void fake_answer(unsigned long command, const void *argument)
{
	pthread_mutex_lock(&fake.lock);
	plan_of(command)->has_answer = true;
	memcpy(plan_of(command)->answer, argument, _IOC_SIZE(command));
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

void fake_time_out(void)
{
	pthread_mutex_lock(&fake.lock);
	fake.time_outs++;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

void fake_spam_next(void)
{
	pthread_mutex_lock(&fake.lock);
	fake.is_spam = true;
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

void fake_last(unsigned long command, void *argument)
{
	pthread_mutex_lock(&fake.lock);
	memcpy(argument, plan_of(command)->last, _IOC_SIZE(command));
	pthread_mutex_unlock(&fake.lock);
}

int fake_last_fd(unsigned long command)
{
	int fd;

	pthread_mutex_lock(&fake.lock);
	fd = plan_of(command)->last_fd;
	pthread_mutex_unlock(&fake.lock);
	return fd;
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
	endpoint->number = ++fake.last_endpoint;
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
	fake_calls_leave(endpoint);
	fake_publisher_drop(endpoint);
	fake_freezer_drop(endpoint);
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
	if (info->flags || info->reserved)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	info->abi_version = fake.abi_version;
	info->pool_size = endpoint->pool_size;
	info->endpoint = endpoint->number;
	info->depth_max = KIPC_DEPTH_MAX;
	return 0;
}

static bool is_of_mailbox(unsigned long command)
{
	return _IOC_NR(command) >= _IOC_NR(KIPC_MAILBOX_SEND);
}

static int dispatch(struct fake_endpoint *endpoint, unsigned long command,
		    void *argument)
{
	unsigned int number = _IOC_NR(command);

	if (is_of_mailbox(command) || command == KIPC_MAILBOX_OPEN)
		return 0;
	if (command == KIPC_INFO)
		return info(endpoint, argument);
	if (number <= _IOC_NR(KIPC_HANDLE_UNWATCH))
		return fake_object_ioctl(endpoint, command, argument);
	if (number <= _IOC_NR(KIPC_FREE) || command == KIPC_RECV_BATCH)
		return fake_message_ioctl(endpoint, command, argument);
	if (number <= _IOC_NR(KIPC_NAME_UNWATCH))
		return fake_name_ioctl(endpoint, command, argument);
	return fake_freeze_ioctl(endpoint, command, argument);
}

/* What the test wants to come back, instead of what a mailbox would do */
static void answer(struct plan *plan, unsigned long command, void *argument)
{
	if (plan->has_answer)
		memcpy(argument, plan->answer, _IOC_SIZE(command));
	plan->has_answer = false;
}

int kipc_sys_ioctl(int fd, unsigned long command, void *argument)
{
	struct plan *plan = plan_of(command);
	void (*function)(void *argument) = NULL;
	struct fake_endpoint *endpoint;
	int ret;

	pthread_mutex_lock(&fake.lock);
	plan->count++;
	plan->last_fd = fd;
	memcpy(plan->last, argument, _IOC_SIZE(command));
	endpoint = fake_endpoint_find(fd);
	if (!endpoint && !is_of_mailbox(command)) {
		ret = -EBADF;
	} else if (plan->failures) {
		plan->failures--;
		ret = -plan->error;
	} else {
		ret = dispatch(endpoint, command, argument);
	}
	answer(plan, command, argument);
	if ((command == KIPC_REPLY_RECV || command == KIPC_RECV_BATCH) &&
	    !ret) {
		function = on_receive;
		on_receive = NULL;
	}
	pthread_mutex_unlock(&fake.lock);
	if (function)
		function(on_receive_argument);
	return ret;
}
