// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "endpoint.h"
#include "name.h"
#include "sys.h"

int kipc_handle_dup(struct kipc *endpoint, uint32_t handle, uint32_t rights,
		    uint32_t *result)
{
	struct kipc_handle_dup dup = {
		.handle = handle,
		.rights = rights,
	};
	int ret = kipc_endpoint_check(endpoint);

	if (!ret)
		ret = kipc_sys_ioctl(endpoint->fd, KIPC_HANDLE_DUP, &dup);
	if (ret)
		return ret;
	*result = dup.result;
	return 0;
}

int kipc_handle_drop(struct kipc *endpoint, uint32_t handle)
{
	struct kipc_handle_drop drop = { .handle = handle };
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	return kipc_sys_ioctl(endpoint->fd, KIPC_HANDLE_DROP, &drop);
}

int kipc_handle_publish(struct kipc *endpoint, uint32_t handle,
			const char *name, mode_t mode)
{
	int ret = kipc_endpoint_check(endpoint);

	return ret ? ret : kipc_name_publish(endpoint, 0, handle, name, mode);
}
