/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of a region: a file of the kernel's shmem that nobody else sees.
 *
 * With huge pages it is of a tmpfs of the module's own, which has them whatever the
 * administrator says of others. Where the kernel has none, or finds none, pages are small.
 */
#ifndef KIPC_REGION_MEMORY_H
#define KIPC_REGION_MEMORY_H

#include <linux/types.h>

struct file;
struct mem_cgroup;
struct page;

void kipc_memory_init(void);
void kipc_memory_exit(void);

struct file *kipc_memory_new(u64 size, bool is_huge);
struct page *kipc_memory_page(struct file *memory, struct mem_cgroup *memcg,
			      pgoff_t index);
void kipc_memory_wait_for_locks(struct file *memory, u64 offset, u64 size);

#endif /* KIPC_REGION_MEMORY_H */
