/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each user has of an endpoint that it sends to, as text: a line for each,
 * the same in fdinfo and in debugfs.
 */
#ifndef KIPC_ENTRY_SENDERS_H
#define KIPC_ENTRY_SENDERS_H

struct kipc_endpoint;
struct seq_file;

void kipc_senders_show(struct seq_file *seq, struct kipc_endpoint *endpoint,
		       const char *begin);

#endif /* KIPC_ENTRY_SENDERS_H */
