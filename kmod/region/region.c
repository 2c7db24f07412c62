// SPDX-License-Identifier: GPL-2.0-only
#include "region/region.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/memcontrol.h>
#include <linux/slab.h>

#include "core/live.h"
#include "core/quota.h"
#include "region/chunk.h"
#include "region/memory.h"

static atomic64_t last_id;

static struct kipc_region *of_object(struct kipc_object *object)
{
	return container_of(object, struct kipc_region, object);
}

static int charge(struct kipc_user *user, u64 bytes)
{
	int ret = kipc_quota_charge(user, KIPC_QUOTA_REGIONS, 1);

	if (ret)
		return ret;
	ret = kipc_quota_charge(user, KIPC_QUOTA_REGION_BYTES, bytes);
	if (ret)
		kipc_quota_release(user, KIPC_QUOTA_REGIONS, 1);
	return ret;
}

static void uncharge(struct kipc_user *user, u64 bytes)
{
	kipc_quota_release(user, KIPC_QUOTA_REGION_BYTES, bytes);
	kipc_quota_release(user, KIPC_QUOTA_REGIONS, 1);
}

/* Nobody has a view, or a mapping of one. */
static void release(struct kipc_object *object)
{
	struct kipc_region *region = of_object(object);

	kipc_chunks_deinit(region);
	fput(region->memory);
	mem_cgroup_put(region->memcg);
	uncharge(region->user, region->size);
	kipc_user_put(region->user);
	xa_destroy(&region->views);
	kipc_live_add(KIPC_LIVE_REGIONS, -1);
	/* A name that refers to it is looked at under RCU. */
	kfree_rcu(region, rcu);
}

static const struct kipc_object_ops region_ops = {
	.kind = KIPC_OBJECT_REGION,
	.release = release,
};

/**
 * kipc_region_of() - which region an object is
 * @object: an object of that kind
 *
 * Context: Any.
 * Return: The region.
 */
struct kipc_region *kipc_region_of(struct kipc_object *object)
{
	return of_object(object);
}

static void region_init(struct kipc_region *region)
{
	kipc_object_init(&region->object, &region_ops, NULL, 0);
	region->id = atomic64_inc_return(&last_id);
	current_euid_egid(&region->uid, &region->gid);
	region->memcg = get_mem_cgroup_from_mm(current->mm);
	mutex_init(&region->lock);
	xa_init(&region->views);
	INIT_LIST_HEAD(&region->tops);
	init_rwsem(&region->unmapping);
	init_waitqueue_head(&region->pollers);
	kipc_live_add(KIPC_LIVE_REGIONS, 1);
}

/**
 * kipc_region_new() - make a region
 * @user: who is charged for it
 * @args: as the ABI has it, and checked
 *
 * Context: Process context. May sleep.
 * Return: A region with one reference and no view, or an ERR_PTR() of -EDQUOT,
 * -ENFILE or -ENOMEM.
 */
struct kipc_region *kipc_region_new(struct kipc_user *user,
				    const struct kipc_region_open *args)
{
	struct kipc_region *region;
	int ret;

	ret = charge(user, args->size);
	if (ret)
		return ERR_PTR(ret);
	ret = -ENOMEM;
	region = kzalloc(sizeof(*region), GFP_KERNEL_ACCOUNT);
	if (!region)
		goto err_charge;
	region->size = args->size;
	region->mode = args->mode;
	ret = args->chunk_size ? kipc_chunks_init(region, args->chunk_size,
						  args->leases_max) : 0;
	if (ret)
		goto err_region;
	region->is_huge = args->flags & KIPC_REGION_HUGE;
	region->memory = kipc_memory_new(args->size, region->is_huge);
	if (IS_ERR(region->memory)) {
		ret = PTR_ERR(region->memory);
		goto err_chunks;
	}
	region->user = kipc_user_get(user);
	region_init(region);
	return region;

err_chunks:
	kipc_chunks_deinit(region);
err_region:
	kfree(region);
err_charge:
	uncharge(user, args->size);
	return ERR_PTR(ret);
}

/**
 * kipc_region_page() - get a page of a region
 * @region: the region
 * @index: which page; it is in the region
 *
 * Context: Process context. May sleep.
 * Return: The page, referenced and up to date, or an ERR_PTR().
 */
struct page *kipc_region_page(struct kipc_region *region, pgoff_t index)
{
	return kipc_memory_page(region->memory, region->memcg, index);
}

/**
 * kipc_region_resident() - how much memory a region has
 * @region: the region
 *
 * Context: Any.
 * Return: Bytes of its pages that were touched.
 */
u64 kipc_region_resident(const struct kipc_region *region)
{
	return (u64)READ_ONCE(region->memory->f_mapping->nrpages) << PAGE_SHIFT;
}
