// SPDX-License-Identifier: GPL-2.0-only
/* What a word is, also where a text is cut in the middle of one. */
#include "words.h"

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_graphic(unsigned char c)
{
	return c > ' ' && c < 0x7f;
}

uint64_t words_count(const char *text, size_t size, bool *in_word)
{
	bool inside = *in_word;
	uint64_t words = 0;

	for (size_t i = 0; i < size; i++) {
		if (is_space(text[i])) {
			inside = false;
		} else if (!inside && is_graphic(text[i])) {
			inside = true;
			words++;
		}
	}
	*in_word = inside;
	return words;
}

/* What it ends with begins behind its last white space */
bool words_cut_inside(const char *text, size_t size, bool in_word)
{
	size_t begin = size;

	while (begin && !is_space(text[begin - 1]))
		begin--;
	in_word &= !begin;
	words_count(text + begin, size - begin, &in_word);
	return in_word;
}
