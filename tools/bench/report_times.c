// SPDX-License-Identifier: GPL-2.0-only
/* What was measured in time: small tables, a line for each system. */
#include <stdio.h>
#include <string.h>

#include "report.h"

#define REFERENCE	"kipc"
#define STREAM_REFERENCE "kipc-ring"
#define BYTES		64
#define NSEC_PER_USEC	1000

static const char *const times[] = { "time-p50", "time-p99", "time-p99.9" };

#define TIMES	(sizeof(times) / sizeof(*times))

static void print_time(const struct report *report, const char *system,
		       const char *operation)
{
	const struct report_row *row, *reference;

	row = report_find(report, system, operation, BYTES);
	reference = report_find(report, REFERENCE, operation, BYTES);
	if (!row)
		printf(" %10s", "-");
	else
		printf(" %10.1f", row->series.median / NSEC_PER_USEC);
	if (!row || !reference)
		printf(" %6s", "-");
	else
		printf(" %6.2f", row->series.median / reference->series.median);
}

static void print_latencies(const struct report *report)
{
	bool begun = false;
	size_t i, j;

	for (i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		if (row->earlier || strcmp(row->operation, times[0]))
			continue;
		if (!begun)
			printf("\n%-16s %10s %6s %10s %6s %10s %6s\n",
			       "round trip, us", "p50", "ratio", "p99", "ratio",
			       "p99.9", "ratio");
		begun = true;
		printf("  %-14s", row->system);
		for (j = 0; j < TIMES; j++)
			print_time(report, row->system, times[j]);
		printf("\n");
	}
}

/* Lines of the systems for which there are results of both operations. */
static void print_pairs(const struct report *report, const char *title,
			const char *operation_one, const char *operation_two)
{
	bool begun = false;
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct report_row *one = &report->rows[i], *two;

		if (one->earlier || strcmp(one->operation, operation_one))
			continue;
		two = report_find(report, one->system, operation_two,
				  one->bytes);
		if (!two)
			continue;
		if (!begun)
			printf("\n%-24s %10s %10s %6s\n", title,
			       "one pair", "two pairs", "ratio");
		begun = true;
		printf("  %-22s %10.0f %10.0f %6.2f\n", one->system,
		       one->series.median, two->series.median,
		       two->series.median / one->series.median);
	}
}

static void print_streams(const struct report *report)
{
	const struct report_row *reference;
	bool begun = false;
	size_t i;

	reference = report_find(report, STREAM_REFERENCE, "stream-rate", BYTES);
	for (i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		if (row->earlier || row->unit != UNIT_MESSAGES_PER_SECOND)
			continue;
		if (!begun)
			printf("\n%-24s %10s %6s\n", "messages/s, a CPU each",
			       "a stream", "ratio");
		begun = true;
		printf("  %-22s %10.0f", row->system, row->series.median);
		if (reference)
			printf(" %6.2f\n", row->series.median /
			       reference->series.median);
		else
			printf(" %6s\n", "-");
	}
}

void report_print_times(const struct report *report)
{
	printf("\nOn several CPUs, %d bytes, in time. A machine is\n"
	       "emulated, and others may run on the one that emulates it: only\n"
	       "ratios within this run mean anything. Medians of turns that the\n"
	       "systems took one after the other.\n", BYTES);
	print_latencies(report);
	print_pairs(report, "calls/s, nothing pinned", "pairs-1", "pairs-2");
	print_pairs(report, "calls/s, a CPU each", "pairs-1-pinned",
		    "pairs-2-pinned");
	print_streams(report);
}
