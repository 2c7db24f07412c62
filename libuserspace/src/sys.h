/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The system calls on /dev/kipc, in one place: the library's only way to it. The tests put a
 * kernel of their own here. What a ring asks of the kernel is in futex.h and peer.h.
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
