// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Threads that handle messages. The first is the one that called kipc_serve();
 * another one is started whenever a message comes and the kernel says that
 * nobody is left to wait for the next.
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
 */

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "endpoint.h"
#include "worker.h"

#define THREADS_MAX	1024
#define PAUSE_NS	10000000

/**
 * struct kipc_serving - a kipc_serve() that runs
 * @endpoint: constant
 * @max_threads: constant
 * @threads: that are in the loop; read also without the lock, as a hint
 * @is_starting: one was started and got no message yet: it waits, or will
 * @error: the first that ended a loop
 * @started: how many of @thread are to be joined
 * @thread: all but the first
 *
 * The endpoint's lock protects what is not constant.
 */
struct kipc_serving {
	struct kipc *endpoint;
	unsigned int max_threads;
	unsigned int threads;
	bool is_starting;
	int error;
	unsigned int started;
	pthread_t thread[];
};

static void *thread_main(void *argument);

static bool is_stopping(const struct kipc *endpoint)
{
	return __atomic_load_n(&endpoint->stop, __ATOMIC_SEQ_CST);
}

static unsigned int count_threads(const struct kipc_serving *serving)
{
	return __atomic_load_n(&serving->threads, __ATOMIC_RELAXED);
}

static void set_threads_locked(struct kipc_serving *serving,
			       unsigned int threads)
{
	__atomic_store_n(&serving->threads, threads, __ATOMIC_RELAXED);
}

/* Start a thread that gets no signals: they are for the program's own ones */
static int start_thread(struct kipc_serving *serving)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&serving->thread[serving->started], NULL,
			     thread_main, serving);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/* If that fails, the next message without an idle thread tries again */
static void grow(struct kipc_serving *serving)
{
	struct kipc *endpoint = serving->endpoint;

	if (count_threads(serving) >= serving->max_threads)
		return;
	pthread_mutex_lock(&endpoint->lock);
	if (!serving->is_starting && !is_stopping(endpoint) &&
	    serving->threads < serving->max_threads &&
	    !start_thread(serving)) {
		serving->started++;
		serving->is_starting = true;
		set_threads_locked(serving, serving->threads + 1);
	}
	pthread_mutex_unlock(&endpoint->lock);
}

/* Things may be better in a moment, and until then what is queued stays there */
static void pause_shortly(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

/* A thread that was started got its first message: others may be started */
static void arrive(struct kipc_serving *serving, bool *is_new)
{
	*is_new = false;
	pthread_mutex_lock(&serving->endpoint->lock);
	serving->is_starting = false;
	pthread_mutex_unlock(&serving->endpoint->lock);
}

static int loop(struct kipc_serving *serving, struct kipc_worker *worker,
		bool is_new)
{
	int ret = 0;

	while (!is_stopping(serving->endpoint)) {
		ret = kipc_worker_next(worker, 0, KIPC_FOREVER);
		if (ret == -EINTR)
			continue;
		if (ret == -ENOMEM) {
			pause_shortly();
			continue;
		}
		if (ret < 0)
			return ret;
		if (is_new)
			arrive(serving, &is_new);
		if (worker->command.recv.message.flags & KIPC_MSG_NO_IDLE)
			grow(serving);
		kipc_worker_handle(worker);
	}
	return 0;
}

/*
 * Leave the loop, and wake the next thread so that it does as well. If it
 * cannot be woken, go on trying until it went by itself.
 */
static void leave(struct kipc_serving *serving, int error)
{
	struct kipc *endpoint = serving->endpoint;

	if (error)
		__atomic_store_n(&endpoint->stop, true, __ATOMIC_SEQ_CST);
	pthread_mutex_lock(&endpoint->lock);
	if (!serving->error)
		serving->error = error;
	set_threads_locked(serving, serving->threads - 1);
	pthread_mutex_unlock(&endpoint->lock);

	while (count_threads(serving) && kipc_wake_one(endpoint))
		pause_shortly();
}

static void work(struct kipc_serving *serving, bool is_new)
{
	struct kipc_worker worker;
	int ret;

	kipc_worker_init(&worker, serving->endpoint);
	ret = loop(serving, &worker, is_new);
	kipc_worker_finish(&worker);
	leave(serving, ret);
}

static void *thread_main(void *argument)
{
	work(argument, true);
	return NULL;
}

/* No thread can start another one once @stop is set, so the number is final */
static void join_threads(struct kipc_serving *serving)
{
	for (unsigned int i = 0; i < serving->started; i++)
		pthread_join(serving->thread[i], NULL);
}

static int begin(struct kipc *endpoint, struct kipc_serving *serving)
{
	int ret = -EBUSY;

	pthread_mutex_lock(&endpoint->lock);
	if (!endpoint->serving) {
		endpoint->serving = serving;
		endpoint->users++;
		ret = 0;
	}
	pthread_mutex_unlock(&endpoint->lock);
	return ret;
}

static void end(struct kipc *endpoint)
{
	pthread_mutex_lock(&endpoint->lock);
	endpoint->serving = NULL;
	endpoint->users--;
	pthread_mutex_unlock(&endpoint->lock);
}

static int run(struct kipc *endpoint, struct kipc_serving *serving)
{
	int ret = begin(endpoint, serving);

	if (ret)
		return ret;
	ret = kipc_wake_arm(endpoint);
	if (!ret) {
		work(serving, false);
		join_threads(serving);
		kipc_wake_disarm(endpoint);
		__atomic_store_n(&endpoint->stop, false, __ATOMIC_SEQ_CST);
		ret = serving->error;
	}
	end(endpoint);
	return ret;
}

int kipc_serve(struct kipc *endpoint, unsigned int max_threads)
{
	struct kipc_serving *serving;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	if (!max_threads || max_threads > THREADS_MAX)
		return -EINVAL;
	serving = calloc(1, sizeof(*serving) +
			 (max_threads - 1) * sizeof(*serving->thread));
	if (!serving)
		return -ENOMEM;
	serving->endpoint = endpoint;
	serving->max_threads = max_threads;
	serving->threads = 1;
	ret = run(endpoint, serving);
	free(serving);
	return ret;
}

int kipc_serve_stop(struct kipc *endpoint)
{
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	__atomic_store_n(&endpoint->stop, true, __ATOMIC_SEQ_CST);
	return kipc_wake_one(endpoint);
}
