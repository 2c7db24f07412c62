// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kipc_device.h"

#define DEVICE	"/dev/kipc"

int device_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		warn(DEVICE);
	return fd;
}

int device_ask(unsigned long command, void *argument)
{
	int endpoint = device_open();
	int ret, error;

	if (endpoint < 0)
		return -1;
	ret = ioctl(endpoint, command, argument);
	error = errno;
	close(endpoint);
	errno = error;
	return ret;
}

void *device_pool_map(int fd)
{
	void *pool = mmap(NULL, KIPC_POOL_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	if (pool == MAP_FAILED)
		err(EXIT_FAILURE, "kipc: cannot map a pool");
	return pool;
}

void device_command(int fd, unsigned long command, void *argument,
		    const char *what)
{
	if (ioctl(fd, command, argument) < 0)
		err(EXIT_FAILURE, "kipc: cannot %s", what);
}

__u32 device_node_new(int fd)
{
	struct kipc_node_create create = { .flags = KIPC_NODE_SMALL };

	device_command(fd, KIPC_NODE_CREATE, &create, "create a node");
	return create.node;
}

void device_publish(int fd, __u32 node, const char *name)
{
	struct kipc_name_publish publish = {
		.flags = KIPC_NAME_OWN,
		.id = node,
		.name = (uintptr_t)name,
		.name_size = strlen(name),
		.mode = 0777,
	};

	device_command(fd, KIPC_NAME_PUBLISH, &publish, "publish a name");
}

__u32 device_lookup(int fd, const char *name)
{
	struct kipc_name_lookup lookup = {
		.name = (uintptr_t)name,
		.name_size = strlen(name),
	};

	device_command(fd, KIPC_NAME_LOOKUP, &lookup, "look up a name");
	return lookup.handle;
}
