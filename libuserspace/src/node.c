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
	int code;

	if (!node->asks_cancel || !kipc_request_is_call(request))
		return node->handler(request, node->userdata);
	kipc_cancel_begin(request);
	code = node->handler(request, node->userdata);
	kipc_cancel_end(request);
	return code;
}

static void free_node(struct kipc_target *target)
{
	free(target);
}

static const struct kipc_target_ops node_ops = {
	.deliver = deliver,
	.free = free_node,
};

static int create(struct kipc_node *node,
		  const struct kipc_node_options *options)
{
	struct kipc_node_create command = {
		.flags = options->flags | KIPC_NODE_SMALL,
		.cookie = node->target.cookie,
		.policy = (uint32_t)options->policy,
		.priority = options->priority,
	};
	struct kipc *endpoint = node->target.endpoint;
	int ret;

	__atomic_store_n(&endpoint->has_nodes, true, __ATOMIC_RELAXED);
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_NODE_CREATE, &command);
	if (ret < 0)
		return ret;
	node->id = command.node;
	return 0;
}

static int add_node(struct kipc *endpoint, struct kipc_node *node,
		    const struct kipc_node_options *options)
{
	int ret = kipc_target_add(endpoint, &node->target, &node_ops);

	if (ret) {
		free(node);
		return ret;
	}
	ret = create(node, options);
	if (ret)
		kipc_target_retire(&node->target);
	return ret;
}

int kipc_node_new_with(struct kipc *endpoint, kipc_handler handler,
		       void *userdata, const struct kipc_node_options *options,
		       struct kipc_node **result)
{
	static const struct kipc_node_options defaults;
	struct kipc_node *node;
	int ret;

	if (!options)
		options = &defaults;
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
	node->asks_cancel = options->flags & KIPC_NODE_CANCELED;
	ret = add_node(endpoint, node, options);
	if (!ret)
		*result = node;
	return ret;
}

int kipc_node_new(struct kipc *endpoint, kipc_handler handler, void *userdata,
		  unsigned int flags, struct kipc_node **result)
{
	const struct kipc_node_options options = { .flags = flags };

	/* There is no place for it to say which */
	if (flags & KIPC_NODE_MIN_PRIORITY)
		return -EINVAL;
	return kipc_node_new_with(endpoint, handler, userdata, &options,
				  result);
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
