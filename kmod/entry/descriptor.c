// SPDX-License-Identifier: GPL-2.0-only
#include "entry/descriptor.h"

#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched.h>

/**
 * kipc_opened_finish() - the process knows its descriptor, or does not
 * @opened: what was opened
 * @delivered: whether it does; else it is closed again
 *
 * Context: Process context. May sleep.
 */
void kipc_opened_finish(const struct kipc_opened *opened, bool delivered)
{
	if (delivered) {
		fd_install(opened->fd, opened->file);
		return;
	}
	put_unused_fd(opened->fd);
	fput(opened->file);
}

static int is_same(const void *wanted, struct file *file, unsigned int fd)
{
	return wanted == file->private_data;
}

/**
 * kipc_is_open_here() - whether the running process has a descriptor of something
 * @what: what it is to the module: the file's private data
 *
 * Context: Process context.
 * Return: Whether so.
 */
bool kipc_is_open_here(const void *what)
{
	return iterate_fd(current->files, 0, is_same, what);
}
