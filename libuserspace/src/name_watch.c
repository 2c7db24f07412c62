// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Watches on names. The kernel says only that names under a prefix appeared or
 * vanished since it last said so. So the names that are known are kept; after a
 * notice they are listed anew, and compared. If names only appeared, it is
 * enough to go on listing behind the last known one, because the kernel lists
 * them in the order in which they were published.
 *
 * A listing takes several system calls, and a name can be unpublished and
 * published again in between or before. Its serial tells: the larger one is the
 * newer one, and then the name vanished and appeared.
 *
 * Two threads can receive notices of one watch at the same time. The second
 * leaves its work to the first, so that callbacks come one at a time:
 *
 *	thread 1			thread 2
 *	busy = true
 *	lists, calls callbacks
 *					is busy: pending |= bits
 *	pending: goes on with it
 *	nothing pending: busy = false
 */

#include <stdlib.h>

#include "endpoint.h"
#include "known.h"
#include "names.h"
#include "request.h"
#include "sys.h"
#include "watch.h"

#define BOTH	(KIPC_NAMES_APPEARED | KIPC_NAMES_VANISHED)

/**
 * struct name_watch - a watch on names
 * @watch: first, because the watch is what the user has
 * @names: a walk, which each look continues or begins again
 * @known: what was there at the last look
 * @looks: how many looks there were
 * @is_silent: report nothing
 * @pending: bits of notices that came since (endpoint's lock)
 * @busy: a thread looks, and what is not protected by the lock is its own
 *	(endpoint's lock)
 * @callback: the user's
 * @userdata: the user's
 */
struct name_watch {
	struct kipc_watch watch;
	struct kipc_names *names;
	struct kipc_known known;
	unsigned int looks;
	bool is_silent;
	uint64_t pending;
	bool busy;
	kipc_name_callback callback;
	void *userdata;
};

static void report(struct name_watch *watch, const struct kipc_name *name,
		   int appeared)
{
	/* The callback before this one may have freed the watch */
	if (watch->is_silent || kipc_target_is_retired(&watch->watch.target))
		return;
	watch->callback(watch->watch.target.endpoint, name, appeared,
			watch->userdata);
}

/* A name is there that has no entry */
static int see_new(struct name_watch *watch, const struct kipc_name *name)
{
	struct kipc_known_name *entry;

	entry = kipc_known_add(&watch->known, name);
	if (!entry)
		return -ENOMEM;
	entry->look = watch->looks;
	report(watch, &entry->name, 1);
	return 0;
}

/* A name is there that has an entry */
static void see_known(struct name_watch *watch, const struct kipc_name *name,
		      struct kipc_known_name *entry)
{
	entry->look = watch->looks;
	if (name->serial <= entry->name.serial)
		return;
	report(watch, &entry->name, 0);
	kipc_known_renew(entry, name);
	report(watch, &entry->name, 1);
}

static int see(struct name_watch *watch, const struct kipc_name *name)
{
	struct kipc_known_name *entry;

	entry = kipc_known_find(&watch->known, name->name);
	if (!entry)
		return see_new(watch, name);
	see_known(watch, name, entry);
	return 0;
}

/*
 * Go through the kernel's list, from where the walk stands. A watch that was freed
 * by a callback has seen enough: then this does not fail any more.
 */
static int see_all(struct name_watch *watch)
{
	struct kipc_name name;
	int ret = 1;

	watch->names->more = true;
	while (ret > 0 && !kipc_target_is_retired(&watch->watch.target)) {
		ret = kipc_names_next(watch->names, &name);
		if (ret > 0)
			ret = see(watch, &name) ?: 1;
	}
	return ret < 0 ? ret : 0;
}

static void miss_unseen(struct name_watch *watch)
{
	struct kipc_known_name *entry, *next;

	entry = kipc_known_remove_unseen(&watch->known, watch->looks);
	for (; entry; entry = next) {
		next = entry->next;
		report(watch, &entry->name, 0);
		free(entry);
	}
}

static int look(struct name_watch *watch, uint64_t bits)
{
	int ret;

	if (!(bits & KIPC_NAMES_VANISHED))
		return see_all(watch);
	watch->looks++;
	kipc_names_restart(watch->names);
	ret = see_all(watch);
	if (!ret)
		miss_unseen(watch);
	return ret;
}

/* Is it for this thread to look? Returns at what, or 0. */
static uint64_t begin_look(struct name_watch *watch, uint64_t bits)
{
	struct kipc *endpoint = watch->watch.target.endpoint;

	pthread_mutex_lock(&endpoint->lock);
	bits |= watch->pending;
	if (watch->busy) {
		watch->pending = bits;
		bits = 0;
	} else {
		watch->busy = true;
		watch->pending = 0;
	}
	pthread_mutex_unlock(&endpoint->lock);
	return bits;
}

/*
 * Is there more to look at? If the look failed, for want of memory, it is left
 * for the next notice, and then everything is compared.
 */
static uint64_t end_look(struct name_watch *watch, int error)
{
	struct kipc *endpoint = watch->watch.target.endpoint;
	uint64_t bits = 0;

	pthread_mutex_lock(&endpoint->lock);
	if (error) {
		watch->pending = BOTH;
	} else {
		bits = watch->pending;
		watch->pending = 0;
	}
	watch->busy = bits;
	pthread_mutex_unlock(&endpoint->lock);
	return bits;
}

static int deliver(struct kipc_target *target, struct kipc_request *request)
{
	struct name_watch *watch = (struct name_watch *)target;
	uint64_t bits;

	if (request->message->kind != KIPC_MSG_NAMES)
		return -EOPNOTSUPP;
	bits = begin_look(watch, request->message->bits);
	while (bits)
		bits = end_look(watch, look(watch, bits));
	return 0;
}

static void free_watch(struct kipc_target *target)
{
	struct name_watch *watch = (struct name_watch *)target;

	kipc_names_free(watch->names);
	kipc_known_free(&watch->known);
	free(watch);
}

static const struct kipc_target_ops name_ops = {
	.deliver = deliver,
	.free = free_watch,
};

static void cancel(struct kipc_watch *watch)
{
	struct kipc_name_unwatch command = { .cookie = watch->target.cookie };

	kipc_sys_ioctl(watch->target.endpoint->fd, KIPC_NAME_UNWATCH,
		       &command);
}

static int watch_kernel(struct name_watch *watch)
{
	struct kipc_name_watch command = {
		.prefix_size = watch->names->prefix_size,
		.prefix = (uintptr_t)watch->names->prefix,
		.cookie = watch->watch.target.cookie,
	};

	return kipc_sys_ioctl(watch->watch.target.endpoint->fd,
			      KIPC_NAME_WATCH, &command);
}

/*
 * The first look. It comes after the kernel was told to watch, so that no
 * change is lost between the two; @busy keeps notices away until it is over.
 */
static int start(struct name_watch *watch, unsigned int flags)
{
	uint64_t bits;
	int ret;

	watch->is_silent = !(flags & KIPC_WATCH_EXISTING);
	ret = see_all(watch);
	watch->is_silent = false;
	if (ret)
		return ret;
	bits = end_look(watch, 0);
	while (bits)
		bits = end_look(watch, look(watch, bits));
	return 0;
}

static struct name_watch *new_watch(struct kipc_names *names,
				    kipc_name_callback callback, void *userdata)
{
	struct name_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->watch.cancel = cancel;
	watch->names = names;
	watch->busy = true;
	watch->callback = callback;
	watch->userdata = userdata;
	return watch;
}

static int add_watch(struct kipc *endpoint, struct name_watch *watch,
		     unsigned int flags, struct kipc_watch **result)
{
	struct kipc_activation activation;
	struct kipc_target *target = &watch->watch.target;
	int ret;

	ret = kipc_target_add(endpoint, target, &name_ops);
	if (ret) {
		free_watch(target);
		return ret;
	}
	/* Active, because a callback may free it */
	kipc_target_enter(endpoint, target->cookie, &activation);
	*result = &watch->watch;
	ret = watch_kernel(watch);
	if (!ret)
		ret = start(watch, flags);
	/* Another thread may have freed it, told by a callback */
	if (ret && !kipc_target_is_retired(target))
		kipc_watch_free(&watch->watch);
	kipc_target_leave(target, &activation);
	return ret;
}

int kipc_name_watch(struct kipc *endpoint, const char *prefix,
		    kipc_name_callback callback, void *userdata,
		    unsigned int flags, struct kipc_watch **result)
{
	struct kipc_names *names;
	struct name_watch *watch;
	int ret;

	if (flags & ~KIPC_WATCH_EXISTING || !callback)
		return -EINVAL;
	ret = kipc_names_new(endpoint, prefix, &names);
	if (ret)
		return ret;
	watch = new_watch(names, callback, userdata);
	if (!watch) {
		kipc_names_free(names);
		return -ENOMEM;
	}
	return add_watch(endpoint, watch, flags, result);
}
