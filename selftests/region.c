// SPDX-License-Identifier: GPL-2.0-only
/* Regions and their views, as the tests make, map and touch them. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>

#include "region.h"

/*
 * Opens a region as @arg says, by an endpoint that is closed at once. @name is NULL if it
 * has none. Returns the descriptor, or a negative errno.
 */
int region_open(const char *name, struct kipc_region_open *arg)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC), ret;

	must_errno(device);
	arg->name = PTR(name);
	arg->name_size = name ? (__u32)strlen(name) : 0;
	ret = kipc(device, KIPC_REGION_OPEN, arg);
	close(device);
	return ret ? ret : arg->fd;
}

/* Makes one, which must be new. */
int region_make(const char *name, size_t size)
{
	struct kipc_region_open arg = {
		.flags = R_MAKE,
		.mode = 0600,
		.size = size,
	};

	return (int)must(region_open(name, &arg));
}

/* Opens one that is there. */
int region_join(const char *name, __u32 flags)
{
	struct kipc_region_open arg = { .flags = flags };

	return region_open(name, &arg);
}

int region_unlink(const char *name)
{
	struct endpoint endpoint = {
		.fd = open(DEVICE, O_RDWR | O_CLOEXEC),
	};
	int ret;

	must_errno(endpoint.fd);
	ret = name_unpublish(&endpoint, name);
	close(endpoint.fd);
	return ret;
}

/* Returns a descriptor of a view that is made from @fd, or a negative errno. */
int region_view(int fd, __u32 flags, size_t offset, size_t size, __u64 *id)
{
	struct kipc_region_view arg = {
		.flags = flags,
		.offset = offset,
		.size = size,
	};
	int ret = kipc(fd, KIPC_REGION_VIEW, &arg);

	if (id)
		*id = arg.id;
	return ret ? ret : arg.fd;
}

/* The same of all of it; it must succeed. */
int region_derive(int fd, __u32 flags)
{
	return (int)must(region_view(fd, flags, 0, 0, NULL));
}

int region_revoke(int fd, __u64 id)
{
	struct kipc_region_revoke arg = { .id = id };

	return kipc(fd, KIPC_REGION_REVOKE, &arg);
}

int region_seal(int fd, __u32 seals)
{
	struct kipc_region_seal_add arg = { .seals = seals };

	return kipc(fd, KIPC_REGION_SEAL, &arg);
}

struct kipc_region_info region_info(int fd)
{
	struct kipc_region_info info = { 0 };

	must(kipc(fd, KIPC_REGION_INFO, &info));
	return info;
}

/* What poll() says of it now */
short region_polled(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN | POLLOUT };

	must_errno(poll(&pollfd, 1, 0));
	return pollfd.revents;
}

void *region_map(int fd, size_t size, int prot)
{
	void *address = mmap(NULL, size, prot, MAP_SHARED, fd, 0);

	must_errno(address == MAP_FAILED ? -1 : 0);
	return address;
}

/* Returns 0 if it can be mapped so, or a negative errno. */
int region_map_error(int fd, size_t size, int prot, int flags, size_t offset)
{
	void *address = mmap(NULL, size, prot, flags, fd, (off_t)offset);

	if (address == MAP_FAILED)
		return -errno;
	munmap(address, size);
	return 0;
}

static __thread sigjmp_buf after_fault;

static void on_sigbus(int number)
{
	(void)number;
	siglongjmp(after_fault, 1);
}

static void install_handler(void)
{
	struct sigaction action = { .sa_handler = on_sigbus };

	must_errno(sigaction(SIGBUS, &action, NULL));
}

/* Reads a word; false if that gets SIGBUS. */
bool region_reads(const void *address, __u32 *word)
{
	install_handler();
	if (sigsetjmp(after_fault, 1))
		return false;
	*word = *(const volatile __u32 *)address;
	return true;
}

/* The same to write one */
bool region_writes(void *address, __u32 word)
{
	install_handler();
	if (sigsetjmp(after_fault, 1))
		return false;
	*(volatile __u32 *)address = word;
	return true;
}

/* Maps the first page of it for a moment, if it may be mapped. */
void region_touch_and_close(int fd)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	__u32 word;

	close(fd);
	if (page == MAP_FAILED)
		return;
	region_reads(page, &word);
	munmap(page, PAGE);
}
