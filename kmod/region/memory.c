// SPDX-License-Identifier: GPL-2.0-only
#include "region/memory.h"

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>

/* A tmpfs with huge pages, or NULL */
static struct vfsmount *huge_mount;

/**
 * kipc_memory_init() - prepare to have huge pages, if the kernel has any
 *
 * Context: Process context. May sleep.
 */
void kipc_memory_init(void)
{
	char options[] = "huge=within_size";
	struct file_system_type *type = get_fs_type("tmpfs");
	struct vfsmount *mount;

	if (!type)
		return;
	mount = vfs_kern_mount(type, SB_KERNMOUNT, type->name, options);
	if (!IS_ERR(mount))
		huge_mount = mount;
}

/**
 * kipc_memory_exit() - undo kipc_memory_init()
 *
 * Context: Process context; there is no region. May sleep.
 */
void kipc_memory_exit(void)
{
	if (huge_mount)
		kern_unmount(huge_mount);
}

/**
 * kipc_memory_new() - make memory, which has no pages yet
 * @size: bytes, whole pages
 * @is_huge: with huge pages, where there are any
 *
 * Context: Process context. May sleep.
 * Return: The memory, or an ERR_PTR() of -ENFILE or -ENOMEM.
 */
struct file *kipc_memory_new(u64 size, bool is_huge)
{
	struct file *memory;

	if (is_huge && huge_mount)
		memory = shmem_file_setup_with_mnt(huge_mount, "kipc-region",
						   size, VM_NORESERVE);
	else
		memory = shmem_file_setup("kipc-region", size, VM_NORESERVE);
	if (!IS_ERR(memory))
		mapping_set_unevictable(memory->f_mapping);
	/* No inode could be had: that is memory. */
	return memory == ERR_PTR(-ENOSPC) ? ERR_PTR(-ENOMEM) : memory;
}

/**
 * kipc_memory_page() - get a page
 * @memory: of what
 * @memcg: who is charged for it
 * @index: which page; it is in the memory
 *
 * Context: Process context. May sleep.
 * Return: The page, referenced and up to date, or an ERR_PTR().
 */
struct page *kipc_memory_page(struct file *memory, struct mem_cgroup *memcg,
			      pgoff_t index)
{
	struct address_space *mapping = memory->f_mapping;
	struct mem_cgroup *before = set_active_memcg(memcg);
	struct page *page;

	/* Who touches a page must not have the maker's processes killed for it. */
	page = shmem_read_mapping_page_gfp(mapping, index,
					   mapping_gfp_mask(mapping) |
					   __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	set_active_memcg(before);
	return page;
}

/**
 * kipc_memory_wait_for_locks() - wait until who has a page locked now has it no more
 * @memory: of what
 * @offset: from where
 * @size: how many bytes; both whole pages
 *
 * Context: Process context. May sleep.
 */
void kipc_memory_wait_for_locks(struct file *memory, u64 offset, u64 size)
{
	pgoff_t index = offset >> PAGE_SHIFT;
	pgoff_t last = ((offset + size) >> PAGE_SHIFT) - 1;
	struct folio_batch batch;
	u32 i;

	folio_batch_init(&batch);
	while (filemap_get_folios(memory->f_mapping, &index, last, &batch)) {
		for (i = 0; i < folio_batch_count(&batch); i++) {
			folio_lock(batch.folios[i]);
			folio_unlock(batch.folios[i]);
		}
		folio_batch_release(&batch);
		cond_resched();
	}
}
