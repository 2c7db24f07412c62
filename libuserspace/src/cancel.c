// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "cancel.h"
#include "endpoint.h"
#include "request.h"

static struct kipc_cancel **bucket_of(struct kipc *endpoint, uint64_t token)
{
	return &endpoint->cancels.buckets[token % CANCEL_BUCKETS];
}

static uint64_t token_of(const struct kipc_cancel *cancel)
{
	return cancel->request->message->token;
}

static struct kipc_cancel *find_locked(struct kipc *endpoint, uint64_t token)
{
	struct kipc_cancel *cancel = *bucket_of(endpoint, token);

	while (cancel && token_of(cancel) != token)
		cancel = cancel->next;
	return cancel;
}

static void link_locked(struct kipc_cancel *cancel)
{
	struct kipc_cancel **bucket = bucket_of(cancel->request->endpoint,
						token_of(cancel));

	cancel->is_listed = true;
	cancel->next = *bucket;
	*bucket = cancel;
}

static void unlink_locked(struct kipc_cancel *cancel)
{
	struct kipc_cancel **link = bucket_of(cancel->request->endpoint,
					      token_of(cancel));

	while (*link != cancel)
		link = &(*link)->next;
	*link = cancel->next;
	cancel->is_listed = false;
}

static void add_early_locked(struct kipc_cancels *cancels, uint64_t token)
{
	uint64_t *oldest = &cancels->early[cancels->oldest];

	cancels->early_count += !*oldest;
	*oldest = token;
	cancels->oldest = (cancels->oldest + 1) % EARLY_MAX;
}

/* Did the notice come before the call? */
static bool take_early_locked(struct kipc_cancels *cancels, uint64_t token)
{
	for (unsigned int i = 0; cancels->early_count && i < EARLY_MAX; i++) {
		if (cancels->early[i] == token) {
			cancels->early[i] = 0;
			cancels->early_count--;
			return true;
		}
	}
	return false;
}

static bool is_run_here(const struct kipc_cancel *cancel)
{
	return cancel->run && pthread_equal(cancel->run->thread,
					    pthread_self());
}

/* Wait for the callback, unless it is what is running this */
static void wait_locked(struct kipc *endpoint, const struct kipc_cancel *cancel)
{
	while (cancel->run && !is_run_here(cancel))
		pthread_cond_wait(&endpoint->changed, &endpoint->lock);
}

/* Once, if at all. Drops the lock meanwhile. */
static void call_locked(struct kipc *endpoint, struct kipc_cancel *cancel)
{
	struct kipc_cancel_run run = { .thread = pthread_self() };
	kipc_cancel_callback callback = cancel->callback;
	struct kipc_request *request = cancel->request;
	void *userdata = cancel->userdata;

	if (!callback)
		return;
	cancel->callback = NULL;
	cancel->run = &run;
	pthread_mutex_unlock(&endpoint->lock);
	callback(request, userdata);
	pthread_mutex_lock(&endpoint->lock);
	if (run.is_gone)
		return;
	cancel->run = NULL;
	pthread_cond_broadcast(&endpoint->changed);
}

/**
 * kipc_cancel_begin() - from now on a request learns that its caller left
 * @request: a call of a node that asks for it, before its handler runs
 */
void kipc_cancel_begin(struct kipc_request *request)
{
	struct kipc_cancel *cancel = &request->cancel;
	struct kipc *endpoint = request->endpoint;

	cancel->request = request;
	cancel->callback = NULL;
	cancel->run = NULL;
	pthread_mutex_lock(&endpoint->lock);
	link_locked(cancel);
	if (take_early_locked(&endpoint->cancels, token_of(cancel)))
		kipc_cancel_note(cancel);
	pthread_mutex_unlock(&endpoint->lock);
}

static void end_locked(struct kipc *endpoint, struct kipc_cancel *cancel)
{
	wait_locked(endpoint, cancel);
	if (cancel->run)
		cancel->run->is_gone = true;
	unlink_locked(cancel);
}

/**
 * kipc_cancel_move() - a request is deferred
 * @from: the handler's
 * @to: the one that takes its place, otherwise complete
 */
void kipc_cancel_move(struct kipc_request *from, struct kipc_request *to)
{
	struct kipc *endpoint = from->endpoint;

	if (!from->cancel.is_listed)
		return;
	pthread_mutex_lock(&endpoint->lock);
	end_locked(endpoint, &from->cancel);
	to->cancel = from->cancel;
	to->cancel.request = to;
	to->cancel.run = NULL;
	link_locked(&to->cancel);
	pthread_mutex_unlock(&endpoint->lock);
}

/**
 * kipc_cancel_end() - a request ends
 * @request: the request; its callback does not run any more afterwards
 */
void kipc_cancel_end(struct kipc_request *request)
{
	struct kipc *endpoint = request->endpoint;

	if (!request->cancel.is_listed)
		return;
	pthread_mutex_lock(&endpoint->lock);
	end_locked(endpoint, &request->cancel);
	pthread_mutex_unlock(&endpoint->lock);
}

/**
 * kipc_cancel_tell() - the kernel says that a caller has left
 * @endpoint: that received the notice
 * @token: of the call
 */
void kipc_cancel_tell(struct kipc *endpoint, uint64_t token)
{
	struct kipc_cancel *cancel;

	pthread_mutex_lock(&endpoint->lock);
	cancel = find_locked(endpoint, token);
	if (cancel) {
		kipc_cancel_note(cancel);
		call_locked(endpoint, cancel);
	} else {
		add_early_locked(&endpoint->cancels, token);
	}
	pthread_mutex_unlock(&endpoint->lock);
}

int kipc_request_cancelled(const struct kipc_request *request)
{
	return __atomic_load_n(&request->cancel.is_told, __ATOMIC_ACQUIRE);
}

static int set_callback_locked(struct kipc_cancel *cancel,
			       kipc_cancel_callback callback, void *userdata)
{
	struct kipc *endpoint = cancel->request->endpoint;

	wait_locked(endpoint, cancel);
	if (cancel->run)
		return -EBUSY;
	cancel->callback = callback;
	cancel->userdata = userdata;
	if (kipc_request_cancelled(cancel->request))
		call_locked(endpoint, cancel);
	return 0;
}

int kipc_request_on_cancel(struct kipc_request *request,
			   kipc_cancel_callback callback, void *userdata)
{
	struct kipc *endpoint = request->endpoint;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	if (!request->cancel.is_listed)
		return -EINVAL;
	pthread_mutex_lock(&endpoint->lock);
	ret = set_callback_locked(&request->cancel, callback, userdata);
	pthread_mutex_unlock(&endpoint->lock);
	return ret;
}
