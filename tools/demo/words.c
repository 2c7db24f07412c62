// SPDX-License-Identifier: GPL-2.0-only
/* What a word is, and where a text can be cut between two. */
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

size_t words_cut(const char *text, size_t size, size_t most)
{
	size_t end = most;

	if (size <= most)
		return size;
	while (end && !is_space(text[end - 1]))
		end--;
	return end ? end : most;
}

/* A piece that does not end with white space has none in it, or is the last */
bool words_cut_inside(const char *text, size_t size, bool in_word)
{
	if (!is_space(text[size - 1]))
		words_count(text, size, &in_word);
	else
		in_word = false;
	return in_word;
}
