/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Deadlines as mailboxes want them: that a thread is not to wait is a flag there,
 * so that the error is EAGAIN rather than ETIMEDOUT.
 */
#ifndef KIPC_SRC_MAILBOX_WAIT_H
#define KIPC_SRC_MAILBOX_WAIT_H

#include <kipc.h>

#include "current.h"

/**
 * kipc_mailbox_set_wait() - say how long a command is to wait
 * @flags: its flags
 * @deadline: its deadline
 * @wanted: what the user asked for
 */
static inline void kipc_mailbox_set_wait(uint32_t *flags, __u64 *deadline,
					 uint64_t wanted)
{
	if (wanted == KIPC_NO_WAIT) {
		*flags |= KIPC_NONBLOCK;
		return;
	}
	*deadline = wanted;
	kipc_current_wait();
}

#endif /* KIPC_SRC_MAILBOX_WAIT_H */
