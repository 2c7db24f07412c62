// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <json-c/json.h>
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
	free(report->rows);
	json_object_put(report->earlier);
}
