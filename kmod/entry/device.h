/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/kipc. Everybody may open it: what a user can take is bounded by quotas,
 * and what it can reach by names' modes and by the handles it is given.
 */
#ifndef KIPC_ENTRY_DEVICE_H
#define KIPC_ENTRY_DEVICE_H

struct file;
struct kipc_endpoint;

struct kipc_endpoint *kipc_device_endpoint(struct file *file);
int kipc_device_init(void);
void kipc_device_exit(void);

#endif /* KIPC_ENTRY_DEVICE_H */
