// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>

#include "endpoint.h"
#include "name.h"
#include "node.h"
#include "request.h"
#include "sys.h"

static int deliver(struct kipc_target *target, struct kipc_request *request)
{
	struct kipc_node *node = (struct kipc_node *)target;

	return node->handler(request, node->userdata);
}

static void free_node(struct kipc_target *target)
{
	free(target);
}

static const struct kipc_target_ops node_ops = {
	.deliver = deliver,
	.free = free_node,
};

int kipc_node_new(struct kipc *endpoint, kipc_handler handler, void *userdata,
		  unsigned int flags, struct kipc_node **result)
{
	struct kipc_node_create create = { .flags = flags };
	struct kipc_node *node;
	int ret;

	ret = kipc_endpoint_check(endpoint);
	if (ret)
		return ret;
	if (!handler)
		return -EINVAL;
	node = malloc(sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->handler = handler;
	node->userdata = userdata;
	ret = kipc_target_add(endpoint, &node->target, &node_ops);
	if (ret) {
		free(node);
		return ret;
	}
	create.cookie = node->target.cookie;
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_NODE_CREATE, &create);
	if (ret < 0) {
		kipc_target_retire(&node->target);
		return ret;
	}
	node->id = create.node;
	*result = node;
	return 0;
}

int kipc_node_free(struct kipc_node *node)
{
	struct kipc_node_destroy destroy = { .flags = 0 };
	struct kipc *endpoint;
	int ret;

	if (!node)
		return 0;
	endpoint = node->target.endpoint;
	ret = kipc_endpoint_check(endpoint);
	if (ret)
		return ret;
	destroy.node = node->id;
	kipc_sys_ioctl(endpoint->fd, KIPC_NODE_DESTROY, &destroy);
	kipc_target_retire(&node->target);
	return 0;
}

uint32_t kipc_node_id(const struct kipc_node *node)
{
	return node->id;
}

void *kipc_node_userdata(const struct kipc_node *node)
{
	return node->userdata;
}

int kipc_node_publish(struct kipc_node *node, const char *name, mode_t mode)
{
	int ret = kipc_endpoint_check(node->target.endpoint);

	if (ret)
		return ret;
	return kipc_name_publish(node->target.endpoint, KIPC_NAME_OWN, node->id,
				 name, mode);
}

/**
 * kipc_node_find() - the node of a cookie
 * @endpoint: its owner
 * @cookie: the cookie
 *
 * Return: the node; NULL if there is none any more.
 */
struct kipc_node *kipc_node_find(struct kipc *endpoint, uint64_t cookie)
{
	struct kipc_target *target = kipc_target_find(endpoint, cookie);

	if (!target || target->ops != &node_ops)
		return NULL;
	return (struct kipc_node *)target;
}
