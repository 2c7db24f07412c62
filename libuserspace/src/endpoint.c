// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "endpoint.h"
#include "sys.h"

#define DEVICE		"/dev/kipc"
#define POOL_DEFAULT	(1024 * 1024)

/* A page that says in a child that it is one */
static int owner_map(const unsigned char **owner)
{
	size_t size = sysconf(_SC_PAGESIZE);
	unsigned char *page;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	if (madvise(page, size, MADV_WIPEONFORK)) {
		int ret = -errno;

		munmap(page, size);
		return ret;
	}
	*page = 1;
	*owner = page;
	return 0;
}

static void owner_unmap(const unsigned char *owner)
{
	munmap((void *)owner, sysconf(_SC_PAGESIZE));
}

static void lock_init(struct kipc *endpoint)
{
	pthread_mutex_init(&endpoint->lock, NULL);
	pthread_cond_init(&endpoint->changed, NULL);
}

static void lock_deinit(struct kipc *endpoint)
{
	pthread_cond_destroy(&endpoint->changed);
	pthread_mutex_destroy(&endpoint->lock);
}

static int check_abi(int fd)
{
	struct kipc_info info = { .flags = 0 };
	int ret = kipc_sys_ioctl(fd, KIPC_INFO, &info);

	if (ret < 0)
		return ret;
	return info.abi_version == KIPC_ABI_VERSION ? 0 : -EPROTONOSUPPORT;
}

static int pool_map(struct kipc *endpoint, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (!size)
		size = POOL_DEFAULT;
	if (size > KIPC_POOL_MAX)
		return -EINVAL;
	size = (size + page - 1) / page * page;
	endpoint->pool_size = size;
	return kipc_sys_map(endpoint->fd, size, &endpoint->pool);
}

/**
 * kipc_device_open() - open the device, and see that it is one that we know
 * @device: its path; NULL for the usual one
 *
 * Return: a file descriptor or -errno.
 */
int kipc_device_open(const char *device)
{
	int fd = kipc_sys_open(device ? device : DEVICE);
	int ret;

	if (fd < 0)
		return fd;
	ret = check_abi(fd);
	if (ret) {
		kipc_sys_close(fd);
		return ret;
	}
	return fd;
}

/* A command on the endpoint, or without one on the device as it is */
int kipc_device_command(struct kipc *endpoint, unsigned long command,
			void *argument)
{
	int ret;
	int fd;

	if (endpoint) {
		ret = kipc_endpoint_check(endpoint);
		return ret ? ret : kipc_sys_ioctl(endpoint->fd, command,
						  argument);
	}
	fd = kipc_device_open(NULL);
	if (fd < 0)
		return fd;
	ret = kipc_sys_ioctl(fd, command, argument);
	kipc_sys_close(fd);
	return ret;
}

static int open_device(struct kipc *endpoint, const char *device,
		       size_t pool_size, unsigned int flags)
{
	int ret;

	ret = kipc_device_open(device);
	if (ret < 0)
		return ret;
	endpoint->fd = ret;
	ret = 0;
	if (!(flags & KIPC_OPEN_NO_POOL))
		ret = pool_map(endpoint, pool_size);
	if (ret)
		kipc_sys_close(endpoint->fd);
	return ret;
}

int kipc_open(const char *device, size_t pool_size, unsigned int flags,
	      struct kipc **result)
{
	struct kipc *endpoint;
	int ret;

	if (flags & ~KIPC_OPEN_NO_POOL)
		return -EINVAL;
	if (flags & KIPC_OPEN_NO_POOL && pool_size)
		return -EINVAL;
	endpoint = calloc(1, sizeof(*endpoint));
	if (!endpoint)
		return -ENOMEM;
	ret = owner_map(&endpoint->owner);
	if (ret)
		goto err_free;
	ret = open_device(endpoint, device, pool_size, flags);
	if (ret)
		goto err_owner_unmap;
	lock_init(endpoint);
	*result = endpoint;
	return 0;

err_owner_unmap:
	owner_unmap(endpoint->owner);
err_free:
	free(endpoint);
	return ret;
}

/*
 * In a child there is no pool to unmap, and the lock and what it protects may
 * be in any state: leave them alone.
 */
static int close_inherited(struct kipc *endpoint)
{
	kipc_sys_close(endpoint->fd);
	owner_unmap(endpoint->owner);
	free(endpoint);
	return 0;
}

int kipc_close(struct kipc *endpoint)
{
	bool busy;

	if (!endpoint)
		return 0;
	if (kipc_endpoint_check(endpoint))
		return close_inherited(endpoint);
	pthread_mutex_lock(&endpoint->lock);
	busy = endpoint->users;
	pthread_mutex_unlock(&endpoint->lock);
	if (busy)
		return -EBUSY;

	if (endpoint->pool)
		kipc_sys_unmap(endpoint->pool, endpoint->pool_size);
	kipc_sys_close(endpoint->fd);
	kipc_targets_free(endpoint);
	lock_deinit(endpoint);
	owner_unmap(endpoint->owner);
	free(endpoint);
	return 0;
}

/**
 * kipc_endpoint_enter() - keep an endpoint from being closed
 * @endpoint: the endpoint
 */
void kipc_endpoint_enter(struct kipc *endpoint)
{
	pthread_mutex_lock(&endpoint->lock);
	endpoint->users++;
	pthread_mutex_unlock(&endpoint->lock);
}

/**
 * kipc_endpoint_leave() - no longer
 * @endpoint: the endpoint
 */
void kipc_endpoint_leave(struct kipc *endpoint)
{
	pthread_mutex_lock(&endpoint->lock);
	endpoint->users--;
	pthread_mutex_unlock(&endpoint->lock);
}

int kipc_fd(const struct kipc *endpoint)
{
	int ret = kipc_endpoint_check(endpoint);

	return ret ? ret : endpoint->fd;
}

int kipc_info(struct kipc *endpoint, struct kipc_info *info)
{
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	*info = (struct kipc_info){ .flags = 0 };
	return kipc_sys_ioctl(endpoint->fd, KIPC_INFO, info);
}

int kipc_stat(struct kipc *endpoint, struct kipc_stat *stat)
{
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	stat->flags = 0;
	return kipc_sys_ioctl(endpoint->fd, KIPC_STAT, stat);
}
