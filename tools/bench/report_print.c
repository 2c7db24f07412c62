// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of the systems side by side, a column for each size; and what was
 * counted of one system alone, a line for each result.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

/* What the others are compared with: the first of these that takes part. */
static const char *const references[] = {
	"kipc", "kipc-mailbox", "kipc-chunk", "kipc-ring",
};

#define REFERENCES	(sizeof(references) / sizeof(*references))

#define SIZES_MAX	16

struct sizes {
	size_t bytes[SIZES_MAX];
	size_t count;
};

static void sizes_add(struct sizes *sizes, size_t bytes)
{
	size_t i;

	for (i = 0; i < sizes->count; i++) {
		if (sizes->bytes[i] == bytes)
			return;
	}
	if (sizes->count < SIZES_MAX)
		sizes->bytes[sizes->count++] = bytes;
}

/* Whether it was counted in this run. */
static bool is_count(const struct report_row *row)
{
	return row->unit == UNIT_INSTRUCTIONS && !row->earlier;
}

static bool is_side_by_side(const struct report_row *row)
{
	return is_count(row) && !row->baseline;
}

/* Whether it is the first row of its system and operation. */
static bool is_first(const struct report *report, const struct report_row *row)
{
	const struct report_row *before;

	for (before = report->rows; before < row; before++) {
		if (!strcmp(before->system, row->system) &&
		    !strcmp(before->operation, row->operation))
			return false;
	}
	return true;
}

static const struct report_row *find_reference(const struct report *report,
					       const char *operation,
					       size_t bytes)
{
	const struct report_row *row = NULL;
	size_t i;

	for (i = 0; i < REFERENCES && !row; i++)
		row = report_find(report, references[i], operation, bytes);
	return row;
}

static void print_cell(const struct report *report,
		       const struct report_row *first, size_t bytes)
{
	const struct report_row *row, *reference;

	row = report_find(report, first->system, first->operation, bytes);
	reference = find_reference(report, first->operation, bytes);
	if (!row)
		printf(" %10s %6s", "-", "");
	else if (!reference)
		printf(" %10.0f %6s", row->series.median, "-");
	else
		printf(" %10.0f %6.2f", row->series.median,
		       row->series.median /
		       reference->series.median);
}

static void print_heading(const struct sizes *sizes)
{
	size_t i;

	printf("\n%-16s", "");
	for (i = 0; i < sizes->count; i++)
		printf(" %8zu B %6s", sizes->bytes[i], "ratio");
	printf("\n");
}

/* Whether the table goes on, or the operation has a size it has no column for. */
static bool has_columns(const struct sizes *table, const struct sizes *sizes)
{
	struct sizes both = *table;
	size_t i;

	for (i = 0; i < sizes->count; i++)
		sizes_add(&both, sizes->bytes[i]);
	return table->count && both.count == table->count;
}

static void begin_operation(const struct report *report, const char *operation,
			    struct sizes *table)
{
	struct sizes sizes = { 0 };
	size_t i;

	for (i = 0; i < report->count; i++) {
		if (is_side_by_side(&report->rows[i]) &&
		    !strcmp(report->rows[i].operation, operation))
			sizes_add(&sizes, report->rows[i].bytes);
	}
	if (!has_columns(table, &sizes)) {
		*table = sizes;
		print_heading(table);
	}
	printf("%s\n", operation);
}

static void print_side_by_side(const struct report *report)
{
	struct sizes sizes = { 0 };
	const char *operation = "";
	size_t i, j;

	for (i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		if (!is_side_by_side(row) || !is_first(report, row))
			continue;
		if (strcmp(operation, row->operation))
			begin_operation(report, row->operation, &sizes);
		operation = row->operation;
		printf("  %-14s", row->system);
		for (j = 0; j < sizes.count; j++)
			print_cell(report, row, sizes.bytes[j]);
		printf("\n");
	}
}

static void print_alone(const struct report *report)
{
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];
		const struct report_row *baseline;

		if (!is_count(row) || !row->baseline)
			continue;
		printf("  %s %s, %zu B: %.0f", row->system, row->operation,
		       row->bytes, row->series.median);
		baseline = report_find(report, row->system, row->baseline,
				       row->bytes);
		if (baseline && baseline != row)
			printf(", %.3f of %s", row->series.median /
			       baseline->series.median,
			       row->baseline);
		printf("\n");
	}
}

static void print_spread(const struct report *report)
{
	const struct report_row *worst = NULL;
	size_t i;

	for (i = 0; i < report->count; i++) {
		if (is_count(&report->rows[i]) &&
		    (!worst || report->rows[i].series.spread >
			       worst->series.spread))
			worst = &report->rows[i];
	}
	if (worst)
		printf("Repeats lie within %.2f %% (%s %s, %zu B).\n",
		       100 * worst->series.spread, worst->system,
		       worst->operation, worst->bytes);
}

void report_print(const struct report *report)
{
	printf("Instructions executed, user mode and kernel, both processes,\n"
	       "and the ratio to those of %s, or else of %s, %s or %s.\n",
	       references[0], references[1], references[2], references[3]);
	print_side_by_side(report);
	printf("\n");
	print_alone(report);
	printf("\nFor 0 bytes pipes and streams carry one byte.\n"
	       "With eventfd and futex the payload goes through shared memory,\n"
	       "copied in and out.\n"
	       "A one-way message is counted at both ends, in windows of 32.\n"
	       "queue-* and broadcast are of one process that sends to itself.\n"
	       "publish is a chunk handed over, of which 8 bytes are touched;\n"
	       "those who share no memory copy all of it.\n"
	       "stream is a message of a batch of 1,024.\n");
	print_spread(report);
}
