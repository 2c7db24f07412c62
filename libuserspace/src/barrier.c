// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Barriers between processes. */
#include <kipc.h>

int kipc_barrier_init(struct kipc_barrier *barrier, unsigned int count)
{
	pthread_barrierattr_t attributes;
	int error = pthread_barrierattr_init(&attributes);

	if (error)
		return -error;
	error = pthread_barrierattr_setpshared(&attributes,
					       PTHREAD_PROCESS_SHARED);
	if (!error)
		error = pthread_barrier_init(&barrier->barrier, &attributes,
					     count);
	pthread_barrierattr_destroy(&attributes);
	return -error;
}

int kipc_barrier_wait(struct kipc_barrier *barrier)
{
	int error = pthread_barrier_wait(&barrier->barrier);

	return error == PTHREAD_BARRIER_SERIAL_THREAD ? 1 : -error;
}
