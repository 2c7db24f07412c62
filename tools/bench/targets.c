// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "targets.h"

#define MIB	1048576

/* A result, by what it is found with. */
struct result {
	const char *system;
	const char *operation;
	size_t bytes;
};

/**
 * struct target - what a result, or a ratio of two, is to be
 * @text: what it is about
 * @of: what is divided
 * @by: by what; all 0 if the limit is one of @of itself
 * @limit: the most that it may be, or the least
 * @is_least: which of the two
 */
struct target {
	const char *text;
	struct result of;
	struct result by;
	double limit;
	bool is_least;
};

static const struct target targets[] = {
	{
		.text = "round trip, 64 B, of Binder's",
		.of = { "kipc", "roundtrip", 64 },
		.by = { "binder", "roundtrip", 64 },
		.limit = 0.50,
	},
	{
		.text = "round trip, 64 B, of the floor's",
		.of = { "kipc", "roundtrip", 64 },
		.by = { "floor", "roundtrip", 64 },
		.limit = 1.20,
	},
	{
		.text = "round trip, 4 KiB, of Binder's",
		.of = { "kipc", "roundtrip", 4096 },
		.by = { "binder", "roundtrip", 4096 },
		.limit = 0.53,
	},
	{
		.text = "round trip, 64 KiB, of seqpacket's",
		.of = { "kipc", "roundtrip", 65536 },
		.by = { "unix-seqpacket", "roundtrip", 65536 },
		.limit = 0.60,
	},
	{
		.text = "one-way, 64 B, of Binder's",
		.of = { "kipc", "oneway", 64 },
		.by = { "binder", "oneway", 64 },
		.limit = 0.50,
	},
	{
		.text = "one-way, 4 KiB, of Binder's",
		.of = { "kipc", "oneway", 4096 },
		.by = { "binder", "oneway", 4096 },
		.limit = 0.50,
	},
	{
		.text = "mailboxes, round trip, 64 B, of mq's",
		.of = { "kipc-mailbox", "roundtrip", 64 },
		.by = { "posix-mq", "roundtrip", 64 },
		.limit = 0.95,
	},
	{
		.text = "queue alone, 64 B, of mq's",
		.of = { "kipc-mailbox", "queue-self", 64 },
		.by = { "posix-mq", "queue-self", 64 },
		.limit = 0.90,
	},
	{
		.text = "likewise, one of a batch of 32",
		.of = { "kipc-mailbox", "queue-batch32", 64 },
		.by = { "posix-mq", "queue-self", 64 },
		.limit = 0.35,
	},
	{
		.text = "100,000 queued, of 1 queued",
		.of = { "kipc-mailbox", "queue-depth-100k", 64 },
		.by = { "kipc-mailbox", "queue-depth-1", 64 },
		.limit = 1.05,
	},
	{
		.text = "all priorities queued, of 1 queued",
		.of = { "kipc-mailbox", "queue-priorities", 64 },
		.by = { "kipc-mailbox", "queue-depth-1", 64 },
		.limit = 1.05,
	},
	{
		.text = "sending 32 KiB to 16, of seqpacket's",
		.of = { "kipc-mailbox", "broadcast-send", 32768 },
		.by = { "unix-seqpacket", "broadcast-send", 32768 },
		.limit = 0.125,
	},
	{
		.text = "median time, 64 B, of seqpacket's",
		.of = { "kipc", "time-p50", 64 },
		.by = { "unix-seqpacket", "time-p50", 64 },
		.limit = 0.80,
	},
	{
		.text = "two pairs, a CPU each, of one pair's",
		.of = { "kipc", "pairs-2-pinned", 64 },
		.by = { "kipc", "pairs-1-pinned", 64 },
		.limit = 1.70,
		.is_least = true,
	},
	{
		.text = "handing over 1 MiB, of 64 B",
		.of = { "kipc-chunk", "publish", MIB },
		.by = { "kipc-chunk", "publish", 64 },
		.limit = 1.10,
	},
	{
		.text = "handing over 1 MiB, of AF_UNIX's",
		.of = { "kipc-chunk", "publish", MIB },
		.by = { "unix-seqpacket", "publish", MIB },
		.limit = 0.02,
	},
	{
		.text = "publish to take, 64 B, of iceoryx's",
		.of = { "kipc-chunk", "publish", 64 },
		.by = { "iceoryx", "publish", 64 },
		.limit = 1.00,
	},
	{
		.text = "publish to take, 1 MiB, of iceoryx's",
		.of = { "kipc-chunk", "publish", MIB },
		.by = { "iceoryx", "publish", MIB },
		.limit = 1.00,
	},
	{
		.text = "ring, instructions per message",
		.of = { "kipc-ring-batch", "stream", 64 },
		.limit = 200,
	},
	{
		.text = "ring, messages/s, of a pipe's",
		.of = { "kipc-ring", "stream-rate", 64 },
		.by = { "pipe", "stream-rate", 64 },
		.limit = 1.00,
		.is_least = true,
	},
	{
		.text = "ring, messages/s, of AF_UNIX's",
		.of = { "kipc-ring", "stream-rate", 64 },
		.by = { "unix-stream", "stream-rate", 64 },
		.limit = 1.00,
		.is_least = true,
	},
	{
		.text = "ring, messages/s, of ZeroMQ's",
		.of = { "kipc-ring", "stream-rate", 64 },
		.by = { "zmq", "stream-rate", 64 },
		.limit = 1.00,
		.is_least = true,
	},
};

static const struct report_row *find(const struct report *report,
				     const struct result *result)
{
	return report_find(report, result->system, result->operation,
			   result->bytes);
}

/* Digits behind the point: results are whole numbers, ratios are not. */
static int decimals(const struct target *target)
{
	return target->by.system ? 3 : 0;
}

static void print_limit(const struct target *target)
{
	printf(" %8s %5.*f", target->is_least ? "at least" : "at most",
	       decimals(target), target->limit);
}

static void print_target(const struct report *report,
			 const struct target *target)
{
	const struct report_row *of = find(report, &target->of);
	const struct report_row *by = NULL;
	double value;
	bool holds;

	if (target->by.system)
		by = find(report, &target->by);
	printf("  %-36s", target->text);
	if (!of || (target->by.system && !by)) {
		printf(" %8s", "-");
		print_limit(target);
		printf("\n");
		return;
	}
	value = of->series.median / (by ? by->series.median : 1);
	holds = target->is_least ? value >= target->limit :
				   value <= target->limit;
	printf(" %8.*f", decimals(target), value);
	print_limit(target);
	printf("  %s\n", holds ? "holds" : "MISSED");
}

void targets_print(const struct report *report)
{
	size_t i;

	printf("\n%-38s %8s %14s\n", "target for kipc", "measured", "limit");
	for (i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		print_target(report, &targets[i]);
}
