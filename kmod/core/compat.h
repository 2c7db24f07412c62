/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the supported kernels: 6.1 LTS and later. No other file
 * has a kernel version in it.
 */
#ifndef KIPC_CORE_COMPAT_H
#define KIPC_CORE_COMPAT_H

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
				vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/**
 * kipc_receive_fd() - give the running process a descriptor of a file
 * @file: the file
 * @flags: O_CLOEXEC or 0
 *
 * Context: Process context. May sleep.
 * Return: The descriptor, or an error of the table or of a security module.
 */
static inline int kipc_receive_fd(struct file *file, unsigned int flags)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return receive_fd(file, flags);
#else
	return receive_fd(file, NULL, flags);
#endif
}

#endif /* KIPC_CORE_COMPAT_H */
