// SPDX-License-Identifier: GPL-2.0-only
/* The device: opening it, and what to do if that fails. */
#include <errno.h>

#include "tool.h"

int tool_open(const struct tool *tool, size_t pool_size, unsigned int flags,
	      struct kipc **endpoint)
{
	int ret = kipc_open(tool->device, pool_size, flags, endpoint);

	switch (ret) {
	case 0:
		return TOOL_OK;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		tool_error("no %s: load the module, e.g. sudo insmod kipc.ko",
			   tool->device);
		return TOOL_NO_DEVICE;
	case -EACCES:
	case -EPERM:
		tool_error("permission denied for %s: ls -l %s shows who may open it; try sudo",
			   tool->device, tool->device);
		return TOOL_DENIED;
	case -ENOTTY:
	case -EPROTONOSUPPORT:
		tool_error("%s does not speak ABI version %d: module and tool differ",
			   tool->device, KIPC_ABI_VERSION);
		return TOOL_FAILED;
	case -EDQUOT:
		tool_error("%s: your endpoints or pools are too many: see max_* in %s",
			   tool->device, "/sys/module/kipc/parameters");
		return TOOL_FAILED;
	default:
		return tool_fail(ret, tool->device);
	}
}
