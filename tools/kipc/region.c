// SPDX-License-Identifier: GPL-2.0-only
/* What the commands on regions share. */
#include <errno.h>
#include <unistd.h>

#include "region.h"
#include "text.h"

int region_fail(int error, const char *name)
{
	switch (error) {
	case -ENOENT:
		tool_error("no region '%s': see kipc region ls, kipc region create",
			   name);
		break;
	case -EPROTOTYPE:
		tool_error("'%s' is no region: kipc ls shows what it is", name);
		break;
	case -EACCES:
		tool_error("permission denied for '%s': kipc region ls shows its owner and mode",
			   name);
		break;
	case -EPERM:
		tool_error("permission denied for '%s': that is for its owner, or root",
			   name);
		return TOOL_DENIED;
	case -EKEYREVOKED:
	case -EFAULT:
		tool_error("'%s' was taken away meanwhile, or there is no memory",
			   name);
		return TOOL_FAILED;
	default:
		return tool_fail_name(error, name);
	}
	return tool_status_of(error);
}

int region_open(const struct tool *tool, const char *name, unsigned int flags,
		int *view)
{
	struct kipc *endpoint;
	int ret;

	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	*view = kipc_region_open(endpoint, name, flags, 0, 0);
	kipc_close(endpoint);
	return *view < 0 ? region_fail(*view, name) : TOOL_OK;
}

static int check_span(struct region_span *span)
{
	char text[TEXT_MAX];

	if (span->offset > span->total ||
	    span->size > span->total - span->offset) {
		tool_error("'%s' has only %s: that is behind its end",
			   span->name, text_bytes(text, span->total));
		return TOOL_FAILED;
	}
	if (!span->size)
		span->size = span->total - span->offset;
	return TOOL_OK;
}

int region_map(const struct tool *tool, struct region_span *span,
	       unsigned int flags)
{
	int view;
	int ret;

	ret = region_open(tool, span->name, flags, &view);
	if (ret)
		return ret;
	ret = kipc_region_map(view, &span->memory, &span->total);
	close(view);
	return ret < 0 ? region_fail(ret, span->name) : check_span(span);
}
