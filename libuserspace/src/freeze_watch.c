// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Watches on the freezing of objects' owners.
 *
 * Two threads can receive notices of one watch, and come here in another order
 * than that. So each notice has a number, and one that is older than what is known
 * already is ignored.
 *
 * One thread at a time calls the callback; the second leaves what there is to tell
 * to the first.
 */

#include <stdlib.h>

#include "endpoint.h"
#include "request.h"
#include "sys.h"
#include "watch.h"

/**
 * struct freeze_watch - a watch on the freezing of an object's owner
 * @watch: first, because the watch is what the user has
 * @handle: what is watched
 * @change: number of the newest notice (endpoint's lock)
 * @is_frozen: what it said (endpoint's lock)
 * @is_told: the callback was last told that it is frozen (endpoint's lock)
 * @busy: a thread calls the callback (endpoint's lock)
 * @callback: the user's
 * @userdata: the user's
 */
struct freeze_watch {
	struct kipc_watch watch;
	uint32_t handle;
	uint32_t change;
	bool is_frozen;
	bool is_told;
	bool busy;
	kipc_freeze_callback callback;
	void *userdata;
};

/* The numbers start over some day */
static void learn_locked(struct freeze_watch *watch,
			 const struct kipc_message *notice)
{
	if ((int32_t)(notice->code - watch->change) <= 0)
		return;
	watch->change = notice->code;
	watch->is_frozen = notice->bits & KIPC_IS_FROZEN;
}

/* Tell what is not told yet. The lock is dropped meanwhile. */
static void tell_locked(struct freeze_watch *watch)
{
	struct kipc_target *target = &watch->watch.target;
	struct kipc *endpoint = target->endpoint;
	bool is_frozen;

	while (!target->retired && watch->is_frozen != watch->is_told) {
		is_frozen = !watch->is_told;
		watch->is_told = is_frozen;
		pthread_mutex_unlock(&endpoint->lock);
		watch->callback(endpoint, watch->handle, is_frozen,
				watch->userdata);
		pthread_mutex_lock(&endpoint->lock);
	}
}

static int deliver(struct kipc_target *target, struct kipc_request *request)
{
	struct freeze_watch *watch = (struct freeze_watch *)target;
	struct kipc *endpoint = target->endpoint;

	if (request->message->kind != KIPC_MSG_FROZEN)
		return -EOPNOTSUPP;
	pthread_mutex_lock(&endpoint->lock);
	learn_locked(watch, request->message);
	if (!watch->busy) {
		watch->busy = true;
		tell_locked(watch);
		watch->busy = false;
	}
	pthread_mutex_unlock(&endpoint->lock);
	return 0;
}

static void free_watch(struct kipc_target *target)
{
	free(target);
}

static const struct kipc_target_ops freeze_ops = {
	.deliver = deliver,
	.free = free_watch,
};

static void cancel(struct kipc_watch *watch)
{
	struct kipc_freeze_watch command = { .cookie = watch->target.cookie };

	kipc_sys_ioctl(watch->target.endpoint->fd, KIPC_FREEZE_UNWATCH,
		       &command);
}

static struct freeze_watch *new_watch(uint32_t handle,
				      kipc_freeze_callback callback,
				      void *userdata)
{
	struct freeze_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->watch.cancel = cancel;
	watch->handle = handle;
	watch->callback = callback;
	watch->userdata = userdata;
	return watch;
}

static int add_watch(struct kipc *endpoint, struct freeze_watch *watch,
		     struct kipc_watch **result)
{
	struct kipc_target *target = &watch->watch.target;
	struct kipc_freeze_watch command = { .handle = watch->handle };
	int ret = kipc_target_add(endpoint, target, &freeze_ops);

	if (ret) {
		free(watch);
		return ret;
	}
	/* Another thread can run the callback before this one goes on */
	*result = &watch->watch;
	command.cookie = target->cookie;
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_FREEZE_WATCH, &command);
	if (ret < 0)
		kipc_target_retire(target);
	return ret < 0 ? ret : 0;
}

int kipc_freeze_watch(struct kipc *endpoint, uint32_t handle,
		      kipc_freeze_callback callback, void *userdata,
		      struct kipc_watch **result)
{
	struct freeze_watch *watch;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	if (!callback)
		return -EINVAL;
	watch = new_watch(handle, callback, userdata);
	if (!watch)
		return -ENOMEM;
	return add_watch(endpoint, watch, result);
}
