/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be seen of kipc in debugfs, by root:
 *
 *   kipc/live   how many objects of each kind exist; all 0 when nothing is open
 *   kipc/names  which endpoint's node each name stands for, for tools
 *   kipc/state  domains, users, names, endpoints, nodes, handles, calls
 */
#ifndef KIPC_ENTRY_DEBUGFS_H
#define KIPC_ENTRY_DEBUGFS_H

void kipc_debugfs_init(void);
void kipc_debugfs_exit(void);

#endif /* KIPC_ENTRY_DEBUGFS_H */
