// SPDX-License-Identifier: GPL-2.0-only
#include "kipc_floor.h"

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

enum side {
	CLIENT,
	SERVER,
	SIDES,
};

/**
 * struct pair - an open file
 * @task: who joined; referenced until the file is closed
 * @handed: whether this side has a payload that it did not take yet
 * @size: of a payload
 * @buffer: the payloads, as user space maps them
 */
struct pair {
	struct task_struct *task[SIDES];
	bool handed[SIDES];
	size_t size;
	void *buffer;
};

/* As kipc does it, see kmod/core/wait.c: the flag of a synchronous wake-up. */
static int sync_flags __ro_after_init;

static int note_flags(struct wait_queue_entry *entry, unsigned int mode,
		      int flags, void *key)
{
	sync_flags = flags;
	return 1;
}

static void __init learn_flags(void)
{
	struct wait_queue_entry probe;
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(head);

	init_waitqueue_func_entry(&probe, note_flags);
	add_wait_queue(&head, &probe);
	__wake_up_sync_key(&head, TASK_NORMAL, NULL);
	remove_wait_queue(&head, &probe);
}

static void hand_to(struct pair *pair, enum side side)
{
	struct wait_queue_entry entry = { .private = pair->task[side] };

	/* Pairs with smp_load_acquire() in sleep_as(): the payload is there. */
	smp_store_release(&pair->handed[side], true);
	if (entry.private)
		default_wake_function(&entry, TASK_INTERRUPTIBLE, sync_flags,
				      NULL);
}

static int sleep_as(struct pair *pair, enum side side)
{
	int ret = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		/* Pairs with smp_store_release() in hand_to(). */
		if (smp_load_acquire(&pair->handed[side]))
			break;
		if (signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	pair->handed[side] = false;
	return ret;
}

static int join(struct pair *pair, enum side side, size_t size)
{
	if (size > FLOOR_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (cmpxchg(&pair->task[side], NULL, current))
		return -EBUSY;
	get_task_struct(current);
	pair->size = size;
	return 0;
}

static long floor_ioctl(struct file *file, unsigned int number,
			unsigned long address)
{
	const void __user *user = (const void __user *)address;
	struct pair *pair = file->private_data;

	switch (number) {
	case FLOOR_CALL:
		if (_copy_from_user(pair->buffer + FLOOR_REQUEST, user,
				    pair->size))
			return -EFAULT;
		hand_to(pair, SERVER);
		return sleep_as(pair, CLIENT);
	case FLOOR_REPLY_RECV:
		if (user) {
			if (_copy_from_user(pair->buffer + FLOOR_REPLY, user,
					    pair->size))
				return -EFAULT;
			hand_to(pair, CLIENT);
		}
		return sleep_as(pair, SERVER);
	case FLOOR_JOIN_CLIENT:
		return join(pair, CLIENT, address);
	case FLOOR_JOIN_SERVER:
		return join(pair, SERVER, address);
	}
	return -ENOTTY;
}

static int floor_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct pair *pair = file->private_data;

	return remap_vmalloc_range(vma, pair->buffer, vma->vm_pgoff);
}

static int floor_open(struct inode *inode, struct file *file)
{
	struct pair *pair = kzalloc(sizeof(*pair), GFP_KERNEL);

	if (!pair)
		return -ENOMEM;
	pair->buffer = vmalloc_user(FLOOR_SIZE);
	if (!pair->buffer) {
		kfree(pair);
		return -ENOMEM;
	}
	file->private_data = pair;
	return 0;
}

/* Nobody is in an ioctl any more, so nobody looks at the tasks. */
static int floor_release(struct inode *inode, struct file *file)
{
	struct pair *pair = file->private_data;
	int side;

	for (side = 0; side < SIDES; side++)
		if (pair->task[side])
			put_task_struct(pair->task[side]);
	vfree(pair->buffer);
	kfree(pair);
	return 0;
}

static const struct file_operations floor_fops = {
	.owner = THIS_MODULE,
	.open = floor_open,
	.release = floor_release,
	.unlocked_ioctl = floor_ioctl,
	.mmap = floor_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kipc_floor",
	.fops = &floor_fops,
};

static int __init floor_init(void)
{
	learn_flags();
	return misc_register(&device);
}
module_init(floor_init);

static void __exit floor_exit(void)
{
	misc_deregister(&device);
}
module_exit(floor_exit);

MODULE_DESCRIPTION("The floor of kipc-bench: a bare hand-over between tasks");
MODULE_LICENSE("GPL");
