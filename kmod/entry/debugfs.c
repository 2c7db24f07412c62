// SPDX-License-Identifier: GPL-2.0-only
#include "entry/debugfs.h"

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/name.h"
#include "core/object.h"
#include "core/quota.h"
#include "rpc/call.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"

/* Calls of one endpoint that are shown; the lock is held meanwhile. */
#define CALLS_SHOWN	64

static struct dentry *root;

static int live_show(struct seq_file *seq, void *unused)
{
	int i;

	for (i = 0; i < KIPC_LIVE_COUNT; i++)
		seq_printf(seq, "%s %ld\n", kipc_live_name(i),
			   kipc_live_sum(i));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(live);

static void show_users(struct seq_file *seq, struct kipc_domain *domain)
{
	struct kipc_user *user;
	unsigned long uid;
	int i;

	mutex_lock(&domain->users_lock);
	xa_for_each(&domain->users, uid, user) {
		seq_printf(seq, "  user %lu:", uid);
		for (i = 0; i < KIPC_QUOTA_COUNT; i++)
			seq_printf(seq, " %s %lu", kipc_quota_name(i),
				   kipc_quota_used(user, i));
		seq_putc(seq, '\n');
	}
	mutex_unlock(&domain->users_lock);
}

static void show_names(struct seq_file *seq, struct kipc_registry *registry)
{
	struct kipc_name *name;
	unsigned long serial;

	mutex_lock(&registry->lock);
	xa_for_each(&registry->by_serial, serial, name)
		seq_printf(seq, "  name %lu: %.*s mode %03o uid %u\n", serial,
			   name->size, name->bytes, name->mode,
			   __kuid_val(name->uid));
	mutex_unlock(&registry->lock);
}

static void show_table(struct seq_file *seq, struct kipc_table *table)
{
	struct kipc_object *object;
	struct kipc_handle *handle;
	unsigned long id;

	mutex_lock(&table->lock);
	xa_for_each(&table->owned, id, object)
		seq_printf(seq, "    node %lu: cookie %#llx refs %u senders %u\n",
			   id, object->cookie, refcount_read(&object->refs),
			   READ_ONCE(object->senders));
	xa_for_each(&table->handles, id, handle)
		seq_printf(seq, "    handle %lu: rights %u uses %u%s%s\n", id,
			   handle->rights, handle->uses,
			   handle->watch ? " watched" : "",
			   READ_ONCE(handle->object->dead) ? " dead" : "");
	mutex_unlock(&table->lock);
}

static void show_calls(struct seq_file *seq, struct kipc_endpoint *endpoint)
{
	static const char *const states[] = {
		[KIPC_CALL_QUEUED] = "queued",
		[KIPC_CALL_RECEIVED] = "received",
		[KIPC_CALL_REPLYING] = "replying",
		[KIPC_CALL_DONE] = "done",
	};
	struct kipc_open_call *call;
	unsigned int shown = 0;
	struct rb_node *node;

	spin_lock(&endpoint->queue.lock);
	seq_printf(seq, "    queued %u\n", endpoint->queued);
	for (node = rb_first(&endpoint->served); node; node = rb_next(node)) {
		if (shown++ == CALLS_SHOWN)
			break;
		call = rb_entry(node, struct kipc_open_call, served);
		seq_printf(seq, "    call %llu: %s node %u caller pid %d%s\n",
			   call->token, states[call->state],
			   call->request.node->id,
			   pid_nr(call->request.sender.process),
			   call->abandoned ? " abandoned" : "");
	}
	spin_unlock(&endpoint->queue.lock);
}

static void show_endpoint(struct seq_file *seq, struct kipc_endpoint *endpoint)
{
	struct kipc_pool *pool = &endpoint->pool;

	seq_printf(seq, "  endpoint %llu: pid %d uid %u pool %u used %u\n",
		   endpoint->id, pid_nr(endpoint->publisher.pid),
		   __kuid_val(endpoint->user->uid), READ_ONCE(pool->size),
		   READ_ONCE(pool->used));
	show_table(seq, &endpoint->table);
	show_calls(seq, endpoint);
}

static int show_domain(struct kipc_domain *domain, void *arg)
{
	struct kipc_endpoint *endpoint;
	struct kipc_traffic traffic;
	struct seq_file *seq = arg;

	kipc_domain_traffic(domain, &traffic);
	seq_printf(seq, "domain %u: calls %llu replies %llu failed %llu sends %llu notifies %llu\n",
		   kipc_domain_number(domain), traffic.calls, traffic.replies,
		   traffic.failed, traffic.sends, traffic.notifies);
	show_users(seq, domain);
	show_names(seq, &domain->registry);
	mutex_lock(&domain->endpoints_lock);
	list_for_each_entry(endpoint, &domain->endpoints, link)
		show_endpoint(seq, endpoint);
	mutex_unlock(&domain->endpoints_lock);
	return 0;
}

static int state_show(struct seq_file *seq, void *unused)
{
	return kipc_domain_for_each(show_domain, seq);
}
DEFINE_SHOW_ATTRIBUTE(state);

/**
 * kipc_debugfs_init() - make the files
 *
 * Context: Process context. Without debugfs it does nothing.
 */
void kipc_debugfs_init(void)
{
	root = debugfs_create_dir("kipc", NULL);
	debugfs_create_file("live", 0400, root, NULL, &live_fops);
	debugfs_create_file("state", 0400, root, NULL, &state_fops);
}

/**
 * kipc_debugfs_exit() - remove the files
 *
 * Context: Process context.
 */
void kipc_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
