/* SPDX-License-Identifier: GPL-2.0-only */
/* The results: collected while counting, shown as tables and as JSON. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "series.h"

/* What a result is a number of. */
enum report_unit {
	UNIT_INSTRUCTIONS,
	UNIT_NANOSECONDS,
	UNIT_CALLS_PER_SECOND,
	UNIT_MESSAGES_PER_SECOND,
};

/**
 * struct report_row - one result
 * @system: name of the system
 * @operation: what was done
 * @baseline: operation of the same system that it is to be compared with, or
 *	NULL; one that has a baseline is not shown beside other systems
 * @bytes: size of the payload
 * @unit: what it is a number of
 * @earlier: it was read from a file, and shown when it was measured
 * @series: what was measured
 */
struct report_row {
	const char *system;
	const char *operation;
	const char *baseline;
	size_t bytes;
	enum report_unit unit;
	bool earlier;
	struct series series;
};

/* A result that is not there, for a reason that is nobody's fault here. */
struct report_skip {
	const char *system;
	const char *operation;
	char reason[256];
};

struct report {
	struct report_row *rows;
	size_t count;
	struct report_skip *skips;
	size_t skip_count;
	/* something that was asked for could not be measured */
	bool incomplete;
	/* what the names in earlier rows belong to, or NULL */
	struct json_object *earlier;
};

void report_add(struct report *report, const struct report_row *row);

/* Say at once that something is not to be had here, for the reason in errno. */
void report_missing(struct report *report, const char *system,
		    const char *operation);

/*
 * Say at once, and again below the results, why something was not measured that
 * need not be there: the packages of a peer, say.
 */
void report_skip(struct report *report, const char *system,
		 const char *operation, const char *reason);
void report_print_skips(const struct report *report);

/* The row of this system, operation and size, or NULL. */
const struct report_row *report_find(const struct report *report,
				     const char *system, const char *operation,
				     size_t bytes);

/* For people, on standard output: what was counted, and what was timed. */
void report_print(const struct report *report);
void report_print_times(const struct report *report);

/* Each returns 0, or -1 with a message printed. */
int report_write_json(const struct report *report, const char *path);
int report_read_json(struct report *report, const char *path);

void report_free(struct report *report);

#endif /* BENCH_REPORT_H */
