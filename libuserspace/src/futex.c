// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Sleeping on a word in shared memory. */
#define _GNU_SOURCE

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <kipc.h>

#include "futex.h"
#include "moment.h"

/* Not FUTEX_PRIVATE_FLAG: the others are in other processes. */
int kipc_futex_wait(uint32_t *word, uint32_t value, uint64_t deadline)
{
	struct timespec end = kipc_moment(deadline);
	long ret = syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value,
			   deadline == KIPC_FOREVER ? NULL : &end, NULL,
			   FUTEX_BITSET_MATCH_ANY);

	return ret < 0 ? -errno : 0;
}

void kipc_futex_wake(uint32_t *word, unsigned int count)
{
	if (count > INT_MAX)
		count = INT_MAX;
	syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}
