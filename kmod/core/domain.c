// SPDX-License-Identifier: GPL-2.0-only
#include "core/domain.h"

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/ns_common.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "core/compat.h"
#include "core/live.h"

#ifndef CONFIG_IPC_NS
#error "A domain is an IPC namespace: kipc needs CONFIG_IPC_NS"
#endif

static DEFINE_MUTEX(domains_lock);
static LIST_HEAD(domains);

static void end_abandoned(struct work_struct *work);
static DECLARE_DELAYED_WORK(abandoned_work, end_abandoned);

/*
 * The IPC namespace of the running process, referenced. get_ipc_ns() is not
 * exported; the namespace's own operations are there for everybody.
 */
static struct ns_common *get_current_ipc_ns(void)
{
	/* ->get() of IPC namespaces returns the ns_common inside. */
	return current->nsproxy->ipc_ns->ns.ops->get(current);
}

static void domain_free(struct kipc_domain *domain)
{
	WARN_ON_ONCE(!xa_empty(&domain->users));
	kipc_registry_deinit(&domain->registry);
	free_percpu(domain->traffic);
	domain->ns->ops->put(domain->ns);
	kfree(domain);
	kipc_live_add(KIPC_LIVE_DOMAINS, -1);
}

/* Takes over the reference to @ns, also when it fails. */
static struct kipc_domain *domain_new(struct ns_common *ns)
{
	struct kipc_domain *domain;

	domain = kzalloc(sizeof(*domain), GFP_KERNEL_ACCOUNT);
	if (!domain)
		goto err_ns;
	domain->traffic = alloc_percpu_gfp(struct kipc_traffic,
					   GFP_KERNEL_ACCOUNT);
	if (!domain->traffic)
		goto err_domain;
	if (kipc_registry_init(&domain->registry))
		goto err_traffic;

	refcount_set(&domain->refs, 1);
	domain->ns = ns;
	mutex_init(&domain->users_lock);
	xa_init(&domain->users);
	mutex_init(&domain->endpoints_lock);
	INIT_LIST_HEAD(&domain->endpoints);
	kipc_live_add(KIPC_LIVE_DOMAINS, 1);
	return domain;

err_traffic:
	free_percpu(domain->traffic);
err_domain:
	kfree(domain);
err_ns:
	ns->ops->put(ns);
	return ERR_PTR(-ENOMEM);
}

static struct kipc_domain *find_and_get_locked(const struct ns_common *ns)
{
	struct kipc_domain *domain;

	lockdep_assert_held(&domains_lock);

	list_for_each_entry(domain, &domains, link) {
		if (domain->ns != ns)
			continue;
		refcount_inc(&domain->refs);
		return domain;
	}
	return NULL;
}

/* Another thread may have been faster; then the one it made is taken. */
static struct kipc_domain *enlist(struct kipc_domain *new)
{
	struct kipc_domain *domain;

	mutex_lock(&domains_lock);
	domain = find_and_get_locked(new->ns);
	if (!domain)
		list_add_tail(&new->link, &domains);
	mutex_unlock(&domains_lock);
	if (!domain)
		return new;
	domain_free(new);
	return domain;
}

/**
 * kipc_domain_get_current() - the domain of the caller's IPC namespace
 *
 * Makes it if it is the first time that somebody asks. Its memory is taken
 * without the lock: a cgroup's limits can make that slow, and the lock is
 * everybody's.
 *
 * Context: Process context. May sleep.
 * Return: A domain with a reference, or an ERR_PTR() of -ENOMEM.
 */
struct kipc_domain *kipc_domain_get_current(void)
{
	struct ns_common *ns = get_current_ipc_ns();
	struct kipc_domain *domain;

	if (!ns)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&domains_lock);
	domain = find_and_get_locked(ns);
	mutex_unlock(&domains_lock);
	if (domain) {
		ns->ops->put(ns);
		return domain;
	}
	domain = domain_new(ns);
	return IS_ERR(domain) ? domain : enlist(domain);
}

/**
 * kipc_domain_get() - take one more reference
 * @domain: a domain to which the caller has a reference
 *
 * Context: Any.
 */
void kipc_domain_get(struct kipc_domain *domain)
{
	refcount_inc(&domain->refs);
}

/**
 * kipc_domain_put() - drop a reference
 * @domain: the domain
 *
 * Context: Process context. May sleep.
 */
void kipc_domain_put(struct kipc_domain *domain)
{
	if (!refcount_dec_and_mutex_lock(&domain->refs, &domains_lock))
		return;
	list_del(&domain->link);
	mutex_unlock(&domains_lock);
	domain_free(domain);
}

/* Nothing is open, and lasting names keep it. */
static bool is_left(struct kipc_domain *domain)
{
	return !atomic_long_read(&domain->open) &&
	       kipc_registry_has_lasting(&domain->registry) &&
	       domain->ns->inum != PROC_IPC_INIT_INO;
}

/* And nobody can come any more. */
static bool is_abandoned(struct kipc_domain *domain)
{
	if (kipc_ns_references(domain->ns) != 1)
		return false;
	/*
	 * Pairs with the release of the reference that a process had: what it
	 * opened before is counted, or closed.
	 */
	smp_acquire__after_ctrl_dep();
	return is_left(domain);
}

static bool has_lasting_names(struct kipc_domain *domain)
{
	return kipc_registry_has_lasting(&domain->registry);
}

static struct kipc_domain *find(bool (*is_it)(struct kipc_domain *domain))
{
	struct kipc_domain *domain;

	lockdep_assert_held(&domains_lock);

	list_for_each_entry(domain, &domains, link)
		if (is_it(domain))
			return domain;
	return NULL;
}

/* Ends the lasting names of all domains that are it. */
static void end_lasting(bool (*is_it)(struct kipc_domain *domain))
{
	struct kipc_domain *domain;

	do {
		mutex_lock(&domains_lock);
		domain = find(is_it);
		if (domain)
			refcount_inc(&domain->refs);
		mutex_unlock(&domains_lock);
		if (domain) {
			kipc_names_end_lasting(domain);
			kipc_domain_put(domain);
		}
	} while (domain);
}

static void look_later(void)
{
	queue_delayed_work(system_unbound_wq, &abandoned_work, HZ);
}

static void end_abandoned(struct work_struct *work)
{
	bool again;

	end_lasting(is_abandoned);
	mutex_lock(&domains_lock);
	again = find(is_left);
	mutex_unlock(&domains_lock);
	if (again)
		look_later();
}

/**
 * kipc_domain_closed() - what a process opened is closed
 * @domain: the domain, to which the caller has a reference
 *
 * Context: Any.
 */
void kipc_domain_closed(struct kipc_domain *domain)
{
	if (atomic_long_dec_and_test(&domain->open) && is_left(domain))
		look_later();
}

/**
 * kipc_domains_end() - end what keeps domains when nothing is open
 *
 * Context: Process context, when nothing can be opened any more. Sleeps.
 */
void kipc_domains_end(void)
{
	cancel_delayed_work_sync(&abandoned_work);
	end_lasting(has_lasting_names);
}

/**
 * kipc_domain_user_ns() - the user namespace that owns the domain
 * @domain: the domain
 *
 * Context: Any.
 * Return: A user namespace that lives as long as the domain.
 */
struct user_namespace *kipc_domain_user_ns(struct kipc_domain *domain)
{
	return domain->ns->ops->owner(domain->ns);
}

/**
 * kipc_domain_number() - a number by which people know the domain
 * @domain: the domain
 *
 * Context: Any.
 * Return: The inode number of the IPC namespace, as in /proc/PID/ns/ipc.
 */
unsigned int kipc_domain_number(struct kipc_domain *domain)
{
	return domain->ns->inum;
}

/**
 * kipc_domain_traffic() - sum up the traffic counters
 * @domain: the domain
 * @sum: where the sums go
 *
 * Context: Any.
 */
void kipc_domain_traffic(struct kipc_domain *domain, struct kipc_traffic *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct kipc_traffic *t = per_cpu_ptr(domain->traffic, cpu);

		sum->calls += t->calls;
		sum->replies += t->replies;
		sum->sends += t->sends;
		sum->notifies += t->notifies;
		sum->failed += t->failed;
	}
}

/**
 * kipc_domain_for_each() - visit all domains
 * @visit: called with each domain and @arg; ends the walk unless it returns 0
 * @arg: passed on
 *
 * No domain begins or ends meanwhile.
 *
 * Context: Process context. May sleep, and so may @visit.
 * Return: What the last @visit returned.
 */
int kipc_domain_for_each(int (*visit)(struct kipc_domain *domain, void *arg),
			 void *arg)
{
	struct kipc_domain *domain;
	int ret = 0;

	mutex_lock(&domains_lock);
	list_for_each_entry(domain, &domains, link) {
		ret = visit(domain, arg);
		if (ret)
			break;
	}
	mutex_unlock(&domains_lock);
	return ret;
}
