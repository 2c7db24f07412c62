// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys.h"

int kipc_sys_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int kipc_sys_close(int fd)
{
	return close(fd) ? -errno : 0;
}

int kipc_sys_ioctl(int fd, unsigned long command, void *argument)
{
	int ret = ioctl(fd, command, argument);

	return ret < 0 ? -errno : ret;
}

int kipc_sys_map(int fd, size_t size, const unsigned char **memory)
{
	void *address = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (address == MAP_FAILED)
		return -errno;
	/* The kernel sees to it already; this says so in /proc/PID/smaps */
	madvise(address, size, MADV_DONTFORK);
	*memory = address;
	return 0;
}

int kipc_sys_unmap(const unsigned char *memory, size_t size)
{
	return munmap((void *)memory, size) ? -errno : 0;
}
