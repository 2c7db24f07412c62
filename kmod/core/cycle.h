/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that waits in a queue, and that holds that queue, would never be freed.
 * Such files are refused as attachments.
 *
 * An endpoint holds its queue directly, so it is always refused. An AF_UNIX
 * socket or an io_uring instance can hold an endpoint. In a call that is no
 * harm: if the caller goes away the message goes with it, and if it stays it is
 * the caller's own wait. A one-way message has nobody who waits, nor has a reply
 * while its caller serves a nested call, nor a letter in a mailbox, so they are refused
 * there.
 *
 * A mailbox is refused in mailboxes only: as neither an endpoint nor what can hold one is
 * ever in a mailbox, nothing else can be held by it in turn. Nor can a mailbox hold a
 * namespace, or a tree of mounts that is nobody's: a mailbox with a name ends when its IPC
 * namespace is left by all.
 */
#ifndef KIPC_CORE_CYCLE_H
#define KIPC_CORE_CYCLE_H

#include <linux/fs.h>

/**
 * enum kipc_carrier - what files are attached to
 * @KIPC_CARRIER_CALL: what a thread waits for
 * @KIPC_CARRIER_QUEUE: what can wait where no thread does
 * @KIPC_CARRIER_MAILBOX: a letter in a mailbox
 */
enum kipc_carrier {
	KIPC_CARRIER_CALL,
	KIPC_CARRIER_QUEUE,
	KIPC_CARRIER_MAILBOX,
};

void kipc_cycle_init(const struct file_operations *endpoints,
		     const struct file_operations *mailboxes);
bool kipc_file_may_cycle(struct file *file, enum kipc_carrier carrier);

#endif /* KIPC_CORE_CYCLE_H */
