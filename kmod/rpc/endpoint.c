// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/endpoint.h"

#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/quota.h"
#include "core/trace.h"
#include "rpc/call.h"
#include "rpc/awaiting.h"
#include "rpc/freeze_watch.h"
#include "rpc/node.h"
#include "rpc/served.h"

static atomic64_t last_id = ATOMIC64_INIT(0);

static void enlist(struct kipc_endpoint *endpoint)
{
	struct kipc_domain *domain = endpoint->domain;

	mutex_lock(&domain->endpoints_lock);
	list_add_tail(&endpoint->link, &domain->endpoints);
	domain->endpoint_count++;
	mutex_unlock(&domain->endpoints_lock);
}

static void delist(struct kipc_endpoint *endpoint)
{
	struct kipc_domain *domain = endpoint->domain;

	mutex_lock(&domain->endpoints_lock);
	list_del_init(&endpoint->link);
	domain->endpoint_count--;
	/* Its watchers stay linked to each other, but lead here no more. */
	list_del_init(&endpoint->freeze_watchers);
	mutex_unlock(&domain->endpoints_lock);
}

static void init(struct kipc_endpoint *endpoint, struct inode *inode)
{
	refcount_set(&endpoint->refs, 1);
	endpoint->id = atomic64_inc_return(&last_id);
	INIT_LIST_HEAD(&endpoint->freeze_watchers);
	endpoint->freeze_watches = RB_ROOT;
	kipc_queue_init(&endpoint->queue);
	endpoint->served = RB_ROOT;
	endpoint->last_token = 0;
	kipc_room_init(&endpoint->places);
	endpoint->starved = 0;
	endpoint->suspended = RB_ROOT;
	endpoint->last_suspended = 0;
	kipc_table_init(&endpoint->table, endpoint->user, &endpoint->queue);
	kipc_publisher_init(&endpoint->publisher, endpoint->domain,
			    endpoint->user, &endpoint->queue);
	kipc_shares_init(&endpoint->shares, endpoint->user->uid);
	kipc_pool_init(&endpoint->pool, endpoint->user, inode);
}

/**
 * kipc_endpoint_open() - make an endpoint for the running process
 * @inode: of the device
 *
 * Context: Process context. May sleep.
 * Return: The endpoint with one reference, or an ERR_PTR() of -EDQUOT or
 * -ENOMEM.
 */
struct kipc_endpoint *kipc_endpoint_open(struct inode *inode)
{
	struct kipc_endpoint *endpoint;
	struct kipc_domain *domain;
	struct kipc_user *user;
	int ret;

	domain = kipc_domain_get_current();
	if (IS_ERR(domain))
		return ERR_CAST(domain);
	user = kipc_user_get_uid(domain, current_euid());
	if (IS_ERR(user)) {
		ret = PTR_ERR(user);
		goto err_domain;
	}
	ret = kipc_quota_charge(user, KIPC_QUOTA_ENDPOINTS, 1);
	if (ret)
		goto err_user;
	ret = -ENOMEM;
	endpoint = kzalloc(sizeof(*endpoint), GFP_KERNEL_ACCOUNT);
	if (!endpoint)
		goto err_charge;

	endpoint->domain = domain;
	endpoint->user = user;
	init(endpoint, inode);
	enlist(endpoint);
	kipc_domain_opened(domain);
	kipc_live_add(KIPC_LIVE_ENDPOINTS, 1);
	trace_kipc_endpoint_open(endpoint->id, kipc_domain_number(domain));
	return endpoint;

err_charge:
	kipc_quota_release(user, KIPC_QUOTA_ENDPOINTS, 1);
err_user:
	kipc_user_put(user);
err_domain:
	kipc_domain_put(domain);
	return ERR_PTR(ret);
}

/**
 * kipc_endpoint_close() - end all that an endpoint has
 * @endpoint: the endpoint; the file's reference is dropped
 *
 * Context: Process context. May sleep.
 */
void kipc_endpoint_close(struct kipc_endpoint *endpoint)
{
	trace_kipc_endpoint_close(endpoint->id);
	delist(endpoint);
	kipc_room_close(&endpoint->pool.room);
	kipc_room_close(&endpoint->places);
	kipc_nodes_end(endpoint);
	kipc_queue_close(&endpoint->queue);
	kipc_awaiting_end(endpoint);
	kipc_served_end(endpoint);
	kipc_publisher_deinit(&endpoint->publisher);
	kipc_freeze_watches_end(endpoint);
	kipc_pool_close(&endpoint->pool);
	kipc_table_close(&endpoint->table);
	kipc_quota_release(endpoint->user, KIPC_QUOTA_ENDPOINTS, 1);
	kipc_domain_closed(endpoint->domain);
	kipc_endpoint_put(endpoint);
}

/**
 * kipc_endpoint_free() - free an endpoint
 * @endpoint: an endpoint to which nobody has a reference any more
 *
 * Context: Process context. May sleep.
 */
void kipc_endpoint_free(struct kipc_endpoint *endpoint)
{
	kipc_room_deinit(&endpoint->places);
	kipc_pool_deinit(&endpoint->pool);
	kipc_shares_deinit(&endpoint->shares);
	kipc_call_free_spare(endpoint);
	kipc_user_put(endpoint->user);
	kipc_domain_put(endpoint->domain);
	kfree_rcu(endpoint, rcu);
	kipc_live_add(KIPC_LIVE_ENDPOINTS, -1);
}

static void usage(struct kipc_endpoint *endpoint, enum kipc_quota kind,
		  struct kipc_usage *out)
{
	out->used = kipc_quota_used(endpoint->user, kind);
	out->limit = kipc_quota_limit(kind);
}

/* What belongs to the endpoint rather than to its user or domain */
static void own_stat(struct kipc_endpoint *endpoint, struct kipc_stat *stat)
{
	struct kipc_work work;

	kipc_endpoint_work(endpoint, &work);
	stat->pool_used = READ_ONCE(endpoint->pool.used);
	stat->queued = work.queued;
	stat->starved = READ_ONCE(endpoint->starved);
	stat->serving = work.serving;
	stat->abandoned = work.abandoned;
}

/**
 * kipc_endpoint_stat() - usage and traffic as the ABI tells it
 * @endpoint: which, and whose user and domain
 * @stat: where; zeroed
 *
 * Context: Process context.
 */
void kipc_endpoint_stat(struct kipc_endpoint *endpoint, struct kipc_stat *stat)
{
	struct kipc_domain *domain = endpoint->domain;
	struct kipc_traffic traffic;

	stat->uid = from_kuid_munged(current_user_ns(), endpoint->user->uid);
	usage(endpoint, KIPC_QUOTA_ENDPOINTS, &stat->endpoints);
	usage(endpoint, KIPC_QUOTA_NODES, &stat->nodes);
	usage(endpoint, KIPC_QUOTA_HANDLES, &stat->handles);
	usage(endpoint, KIPC_QUOTA_NAMES, &stat->names);
	usage(endpoint, KIPC_QUOTA_WATCHES, &stat->watches);
	usage(endpoint, KIPC_QUOTA_NAME_WATCHES, &stat->name_watches);
	usage(endpoint, KIPC_QUOTA_POOL_BYTES, &stat->pool_bytes);
	usage(endpoint, KIPC_QUOTA_MESSAGE_BYTES, &stat->message_bytes);
	usage(endpoint, KIPC_QUOTA_MESSAGES, &stat->message_count);
	usage(endpoint, KIPC_QUOTA_FILES, &stat->files);
	usage(endpoint, KIPC_QUOTA_ATTACHED_HANDLES, &stat->attached_handles);
	usage(endpoint, KIPC_QUOTA_MAILBOXES, &stat->mailboxes);
	usage(endpoint, KIPC_QUOTA_MAILBOX_BYTES, &stat->mailbox_bytes);
	usage(endpoint, KIPC_QUOTA_REGIONS, &stat->regions);
	usage(endpoint, KIPC_QUOTA_REGION_BYTES, &stat->region_bytes);
	usage(endpoint, KIPC_QUOTA_VIEWS, &stat->views);
	stat->domain_endpoints = READ_ONCE(domain->endpoint_count);
	stat->domain_names = READ_ONCE(domain->registry.count);
	kipc_domain_traffic(domain, &traffic);
	stat->calls = traffic.calls;
	stat->replies = traffic.replies;
	stat->sends = traffic.sends;
	stat->notifies = traffic.notifies;
	stat->failed = traffic.failed;
	own_stat(endpoint, stat);
}
