// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <string.h>

#include "endpoint.h"
#include "late.h"
#include "sys.h"

/**
 * kipc_late_clear() - note down that there is no reply
 * @late: to be filled in
 */
void kipc_late_clear(struct kipc_reply *late)
{
	memset(late, 0, sizeof(*late));
}

/**
 * kipc_late_replace() - have an empty reply instead of one that failed
 * @late: the reply
 * @error: why it failed; becomes the code
 * @give_up: it was an empty one already: have none
 */
void kipc_late_replace(struct kipc_reply *late, int error, bool give_up)
{
	uint64_t token = late->token;

	kipc_late_clear(late);
	if (give_up)
		return;
	late->token = token;
	late->code = (uint32_t)error;
}

/* The slice, if there is one, is freed along with the reply */
static int issue(struct kipc *endpoint, struct kipc_reply *late,
		 struct kipc_slice *slice)
{
	int ret;

	if (slice->size) {
		late->flags |= KIPC_FREE_SLICE;
		late->free = slice->offset;
	}
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_REPLY, late);
	if (!(late->flags & KIPC_FREE_SLICE))
		slice->size = 0;
	return ret;
}

/**
 * kipc_late_send() - make a late reply without receiving
 * @endpoint: that received the call
 * @late: the reply, if there is one; there is none afterwards
 * @slice: a slice that can be freed along with it; none if it was
 */
void kipc_late_send(struct kipc *endpoint, struct kipc_reply *late,
		    struct kipc_slice *slice)
{
	bool again = false;
	int ret;

	while (late->token) {
		ret = issue(endpoint, late, slice);
		if (!ret || ret == -ECANCELED)
			break;
		kipc_late_replace(late, ret, again);
		again = true;
	}
	kipc_late_clear(late);
}
