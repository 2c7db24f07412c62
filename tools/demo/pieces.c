// SPDX-License-Identifier: GPL-2.0-only
/* The text, cut into pieces, and what became of each. */
#include <errno.h>
#include <stdlib.h>

#include "pieces.h"
#include "words.h"

static int add(struct pieces *pieces, const struct piece *piece)
{
	struct piece *list = pieces->list;

	/* Room is doubled whenever the count is a power of two */
	if (!(pieces->count & (pieces->count - 1))) {
		list = reallocarray(list, 2 * pieces->count + 1, sizeof(*list));
		if (!list)
			return -ENOMEM;
		pieces->list = list;
	}
	list[pieces->count++] = *piece;
	return 0;
}

int pieces_cut(struct pieces *pieces, const char *text, size_t size,
	       size_t most)
{
	struct piece piece = { .text = text };
	bool in_word = false;
	int ret;

	*pieces = (struct pieces){ 0 };
	for (; size; size -= piece.size, piece.text += piece.size) {
		piece.size = words_cut(piece.text, size, most);
		piece.in_word = in_word;
		ret = add(pieces, &piece);
		if (ret < 0) {
			pieces_free(pieces);
			return ret;
		}
		in_word = words_cut_inside(piece.text, piece.size, in_word);
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
