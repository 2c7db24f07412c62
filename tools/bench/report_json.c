// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <json-c/json.h>
#include <stdint.h>

#include "report.h"

/* The key of the number says what it is a number of. */
static const char *const unit_keys[] = {
	[UNIT_INSTRUCTIONS] = "instructions",
	[UNIT_NANOSECONDS] = "nanoseconds",
	[UNIT_CALLS_PER_SECOND] = "calls_per_second",
	[UNIT_MESSAGES_PER_SECOND] = "messages_per_second",
};

#define PPM	1000000

#define UNITS	(sizeof(unit_keys) / sizeof(*unit_keys))

static struct json_object *row_to_json(const struct report_row *row)
{
	struct json_object *object = json_object_new_object();
	int64_t median = (int64_t)(row->series.median + 0.5);
	int64_t spread = (int64_t)(row->series.spread * PPM + 0.5);

	json_object_object_add(object, "system",
			       json_object_new_string(row->system));
	json_object_object_add(object, "operation",
			       json_object_new_string(row->operation));
	json_object_object_add(object, "bytes",
			       json_object_new_int64((int64_t)row->bytes));
	json_object_object_add(object, unit_keys[row->unit],
			       json_object_new_int64(median));
	json_object_object_add(object, "repeats",
			       json_object_new_int64(row->series.repeats));
	json_object_object_add(object, "spread_ppm",
			       json_object_new_int64(spread));
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

static const char *string_of(struct json_object *object, const char *key)
{
	const char *text;

	text = json_object_get_string(json_object_object_get(object, key));
	return text ? text : "";
}

static int64_t number_of(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

static void add_earlier(struct report *report, struct json_object *object)
{
	struct report_row row = {
		.system = string_of(object, "system"),
		.operation = string_of(object, "operation"),
		.bytes = (size_t)number_of(object, "bytes"),
		.earlier = true,
	};
	unsigned int unit;

	for (unit = 0; unit < UNITS; unit++) {
		if (!json_object_object_get(object, unit_keys[unit]))
			continue;
		row.unit = (enum report_unit)unit;
		row.series.median = (double)number_of(object, unit_keys[unit]);
		row.series.repeats = (unsigned int)number_of(object, "repeats");
		row.series.spread = (double)number_of(object, "spread_ppm") / PPM;
		report_add(report, &row);
		return;
	}
}

int report_read_json(struct report *report, const char *path)
{
	struct json_object *array = json_object_from_file(path);
	size_t i;

	if (!array || !json_object_is_type(array, json_type_array)) {
		warnx("%s has no results", path);
		json_object_put(array);
		return -1;
	}
	report->earlier = array;
	for (i = 0; i < json_object_array_length(array); i++)
		add_earlier(report, json_object_array_get_idx(array, i));
	return 0;
}
