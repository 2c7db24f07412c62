// SPDX-License-Identifier: GPL-2.0-only
#include "entry/device.h"

#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>

#include "core/cycle.h"
#include "core/domain.h"
#include "entry/command.h"
#include "entry/mailbox_file.h"
#include "entry/region_file.h"
#include "entry/senders.h"
#include "rpc/endpoint.h"

static int device_open(struct inode *inode, struct file *file)
{
	struct kipc_endpoint *endpoint = kipc_endpoint_open(inode);

	if (IS_ERR(endpoint))
		return PTR_ERR(endpoint);
	file->private_data = endpoint;
	file->f_mapping = &endpoint->pool.mapping;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	/* The mapping goes with the endpoint, and the VFS is not done yet. */
	file->f_mapping = inode->i_mapping;
	kipc_endpoint_close(file->private_data);
	return 0;
}

static long device_ioctl(struct file *file, unsigned int number,
			 unsigned long address)
{
	return kipc_command_execute(file->private_data,
				    file->f_flags & O_NONBLOCK, number,
				    address);
}

static __poll_t device_poll(struct file *file, struct poll_table_struct *wait)
{
	struct kipc_endpoint *endpoint = file->private_data;

	poll_wait(file, &endpoint->queue.pollers, wait);
	if (kipc_queue_has_entries(&endpoint->queue))
		return EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;
	return EPOLLOUT | EPOLLWRNORM;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct kipc_endpoint *endpoint = file->private_data;

	return kipc_pool_mmap(&endpoint->pool, vma);
}

static void device_show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct kipc_endpoint *endpoint = file->private_data;
	struct kipc_work work;

	kipc_endpoint_work(endpoint, &work);
	seq_printf(seq, "kipc-endpoint:\t%llu\n", endpoint->id);
	seq_printf(seq, "kipc-domain:\t%u\n",
		   kipc_domain_number(endpoint->domain));
	seq_printf(seq, "kipc-pool-size:\t%u\n",
		   READ_ONCE(endpoint->pool.size));
	seq_printf(seq, "kipc-pool-used:\t%u\n",
		   READ_ONCE(endpoint->pool.used));
	seq_printf(seq, "kipc-nodes:\t%u\n",
		   READ_ONCE(endpoint->table.owned_count));
	seq_printf(seq, "kipc-handles:\t%u\n",
		   READ_ONCE(endpoint->table.handle_count));
	seq_printf(seq, "kipc-queued:\t%u\n", work.queued);
	seq_printf(seq, "kipc-serving:\t%u\n", work.serving);
	seq_printf(seq, "kipc-calling:\t%u\n", work.calling);
	seq_printf(seq, "kipc-frozen:\t%d\n", work.frozen);
	seq_printf(seq, "kipc-readable:\t%d\n",
		   kipc_queue_has_entries(&endpoint->queue));
	kipc_senders_show(seq, endpoint, "kipc-sender:\t");
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = device_poll,
	.mmap = device_mmap,
	.show_fdinfo = device_show_fdinfo,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kipc",
	.fops = &device_fops,
	.mode = 0666,
};

/**
 * kipc_device_endpoint() - the endpoint that a file is
 * @file: a file
 *
 * Context: Any, with a reference to the file.
 * Return: The endpoint, or an ERR_PTR() of -EPROTOTYPE if it is none.
 */
struct kipc_endpoint *kipc_device_endpoint(struct file *file)
{
	if (file->f_op != &device_fops)
		return ERR_PTR(-EPROTOTYPE);
	return file->private_data;
}

/**
 * kipc_device_init() - make /dev/kipc
 *
 * Context: Process context, when all else is there.
 * Return: 0 or an error of misc_register().
 */
int kipc_device_init(void)
{
	kipc_cycle_init(&device_fops, &kipc_mailbox_fops);
	kipc_region_file_init();
	return misc_register(&device);
}

/**
 * kipc_device_exit() - take /dev/kipc away
 *
 * Context: Process context; no endpoint is open, they hold the module.
 */
void kipc_device_exit(void)
{
	misc_deregister(&device);
}
