// SPDX-License-Identifier: GPL-2.0-only
#include "core/cycle.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/sock.h>

static const struct file_operations *endpoint_fops, *mailbox_fops;

/**
 * kipc_cycle_init() - say how to know an endpoint and a mailbox
 * @endpoints: the operations of endpoints' files
 * @mailboxes: those of mailboxes' files
 *
 * Context: Any, before the first endpoint is opened.
 */
void kipc_cycle_init(const struct file_operations *endpoints,
		     const struct file_operations *mailboxes)
{
	endpoint_fops = endpoints;
	mailbox_fops = mailboxes;
}

static bool is_unix_socket(struct file *file)
{
	struct socket *sock = sock_from_file(file);

	return sock && sock->sk && sock->sk->sk_family == AF_UNIX;
}

/* io_uring exports nothing to ask; only it names anonymous inodes so. */
static bool is_io_uring(struct file *file)
{
	struct dentry *dentry = file->f_path.dentry;

	return dentry->d_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(dentry->d_name.name, "[io_uring]");
}

/* A mailbox stays as long as its namespace can be reached, which is not by itself. */
static bool may_hold_namespace(struct file *file)
{
	return file_inode(file)->i_sb->s_magic == NSFS_MAGIC ||
	       file->f_mode & FMODE_NEED_UNMOUNT;
}

/**
 * kipc_file_may_cycle() - whether a file is refused as an attachment
 * @file: the file
 * @carrier: to what
 *
 * Context: Any.
 * Return: Whether the file could hold the queue in which it waits.
 */
bool kipc_file_may_cycle(struct file *file, enum kipc_carrier carrier)
{
	if (file->f_op == endpoint_fops)
		return true;
	if (carrier == KIPC_CARRIER_MAILBOX &&
	    (file->f_op == mailbox_fops || may_hold_namespace(file)))
		return true;
	return carrier != KIPC_CARRIER_CALL &&
	       (is_unix_socket(file) || is_io_uring(file));
}
