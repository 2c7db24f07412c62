// SPDX-License-Identifier: GPL-2.0-only
/* Bytes of any kind as text. */
#include <stdint.h>
#include <stdlib.h>

#include "encode.h"
#include "tool.h"

/*
 * The forms of a character: what its first byte may be, how many follow, and what
 * the one after the first may be: that keeps out characters that have a shorter
 * form, halves of surrogate pairs, and what is beyond Unicode. All others are from
 * 0x80 to 0xbf.
 */
static const struct form {
	uint8_t first_min, first_max;
	uint8_t follow;
	uint8_t second_min, second_max;
} forms[] = {
	{ 0x00, 0x7f, 0, 0, 0 },
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

static const struct form *form_of(uint8_t first)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (first >= forms[i].first_min && first <= forms[i].first_max)
			return &forms[i];
	}
	return NULL;
}

/* How many bytes the character at @at has; 0 if it is none */
static size_t character(const uint8_t *at, size_t size)
{
	const struct form *form = form_of(*at);

	if (!form || form->follow >= size)
		return 0;
	if (form->follow &&
	    (at[1] < form->second_min || at[1] > form->second_max))
		return 0;
	for (size_t i = 2; i <= form->follow; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return 1 + (size_t)form->follow;
}

bool encode_is_utf8(const void *data, size_t size)
{
	const uint8_t *at = data;
	size_t step;

	for (; size; at += step, size -= step) {
		step = character(at, size);
		if (!step)
			return false;
	}
	return true;
}

char *encode_base64(const void *data, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *from = data;
	char *text = malloc((size + 2) / 3 * 4 + 1);
	char *to = text;

	if (!text)
		return NULL;
	for (; size; from += 3) {
		uint32_t bits = (uint32_t)from[0] << 16 |
				(size > 1 ? (uint32_t)from[1] << 8 : 0) |
				(size > 2 ? from[2] : 0);

		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = size > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = size > 2 ? digits[bits & 63] : '=';
		size -= size > 3 ? 3 : size;
	}
	*to = '\0';
	return text;
}
