// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Mutexes between processes. */
#define _GNU_SOURCE

#include <errno.h>

#include <kipc.h>

#include "moment.h"

static int set_attributes(pthread_mutexattr_t *attributes)
{
	int error;

	error = pthread_mutexattr_setpshared(attributes,
					     PTHREAD_PROCESS_SHARED);
	if (!error)
		error = pthread_mutexattr_setrobust(attributes,
						    PTHREAD_MUTEX_ROBUST);
	if (!error)
		error = pthread_mutexattr_setprotocol(attributes,
						      PTHREAD_PRIO_INHERIT);
	/* A thread that locks twice gets an error; else it would wait for ever. */
	if (!error)
		error = pthread_mutexattr_settype(attributes,
						  PTHREAD_MUTEX_ERRORCHECK);
	return error;
}

int kipc_mutex_init(struct kipc_mutex *mutex)
{
	pthread_mutexattr_t attributes;
	int error = pthread_mutexattr_init(&attributes);

	if (error)
		return -error;
	error = set_attributes(&attributes);
	if (!error)
		error = pthread_mutex_init(&mutex->mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return -error;
}

int kipc_mutex_lock(struct kipc_mutex *mutex, uint64_t deadline)
{
	struct timespec end = kipc_moment(deadline);
	int error;

	if (deadline == KIPC_FOREVER)
		return -pthread_mutex_lock(&mutex->mutex);
	if (deadline != KIPC_NO_WAIT)
		return -pthread_mutex_clocklock(&mutex->mutex, CLOCK_MONOTONIC,
						&end);
	error = pthread_mutex_trylock(&mutex->mutex);
	return error == EBUSY ? -EAGAIN : -error;
}

int kipc_mutex_recover(struct kipc_mutex *mutex)
{
	return -pthread_mutex_consistent(&mutex->mutex);
}

int kipc_mutex_unlock(struct kipc_mutex *mutex)
{
	return -pthread_mutex_unlock(&mutex->mutex);
}
