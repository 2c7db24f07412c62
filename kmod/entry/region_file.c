// SPDX-License-Identifier: GPL-2.0-only
#include "entry/region_file.h"

#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>

#include "core/domain.h"
#include "core/quota.h"
#include "entry/command.h"
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
}

static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = view_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = view_poll,
	.mmap = view_mmap,
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
