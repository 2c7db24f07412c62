/* SPDX-License-Identifier: GPL-2.0-only */
/* Freezing endpoints, and being told of it, as the tests do it. */
#ifndef FREEZE_H
#define FREEZE_H

#include "message.h"

__u64 number_of(struct endpoint *endpoint);
int freeze_act(struct endpoint *by, __u64 number, __u32 action,
	       struct kipc_freeze *freeze);
void freeze(struct endpoint *by, struct endpoint *endpoint);
void thaw(struct endpoint *by, struct endpoint *endpoint);
void freeze_query(struct endpoint *by, struct endpoint *endpoint,
		  struct kipc_freeze *freeze);
void freeze_wait_queued(struct endpoint *by, struct endpoint *endpoint,
			__u32 count);

int freeze_watch(struct endpoint *endpoint, __u32 handle, __u64 cookie);
int freeze_unwatch(struct endpoint *endpoint, __u64 cookie);

int call_waiting(struct endpoint *endpoint, __u32 handle, __u64 deadline,
		 __u32 *stage);
void caller_start_waiting(struct caller *caller, struct endpoint *endpoint,
			  __u32 handle);

#endif /* FREEZE_H */
