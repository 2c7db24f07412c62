// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "serving.h"

/* Started threads that do not end before the others */
#define STAY_MAX	3
#define PAUSE_NS	10000000

/**
 * kipc_serving_new() - make what threads need that are to serve
 * @endpoint: the endpoint
 * @max_threads: how many there may be, with the first
 * @run: what a thread does that is started
 *
 * Return: with one thread, the calling one; NULL if memory is short.
 */
struct kipc_serving *kipc_serving_new(struct kipc *endpoint,
				      unsigned int max_threads,
				      void *(*run)(void *server))
{
	struct kipc_serving *serving;

	serving = calloc(1, sizeof(*serving) +
			 (max_threads - 1) * sizeof(*serving->server));
	if (!serving)
		return NULL;
	serving->endpoint = endpoint;
	serving->run = run;
	serving->max_threads = max_threads;
	serving->threads = 1;
	for (unsigned int i = 0; i < max_threads - 1; i++)
		serving->server[i].serving = serving;
	return serving;
}

/**
 * kipc_serving_stays() - does a thread stay even if it has nothing to do?
 * @server: the thread; NULL for the first
 *
 * Return: whether it does.
 */
bool kipc_serving_stays(const struct kipc_server *server)
{
	return !server || server - server->serving->server < STAY_MAX;
}

static unsigned int count_threads(const struct kipc_serving *serving)
{
	return __atomic_load_n(&serving->threads, __ATOMIC_RELAXED);
}

static void set_threads_locked(struct kipc_serving *serving,
			       unsigned int threads)
{
	__atomic_store_n(&serving->threads, threads, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&serving->endpoint->changed);
}

static struct kipc_server *find_unused_locked(struct kipc_serving *serving)
{
	struct kipc_server *server = serving->server;

	while (server->is_used && !server->is_ended)
		server++;
	return server;
}

/* Is another thread needed, and may there be one? */
static struct kipc_server *begin_start(struct kipc_serving *serving,
				       bool *is_ended)
{
	struct kipc *endpoint = serving->endpoint;
	struct kipc_server *server = NULL;

	pthread_mutex_lock(&endpoint->lock);
	if (!serving->is_starting && !kipc_serving_is_stopping(serving) &&
	    serving->threads < serving->max_threads) {
		serving->is_starting = true;
		set_threads_locked(serving, serving->threads + 1);
		server = find_unused_locked(serving);
		*is_ended = server->is_ended;
		server->is_used = true;
		server->is_ended = false;
	}
	pthread_mutex_unlock(&endpoint->lock);
	return server;
}

/* If it fails, the next message without an idle thread tries again */
static void fail_start(struct kipc_server *server)
{
	struct kipc_serving *serving = server->serving;
	struct kipc *endpoint = serving->endpoint;

	pthread_mutex_lock(&endpoint->lock);
	server->is_used = false;
	serving->is_starting = false;
	set_threads_locked(serving, serving->threads - 1);
	pthread_mutex_unlock(&endpoint->lock);
}

/* Start a thread that gets no signals: they are for the program's own ones */
static int start(struct kipc_server *server)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&server->thread, NULL, server->serving->run,
			     server);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/**
 * kipc_serving_grow() - nobody is left to wait for messages
 * @serving: the threads
 */
void kipc_serving_grow(struct kipc_serving *serving)
{
	struct kipc_server *server;
	bool is_ended;

	if (count_threads(serving) >= serving->max_threads)
		return;
	server = begin_start(serving, &is_ended);
	if (!server)
		return;
	if (is_ended)
		pthread_join(server->thread, NULL);
	if (start(server))
		fail_start(server);
}

/**
 * kipc_serving_arrive() - a thread that was started returned from its first
 *	receipt
 * @serving: the threads
 */
void kipc_serving_arrive(struct kipc_serving *serving)
{
	pthread_mutex_lock(&serving->endpoint->lock);
	serving->is_starting = false;
	pthread_mutex_unlock(&serving->endpoint->lock);
}

/**
 * kipc_serving_retire() - end a thread that has nothing to do, if it may
 * @server: the thread, which calls this and is not counted as idle
 *
 * Return: whether it ends; then the thread is no concern of anybody any more.
 */
bool kipc_serving_retire(struct kipc_server *server)
{
	struct kipc_serving *serving = server->serving;
	struct kipc *endpoint = serving->endpoint;
	bool ends;

	pthread_mutex_lock(&endpoint->lock);
	ends = __atomic_load_n(&serving->idle, __ATOMIC_SEQ_CST);
	if (ends) {
		server->is_ended = true;
		set_threads_locked(serving, serving->threads - 1);
	}
	pthread_mutex_unlock(&endpoint->lock);
	return ends;
}

/* Things may be better in a moment */
static void pause_shortly(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

/**
 * kipc_serving_leave() - leave the loop, because it is to stop or must
 * @serving: the threads
 * @error: why it must; else 0
 *
 * Wakes the next thread, so that it leaves as well. If it cannot be woken, goes on
 * trying until it went by itself.
 */
void kipc_serving_leave(struct kipc_serving *serving, int error)
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

/**
 * kipc_serving_join() - wait until all threads ended
 * @serving: the threads, of which the first has left
 *
 * A thread that is being started is counted, and so is who starts it.
 */
void kipc_serving_join(struct kipc_serving *serving)
{
	struct kipc *endpoint = serving->endpoint;

	pthread_mutex_lock(&endpoint->lock);
	while (serving->threads)
		pthread_cond_wait(&endpoint->changed, &endpoint->lock);
	pthread_mutex_unlock(&endpoint->lock);

	for (unsigned int i = 0; i < serving->max_threads - 1; i++)
		if (serving->server[i].is_used)
			pthread_join(serving->server[i].thread, NULL);
}
