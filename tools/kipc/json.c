// SPDX-License-Identifier: GPL-2.0-only
/* What --json prints, on top of json-c. */
#include <errno.h>
#include <stdio.h>

#include "json.h"
#include "text.h"

void json_add_number(struct json_object *object, const char *key,
		     uint64_t number)
{
	if (object)
		json_object_object_add(object, key,
				       json_object_new_uint64(number));
}

void json_add_code(struct json_object *object, const char *key, int code)
{
	if (object)
		json_object_object_add(object, key, json_object_new_int(code));
}

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	if (object)
		json_object_object_add(object, key,
				       json_object_new_string(text));
}

void json_add_flag(struct json_object *object, const char *key, bool flag)
{
	if (object)
		json_object_object_add(object, key,
				       json_object_new_boolean(flag));
}

struct json_object *json_add_object(struct json_object *object,
				    const char *key)
{
	struct json_object *child = object ? json_object_new_object() : NULL;

	if (child)
		json_object_object_add(object, key, child);
	return child;
}

struct json_object *json_add_array(struct json_object *object, const char *key)
{
	struct json_object *child = object ? json_object_new_array() : NULL;

	if (child)
		json_object_object_add(object, key, child);
	return child;
}

void json_add_item(struct json_object *array, struct json_object *item)
{
	if (!array || json_object_array_add(array, item))
		json_object_put(item);
}

void json_add_name(struct json_object *object, const struct kipc_name *name)
{
	char text[TEXT_MAX];

	json_add_text(object, "name", name->name);
	json_add_text(object, "kind", text_kind(name->kind));
	snprintf(text, sizeof(text), "%04o", (unsigned int)name->mode);
	json_add_text(object, "mode", text);
	json_add_number(object, "uid", name->uid);
	json_add_number(object, "gid", name->gid);
	json_add_text(object, "owner", text_user(text, name->uid));
	json_add_number(object, "pid", (uint64_t)name->pid);
}

int json_print(struct json_object *value, bool pretty)
{
	int flags = JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	if (pretty)
		flags |= JSON_C_TO_STRING_PRETTY;
	text = value ? json_object_to_json_string_ext(value, flags) : NULL;
	if (text)
		puts(text);
	json_object_put(value);
	return text ? 0 : -ENOMEM;
}
