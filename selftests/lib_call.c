// SPDX-License-Identifier: GPL-2.0-only
/* Calls by the library whose deadline passes while they are served. */
#include "lib_call.h"

/* The first deadline, and the last one, in milliseconds from now */
#define FIRST_MS	50
#define LAST_MS		12800

/*
 * Makes a call that nobody answers. On a slow machine its deadline can pass before it
 * was received: then there was no call, and it is made once more, with a later one.
 */
int call_too_long(struct kipc *endpoint, uint32_t handle, uint32_t code,
		  struct kipc_result *result)
{
	long ms = FIRST_MS;
	int ret;

	do {
		ret = kipc_call(endpoint, handle, code, "text", 4,
				kipc_deadline_ms(ms), result);
		ms *= 2;
	} while (kipc_result_stage(result) == KIPC_STAGE_WITHDRAWN &&
		 ms <= LAST_MS);
	return ret;
}
