// SPDX-License-Identifier: GPL-2.0-only
/* Does a message cost more when many others are queued before it? */
#include "backlog.h"

static const struct {
	const char *name;
	unsigned int count;
} depths[] = {
	{ "queue-depth-1", 1 },
	{ "queue-depth-64k", 65535 },
	{ "queue-depth-100k", 100000 },
};

static void run_system(const struct operation *operation, struct bench *bench,
		       const struct queue_ops *ops)
{
	size_t i;

	for (i = 0; i < sizeof(depths) / sizeof(*depths); i++) {
		const struct backlog_options options = {
			.ops = ops,
			.count = depths[i].count,
		};

		/* Beside these there is one that comes and goes. */
		if (depths[i].count < ops->depth_max)
			backlog_run(operation, bench, depths[i].name,
				    &options);
	}
}

void queue_depth_run(const struct operation *operation, struct bench *bench)
{
	const struct queue_ops *const *ops;

	policy_set(bench->policy, false);
	for (ops = queues; *ops; ops++) {
		if ((*ops)->depth_max &&
		    bench_wants(bench, (*ops)->name, BACKLOG_BYTES))
			run_system(operation, bench, *ops);
	}
}
