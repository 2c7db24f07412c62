// SPDX-License-Identifier: GPL-2.0-only
/* Mapping a view, and handing out its pages */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "core/compat.h"
#include "region/region.h"
#include "region/view.h"

static pgoff_t pages_of(const struct kipc_view *view)
{
	return view->size >> PAGE_SHIFT;
}

static vm_fault_t insert(struct vm_fault *vmf, struct page *page)
{
	/* Another thread of the process may have been faster. */
	int ret = vm_insert_page(vmf->vma, vmf->address & PAGE_MASK, page);

	return !ret || ret == -EBUSY ? VM_FAULT_NOPAGE : vmf_error(ret);
}

/* Nobody could map it so before it was sealed: it was mapped at the same time. */
static bool is_past_seal(const struct kipc_view *view,
			 const struct vm_area_struct *vma)
{
	const vm_flags_t could_write = VM_SHARED | VM_MAYWRITE;

	return READ_ONCE(view->region->seals) & KIPC_REGION_SEAL_WRITE &&
	       (vma->vm_flags & could_write) == could_write;
}

/* Maps a page with the view's gate held. */
static vm_fault_t insert_page(struct vm_fault *vmf, struct kipc_view *view,
			      struct page *page)
{
	bool is_part = PageTransCompound(page);
	vm_fault_t ret = VM_FAULT_SIGBUS;

	/* The kernel counts on that for parts of huge pages. */
	if (is_part)
		lock_page(page);
	down_read(&view->gate);
	if (!READ_ONCE(view->revoked))
		ret = insert(vmf, page);
	up_read(&view->gate);
	if (is_part)
		unlock_page(page);
	put_page(page);
	return ret;
}

/* Gives the kernel a page to map, locked, all of a huge one if it can. */
static vm_fault_t lend_page(struct vm_fault *vmf, struct kipc_view *view,
			    struct page *page)
{
	lock_page(page);
	/*
	 * Who revokes finds the page and waits for its lock, or the mark is seen here.
	 * Pairs with that in unmap() in region/view.c.
	 */
	smp_mb();
	if (READ_ONCE(view->revoked)) {
		unlock_page(page);
		put_page(page);
		return VM_FAULT_SIGBUS;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

static vm_fault_t view_fault(struct vm_fault *vmf)
{
	struct kipc_view *view = vmf->vma->vm_file->private_data;
	struct page *page;

	if (READ_ONCE(view->revoked) || vmf->pgoff >= pages_of(view) ||
	    is_past_seal(view, vmf->vma))
		return VM_FAULT_SIGBUS;
	page = kipc_region_page(view->region,
				(view->offset >> PAGE_SHIFT) + vmf->pgoff);
	/* Not to try again: it is not the memory of who touches it. */
	if (IS_ERR(page))
		return VM_FAULT_SIGBUS;
	return view->is_huge ? lend_page(vmf, view, page) :
			       insert_page(vmf, view, page);
}

static const struct vm_operations_struct view_vm_ops = {
	.fault = view_fault,
};

/**
 * kipc_view_mmap() - map a view into a process
 * @view: the view
 * @vma: where; its file is the view's
 *
 * Context: Process context, with the mmap lock held for writing.
 * Return: 0, -EINVAL (it is not so large), -EKEYREVOKED, or -EPERM (to be executed, or
 * to be written and it is sealed).
 */
int kipc_view_mmap(struct kipc_view *view, struct vm_area_struct *vma)
{
	u32 seals = READ_ONCE(view->region->seals);
	vm_flags_t never = VM_MAYEXEC;

	if (READ_ONCE(view->revoked))
		return -EKEYREVOKED;
	if (vma->vm_pgoff >= pages_of(view) ||
	    vma_pages(vma) > pages_of(view) - vma->vm_pgoff)
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (vma->vm_flags & VM_SHARED &&
	    seals & (KIPC_REGION_SEAL_WRITE | KIPC_REGION_SEAL_FUTURE_WRITE)) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		never |= VM_MAYWRITE;
	}
	/* Of what has this flag, the kernel takes huge pages for no pages at all. */
	vm_flags_mod(vma, view->is_huge ? VM_DONTEXPAND :
					  VM_MIXEDMAP | VM_DONTEXPAND, never);
	vma->vm_ops = &view_vm_ops;
	return 0;
}
