/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers, times, users and permissions as people write them. */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for any text that the functions here make, with its end */
#define TEXT_MAX	48

/**
 * text_count() - a number with commas: 262,144
 * @text: where it goes, TEXT_MAX bytes
 * @count: the number
 *
 * Return: @text.
 */
const char *text_count(char *text, uint64_t count);

/**
 * text_bytes() - a size in the largest unit that fits: 1.5 MiB
 * @text: where it goes, TEXT_MAX bytes
 * @bytes: the size
 *
 * Return: @text.
 */
const char *text_bytes(char *text, uint64_t bytes);

/**
 * text_time() - a time in the unit that suits it: 540 us, 1.25 s
 * @text: where it goes, TEXT_MAX bytes
 * @ns: the time in nanoseconds
 *
 * Return: @text.
 */
const char *text_time(char *text, uint64_t ns);

/**
 * text_now() - the time of day, as ISO 8601 has it, with the time zone
 * @text: where it goes
 * @size: room there; TEXT_MAX will do
 */
void text_now(char *text, size_t size);

/**
 * text_rate() - how many in a second: 1,234; below ten: 0.5
 * @text: where it goes, TEXT_MAX bytes
 * @count: how many
 * @ns: in which time, in nanoseconds; not 0
 *
 * Return: @text.
 */
const char *text_rate(char *text, uint64_t count, uint64_t ns);

/**
 * text_error() - the name of an error: ETIMEDOUT
 * @text: where it goes, TEXT_MAX bytes
 * @error: -errno
 *
 * Return: @text.
 */
const char *text_error(char *text, int error);

/**
 * text_mode() - permission bits as ls(1) shows them: rw-r--r--
 * @text: where it goes, TEXT_MAX bytes
 * @mode: the bits
 *
 * Return: @text.
 */
const char *text_mode(char *text, mode_t mode);

/**
 * text_user() - a user's name; the number if /etc/passwd has no name for it
 * @text: where it goes, TEXT_MAX bytes
 * @uid: the user
 *
 * For one thread at a time: it remembers the last one.
 *
 * Return: @text.
 */
const char *text_user(char *text, uid_t uid);

/**
 * text_kind() - what a name stands for
 * @kind: one of enum kipc_object_kind
 *
 * Return: a constant text.
 */
const char *text_kind(unsigned int kind);

/**
 * text_parse_size() - read a size: 65536, 64K, 4M
 * @text: the text
 * @most: the largest that is allowed
 * @bytes: where the size goes; not 0
 *
 * Return: 0 or -EINVAL.
 */
int text_parse_size(const char *text, size_t most, size_t *bytes);

/**
 * text_parse_mode() - read permission bits in octal: 0600
 * @text: the text
 * @mode: where they go
 *
 * Return: 0 or -EINVAL.
 */
int text_parse_mode(const char *text, mode_t *mode);

/**
 * text_parse_seconds() - read a time in seconds: 10, 0.5
 * @text: the text
 * @ns: where it goes, in nanoseconds; not 0
 *
 * Return: 0 or -EINVAL.
 */
int text_parse_seconds(const char *text, uint64_t *ns);

/**
 * text_parse_number() - read a number: 7, 0x1f
 * @text: the text
 * @most: the largest that is allowed
 * @number: where it goes
 *
 * Return: 0 or -EINVAL.
 */
int text_parse_number(const char *text, uint64_t most, uint64_t *number);

#endif
