// SPDX-License-Identifier: GPL-2.0-only
#include "entry/mailbox_file.h"

#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/kipc.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "core/domain.h"
#include "core/quota.h"
#include "entry/command.h"
#include "entry/descriptor.h"
#include "mailbox/file.h"
#include "mailbox/lease.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
#include "mailbox/receive.h"

static bool is_nonblock(const struct kiocb *iocb)
{
	return iocb->ki_filp->f_flags & O_NONBLOCK ||
	       iocb->ki_flags & IOCB_NOWAIT;
}

/* Copies a letter in hand; what follows a failure is as if nothing had happened. */
static ssize_t copy_out(struct kipc_receipt *receiver, struct iov_iter *to)
{
	const struct kipc_letter *letter = receiver->letter;

	if (letter->size > iov_iter_count(to))
		return -EMSGSIZE;
	if (copy_to_iter(letter->data, letter->size, to) != letter->size)
		return -EFAULT;
	return letter->size;
}

static ssize_t mailbox_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct kipc_mailbox_file *file = iocb->ki_filp->private_data;
	struct kipc_receipt receiver = {
		.file = file,
		.holder = current->files,
		.nonblock = is_nonblock(iocb),
	};
	size_t count = iov_iter_count(to);
	ssize_t ret;

	for (;;) {
		ret = kipc_receive(&receiver);
		if (ret)
			return ret == -EPIPE ? 0 : ret;
		ret = copy_out(&receiver, to);
		if (ret >= 0 && kipc_receive_commit(&receiver))
			break;
		kipc_receive_undo(&receiver);
		if (ret < 0)
			return ret;
		iov_iter_revert(to, count - iov_iter_count(to));
	}
	kipc_receive_end(&receiver);
	/* It may have been taken away again already. */
	if (receiver.token)
		kipc_lease_ack(file, receiver.token);
	return ret;
}

static ssize_t mailbox_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct kipc_mailbox_file *file = iocb->ki_filp->private_data;
	struct kipc_mailbox *mailbox = file->mailbox;
	size_t size = iov_iter_count(from);
	struct kipc_letter *letter;
	u64 sequence;
	int ret;

	letter = kipc_post_begin(mailbox, size, NULL);
	if (IS_ERR(letter))
		return PTR_ERR(letter);
	ret = kipc_letter_write_iter(letter, from);
	if (!ret)
		ret = kipc_letter_enclose(letter, mailbox, NULL);
	if (!ret)
		ret = kipc_post(mailbox, letter, is_nonblock(iocb), 0,
				&sequence);
	if (!ret)
		return size;
	kipc_letter_discard(mailbox, letter);
	return ret;
}

static long mailbox_ioctl(struct file *file, unsigned int number,
			  unsigned long address)
{
	return kipc_mailbox_execute(file->private_data,
				    file->f_flags & O_NONBLOCK, number,
				    address);
}

static __poll_t mailbox_poll(struct file *file, struct poll_table_struct *wait)
{
	struct kipc_mailbox_file *mailbox = file->private_data;

	poll_wait(file, &mailbox->mailbox->pollers, wait);
	return kipc_mailbox_file_events(mailbox);
}

/**
 * kipc_mailbox_file_settle() - see that what a process has here ends with it
 * @mailbox: the file through which something was leased, or asked for
 * @flushes: its @flushes, before
 *
 * Context: Process context. May sleep.
 */
void kipc_mailbox_file_settle(struct kipc_mailbox_file *mailbox, int flushes)
{
	/* Pairs with that in mailbox_flush(). */
	smp_mb();
	if (unlikely(atomic_read(&mailbox->flushes) != flushes) &&
	    !kipc_is_open_here(mailbox))
		kipc_mailbox_file_flush(mailbox, current->files);
}

/* A process closes a descriptor of the file. */
static int mailbox_flush(struct file *file, fl_owner_t process)
{
	struct kipc_mailbox_file *mailbox = file->private_data;

	atomic_inc(&mailbox->flushes);
	/* Pairs with that in kipc_mailbox_file_settle(): one of the two sees the other. */
	smp_mb__after_atomic();
	if (!READ_ONCE(mailbox->lease_count) &&
	    READ_ONCE(mailbox->mailbox->notice.file) != mailbox)
		return 0;
	/* One that is dying has no table any more. */
	if (process == current->files && kipc_is_open_here(mailbox))
		return 0;
	kipc_mailbox_file_flush(mailbox, process);
	return 0;
}

static int mailbox_release(struct inode *inode, struct file *file)
{
	kipc_mailbox_file_close(file->private_data);
	return 0;
}

static void mailbox_show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct kipc_mailbox_file *mailbox = file->private_data;
	struct kipc_mailbox_info info = { };

	kipc_mailbox_file_info(mailbox, &info);
	seq_printf(seq, "kipc-mailbox:\t%llu\n", info.id);
	seq_printf(seq, "kipc-domain:\t%u\n",
		   kipc_domain_number(mailbox->mailbox->user->domain));
	seq_printf(seq, "kipc-kind:\t%u\n", info.kind);
	seq_printf(seq, "kipc-messages:\t%u\n", info.messages);
	seq_printf(seq, "kipc-messages-max:\t%u\n", info.messages_max);
	seq_printf(seq, "kipc-leased:\t%u\n", info.leased);
	seq_printf(seq, "kipc-receivers:\t%u\n", info.receivers);
	seq_printf(seq, "kipc-senders:\t%u\n", info.senders);
	seq_printf(seq, "kipc-readers:\t%u\n", info.readers);
	seq_printf(seq, "kipc-writers:\t%u\n", info.writers);
}

const struct file_operations kipc_mailbox_fops = {
	.owner = THIS_MODULE,
	.read_iter = mailbox_read,
	.write_iter = mailbox_write,
	.unlocked_ioctl = mailbox_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = mailbox_poll,
	.flush = mailbox_flush,
	.release = mailbox_release,
	.show_fdinfo = mailbox_show_fdinfo,
};

/**
 * kipc_mailbox_file_install() - make a file of an open mailbox
 * @mailbox: as it was opened; it is the file's, or still the caller's if it fails
 * @nonblock: whether the file gets O_NONBLOCK
 *
 * Context: Process context. May sleep.
 * Return: The file, or an ERR_PTR().
 */
struct file *kipc_mailbox_file_install(struct kipc_mailbox_file *mailbox,
				       bool nonblock)
{
	/* What may do neither is opened as for ioctl() alone. */
	int access = O_ACCMODE;
	struct file *file;

	if (mailbox->may_read && mailbox->may_write)
		access = O_RDWR;
	else if (mailbox->may_read)
		access = O_RDONLY;
	else if (mailbox->may_write)
		access = O_WRONLY;
	file = anon_inode_getfile("[kipc-mailbox]", &kipc_mailbox_fops,
				  mailbox,
				  access | (nonblock ? O_NONBLOCK : 0));
	if (!IS_ERR(file))
		file->f_mode |= FMODE_NOWAIT;
	return file;
}
