/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of any kind as text. */
#ifndef TOOL_ENCODE_H
#define TOOL_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * encode_is_utf8() - whether bytes are UTF-8, as RFC 3629 has it
 * @data: the bytes
 * @size: how many
 *
 * Return: whether; no bytes are.
 */
bool encode_is_utf8(const void *data, size_t size);

/**
 * encode_base64() - bytes as base64, as RFC 4648 has it
 * @data: the bytes
 * @size: how many
 *
 * Return: the text, to be freed; NULL without memory.
 */
char *encode_base64(const void *data, size_t size);

#endif
