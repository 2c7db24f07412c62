/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of what exists, over all domains.
 *
 * They are there to find leaks: with nothing open and no lasting name, each is 0.
 * They are per-CPU so that they cost nothing to keep; a sum is exact when nothing moves.
 */
#ifndef KIPC_CORE_LIVE_H
#define KIPC_CORE_LIVE_H

#include <linux/percpu.h>

/**
 * enum kipc_live - what is counted
 * @KIPC_LIVE_DOMAINS: domains
 * @KIPC_LIVE_USERS: users in domains
 * @KIPC_LIVE_ENDPOINTS: endpoints, including closed ones still referred to
 * @KIPC_LIVE_NODES: nodes, including dead ones still referred to
 * @KIPC_LIVE_HANDLES: handles
 * @KIPC_LIVE_MESSAGES: calls and one-way messages, including those of which
 *	only a slice is left
 * @KIPC_LIVE_NAMES: names
 * @KIPC_LIVE_WATCHES: watches on objects and on names
 * @KIPC_LIVE_POOL_PAGES: pages of pools
 * @KIPC_LIVE_FILES: files and chunks attached to messages
 * @KIPC_LIVE_SHARES: shares of senders in endpoints that they send to
 * @KIPC_LIVE_MAILBOXES: mailboxes
 * @KIPC_LIVE_LETTERS: messages in mailboxes, and memory that is kept for them
 * @KIPC_LIVE_PORTIONS: what users other than its owner have in a mailbox
 * @KIPC_LIVE_REGIONS: regions
 * @KIPC_LIVE_VIEWS: views of regions
 * @KIPC_LIVE_HOLDERS: processes that hold regions
 * @KIPC_LIVE_LEASES: loans and leases of chunks
 * @KIPC_LIVE_COUNT: how many kinds there are
 */
enum kipc_live {
	KIPC_LIVE_DOMAINS,
	KIPC_LIVE_USERS,
	KIPC_LIVE_ENDPOINTS,
	KIPC_LIVE_NODES,
	KIPC_LIVE_HANDLES,
	KIPC_LIVE_MESSAGES,
	KIPC_LIVE_NAMES,
	KIPC_LIVE_WATCHES,
	KIPC_LIVE_POOL_PAGES,
	KIPC_LIVE_FILES,
	KIPC_LIVE_SHARES,
	KIPC_LIVE_MAILBOXES,
	KIPC_LIVE_LETTERS,
	KIPC_LIVE_PORTIONS,
	KIPC_LIVE_REGIONS,
	KIPC_LIVE_VIEWS,
	KIPC_LIVE_HOLDERS,
	KIPC_LIVE_LEASES,
	KIPC_LIVE_COUNT,
};

DECLARE_PER_CPU(long[KIPC_LIVE_COUNT], kipc_live);

/**
 * kipc_live_add() - count
 * @what: what began to exist, or ended
 * @n: how many; negative if they ended
 *
 * Context: Any.
 */
static inline void kipc_live_add(enum kipc_live what, long n)
{
	this_cpu_add(kipc_live[what], n);
}

long kipc_live_sum(enum kipc_live what);
const char *kipc_live_name(enum kipc_live what);

#endif /* KIPC_CORE_LIVE_H */
