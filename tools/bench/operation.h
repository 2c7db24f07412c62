/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An operation: something that is counted. It adds a row to the report for
 * each system and size that it can count and that is wanted.
 */
#ifndef BENCH_OPERATION_H
#define BENCH_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "peer.h"
#include "policy.h"
#include "report.h"
#include "series.h"

/* What the user asked for. NULL and -1 stand for all. */
struct bench {
	const char *system;
	const char *operation;
	long bytes;
	enum policy policy;
	/* measure time rather than instructions */
	bool timed;
	struct series_plan plan;
	struct report report;
};

/**
 * struct operation - something that is counted
 * @name: what it is called in the results
 * @baseline: as in struct report_row
 * @population: how many other things exist meanwhile, if that matters
 * @timed: it is measured in time, not in instructions
 * @run: count it for all systems and sizes that are wanted
 */
struct operation {
	const char *name;
	const char *baseline;
	unsigned int population;
	bool timed;
	void (*run)(const struct operation *operation, struct bench *bench);
};

/* All of them, in the order of the results; ends with one without a name. */
extern const struct operation operations[];

/* Whether the user wants this system and size. */
bool bench_wants(const struct bench *bench, const char *system, size_t bytes);

/* Round trips between two processes, side by side. */
void roundtrip_run(const struct operation *operation, struct bench *bench);

/*
 * Check that the payload travels unharmed in both directions, and count what a
 * round trip costs.
 */
struct series roundtrip_count(struct peer *peer, const struct series_plan *plan);

/* One-way messages from one process to another, side by side. */
void oneway_run(const struct operation *operation, struct bench *bench);

/* kipc alone: round trips while many names, handles or endpoints exist. */
void crowded_names_run(const struct operation *operation, struct bench *bench);
void crowded_handles_run(const struct operation *operation,
			 struct bench *bench);
void crowded_endpoints_run(const struct operation *operation,
			   struct bench *bench);

/* kipc alone: looking up one of many names. */
void lookup_run(const struct operation *operation, struct bench *bench);

/* A message that a process sends to itself, side by side. */
void queue_self_run(const struct operation *operation, struct bench *bench);

/* kipc's mailboxes alone: likewise, many in one system call. */
void queue_batch_run(const struct operation *operation, struct bench *bench);

/* Likewise, one by one, while many others are queued. */
void queue_depth_run(const struct operation *operation, struct bench *bench);

/* And while others of all priorities are queued. */
void queue_priorities_run(const struct operation *operation,
			  struct bench *bench);

/* A message for many readers, side by side. */
void broadcast_run(const struct operation *operation, struct bench *bench);

/* Memory handed over to another process, side by side. */
void publish_run(const struct operation *operation, struct bench *bench);

/* A stream of small messages to another process, side by side. */
void stream_run(const struct operation *operation, struct bench *bench);

/* In time: how long single round trips take, side by side. */
void latency_run(const struct operation *operation, struct bench *bench);

/* In time: how many round trips one pair of processes makes, and two at once. */
void pairs_run(const struct operation *operation, struct bench *bench);

/* In time: how many messages of a stream arrive, with a CPU for each side. */
void stream_rate_run(const struct operation *operation, struct bench *bench);

#endif /* BENCH_OPERATION_H */
