// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Watches on the death of objects. */

#include <stdlib.h>

#include "endpoint.h"
#include "request.h"
#include "sys.h"
#include "watch.h"

/**
 * struct death_watch - a watch on a handle
 * @watch: first, because the watch is what the user has
 * @handle: what is watched
 * @fired: the notice came; with it the watch was over for the kernel, and the
 *	handle can have another one, or its number stand for another object
 * @callback: the user's
 * @userdata: the user's
 */
struct death_watch {
	struct kipc_watch watch;
	uint32_t handle;
	bool fired;
	kipc_death_callback callback;
	void *userdata;
};

static int deliver(struct kipc_target *target, struct kipc_request *request)
{
	struct death_watch *watch = (struct death_watch *)target;

	if (request->message->kind != KIPC_MSG_DEATH)
		return -EOPNOTSUPP;
	__atomic_store_n(&watch->fired, true, __ATOMIC_RELAXED);
	watch->callback(target->endpoint, watch->handle, watch->userdata);
	return 0;
}

static void free_watch(struct kipc_target *target)
{
	free(target);
}

static const struct kipc_target_ops death_ops = {
	.deliver = deliver,
	.free = free_watch,
};

static void cancel(struct kipc_watch *base)
{
	struct death_watch *watch = (struct death_watch *)base;
	struct kipc_handle_watch command = { .handle = watch->handle };

	if (!__atomic_load_n(&watch->fired, __ATOMIC_RELAXED))
		kipc_sys_ioctl(base->target.endpoint->fd, KIPC_HANDLE_UNWATCH,
			       &command);
}

int kipc_handle_watch(struct kipc *endpoint, uint32_t handle,
		      kipc_death_callback callback, void *userdata,
		      struct kipc_watch **result)
{
	struct kipc_handle_watch command = { .handle = handle };
	struct death_watch *watch;
	int ret = kipc_endpoint_check(endpoint);

	if (ret)
		return ret;
	if (!callback)
		return -EINVAL;
	watch = malloc(sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	watch->watch.cancel = cancel;
	watch->handle = handle;
	watch->fired = false;
	watch->callback = callback;
	watch->userdata = userdata;
	ret = kipc_target_add(endpoint, &watch->watch.target, &death_ops);
	if (ret) {
		free(watch);
		return ret;
	}
	/* Another thread can run the callback before this one goes on */
	*result = &watch->watch;
	command.cookie = watch->watch.target.cookie;
	ret = kipc_sys_ioctl(endpoint->fd, KIPC_HANDLE_WATCH, &command);
	if (ret < 0)
		kipc_target_retire(&watch->watch.target);
	return ret < 0 ? ret : 0;
}
