// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "current.h"
#include "endpoint.h"
#include "name.h"
#include "node.h"
#include "sys.h"

/**
 * kipc_name_publish() - give an object a name
 * @endpoint: the endpoint, in the process that opened it
 * @flags: KIPC_NAME_OWN if @id is a node rather than a handle
 * @id: node or handle
 * @name: the name
 * @mode: permission bits
 *
 * Context: Any, also a signal handler.
 * Return: 0 or -errno.
 */
int kipc_name_publish(struct kipc *endpoint, uint32_t flags, uint32_t id,
		      const char *name, mode_t mode)
{
	struct kipc_name_publish publish = {
		.flags = flags,
		.id = id,
		.name = (uintptr_t)name,
		.name_size = strlen(name),
		.mode = mode,
	};

	return kipc_sys_ioctl(endpoint->fd, KIPC_NAME_PUBLISH, &publish);
}

/**
 * kipc_name_retract() - take a name away
 * @endpoint: the endpoint, in the process that opened it
 * @name: the name
 *
 * Context: Any, also a signal handler.
 * Return: 0 or -errno.
 */
int kipc_name_retract(struct kipc *endpoint, const char *name)
{
	struct kipc_name_unpublish unpublish = {
		.name = (uintptr_t)name,
		.name_size = strlen(name),
	};

	return kipc_sys_ioctl(endpoint->fd, KIPC_NAME_UNPUBLISH, &unpublish);
}

int kipc_name_unpublish(struct kipc *endpoint, const char *name)
{
	int ret = kipc_endpoint_check(endpoint);

	return ret ? ret : kipc_name_retract(endpoint, name);
}

/* The name turned out to be of a node of the endpoint's own */
static int found_own(struct kipc *endpoint, uint64_t cookie,
		     struct kipc_node **own)
{
	if (!own)
		return -ELOOP;
	*own = kipc_node_find(endpoint, cookie);
	/* Freed meanwhile, and with it the name */
	return *own ? 0 : -ENOENT;
}

int kipc_name_lookup(struct kipc *endpoint, const char *name, uint32_t rights,
		     uint64_t deadline, uint32_t *handle,
		     struct kipc_node **own)
{
	struct kipc_name_lookup lookup = {
		.rights = rights,
		.name = (uintptr_t)name,
	};
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	lookup.name_size = strlen(name);
	if (deadline != KIPC_NO_WAIT) {
		lookup.flags = KIPC_NAME_WAIT;
		lookup.deadline = deadline;
		kipc_current_wait();
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_NAME_LOOKUP, &lookup);
	if (ret < 0)
		return ret;
	*handle = lookup.handle;
	if (own)
		*own = NULL;
	return lookup.handle ? 0 : found_own(endpoint, lookup.cookie, own);
}
