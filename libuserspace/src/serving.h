/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The threads of a kipc_serve(). The first is the one that called it, and stays to
 * the end.
 *
 * Another one is started when a message comes and the kernel says that nobody is
 * left to wait for the next (KIPC_MSG_NO_IDLE). One at a time: while the one that
 * was started has not come back from its first receipt, it is or will be idle, and
 * what the kernel said is out of date.
 *
 * A thread ends when it had nothing to do for a while and another one is idle. The
 * kernel wakes who became idle last, so those that are not needed get nothing. The
 * first few stay for good: they are no burden, and need no clock.
 *
 * The last that is idle must not end, or a message could find nobody, and the
 * kernel would have told nobody. Who looks counts those between their system calls
 * as idle, too; so whoever finds on his return that he was the last one counted
 * starts a thread as if the kernel had told him:
 *
 *	thread 1			thread 2
 *	receives a message
 *					gives up waiting: idle = 1
 *					another one is idle, so it ends
 *	returns: idle = 0
 *	starts a thread
 *
 * Stopping: every thread looks at endpoint->stop before it waits for a message,
 * so one that is in a handler stops by itself. One that waits is woken, and
 * when it goes, it wakes the next:
 *
 *	serving thread			who stops
 *	stop? no
 *					stop = true
 *					posts a notice
 *	waits: returns at once with
 *	the notice
 *	stop? yes
 *	posts a notice for the next
 *
 * The endpoint's lock protects what is neither constant nor atomic. It is not held
 * while a thread is started or joined.
 */
#ifndef KIPC_SRC_SERVING_H
#define KIPC_SRC_SERVING_H

#include <pthread.h>
#include <stdbool.h>

#include <kipc.h>

#include "endpoint.h"

struct kipc_serving;

/**
 * struct kipc_server - a thread that was started
 * @serving: to which it belongs; constant
 * @thread: to be joined, if it is used
 * @is_used: it runs, or has run
 * @is_ended: it ended, before the others, and only has to be joined
 */
struct kipc_server {
	struct kipc_serving *serving;
	pthread_t thread;
	bool is_used;
	bool is_ended;
};

/**
 * struct kipc_serving - a kipc_serve() that runs
 * @endpoint: constant
 * @run: what a thread does, with its server; constant
 * @max_threads: constant
 * @threads: that are in the loop or being started; read also without the lock, as
 *	a hint
 * @idle: that are about to wait for a message, wait, or have just got one; atomic
 * @is_starting: one was started and did not return from its first receipt
 * @error: the first that ended a loop
 * @server: all threads but the first
 */
struct kipc_serving {
	struct kipc *endpoint;
	void *(*run)(void *server);
	unsigned int max_threads;
	unsigned int threads;
	unsigned int idle;
	bool is_starting;
	int error;
	struct kipc_server server[];
};

/**
 * kipc_serving_is_stopping() - is kipc_serve() to return?
 * @serving: the threads
 *
 * Return: whether it is.
 */
static inline bool kipc_serving_is_stopping(const struct kipc_serving *serving)
{
	return __atomic_load_n(&serving->endpoint->stop, __ATOMIC_SEQ_CST);
}

struct kipc_serving *kipc_serving_new(struct kipc *endpoint,
				      unsigned int max_threads,
				      void *(*run)(void *server));
bool kipc_serving_stays(const struct kipc_server *server);
void kipc_serving_grow(struct kipc_serving *serving);
void kipc_serving_arrive(struct kipc_serving *serving);
bool kipc_serving_retire(struct kipc_server *server);
void kipc_serving_leave(struct kipc_serving *serving, int error);
void kipc_serving_join(struct kipc_serving *serving);

#endif /* KIPC_SRC_SERVING_H */
