// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Handling messages until told to stop, in threads that come and go. */

#include <stdlib.h>
#include <time.h>

#include "current.h"
#include "endpoint.h"
#include "serving.h"
#include "worker.h"

#define THREADS_MAX	1024
#define IDLE_NS		10000000000ULL
#define PAUSE_NS	10000000

/* Until then what is queued stays there */
static void wait_for_memory(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

/* Receive; tells whether this was the last thread that waited */
static int receive(struct kipc_serving *serving, struct kipc_worker *worker,
		   bool stays, bool *is_last)
{
	uint64_t deadline = stays ? KIPC_FOREVER : kipc_deadline_ns(IDLE_NS);
	int ret;

	__atomic_add_fetch(&serving->idle, 1, __ATOMIC_SEQ_CST);
	ret = kipc_worker_next(worker, 0, deadline);
	*is_last = !__atomic_sub_fetch(&serving->idle, 1, __ATOMIC_SEQ_CST);
	return ret;
}

static void handle(struct kipc_serving *serving, struct kipc_worker *worker,
		   bool is_last)
{
	if (is_last || worker->command.recv.message.flags & KIPC_MSG_NO_IDLE)
		kipc_serving_grow(serving);
	kipc_worker_handle(worker);
}

/*
 * Returns -ETIMEDOUT if the thread ended because it had nothing to do; otherwise
 * it still is one of those that serve.
 */
static int loop(struct kipc_serving *serving, struct kipc_worker *worker,
		struct kipc_server *server)
{
	bool stays = kipc_serving_stays(server);
	bool is_new = server;
	bool is_last;
	int ret;

	while (!kipc_serving_is_stopping(serving)) {
		ret = receive(serving, worker, stays, &is_last);
		if (is_new)
			kipc_serving_arrive(serving);
		is_new = false;
		if (!ret)
			handle(serving, worker, is_last);
		else if (ret == -ENOMEM)
			wait_for_memory();
		else if (ret != -ETIMEDOUT && ret != -EINTR)
			return ret;
		else if (ret == -ETIMEDOUT && kipc_serving_retire(server))
			return ret;
	}
	return 0;
}

static void work(struct kipc_serving *serving, struct kipc_server *server)
{
	struct kipc_worker worker;
	int ret;

	kipc_worker_init(&worker, serving->endpoint);
	ret = loop(serving, &worker, server);
	kipc_worker_finish(&worker);
	if (ret != -ETIMEDOUT)
		kipc_serving_leave(serving, ret);
}

static void *run_server(void *argument)
{
	struct kipc_server *server = argument;

	work(server->serving, server);
	return NULL;
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
		work(serving, NULL);
		kipc_serving_join(serving);
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
	kipc_current_wait();
	serving = kipc_serving_new(endpoint, max_threads, run_server);
	if (!serving)
		return -ENOMEM;
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
