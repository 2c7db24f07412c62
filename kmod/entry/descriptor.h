/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of the running process: those that it is about to get, and whether it has one of
 * something.
 */
#ifndef KIPC_ENTRY_DESCRIPTOR_H
#define KIPC_ENTRY_DESCRIPTOR_H

#include <linux/types.h>

struct file;

/**
 * struct kipc_opened - a mailbox's or a view's file that is about to get its descriptor
 * @file: the file
 * @fd: the descriptor
 */
struct kipc_opened {
	struct file *file;
	int fd;
};

void kipc_opened_finish(const struct kipc_opened *opened, bool delivered);
bool kipc_is_open_here(const void *what);

#endif /* KIPC_ENTRY_DESCRIPTOR_H */
