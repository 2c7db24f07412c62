// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a message cost more when others of all priorities are queued? Those that
 * come meanwhile have the highest, the lowest or a random one. The dearest of
 * these is what the operation itself comes to.
 */
#include "backlog.h"

/* As many as all systems that have priorities can hold, but for one */
#define COUNT	65535

static const struct {
	const char *name;
	enum backlog_priority priority;
} kinds[] = {
	{ "queue-priorities-highest", BACKLOG_HIGHEST },
	{ "queue-priorities-lowest", BACKLOG_LOWEST },
	{ "queue-priorities-random", BACKLOG_RANDOM },
};

#define KINDS	(sizeof(kinds) / sizeof(*kinds))

/* With one message of the lowest priority, if that was not counted before */
static void run_baseline(const struct operation *operation,
			 struct bench *bench, const struct queue_ops *ops)
{
	const struct backlog_options options = { .ops = ops, .count = 1 };

	if (!report_find(&bench->report, ops->name, operation->baseline,
			 BACKLOG_BYTES))
		backlog_run(operation, bench, operation->baseline, &options);
}

static void add_dearest(const struct operation *operation, struct bench *bench,
			const struct queue_ops *ops)
{
	const struct report_row *dearest = NULL;
	struct report_row row;
	size_t i;

	for (i = 0; i < KINDS; i++) {
		const struct report_row *kind;

		kind = report_find(&bench->report, ops->name, kinds[i].name,
				   BACKLOG_BYTES);
		if (kind && (!dearest || kind->series.median >
					 dearest->series.median))
			dearest = kind;
	}
	if (!dearest)
		return;
	row = *dearest;
	row.operation = operation->name;
	report_add(&bench->report, &row);
}

static void run_system(const struct operation *operation, struct bench *bench,
		       const struct queue_ops *ops)
{
	size_t i;

	run_baseline(operation, bench, ops);
	for (i = 0; i < KINDS; i++) {
		const struct backlog_options options = {
			.ops = ops,
			.count = COUNT,
			.spread = true,
			.priority = kinds[i].priority,
		};

		backlog_run(operation, bench, kinds[i].name, &options);
	}
	add_dearest(operation, bench, ops);
}

void queue_priorities_run(const struct operation *operation,
			  struct bench *bench)
{
	const struct queue_ops *const *ops;

	policy_set(bench->policy, false);
	for (ops = queues; *ops; ops++) {
		if ((*ops)->depth_max > COUNT &&
		    bench_wants(bench, (*ops)->name, BACKLOG_BYTES))
			run_system(operation, bench, *ops);
	}
}
