/* SPDX-License-Identifier: GPL-2.0-only */
/* The results: collected while counting, shown as tables and as JSON. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "series.h"

/**
 * struct report_row - one result
 * @system: name of the system
 * @operation: what was done
 * @baseline: operation of the same system that it is to be compared with, or
 *	NULL; one that has a baseline is not shown beside other systems
 * @bytes: size of the payload
 * @series: what was counted
 */
struct report_row {
	const char *system;
	const char *operation;
	const char *baseline;
	size_t bytes;
	struct series series;
};

struct report {
	struct report_row *rows;
	size_t count;
	/* something that was asked for could not be counted */
	bool incomplete;
};

void report_add(struct report *report, const struct report_row *row);

/* Say at once that something is not to be had here, for the reason in errno. */
void report_missing(struct report *report, const char *system,
		    const char *operation);

/* The row of this system, operation and size, or NULL. */
const struct report_row *report_find(const struct report *report,
				     const char *system, const char *operation,
				     size_t bytes);

/* For people, on standard output. */
void report_print(const struct report *report);

/* Returns 0, or -1 with a message printed. */
int report_write_json(const struct report *report, const char *path);

void report_free(struct report *report);

#endif /* BENCH_REPORT_H */
