// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "endpoint.h"
#include "name.h"
#include "request.h"
#include "sys.h"
#include "wake.h"

#define WAKE_NAME_SIZE	(WAKE_PREFIX_SIZE + 1 + 16)

static int deliver(struct kipc_target *target, struct kipc_request *request)
{
	(void)target;
	(void)request;
	/* For who found a way to call the node nevertheless */
	return -EOPNOTSUPP;
}

static void free_target(struct kipc_target *target)
{
	free(target);
}

static const struct kipc_target_ops wake_ops = {
	.deliver = deliver,
	.free = free_target,
};

/*
 * Append a random number in hexadecimal; usable in signal handlers. A server
 * must not wait until a machine that just booted has collected randomness.
 */
static int append_random(char *end, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[16];

	if (getrandom(random, bytes, GRND_INSECURE) != (ssize_t)bytes)
		return -EAGAIN;
	for (size_t i = 0; i < bytes; i++) {
		*end++ = digits[random[i] >> 4];
		*end++ = digits[random[i] & 15];
	}
	*end = '\0';
	return 0;
}

static int watch_prefix(struct kipc *endpoint, uint64_t cookie)
{
	struct kipc_name_watch watch = {
		.prefix_size = WAKE_PREFIX_SIZE,
		.prefix = (uintptr_t)endpoint->wake.prefix,
		.cookie = cookie,
	};

	return kipc_sys_ioctl(endpoint->fd, KIPC_NAME_WATCH, &watch);
}

/* A target that is both node and watch */
static int add_target(struct kipc *endpoint)
{
	struct kipc_node_create create = { .flags = 0 };
	struct kipc_node_destroy destroy = { .flags = 0 };
	struct kipc_target *target = malloc(sizeof(*target));
	int ret;

	if (!target)
		return -ENOMEM;
	ret = kipc_target_add(endpoint, target, &wake_ops);
	if (ret) {
		free(target);
		return ret;
	}
	create.cookie = target->cookie;
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_NODE_CREATE, &create);
	if (ret)
		goto err_retire;
	ret = watch_prefix(endpoint, target->cookie);
	if (ret)
		goto err_destroy;
	endpoint->wake.node = create.node;
	return 0;

err_destroy:
	destroy.node = create.node;
	kipc_sys_ioctl(endpoint->fd, KIPC_NODE_DESTROY, &destroy);
err_retire:
	kipc_target_retire(target);
	return ret;
}

static int init(struct kipc *endpoint)
{
	struct kipc_wake *wake = &endpoint->wake;
	int ret;

	strcpy(wake->prefix, "libkipc.wake.");
	ret = append_random(wake->prefix + strlen(wake->prefix), 16);
	return ret ? ret : add_target(endpoint);
}

/**
 * kipc_wake_arm() - make kipc_wake_one() work
 * @endpoint: the endpoint
 *
 * Return: 0 or -errno.
 */
int kipc_wake_arm(struct kipc *endpoint)
{
	int ret = endpoint->wake.node ? 0 : init(endpoint);

	if (!ret)
		__atomic_store_n(&endpoint->wake.armed, true, __ATOMIC_SEQ_CST);
	return ret;
}

/**
 * kipc_wake_disarm() - let kipc_wake_one() do nothing
 * @endpoint: the endpoint
 */
void kipc_wake_disarm(struct kipc *endpoint)
{
	__atomic_store_n(&endpoint->wake.armed, false, __ATOMIC_SEQ_CST);
}

/**
 * kipc_wake_one() - wake one thread that waits for messages
 * @endpoint: the endpoint
 *
 * If none waits, the next one that would does not.
 *
 * Context: Any, also a signal handler.
 * Return: 0 or -errno.
 */
int kipc_wake_one(struct kipc *endpoint)
{
	struct kipc_wake *wake = &endpoint->wake;
	char name[WAKE_NAME_SIZE + 1];
	int ret;

	if (!__atomic_load_n(&wake->armed, __ATOMIC_SEQ_CST))
		return 0;
	memcpy(name, wake->prefix, WAKE_PREFIX_SIZE);
	name[WAKE_PREFIX_SIZE] = '.';
	ret = append_random(name + WAKE_PREFIX_SIZE + 1, 8);
	if (!ret)
		ret = kipc_name_publish(endpoint, KIPC_NAME_OWN, wake->node,
					name, 0);
	if (!ret)
		kipc_name_retract(endpoint, name);
	return ret;
}
