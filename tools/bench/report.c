// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <json-c/json.h>
#include <stdint.h>
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

static struct json_object *row_to_json(const struct report_row *row)
{
	struct json_object *object = json_object_new_object();
	int64_t instructions = (int64_t)(row->series.instructions + 0.5);

	json_object_object_add(object, "system",
			       json_object_new_string(row->system));
	json_object_object_add(object, "operation",
			       json_object_new_string(row->operation));
	json_object_object_add(object, "bytes",
			       json_object_new_int64((int64_t)row->bytes));
	json_object_object_add(object, "instructions",
			       json_object_new_int64(instructions));
	json_object_object_add(object, "repeats",
			       json_object_new_int64(row->series.repeats));
	return object;
}

int report_write_json(const struct report *report, const char *path)
{
	struct json_object *array = json_object_new_array();
	size_t i;
	int ret;

	for (i = 0; i < report->count; i++)
		json_object_array_add(array, row_to_json(&report->rows[i]));
	ret = json_object_to_file_ext(path, array, JSON_C_TO_STRING_PRETTY |
						   JSON_C_TO_STRING_SPACED);
	if (ret < 0)
		warnx("%s", json_util_get_last_err());
	json_object_put(array);
	return ret;
}

void report_free(struct report *report)
{
	free(report->rows);
}
