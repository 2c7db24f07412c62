// SPDX-License-Identifier: GPL-2.0-only
#include "core/cycle.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/sock.h>

static const struct file_operations *endpoint_fops;

/**
 * kipc_cycle_init() - say how to know an endpoint
 * @fops: the operations of endpoints' files
 *
 * Context: Any, before the first endpoint is opened.
 */
void kipc_cycle_init(const struct file_operations *fops)
{
	endpoint_fops = fops;
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

/**
 * kipc_file_may_cycle() - whether a file is refused as an attachment
 * @file: the file
 * @one_way: whether it is for a one-way message
 *
 * Context: Any.
 * Return: Whether the file could hold the queue in which it waits.
 */
bool kipc_file_may_cycle(struct file *file, bool one_way)
{
	if (file->f_op == endpoint_fops)
		return true;
	return one_way && (is_unix_socket(file) || is_io_uring(file));
}
