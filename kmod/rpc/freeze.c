// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/freeze.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kipc.h>

#include "core/domain.h"
#include "core/trace.h"
#include "rpc/endpoint.h"
#include "rpc/freeze_watch.h"

static struct kipc_endpoint *find_locked(struct kipc_domain *domain, u64 id)
{
	struct kipc_endpoint *endpoint;

	lockdep_assert_held(&domain->endpoints_lock);

	list_for_each_entry(endpoint, &domain->endpoints, link)
		if (endpoint->id == id)
			return endpoint;
	return NULL;
}

/* Sets the state and describes it. Returns whether it is another one. */
static bool set(struct kipc_endpoint *endpoint, struct kipc_freeze *args)
{
	struct kipc_queue *queue = &endpoint->queue;
	struct kipc_work work;
	bool before;

	spin_lock(&queue->lock);
	before = queue->frozen;
	if (args->action != KIPC_FREEZE_QUERY)
		queue->frozen = args->action == KIPC_FREEZE_ON;
	kipc_endpoint_work_locked(endpoint, &work);
	spin_unlock(&queue->lock);
	args->frozen = work.frozen;
	args->serving = work.serving;
	args->calling = work.calling;
	args->queued = work.queued;
	return work.frozen != before;
}

static void act_locked(struct kipc_endpoint *endpoint,
		       struct kipc_freeze *args)
{
	lockdep_assert_held(&endpoint->domain->endpoints_lock);

	if (!set(endpoint, args))
		return;
	if (args->frozen) {
		trace_kipc_endpoint_freeze(endpoint->id);
	} else {
		trace_kipc_endpoint_thaw(endpoint->id);
		kipc_queue_wake_thawed(&endpoint->queue);
	}
	kipc_freeze_watches_tell_locked(endpoint);
}

/**
 * kipc_freeze() - freeze an endpoint, thaw it, or ask
 * @domain: where the endpoint is
 * @args: the ABI's command, checked; gets the results
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENXIO (no such endpoint) or -EPERM.
 */
int kipc_freeze(struct kipc_domain *domain, struct kipc_freeze *args)
{
	struct kipc_endpoint *endpoint;

	if (!ns_capable(kipc_domain_user_ns(domain), CAP_SYS_ADMIN))
		return -EPERM;
	mutex_lock(&domain->endpoints_lock);
	endpoint = find_locked(domain, args->endpoint);
	if (endpoint)
		act_locked(endpoint, args);
	mutex_unlock(&domain->endpoints_lock);
	return endpoint ? 0 : -ENXIO;
}
