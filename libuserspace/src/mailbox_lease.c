// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What becomes of leased messages. */

#include "sys.h"

#include <kipc.h>

int kipc_mailbox_lease(int mailbox, enum kipc_lease_action action,
		       const uint64_t *tokens, unsigned int count,
		       uint64_t deadline)
{
	struct kipc_mailbox_lease lease = {
		.action = action,
		.tokens = (uintptr_t)tokens,
		.count = count,
		.deadline = deadline,
	};
	int ret = kipc_sys_ioctl(mailbox, KIPC_MAILBOX_LEASE, &lease);

	return ret < 0 && !lease.done ? ret : (int)lease.done;
}

static int lease_one(int mailbox, enum kipc_lease_action action, uint64_t token,
		     uint64_t deadline)
{
	int ret = kipc_mailbox_lease(mailbox, action, &token, 1, deadline);

	return ret < 0 ? ret : 0;
}

int kipc_mailbox_ack(int mailbox, uint64_t token)
{
	return lease_one(mailbox, KIPC_LEASE_ACK, token, 0);
}

int kipc_mailbox_give_back(int mailbox, uint64_t token)
{
	return lease_one(mailbox, KIPC_LEASE_RETURN, token, 0);
}

int kipc_mailbox_extend(int mailbox, uint64_t token, uint64_t deadline)
{
	return lease_one(mailbox, KIPC_LEASE_EXTEND, token, deadline);
}
