// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Regions by name, and views of them. */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "current.h"
#include "endpoint.h"
#include "region.h"
#include "sys.h"

#define WAIT_FLAGS	(KIPC_REGION_READ | KIPC_REGION_WRITE | KIPC_REGION_OWN)
#define OPEN_FLAGS	(WAIT_FLAGS | KIPC_REGION_CREATE | \
			 KIPC_REGION_EXCLUSIVE | KIPC_REGION_HUGE)

static int open_kernel(struct kipc *endpoint, struct kipc_region_open *open)
{
	int ret = kipc_device_command(endpoint, KIPC_REGION_OPEN, open);

	return ret < 0 ? ret : open->fd;
}

/**
 * kipc_region_set_name() - say by which name to open a region
 * @open: the command
 * @name: the name; an empty one is a mistake
 *
 * Return: 0 or -EINVAL.
 */
int kipc_region_set_name(struct kipc_region_open *open, const char *name)
{
	if (!*name)
		return -EINVAL;
	open->name = (uintptr_t)name;
	open->name_size = strlen(name);
	return 0;
}

int kipc_region_open(struct kipc *endpoint, const char *name,
		     unsigned int flags, mode_t mode, uint64_t size)
{
	struct kipc_region_open open = { 0 };
	int ret;

	if (flags & ~OPEN_FLAGS)
		return -EINVAL;
	if (name) {
		ret = kipc_region_set_name(&open, name);
		if (ret)
			return ret;
	} else {
		flags |= KIPC_REGION_CREATE;
	}
	open.flags = flags;
	if (flags & KIPC_REGION_CREATE) {
		open.mode = mode;
		open.size = size;
	}
	return open_kernel(endpoint, &open);
}

int kipc_region_wait(struct kipc *endpoint, const char *name,
		     unsigned int flags, uint64_t deadline)
{
	struct kipc_region_open open = {
		.flags = flags | KIPC_WAIT,
		.deadline = deadline,
	};
	int ret;

	if (flags & ~WAIT_FLAGS)
		return -EINVAL;
	ret = kipc_region_set_name(&open, name);
	if (ret)
		return ret;
	kipc_current_wait();
	return open_kernel(endpoint, &open);
}

int kipc_region_unlink(struct kipc *endpoint, const char *name)
{
	/* Names of all kinds are taken away alike. */
	return kipc_mailbox_unlink(endpoint, name);
}

int kipc_region_view(int view, unsigned int flags, uint64_t offset,
		     uint64_t size, uint64_t *id)
{
	struct kipc_region_view arg = {
		.flags = flags,
		.offset = offset,
		.size = size,
	};
	int ret = kipc_sys_ioctl(view, KIPC_REGION_VIEW, &arg);

	if (ret < 0)
		return ret;
	if (id)
		*id = arg.id;
	return arg.fd;
}

int kipc_region_revoke(int view, uint64_t id)
{
	struct kipc_region_revoke arg = { .id = id };

	return id ? kipc_sys_ioctl(view, KIPC_REGION_REVOKE, &arg) : -ENXIO;
}

int kipc_region_revoke_all(int view)
{
	struct kipc_region_revoke arg = { 0 };

	return kipc_sys_ioctl(view, KIPC_REGION_REVOKE, &arg);
}

int kipc_region_views(int view, struct kipc_view_entry *entries,
		      unsigned int count, uint64_t *cursor)
{
	struct kipc_region_views arg = {
		.count = count,
		.views = (uintptr_t)entries,
		.cursor = *cursor,
	};
	int ret = kipc_sys_ioctl(view, KIPC_REGION_VIEWS, &arg);

	if (ret < 0)
		return ret;
	*cursor = arg.cursor;
	return (int)arg.listed;
}

int kipc_region_seal(int view, unsigned int seals)
{
	struct kipc_region_seal_add arg = { .seals = seals };

	return kipc_sys_ioctl(view, KIPC_REGION_SEAL, &arg);
}

int kipc_region_info(int view, struct kipc_region_info *info)
{
	memset(info, 0, sizeof(*info));
	return kipc_sys_ioctl(view, KIPC_REGION_INFO, info);
}

int kipc_region_map(int view, void **memory, size_t *size)
{
	struct kipc_region_info info;
	int prot = PROT_READ;
	void *address;
	int ret;

	ret = kipc_region_info(view, &info);
	if (ret < 0)
		return ret;
	if (info.rights & KIPC_REGION_WRITE &&
	    !(info.seals & (KIPC_REGION_SEAL_WRITE |
			    KIPC_REGION_SEAL_FUTURE_WRITE)))
		prot |= PROT_WRITE;
	address = mmap(NULL, info.size, prot, MAP_SHARED, view, 0);
	if (address == MAP_FAILED)
		return -errno;
	*memory = address;
	*size = info.size;
	return 0;
}
