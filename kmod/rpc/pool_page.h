/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pages of a pool: how they come, are mapped, written, and go. What locks
 * them is told in pool.h.
 */
#ifndef KIPC_RPC_POOL_PAGE_H
#define KIPC_RPC_POOL_PAGE_H

#include <linux/mm_types.h>
#include <linux/workqueue.h>

struct kipc_pool;

extern const struct vm_operations_struct kipc_pool_vm_ops;

void kipc_pool_trim_work(struct work_struct *work);
void kipc_pool_wipe(struct kipc_pool *pool, u32 offset, u32 size);
void kipc_pool_trim(struct kipc_pool *pool, unsigned long first);
void kipc_pool_plan_trim(struct kipc_pool *pool);
void kipc_pool_free_pages(struct kipc_pool *pool);

#endif /* KIPC_RPC_POOL_PAGE_H */
