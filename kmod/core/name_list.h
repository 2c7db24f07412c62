/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listing the names of a registry, some at a time.
 *
 * Names have serials that only grow, and are listed in their order. So a cursor
 * needs no memory in the kernel: it is the serial of the last name that was looked
 * at. A name that is there from the first command to the last is listed once.
 */
#ifndef KIPC_CORE_NAME_LIST_H
#define KIPC_CORE_NAME_LIST_H

#include <linux/types.h>

struct kipc_domain;
struct kipc_key;
struct kipc_name_list;

ssize_t kipc_names_list(struct kipc_domain *domain,
			const struct kipc_key *prefix, void *buffer,
			size_t size, struct kipc_name_list *list);

#endif /* KIPC_CORE_NAME_LIST_H */
