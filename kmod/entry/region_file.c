// SPDX-License-Identifier: GPL-2.0-only
#include "entry/region_file.h"

#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/kipc.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>

#include "core/domain.h"
#include "core/parcel.h"
#include "core/quota.h"
#include "entry/command.h"
#include "entry/descriptor.h"
#include "region/chunk.h"
#include "region/holder.h"
#include "region/lent.h"
#include "region/region.h"
#include "region/view.h"

static long view_ioctl(struct file *file, unsigned int number,
		       unsigned long address)
{
	return kipc_view_execute(file->private_data, number, address);
}

static __poll_t view_poll(struct file *file, struct poll_table_struct *wait)
{
	struct kipc_view *view = file->private_data;

	poll_wait(file, &view->region->pollers, wait);
	return kipc_view_events(view);
}

static int view_mmap(struct file *file, struct vm_area_struct *vma)
{
	return kipc_view_mmap(file->private_data, vma);
}

/* A process closes a descriptor of the view. */
static int view_flush(struct file *file, fl_owner_t process)
{
	struct kipc_view *view = file->private_data;

	/* Pairs with that in kipc_region_file_settle(): one of the two sees the other. */
	smp_mb();
	if (!READ_ONCE(view->holder))
		return 0;
	/* One that is dying has no table any more. */
	if (process != current->files || !kipc_is_open_here(view))
		kipc_holder_end(view, process);
	return 0;
}

/**
 * kipc_region_file_settle() - see that what a process holds ends with its descriptors
 * @view: the view through which it has begun to hold the region
 *
 * Another thread may have closed the last one meanwhile.
 *
 * Context: Process context. May sleep.
 */
void kipc_region_file_settle(struct kipc_view *view)
{
	/* Pairs with that in view_flush(). */
	smp_mb();
	if (!kipc_is_open_here(view))
		kipc_holder_end(view, current->files);
}

static int view_release(struct inode *inode, struct file *file)
{
	kipc_view_close(file->private_data);
	return 0;
}

static void view_show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct kipc_view *view = file->private_data;
	struct kipc_region_info info = { };

	kipc_view_info(view, &info);
	seq_printf(seq, "kipc-region:\t%llu\n", info.id);
	seq_printf(seq, "kipc-domain:\t%u\n",
		   kipc_domain_number(view->region->user->domain));
	seq_printf(seq, "kipc-view:\t%llu\n", info.view);
	seq_printf(seq, "kipc-offset:\t%llu\n", info.offset);
	seq_printf(seq, "kipc-size:\t%llu\n", info.size);
	seq_printf(seq, "kipc-region-size:\t%llu\n", info.region_size);
	seq_printf(seq, "kipc-resident:\t%llu\n", info.resident);
	seq_printf(seq, "kipc-writable:\t%d\n", view->may_write);
	seq_printf(seq, "kipc-seals:\t%u\n", info.seals);
	seq_printf(seq, "kipc-views:\t%u\n", info.views);
	seq_printf(seq, "kipc-revoked:\t%u\n", info.revoked);
	seq_printf(seq, "kipc-chunk-size:\t%llu\n", info.chunk_size);
	seq_printf(seq, "kipc-chunks:\t%u\n", info.chunks);
	seq_printf(seq, "kipc-chunks-free:\t%u\n", info.chunks_free);
	seq_printf(seq, "kipc-leases:\t%u\n", info.leases);
}

static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = view_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = view_poll,
	.mmap = view_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
	.flush = view_flush,
	.release = view_release,
	.show_fdinfo = view_show_fdinfo,
	.llseek = noop_llseek,
};

/**
 * kipc_region_file_install() - make a file of a view
 * @view: the view; it is the file's, or still the caller's if it fails
 *
 * Context: Process context. May sleep.
 * Return: The file, or an ERR_PTR().
 */
struct file *kipc_region_file_install(struct kipc_view *view)
{
	struct file *file;

	file = anon_inode_getfile("[kipc-region]", &view_fops, view,
				  view->may_write ? O_RDWR : O_RDONLY);
	if (IS_ERR(file))
		return file;
	view->mapping.host = file_inode(file);
	file->f_mapping = &view->mapping;
	return file;
}

static struct kipc_view *view_of(struct file *file)
{
	return file->f_op == &view_fops ? file->private_data : NULL;
}

static struct kipc_parcel *attach_chunk(struct file *file, u32 lease)
{
	struct kipc_view *view = view_of(file);
	struct kipc_chunk *chunk;

	if (!view)
		return ERR_PTR(-EPROTOTYPE);
	chunk = kipc_chunk_attach(view, lease);
	return IS_ERR(chunk) ? ERR_CAST(chunk) : &chunk->parcel;
}

static struct kipc_parcel *lend_chunk(struct file *file, u32 lease,
				      struct kipc_borrow **borrow)
{
	struct kipc_view *view = view_of(file);

	return view ? kipc_lend_chunk(view, lease, borrow) :
		      ERR_PTR(-EPROTOTYPE);
}

static struct file *lend_view(struct file *file, struct kipc_borrow **borrow)
{
	struct kipc_region_view args = {
		.flags = KIPC_REGION_READ | KIPC_VIEW_LENT,
	};
	struct kipc_view *view = view_of(file), *lent;

	if (!view)
		return ERR_PTR(-EPROTOTYPE);
	if (view->may_write)
		args.flags |= KIPC_REGION_WRITE;
	lent = kipc_view_derive(view, &args);
	if (IS_ERR(lent))
		return ERR_CAST(lent);
	file = kipc_region_file_install(lent);
	if (IS_ERR(file))
		kipc_view_close(lent);
	else
		*borrow = kipc_lend_view(lent);
	return file;
}

static const struct kipc_parcel_source parcel_source = {
	.chunk = attach_chunk,
	.lend_chunk = lend_chunk,
	.lend_view = lend_view,
};

/**
 * kipc_region_file_init() - say how to get what is attached from views' files
 *
 * Context: Any, before the first endpoint is opened.
 */
void kipc_region_file_init(void)
{
	kipc_parcel_source = &parcel_source;
}
