// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Condition variables between processes. */
#define _GNU_SOURCE

#include <kipc.h>

#include "moment.h"

int kipc_condition_init(struct kipc_condition *condition)
{
	pthread_condattr_t attributes;
	int error = pthread_condattr_init(&attributes);

	if (error)
		return -error;
	error = pthread_condattr_setpshared(&attributes,
					    PTHREAD_PROCESS_SHARED);
	if (!error)
		error = pthread_cond_init(&condition->condition, &attributes);
	pthread_condattr_destroy(&attributes);
	return -error;
}

int kipc_condition_wait(struct kipc_condition *condition,
			struct kipc_mutex *mutex, uint64_t deadline)
{
	struct timespec end = kipc_moment(deadline);

	if (deadline == KIPC_FOREVER)
		return -pthread_cond_wait(&condition->condition, &mutex->mutex);
	return -pthread_cond_clockwait(&condition->condition, &mutex->mutex,
				       CLOCK_MONOTONIC, &end);
}

int kipc_condition_signal(struct kipc_condition *condition)
{
	return -pthread_cond_signal(&condition->condition);
}

int kipc_condition_broadcast(struct kipc_condition *condition)
{
	return -pthread_cond_broadcast(&condition->condition);
}
