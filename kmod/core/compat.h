/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the supported kernels: 6.1 LTS and later. No other file
 * has a kernel version in it.
 */
#ifndef KIPC_CORE_COMPAT_H
#define KIPC_CORE_COMPAT_H

#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/ns_common.h>
#include <linux/refcount.h>
#include <linux/security.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
				vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/**
 * kipc_ns_references() - how many references there are to a namespace
 * @ns: the namespace, to which the caller has one
 *
 * Context: Any.
 * Return: The number. With 1 it is the caller's own.
 */
static inline unsigned int kipc_ns_references(const struct ns_common *ns)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return refcount_read(&ns->count);
#else
	return refcount_read(&ns->__ns_ref);
#endif
}

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

#ifndef fd_file
#define fd_file(f)	((f).file)
#endif

/**
 * kipc_eventfd_signal() - add 1 to an eventfd
 * @context: the eventfd
 *
 * Context: Any.
 */
static inline void kipc_eventfd_signal(struct eventfd_ctx *context)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	eventfd_signal(context, 1);
#else
	eventfd_signal(context);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
/**
 * struct lsm_context - a security label
 * @context: the text
 * @len: its size
 */
struct lsm_context {
	char *context;
	u32 len;
};
#endif

/**
 * kipc_get_secctx() - the security label of the running thread
 * @context: where; for kipc_put_secctx()
 *
 * Context: Any.
 * Return: 0, -EOPNOTSUPP if there is none, or an error of a security module.
 */
static inline int kipc_get_secctx(struct lsm_context *context)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	u32 secid;

	security_current_getsecid_subj(&secid);
	return security_secid_to_secctx(secid, &context->context,
					&context->len);
#else
	struct lsm_prop prop;

	security_current_getlsmprop_subj(&prop);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
	return security_lsmprop_to_secctx(&prop, &context->context,
					  &context->len);
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return min(security_lsmprop_to_secctx(&prop, context), 0);
#else
	return min(security_lsmprop_to_secctx(&prop, context, LSM_ID_UNDEF), 0);
#endif
#endif
}

/**
 * kipc_put_secctx() - free a security label
 * @context: as kipc_get_secctx() left it
 *
 * Context: Any.
 */
static inline void kipc_put_secctx(struct lsm_context *context)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
	security_release_secctx(context->context, context->len);
#else
	security_release_secctx(context);
#endif
}

#endif /* KIPC_CORE_COMPAT_H */
