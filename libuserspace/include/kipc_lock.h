/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Locks in memory that processes share, mostly a region (see kipc.h, which includes this):
 * those of the C library, with the attributes that belong there, deadlines like all others
 * of this library, and -errno.
 *
 *	struct state {
 *		struct kipc_mutex mutex;
 *		unsigned int balance[2];
 *	} *state;
 *
 *	ret = kipc_mutex_lock(&state->mutex, kipc_deadline_ms(100));
 *	if (ret == -EOWNERDEAD) {
 *		put_right(state);
 *		ret = kipc_mutex_recover(&state->mutex);
 *	}
 *	if (ret)
 *		return ret;
 *	...
 *	kipc_mutex_unlock(&state->mutex);
 *
 * One process makes each of them, before others use it. Nothing has to be done at its end;
 * but memory with a mutex must stay mapped as long as the mutex is held, and with the others
 * as long as somebody waits.
 *
 * For whom. These are for processes that trust each other. What they cannot cope with is a
 * peer that
 *
 *			dies			writes garbage into it
 *	mutex		nothing: -EOWNERDEAD	corrupts the memory of others: the C library
 *						follows pointers that it keeps in there
 *	semaphore	what it took is not	spoils the count
 *			given back
 *	condition	as a waiter, can make	makes others wait, also beyond their deadlines
 *			others wait for ever
 *	barrier		is waited for, for ever	makes others wait for ever
 *
 * Peers that do not trust each other share rings (kipc_ring.h), or call each other.
 *
 * Threads. All functions may be called from any thread at any time; kipc_semaphore_post()
 * also from a signal handler.
 */
#ifndef KIPC_LOCK_H
#define KIPC_LOCK_H

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/**
 * struct kipc_mutex - a lock that one thread holds at a time
 * @mutex: of the C library: shared, robust, inheriting priority, checking for errors
 */
struct kipc_mutex {
	pthread_mutex_t mutex;
};

/**
 * struct kipc_semaphore - a count that is waited for
 * @semaphore: of the C library: shared
 */
struct kipc_semaphore {
	sem_t semaphore;
};

/**
 * struct kipc_condition - what threads wait for that hold a mutex
 * @condition: of the C library: shared
 */
struct kipc_condition {
	pthread_cond_t condition;
};

/**
 * struct kipc_barrier - where threads wait until all have come
 * @barrier: of the C library: shared
 */
struct kipc_barrier {
	pthread_barrier_t barrier;
};

/**
 * kipc_mutex_init() - make a mutex
 * @mutex: where, in shared memory
 *
 * Return: 0, or -ENOMEM or -ENOTSUP.
 */
int kipc_mutex_init(struct kipc_mutex *mutex);

/**
 * kipc_mutex_lock() - hold a mutex
 * @mutex: which
 * @deadline: when to give up; KIPC_NO_WAIT: do not wait
 *
 * Meanwhile, whoever holds it runs with at least the priority of this thread.
 *
 * With -EOWNERDEAD the mutex is held, too: who had it before died, and may have left what it
 * protects half done. Put that right, and call kipc_mutex_recover(). If it is unlocked
 * without, nobody can ever hold it again.
 *
 * Return: 0 or -EOWNERDEAD if it is held; or -EAGAIN (with KIPC_NO_WAIT), -EDEADLK (this
 * thread holds it already), -ENOTRECOVERABLE or -ETIMEDOUT.
 */
int kipc_mutex_lock(struct kipc_mutex *mutex, uint64_t deadline);

/**
 * kipc_mutex_recover() - what a mutex protects was put right
 * @mutex: which; held since -EOWNERDEAD
 *
 * Return: 0, or -EINVAL (there is nothing to recover).
 */
int kipc_mutex_recover(struct kipc_mutex *mutex);

/**
 * kipc_mutex_unlock() - hold a mutex no longer
 * @mutex: which
 *
 * Return: 0, or -EPERM (this thread does not hold it).
 */
int kipc_mutex_unlock(struct kipc_mutex *mutex);

/**
 * kipc_semaphore_init() - make a semaphore
 * @semaphore: where, in shared memory
 * @count: what it begins with, at most SEM_VALUE_MAX
 *
 * Return: 0, or -EINVAL.
 */
int kipc_semaphore_init(struct kipc_semaphore *semaphore, unsigned int count);

/**
 * kipc_semaphore_wait() - wait until the count is not 0, and take 1 from it
 * @semaphore: which
 * @deadline: when to give up; KIPC_NO_WAIT: do not wait
 *
 * Return: 0, or -EAGAIN (with KIPC_NO_WAIT), -EINTR or -ETIMEDOUT.
 */
int kipc_semaphore_wait(struct kipc_semaphore *semaphore, uint64_t deadline);

/**
 * kipc_semaphore_post() - add 1 to the count
 * @semaphore: which
 *
 * Return: 0, or -EOVERFLOW.
 */
int kipc_semaphore_post(struct kipc_semaphore *semaphore);

/**
 * kipc_condition_init() - make a condition variable
 * @condition: where, in shared memory
 *
 * Return: 0, or -ENOMEM.
 */
int kipc_condition_init(struct kipc_condition *condition);

/**
 * kipc_condition_wait() - release a mutex, wait for a signal, hold the mutex again
 * @condition: which
 * @mutex: held
 * @deadline: when to stop waiting for a signal
 *
 * It may return 0 without a signal, so look at what was waited for again. The mutex is held
 * afterwards except with -ENOTRECOVERABLE and -EPERM. For the mutex there is no deadline.
 *
 * Return: 0, or -EOWNERDEAD (as kipc_mutex_lock()), -ENOTRECOVERABLE, -EPERM (it was not
 * held) or -ETIMEDOUT.
 */
int kipc_condition_wait(struct kipc_condition *condition,
			struct kipc_mutex *mutex, uint64_t deadline);

/**
 * kipc_condition_signal() - wake one thread that waits
 * @condition: which
 *
 * Return: 0.
 */
int kipc_condition_signal(struct kipc_condition *condition);

/**
 * kipc_condition_broadcast() - wake all threads that wait
 * @condition: which
 *
 * Return: 0.
 */
int kipc_condition_broadcast(struct kipc_condition *condition);

/**
 * kipc_barrier_init() - make a barrier
 * @barrier: where, in shared memory
 * @count: how many threads must come, at least 1
 *
 * Return: 0, or -EINVAL.
 */
int kipc_barrier_init(struct kipc_barrier *barrier, unsigned int count);

/**
 * kipc_barrier_wait() - wait until all have come
 * @barrier: which
 *
 * There is no deadline: the C library has none, and signals do not end it. Afterwards the
 * barrier is as it was made.
 *
 * Return: 1 in one of the threads, 0 in the others.
 */
int kipc_barrier_wait(struct kipc_barrier *barrier);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* KIPC_LOCK_H */
