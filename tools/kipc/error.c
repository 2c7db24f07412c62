// SPDX-License-Identifier: GPL-2.0-only
/* Errors, in words that say what to do, and the exit status for each. */
#include <errno.h>
#include <string.h>

#include "tool.h"

int tool_status_of(int error)
{
	switch (error) {
	case 0:
		return TOOL_OK;
	case -EACCES:
	case -EPERM:
		return TOOL_DENIED;
	case -ENOENT:
		return TOOL_NO_NAME;
	case -ETIMEDOUT:
		return TOOL_TIMEOUT;
	default:
		return TOOL_FAILED;
	}
}

int tool_fail(int error, const char *what)
{
	if (error == -EDQUOT)
		tool_error("%s: your quota is used up: see kipc stat", what);
	else
		tool_error("%s: %s", what, strerror(-error));
	return tool_status_of(error);
}

int tool_fail_name(int error, const char *name)
{
	switch (error) {
	case -ENOENT:
		tool_error("no name '%s': kipc ls shows those that exist",
			   name);
		break;
	case -EACCES:
		tool_error("permission denied for '%s': kipc ls shows its owner and mode",
			   name);
		break;
	case -EPERM:
		tool_error("permission denied for '%s': names under 'sys.' are for root",
			   name);
		break;
	case -EEXIST:
		tool_error("'%s' exists already: kipc ls shows whose it is",
			   name);
		break;
	case -ETIMEDOUT:
		tool_error("'%s' did not appear in time", name);
		break;
	case -EINVAL:
	case -ENAMETOOLONG:
		tool_error("'%s' is no name: 1 to %d bytes of UTF-8, words joined by dots",
			   name, KIPC_NAME_MAX);
		break;
	default:
		return tool_fail(error, name);
	}
	return tool_status_of(error);
}
