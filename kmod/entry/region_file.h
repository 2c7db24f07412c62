/* SPDX-License-Identifier: GPL-2.0-only */
/* Views of regions as files: mmap(), poll(), ioctl(), close(). */
#ifndef KIPC_ENTRY_REGION_FILE_H
#define KIPC_ENTRY_REGION_FILE_H

struct file;
struct kipc_view;

void kipc_region_file_init(void);
struct file *kipc_region_file_install(struct kipc_view *view);
void kipc_region_file_settle(struct kipc_view *view);

#endif /* KIPC_ENTRY_REGION_FILE_H */
