/* SPDX-License-Identifier: GPL-2.0-only */
/* The pieces of the text, and what became of each. */
#ifndef DEMO_PIECES_H
#define DEMO_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/**
 * struct piece - one piece of the text
 * @size: its size in bytes
 * @words: words in it, once it is done
 * @in_word: it begins inside a word that the piece before counted
 * @done: its words are counted
 */
struct piece {
	size_t size;
	uint64_t words;
	bool in_word;
	bool done;
};

/**
 * struct pieces - all pieces of the text
 * @list: the pieces
 * @count: how many
 * @done: how many are done
 */
struct pieces {
	struct piece *list;
	size_t count;
	size_t done;
};

/**
 * pieces_cut() - see what pieces there are
 * @pieces: where they go
 * @text: the text, loaded
 *
 * Return: 0 or -ENOMEM.
 */
int pieces_cut(struct pieces *pieces, const struct text *text);

/**
 * pieces_finish() - a piece is done
 * @pieces: the pieces
 * @number: its number
 * @words: how many words are in it
 *
 * Return: false if it was done before: the words of then count.
 */
bool pieces_finish(struct pieces *pieces, size_t number, uint64_t words);

/**
 * pieces_words() - words in all pieces that are done
 * @pieces: the pieces
 *
 * Return: how many.
 */
uint64_t pieces_words(const struct pieces *pieces);

/**
 * pieces_free() - free the memory
 * @pieces: the pieces
 */
void pieces_free(struct pieces *pieces);

#endif
