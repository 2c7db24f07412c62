// SPDX-License-Identifier: GPL-2.0-only
#include "core/live.h"

#include <linux/cpumask.h>

DEFINE_PER_CPU(long[KIPC_LIVE_COUNT], kipc_live);

static const char *const names[KIPC_LIVE_COUNT] = {
	[KIPC_LIVE_DOMAINS] = "domains",
	[KIPC_LIVE_USERS] = "users",
	[KIPC_LIVE_ENDPOINTS] = "endpoints",
	[KIPC_LIVE_NODES] = "nodes",
	[KIPC_LIVE_HANDLES] = "handles",
	[KIPC_LIVE_MESSAGES] = "messages",
	[KIPC_LIVE_NAMES] = "names",
	[KIPC_LIVE_WATCHES] = "watches",
	[KIPC_LIVE_POOL_PAGES] = "pool_pages",
	[KIPC_LIVE_FILES] = "files",
	[KIPC_LIVE_SHARES] = "shares",
	[KIPC_LIVE_MAILBOXES] = "mailboxes",
	[KIPC_LIVE_LETTERS] = "letters",
	[KIPC_LIVE_PORTIONS] = "portions",
	[KIPC_LIVE_REGIONS] = "regions",
	[KIPC_LIVE_VIEWS] = "views",
	[KIPC_LIVE_HOLDERS] = "holders",
	[KIPC_LIVE_LEASES] = "leases",
};

/**
 * kipc_live_sum() - how many exist
 * @what: of what
 *
 * Context: Any.
 * Return: The count; exact if nothing of the kind begins or ends meanwhile.
 */
long kipc_live_sum(enum kipc_live what)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(kipc_live, cpu)[what];
	return sum;
}

/**
 * kipc_live_name() - the name of a counter
 * @what: which
 *
 * Context: Any.
 * Return: A constant string.
 */
const char *kipc_live_name(enum kipc_live what)
{
	return names[what];
}
