// SPDX-License-Identifier: GPL-2.0-only
/* The pieces of the text, and what became of each. */
#include <errno.h>
#include <stdlib.h>

#include "pieces.h"
#include "words.h"

int pieces_cut(struct pieces *pieces, const struct text *text)
{
	bool in_word = false;

	*pieces = (struct pieces){ .count = text->count };
	pieces->list = calloc(text->count + 1, sizeof(*pieces->list));
	if (!pieces->list)
		return -ENOMEM;
	for (size_t i = 0; i < text->count; i++) {
		pieces->list[i].size = text_size_of(text, i);
		pieces->list[i].in_word = in_word;
		in_word = words_cut_inside(text->chunk[i].data,
					   pieces->list[i].size, in_word);
	}
	return 0;
}

bool pieces_finish(struct pieces *pieces, size_t number, uint64_t words)
{
	struct piece *piece = &pieces->list[number];

	if (piece->done)
		return false;
	piece->done = true;
	piece->words = words;
	pieces->done++;
	return true;
}

uint64_t pieces_words(const struct pieces *pieces)
{
	uint64_t words = 0;

	for (size_t i = 0; i < pieces->count; i++)
		words += pieces->list[i].words;
	return words;
}

void pieces_free(struct pieces *pieces)
{
	free(pieces->list);
	*pieces = (struct pieces){ 0 };
}
