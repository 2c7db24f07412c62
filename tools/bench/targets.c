// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "targets.h"

/* A result, by what it is found with. */
struct result {
	const char *system;
	const char *operation;
	size_t bytes;
};

/**
 * struct target - what a ratio of two results is to be
 * @text: what it is about
 * @of: what is divided
 * @by: by what
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
};

static const struct report_row *find(const struct report *report,
				     const struct result *result)
{
	return report_find(report, result->system, result->operation,
			   result->bytes);
}

static void print_target(const struct report *report,
			 const struct target *target)
{
	const struct report_row *of = find(report, &target->of);
	const struct report_row *by = find(report, &target->by);
	double ratio;
	bool holds;

	printf("  %-36s", target->text);
	if (!of || !by) {
		printf(" %8s %8s %5.3f\n", "-",
		       target->is_least ? "at least" : "at most",
		       target->limit);
		return;
	}
	ratio = of->series.median / by->series.median;
	holds = target->is_least ? ratio >= target->limit :
				   ratio <= target->limit;
	printf(" %8.3f %8s %5.3f  %s\n", ratio,
	       target->is_least ? "at least" : "at most", target->limit,
	       holds ? "holds" : "MISSED");
}

void targets_print(const struct report *report)
{
	size_t i;

	printf("\n%-38s %8s %14s\n", "target for kipc", "measured", "limit");
	for (i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		print_target(report, &targets[i]);
}
