// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Freezing endpoints, and asking after them: for who may. */

#include "endpoint.h"
#include "sys.h"

static int act(struct kipc *endpoint, uint64_t number,
	       enum kipc_freeze_action action, struct kipc_freeze *state)
{
	struct kipc_freeze command = {
		.action = action,
		.endpoint = number,
	};
	int ret = kipc_endpoint_check(endpoint);

	if (!ret)
		ret = kipc_sys_ioctl(endpoint->fd, KIPC_FREEZE, &command);
	if (!ret && state)
		*state = command;
	return ret;
}

int kipc_freeze(struct kipc *endpoint, uint64_t number,
		struct kipc_freeze *state)
{
	return act(endpoint, number, KIPC_FREEZE_ON, state);
}

int kipc_thaw(struct kipc *endpoint, uint64_t number, struct kipc_freeze *state)
{
	return act(endpoint, number, KIPC_FREEZE_OFF, state);
}

int kipc_freeze_query(struct kipc *endpoint, uint64_t number,
		      struct kipc_freeze *state)
{
	return act(endpoint, number, KIPC_FREEZE_QUERY, state);
}
