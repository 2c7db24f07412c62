// SPDX-License-Identifier: GPL-2.0-only
/* Opening regions by name, making them, and making views from views */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "core/domain.h"
#include "core/key.h"
#include "core/name.h"
#include "core/quota.h"
#include "region/region.h"
#include "region/view.h"

/* Mode bits of a name */
#define MAY_READ_IT	4
#define MAY_WRITE_IT	2

static struct kipc_object *find(struct kipc_domain *domain,
				const struct kipc_key *key,
				const struct kipc_region_open *args)
{
	u32 access = MAY_READ_IT;

	if (args->flags & KIPC_REGION_WRITE)
		access |= MAY_WRITE_IT;
	if (args->flags & KIPC_WAIT)
		return kipc_name_wait(domain, key, KIPC_OBJECT_REGION, &access,
				      args->deadline);
	return kipc_name_find(domain, key, KIPC_OBJECT_REGION, &access);
}

static bool may_own(const struct kipc_region *region)
{
	return uid_eq(current_euid(), region->uid) ||
	       ns_capable(kipc_domain_user_ns(region->user->domain),
			  CAP_SYS_ADMIN);
}

static struct kipc_view *open_existing(struct kipc_user *user,
				       const struct kipc_key *key,
				       const struct kipc_region_open *args)
{
	struct kipc_object *object = find(user->domain, key, args);
	struct kipc_view *view = ERR_PTR(-EPERM);
	struct kipc_region *region;

	if (IS_ERR(object))
		return ERR_CAST(object);
	region = kipc_region_of(object);
	if (!(args->flags & KIPC_REGION_OWN) || may_own(region))
		view = kipc_view_new(region, NULL, user, 0, region->size,
				     args->flags);
	kipc_object_put(object);
	return view;
}

static struct kipc_view *open_new(struct kipc_user *user,
				  const struct kipc_key *key,
				  const struct kipc_region_open *args)
{
	struct kipc_region *region;
	struct kipc_view *view;
	int ret = 0;

	region = kipc_region_new(user, args);
	if (IS_ERR(region))
		return ERR_CAST(region);
	view = kipc_view_new(region, NULL, user, 0, region->size,
			     args->flags | KIPC_REGION_OWN);
	if (!IS_ERR(view) && key)
		ret = kipc_name_publish_lasting(user, &region->object, key,
						args->mode);
	if (ret) {
		kipc_view_close(view);
		view = ERR_PTR(ret);
	}
	kipc_object_put(&region->object);
	return view;
}

/**
 * kipc_view_open() - open a region, or make one
 * @user: of whom, and in which domain
 * @key: its name, or NULL
 * @args: as the ABI has it, and checked; @created comes back
 *
 * Context: Process context. Sleeps.
 * Return: A view of all of it, or an ERR_PTR() of what the ABI says.
 */
struct kipc_view *kipc_view_open(struct kipc_user *user,
				 const struct kipc_key *key,
				 struct kipc_region_open *args)
{
	bool is_exclusive = !key || args->flags & KIPC_REGION_EXCLUSIVE;
	struct kipc_view *view = ERR_PTR(-ENOENT);

	do {
		args->created = 0;
		if (!is_exclusive)
			view = open_existing(user, key, args);
		if (view != ERR_PTR(-ENOENT) ||
		    !(args->flags & KIPC_REGION_CREATE))
			return view;
		args->created = 1;
		view = open_new(user, key, args);
		/* Else somebody was faster. */
		if (view != ERR_PTR(-EEXIST) || is_exclusive)
			return view;
		view = ERR_PTR(-ENOENT);
	} while (!fatal_signal_pending(current));
	return view;
}

/**
 * kipc_view_derive() - make a view from another
 * @view: from which
 * @args: as the ABI has it, and checked but for what depends on @view
 *
 * Context: Process context. May sleep.
 * Return: The new view, or an ERR_PTR() of what the ABI says.
 */
struct kipc_view *kipc_view_derive(struct kipc_view *view,
				   const struct kipc_region_view *args)
{
	struct kipc_view *derived;
	struct kipc_user *user;

	if (args->offset >= view->size ||
	    args->size > view->size - args->offset)
		return ERR_PTR(-EINVAL);
	if (args->flags & KIPC_REGION_WRITE && !view->may_write)
		return ERR_PTR(-EACCES);
	user = kipc_user_get_uid(view->region->user->domain, current_euid());
	if (IS_ERR(user))
		return ERR_CAST(user);
	derived = kipc_view_new(view->region, view, user,
				view->offset + args->offset,
				args->size ?: view->size - args->offset,
				args->flags);
	kipc_user_put(user);
	return derived;
}

/**
 * kipc_view_unlink() - take the name of a view's region away
 * @view: the view
 *
 * Context: Process context. May sleep.
 */
void kipc_view_unlink(struct kipc_view *view)
{
	struct kipc_region *region = view->region;

	kipc_names_end_object(region->user->domain, &region->object);
}
