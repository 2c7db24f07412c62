// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Semaphores between processes. */
#define _GNU_SOURCE

#include <errno.h>

#include <kipc.h>

#include "moment.h"

int kipc_semaphore_init(struct kipc_semaphore *semaphore, unsigned int count)
{
	return sem_init(&semaphore->semaphore, 1, count) ? -errno : 0;
}

int kipc_semaphore_wait(struct kipc_semaphore *semaphore, uint64_t deadline)
{
	struct timespec end = kipc_moment(deadline);
	int ret;

	if (deadline == KIPC_FOREVER)
		ret = sem_wait(&semaphore->semaphore);
	else if (deadline == KIPC_NO_WAIT)
		ret = sem_trywait(&semaphore->semaphore);
	else
		ret = sem_clockwait(&semaphore->semaphore, CLOCK_MONOTONIC,
				    &end);
	return ret ? -errno : 0;
}

int kipc_semaphore_post(struct kipc_semaphore *semaphore)
{
	return sem_post(&semaphore->semaphore) ? -errno : 0;
}
