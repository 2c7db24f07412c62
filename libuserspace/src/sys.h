/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The system calls of the library, in one place: its only way to the kernel.
 * The tests put a kernel of their own here.
 *
 * All return 0 or a positive number, or -errno.
 */
#ifndef KIPC_SRC_SYS_H
#define KIPC_SRC_SYS_H

#include <stddef.h>

int kipc_sys_open(const char *path);
int kipc_sys_close(int fd);
int kipc_sys_ioctl(int fd, unsigned long command, void *argument);
int kipc_sys_map(int fd, size_t size, const unsigned char **memory);
int kipc_sys_unmap(const unsigned char *memory, size_t size);

#endif /* KIPC_SRC_SYS_H */
