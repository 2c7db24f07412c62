/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc tells of processes. */
#ifndef TOOL_PROC_H
#define TOOL_PROC_H

#include <stddef.h>
#include <sys/types.h>

/* Room for the name of a process, with its end */
#define PROC_NAME_MAX	16

/**
 * proc_read() - read the beginning of a small file
 * @path: the file
 * @text: where it goes; terminated
 * @size: room there
 *
 * Return: 0 or -errno.
 */
int proc_read(const char *path, char *text, size_t size);

/**
 * proc_clean_name() - make a process's name fit to be printed
 * @name: what the process calls itself; whatever is not printable ASCII becomes
 *	a question mark
 */
void proc_clean_name(char *name);

/**
 * proc_name() - the name of a process
 * @pid: the process
 * @name: where it goes, PROC_NAME_MAX bytes
 *
 * Return: 0 or -errno; ESRCH or ENOENT if it is gone.
 */
int proc_name(pid_t pid, char *name);

/**
 * proc_of_thread() - which process a thread belongs to
 * @tid: the thread
 *
 * Return: the process; 0 if it is gone.
 */
pid_t proc_of_thread(pid_t tid);

#endif
