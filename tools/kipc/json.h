/* SPDX-License-Identifier: GPL-2.0-only */
/* What --json prints, on top of json-c. */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include <kipc.h>

/**
 * json_add_number() - add a member that is a number
 * @object: the object; NULL does nothing
 * @key: the member's name
 * @number: its value
 */
void json_add_number(struct json_object *object, const char *key,
		     uint64_t number);

/**
 * json_add_code() - add a member that is a reply's code: small, 0 or -errno
 * @object: the object; NULL does nothing
 * @key: the member's name
 * @code: its value
 */
void json_add_code(struct json_object *object, const char *key, int code);

/**
 * json_add_text() - add a member that is a string
 * @object: the object; NULL does nothing
 * @key: the member's name
 * @text: its value
 */
void json_add_text(struct json_object *object, const char *key,
		   const char *text);

/**
 * json_add_flag() - add a member that is true or false
 * @object: the object; NULL does nothing
 * @key: the member's name
 * @flag: its value
 */
void json_add_flag(struct json_object *object, const char *key, bool flag);

/**
 * json_add_object() - add a member that is an object
 * @object: the object; NULL does nothing
 * @key: the member's name
 *
 * Return: the new object, which belongs to @object; NULL without memory.
 */
struct json_object *json_add_object(struct json_object *object,
				    const char *key);

/**
 * json_add_array() - add a member that is an array
 * @object: the object; NULL does nothing
 * @key: the member's name
 *
 * Return: the new array, which belongs to @object; NULL without memory.
 */
struct json_object *json_add_array(struct json_object *object, const char *key);

/**
 * json_add_item() - add an item to an array
 * @array: the array; NULL frees the item
 * @item: the item; belongs to @array from here on
 */
void json_add_item(struct json_object *array, struct json_object *item);

/**
 * json_add_name() - add what is known of a name
 * @object: the object; NULL does nothing
 * @name: the name
 */
void json_add_name(struct json_object *object, const struct kipc_name *name);

/**
 * json_print() - print it on stdout with a line end, and free it
 * @value: the value; NULL if there was no memory for it
 * @pretty: on several lines, indented
 *
 * Return: 0 or -ENOMEM.
 */
int json_print(struct json_object *value, bool pretty);

#endif
