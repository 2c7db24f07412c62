/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A walk through the names that exist: the kernel is asked for a page of
 * entries at a time, in ascending order of their serials.
 */
#ifndef KIPC_SRC_NAMES_H
#define KIPC_SRC_NAMES_H

#include <stdbool.h>

#include <kipc.h>

#define NAMES_PAGE	16384

/**
 * struct kipc_names - a walk
 * @endpoint: in whose domain
 * @prefix: which names
 * @prefix_size: bytes of it
 * @cursor: the kernel's: where the next page begins
 * @more: there may be a next page
 * @left: how many entries of this page are still to come
 * @next: the next one
 * @name: the name of the one before it, terminated
 * @page: entries
 */
struct kipc_names {
	struct kipc *endpoint;
	char prefix[KIPC_NAME_MAX + 1];
	uint32_t prefix_size;
	uint64_t cursor;
	bool more;
	uint32_t left;
	const unsigned char *next;
	char name[KIPC_NAME_MAX + 1];
	uint64_t page[NAMES_PAGE / sizeof(uint64_t)];
};

void kipc_names_restart(struct kipc_names *names);

#endif /* KIPC_SRC_NAMES_H */
