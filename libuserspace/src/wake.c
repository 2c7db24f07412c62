// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>

#include "endpoint.h"
#include "request.h"
#include "sys.h"
#include "wake.h"

static int deliver(struct kipc_target *target, struct kipc_request *request)
{
	(void)target;
	(void)request;
	/* The notice needs no answer, and nobody can call the node. */
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

static int init(struct kipc *endpoint)
{
	struct kipc_node_create create = { .flags = 0 };
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
	if (ret) {
		kipc_target_retire(target);
		return ret;
	}
	endpoint->wake.node = create.node;
	return 0;
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
	struct kipc_notify notify = {
		.flags = KIPC_NOTIFY_OWN,
		.bits = 1,
	};

	if (!__atomic_load_n(&endpoint->wake.armed, __ATOMIC_SEQ_CST))
		return 0;
	notify.handle = endpoint->wake.node;
	return kipc_sys_ioctl(endpoint->fd, KIPC_NOTIFY, &notify);
}
