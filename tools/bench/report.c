// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

void report_add(struct report *report, const struct report_row *row)
{
	struct report_row *rows;

	rows = reallocarray(report->rows, report->count + 1, sizeof(*rows));
	if (!rows)
		err(EXIT_FAILURE, "report");
	rows[report->count++] = *row;
	report->rows = rows;
}

void report_missing(struct report *report, const char *system,
		    const char *operation)
{
	warn("%s: cannot measure %s", system, operation);
	report->incomplete = true;
}

void report_skip(struct report *report, const char *system,
		 const char *operation, const char *reason)
{
	struct report_skip *skips, *skip;
	size_t i;

	/* Once is enough for all sizes. */
	for (i = 0; i < report->skip_count; i++) {
		if (!strcmp(report->skips[i].system, system) &&
		    !strcmp(report->skips[i].operation, operation))
			return;
	}
	skips = reallocarray(report->skips, report->skip_count + 1,
			     sizeof(*skips));
	if (!skips)
		err(EXIT_FAILURE, "report");
	report->skips = skips;
	skip = &skips[report->skip_count++];
	skip->system = system;
	skip->operation = operation;
	snprintf(skip->reason, sizeof(skip->reason), "%s", reason);
	warnx("%s: %s is skipped: %s", system, operation, reason);
}

void report_print_skips(const struct report *report)
{
	size_t i;

	for (i = 0; i < report->skip_count; i++) {
		const struct report_skip *skip = &report->skips[i];

		printf("Skipped: %s %s: %s.\n", skip->system, skip->operation,
		       skip->reason);
	}
}

const struct report_row *report_find(const struct report *report,
				     const char *system, const char *operation,
				     size_t bytes)
{
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		if (!strcmp(row->system, system) &&
		    !strcmp(row->operation, operation) && row->bytes == bytes)
			return row;
	}
	return NULL;
}

void report_free(struct report *report)
{
	free(report->skips);
	free(report->rows);
	json_object_put(report->earlier);
}
