// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints and the simple commands on them. */
#include "selftest.h"

static struct endpoint *open_endpoints;

noreturn void die(const char *file, int line, const char *what, long ret)
{
	fprintf(stderr, "# %s:%d: %s: %s\n", file, line, what,
		ret ? strerror((int)-ret) : "is false");
	abort();
}

int kipc(int fd, unsigned long command, void *arg)
{
	return ioctl(fd, command, arg) < 0 ? -errno : 0;
}

/* Opens the device, and maps a pool if its size is not 0. */
void endpoint_open(struct endpoint *endpoint, size_t pool_size)
{
	endpoint->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	must_errno(endpoint->fd);
	endpoint->pool = NULL;
	endpoint->pool_size = pool_size;
	if (pool_size) {
		void *pool = mmap(NULL, pool_size, PROT_READ, MAP_SHARED,
				  endpoint->fd, 0);

		must_errno(pool == MAP_FAILED ? -1 : 0);
		endpoint->pool = pool;
	}
	endpoint->next = open_endpoints;
	open_endpoints = endpoint;
}

void endpoint_close(struct endpoint *endpoint)
{
	struct endpoint **link = &open_endpoints;

	while (*link && *link != endpoint)
		link = &(*link)->next;
	if (!*link)
		return;
	*link = endpoint->next;
	if (endpoint->pool)
		munmap((void *)endpoint->pool, endpoint->pool_size);
	close(endpoint->fd);
	endpoint->fd = -1;
	endpoint->pool = NULL;
}

/* Closes all that this process has open, also what it inherited. */
void endpoints_close(void)
{
	while (open_endpoints)
		endpoint_close(open_endpoints);
}

static __u32 create_node(struct endpoint *owner, __u64 cookie, __u32 flags)
{
	struct kipc_node_create create = {
		.flags = flags,
		.cookie = cookie,
	};

	must(kipc(owner->fd, KIPC_NODE_CREATE, &create));
	check(create.node);
	return create.node;
}

__u32 node_create(struct endpoint *owner, __u64 cookie)
{
	return create_node(owner, cookie, 0);
}

/* A node whose owner is told when the last handle is gone. */
__u32 node_create_watched(struct endpoint *owner, __u64 cookie)
{
	return create_node(owner, cookie, KIPC_NODE_NO_SENDERS);
}

int node_destroy(struct endpoint *owner, __u32 node)
{
	struct kipc_node_destroy destroy = { .node = node };

	return kipc(owner->fd, KIPC_NODE_DESTROY, &destroy);
}

/*
 * Gives @holder a handle to a node of @owner's, by way of a name that exists
 * only for that moment.
 */
__u32 connect_to(struct endpoint *holder, struct endpoint *owner, __u32 node,
		 __u32 rights)
{
	static int count;
	char name[64];
	__u32 handle;

	snprintf(name, sizeof(name), "connect.%d.%d", (int)getpid(),
		 __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED));
	must(name_publish(owner, name, node, 0777));
	must(name_lookup(holder, name, rights, &handle));
	must(name_unpublish(owner, name));
	return handle;
}

int handle_dup(struct endpoint *holder, __u32 handle, __u32 rights,
	       __u32 *result)
{
	struct kipc_handle_dup dup = { .handle = handle, .rights = rights };
	int ret = kipc(holder->fd, KIPC_HANDLE_DUP, &dup);

	*result = dup.result;
	return ret;
}

int handle_drop(struct endpoint *holder, __u32 handle)
{
	struct kipc_handle_drop drop = { .handle = handle };

	return kipc(holder->fd, KIPC_HANDLE_DROP, &drop);
}

int handle_watch(struct endpoint *holder, __u32 handle, __u64 cookie)
{
	struct kipc_handle_watch watch = {
		.handle = handle,
		.cookie = cookie,
	};

	return kipc(holder->fd, KIPC_HANDLE_WATCH, &watch);
}

int handle_unwatch(struct endpoint *holder, __u32 handle)
{
	struct kipc_handle_watch watch = { .handle = handle };

	return kipc(holder->fd, KIPC_HANDLE_UNWATCH, &watch);
}

int notify(struct endpoint *holder, __u32 handle, __u64 bits)
{
	struct kipc_notify arg = { .handle = handle, .bits = bits };

	return kipc(holder->fd, KIPC_NOTIFY, &arg);
}

int slice_free(struct endpoint *endpoint, __u64 offset)
{
	struct kipc_free arg = { .offsets = PTR(&offset), .count = 1 };

	return kipc(endpoint->fd, KIPC_FREE, &arg);
}

static int publish(struct endpoint *endpoint, const char *name, __u32 id,
		   __u32 mode, __u32 flags)
{
	struct kipc_name_publish arg = {
		.flags = flags,
		.id = id,
		.name = PTR(name),
		.name_size = (__u32)strlen(name),
		.mode = mode,
	};

	return kipc(endpoint->fd, KIPC_NAME_PUBLISH, &arg);
}

int name_publish(struct endpoint *endpoint, const char *name, __u32 node,
		 __u32 mode)
{
	return publish(endpoint, name, node, mode, KIPC_NAME_OWN);
}

int name_publish_handle(struct endpoint *endpoint, const char *name,
			__u32 handle, __u32 mode)
{
	return publish(endpoint, name, handle, mode, 0);
}

int name_unpublish(struct endpoint *endpoint, const char *name)
{
	struct kipc_name_unpublish arg = {
		.name = PTR(name),
		.name_size = (__u32)strlen(name),
	};

	return kipc(endpoint->fd, KIPC_NAME_UNPUBLISH, &arg);
}

static int look_up(struct endpoint *endpoint, const char *name,
		   struct kipc_name_lookup *arg, __u32 *handle)
{
	int ret;

	arg->name = PTR(name);
	arg->name_size = (__u32)strlen(name);
	ret = kipc(endpoint->fd, KIPC_NAME_LOOKUP, arg);
	*handle = arg->handle;
	return ret;
}

int name_lookup(struct endpoint *endpoint, const char *name, __u32 rights,
		__u32 *handle)
{
	struct kipc_name_lookup arg = { .rights = rights };

	return look_up(endpoint, name, &arg, handle);
}

/* Waits until the name is there. */
int name_wait(struct endpoint *endpoint, const char *name, __u64 deadline,
	      __u32 *handle)
{
	struct kipc_name_lookup arg = {
		.flags = KIPC_NAME_WAIT,
		.deadline = deadline,
	};

	return look_up(endpoint, name, &arg, handle);
}

int name_watch(struct endpoint *endpoint, const char *prefix, __u64 cookie)
{
	struct kipc_name_watch arg = {
		.prefix = PTR(prefix),
		.prefix_size = (__u32)strlen(prefix),
		.cookie = cookie,
	};

	return kipc(endpoint->fd, KIPC_NAME_WATCH, &arg);
}

int name_unwatch(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_name_unwatch arg = { .cookie = cookie };

	return kipc(endpoint->fd, KIPC_NAME_UNWATCH, &arg);
}

void pair_open(struct pair *pair, size_t pool_size)
{
	endpoint_open(&pair->server, pool_size);
	endpoint_open(&pair->client, pool_size);
	pair->node = node_create(&pair->server, COOKIE);
	pair->handle = connect_to(&pair->client, &pair->server, pair->node,
				  KIPC_RIGHTS_ALL);
}

void pair_close(struct pair *pair)
{
	endpoint_close(&pair->client);
	endpoint_close(&pair->server);
}
