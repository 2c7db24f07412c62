/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that waits in a queue, and that holds that queue, would never be freed.
 * Such files are refused as attachments.
 *
 * An endpoint holds its queue directly, so it is always refused. An AF_UNIX
 * socket or an io_uring instance can hold an endpoint. In a call that is no
 * harm: if the caller goes away the message goes with it, and if it stays it is
 * the caller's own wait. A one-way message has nobody who waits, so they are
 * refused there.
 */
#ifndef KIPC_CORE_CYCLE_H
#define KIPC_CORE_CYCLE_H

#include <linux/fs.h>

void kipc_cycle_init(const struct file_operations *endpoint_fops);
bool kipc_file_may_cycle(struct file *file, bool one_way);

#endif /* KIPC_CORE_CYCLE_H */
