// SPDX-License-Identifier: GPL-2.0-only
#include "entry/debugfs.h"

#include <linux/debugfs.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>

#include "core/domain.h"
#include "core/live.h"
#include "core/name.h"
#include "core/object.h"
#include "core/quota.h"
#include "core/sender.h"
#include "core/watch.h"
#include "entry/senders.h"
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

static bool is_watched(const struct kipc_handle *handle)
{
	return handle->watch && !kipc_watch_is_over(handle->watch);
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
			   is_watched(handle) ? " watched" : "",
			   READ_ONCE(handle->object->dead) ? " dead" : "");
	mutex_unlock(&table->lock);
}

/* As the first namespace sees it: only its root can read this. */
static u32 number_of(struct pid *process)
{
	return kipc_process_number(process, &init_pid_ns);
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
	struct kipc_work work;
	struct rb_node *node;

	spin_lock(&endpoint->queue.lock);
	kipc_endpoint_work_locked(endpoint, &work);
	seq_printf(seq, "    queued %u serving %u abandoned %u calling %u%s\n",
		   work.queued, work.serving, work.abandoned, work.calling,
		   work.frozen ? " frozen" : "");
	for (node = rb_first(&endpoint->served); node; node = rb_next(node)) {
		if (shown++ == CALLS_SHOWN)
			break;
		call = rb_entry(node, struct kipc_open_call, served);
		/* Of one that was abandoned the caller may be gone. */
		seq_printf(seq, "    call %llu: %s node %u caller pid %u%s\n",
			   call->token, states[call->state],
			   call->request.node->id,
			   call->abandoned ? 0 :
			   number_of(call->request.sender.process),
			   call->abandoned ? " abandoned" : "");
	}
	spin_unlock(&endpoint->queue.lock);
}

static void show_endpoint(struct seq_file *seq, struct kipc_endpoint *endpoint)
{
	struct kipc_pool *pool = &endpoint->pool;

	seq_printf(seq, "  endpoint %llu: pid %u uid %u pool %u used %u\n",
		   endpoint->id, number_of(endpoint->publisher.pid),
		   __kuid_val(endpoint->user->uid), READ_ONCE(pool->size),
		   READ_ONCE(pool->used));
	kipc_senders_show(seq, endpoint, "    sender ");
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

/*
 * A line for each name of a node, for tools: the name is last, it can contain
 * spaces.
 */
static int show_name_lines(struct kipc_domain *domain, void *arg)
{
	struct kipc_registry *registry = &domain->registry;
	struct seq_file *seq = arg;
	struct kipc_name *name;
	unsigned long serial;
	struct kipc_node *node;

	mutex_lock(&registry->lock);
	xa_for_each(&registry->by_serial, serial, name) {
		if (name->object->ops->kind != KIPC_OBJECT_NODE)
			continue;
		node = kipc_node_of(name->object);
		seq_printf(seq, "%u %llu %u %.*s\n",
			   kipc_domain_number(domain),
			   kipc_node_owner_id(node), node->id, name->size,
			   name->bytes);
	}
	mutex_unlock(&registry->lock);
	return 0;
}

static int names_show(struct seq_file *seq, void *unused)
{
	return kipc_domain_for_each(show_name_lines, seq);
}
DEFINE_SHOW_ATTRIBUTE(names);

/**
 * kipc_debugfs_init() - make the files
 *
 * Context: Process context. Without debugfs it does nothing.
 */
void kipc_debugfs_init(void)
{
	root = debugfs_create_dir("kipc", NULL);
	debugfs_create_file("live", 0400, root, NULL, &live_fops);
	debugfs_create_file("names", 0400, root, NULL, &names_fops);
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
