/* SPDX-License-Identifier: GPL-2.0-only */
/* Mailboxes as files: read(), write(), poll(), ioctl(), close(). */
#ifndef KIPC_ENTRY_MAILBOX_FILE_H
#define KIPC_ENTRY_MAILBOX_FILE_H

#include <linux/err.h>
#include <linux/fs.h>

struct kipc_mailbox_file;

extern const struct file_operations kipc_mailbox_fops;

struct file *kipc_mailbox_file_install(struct kipc_mailbox_file *mailbox,
				       bool nonblock);
void kipc_mailbox_file_settle(struct kipc_mailbox_file *mailbox, int flushes);

/**
 * kipc_mailbox_file_of() - the open mailbox that a file is
 * @file: a file
 *
 * Context: Any, with a reference to the file.
 * Return: The open mailbox, or an ERR_PTR() of -EPROTOTYPE if it is none.
 */
static inline struct kipc_mailbox_file *
kipc_mailbox_file_of(struct file *file)
{
	if (file->f_op != &kipc_mailbox_fops)
		return ERR_PTR(-EPROTOTYPE);
	return file->private_data;
}

#endif /* KIPC_ENTRY_MAILBOX_FILE_H */
