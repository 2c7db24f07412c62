// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "target.h"

#define SLOTS_MIN	16

static uint32_t slot_of(uint64_t cookie)
{
	return (uint32_t)cookie;
}

static int grow_locked(struct kipc_targets *targets)
{
	uint32_t size = targets->size ? targets->size * 2 : SLOTS_MIN;
	struct kipc_target **slots;

	slots = reallocarray(targets->slots, size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots + targets->size, 0,
	       (size - targets->size) * sizeof(*slots));
	targets->slots = slots;
	targets->size = size;
	return 0;
}

static int add_locked(struct kipc_targets *targets, struct kipc_target *target)
{
	uint32_t slot = targets->free;
	int ret;

	while (slot < targets->size && targets->slots[slot])
		slot++;
	if (slot == targets->size) {
		ret = grow_locked(targets);
		if (ret)
			return ret;
	}
	targets->slots[slot] = target;
	targets->free = slot + 1;
	/* Cookies are never 0, not even when the serial starts over */
	if (!++targets->serial)
		targets->serial = 1;
	target->cookie = (uint64_t)targets->serial << 32 | slot;
	return 0;
}

static struct kipc_target *find_locked(const struct kipc_targets *targets,
				       uint64_t cookie)
{
	uint32_t slot = slot_of(cookie);
	struct kipc_target *target;

	if (slot >= targets->size)
		return NULL;
	target = targets->slots[slot];
	return target && target->cookie == cookie ? target : NULL;
}

static void remove_locked(struct kipc_targets *targets,
			  const struct kipc_target *target)
{
	uint32_t slot = slot_of(target->cookie);

	targets->slots[slot] = NULL;
	if (slot < targets->free)
		targets->free = slot;
}

/**
 * kipc_target_add() - make a target known, and give it a cookie
 * @endpoint: to which it belongs
 * @target: the target
 * @ops: its kind
 *
 * Return: 0 or -ENOMEM.
 */
int kipc_target_add(struct kipc *endpoint, struct kipc_target *target,
		    const struct kipc_target_ops *ops)
{
	int ret;

	target->ops = ops;
	target->endpoint = endpoint;
	target->running = NULL;
	target->retired = false;
	target->orphaned = false;
	pthread_mutex_lock(&endpoint->lock);
	ret = add_locked(&endpoint->targets, target);
	pthread_mutex_unlock(&endpoint->lock);
	return ret;
}

/* Is the target active in other threads? Sets *mine if it is in this one. */
static bool is_busy_locked(const struct kipc_target *target, bool *mine)
{
	const struct kipc_activation *activation;
	bool busy = false;

	*mine = false;
	for (activation = target->running; activation;
	     activation = activation->next) {
		if (pthread_equal(activation->thread, pthread_self()))
			*mine = true;
		else
			busy = true;
	}
	return busy;
}

/**
 * kipc_target_retire() - deliver nothing more, and free the target
 * @target: the target
 *
 * Waits for its activations in other threads. If it is active in this one, it
 * is freed at the end of that. Does nothing if somebody did it before; then it must
 * be active in this thread, or be gone already.
 */
void kipc_target_retire(struct kipc_target *target)
{
	struct kipc *endpoint = target->endpoint;
	bool mine;

	pthread_mutex_lock(&endpoint->lock);
	if (target->retired) {
		pthread_mutex_unlock(&endpoint->lock);
		return;
	}
	target->retired = true;
	remove_locked(&endpoint->targets, target);
	while (is_busy_locked(target, &mine))
		pthread_cond_wait(&endpoint->changed, &endpoint->lock);
	target->orphaned = mine;
	pthread_mutex_unlock(&endpoint->lock);

	if (!mine)
		target->ops->free(target);
}

/**
 * kipc_target_is_retired() - is nothing more to be delivered?
 * @target: a target that is active in this thread
 *
 * Return: whether kipc_target_retire() was called.
 */
bool kipc_target_is_retired(struct kipc_target *target)
{
	struct kipc *endpoint = target->endpoint;
	bool retired;

	pthread_mutex_lock(&endpoint->lock);
	retired = target->retired;
	pthread_mutex_unlock(&endpoint->lock);
	return retired;
}

/**
 * kipc_target_find() - the target of a cookie, for who owns the target
 * @endpoint: to which it belongs
 * @cookie: the cookie
 *
 * Return: the target, which nothing but its owner keeps in existence; or NULL.
 */
struct kipc_target *kipc_target_find(struct kipc *endpoint, uint64_t cookie)
{
	struct kipc_target *target;

	pthread_mutex_lock(&endpoint->lock);
	target = find_locked(&endpoint->targets, cookie);
	pthread_mutex_unlock(&endpoint->lock);
	return target;
}

/**
 * kipc_target_enter() - begin a delivery
 * @endpoint: the endpoint that received the message
 * @cookie: from the message
 * @activation: where to note it, until kipc_target_leave()
 *
 * Return: the target; NULL if it was retired.
 */
struct kipc_target *kipc_target_enter(struct kipc *endpoint, uint64_t cookie,
				      struct kipc_activation *activation)
{
	struct kipc_target *target;

	activation->thread = pthread_self();
	pthread_mutex_lock(&endpoint->lock);
	target = find_locked(&endpoint->targets, cookie);
	if (target) {
		activation->next = target->running;
		target->running = activation;
	}
	pthread_mutex_unlock(&endpoint->lock);
	return target;
}

/**
 * kipc_target_leave() - end a delivery
 * @target: from kipc_target_enter(); it must not be used any more
 * @activation: given to kipc_target_enter()
 */
void kipc_target_leave(struct kipc_target *target,
		       struct kipc_activation *activation)
{
	struct kipc *endpoint = target->endpoint;
	struct kipc_activation **link = &target->running;
	bool last;

	pthread_mutex_lock(&endpoint->lock);
	while (*link != activation)
		link = &(*link)->next;
	*link = activation->next;
	if (target->retired)
		pthread_cond_broadcast(&endpoint->changed);
	last = target->orphaned && !target->running;
	pthread_mutex_unlock(&endpoint->lock);

	if (last)
		target->ops->free(target);
}

/**
 * kipc_targets_free() - free all targets of an endpoint that is being closed
 * @endpoint: the endpoint, which nobody uses any more
 */
void kipc_targets_free(struct kipc *endpoint)
{
	struct kipc_targets *targets = &endpoint->targets;

	for (uint32_t i = 0; i < targets->size; i++)
		if (targets->slots[i])
			targets->slots[i]->ops->free(targets->slots[i]);
	free(targets->slots);
}
