/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text, cut into pieces, and what became of each.
 *
 * A piece is to do, held by a worker, or done. One that comes back from a
 * worker that died is to do again, and goes out before those that follow it.
 */
#ifndef DEMO_PIECES_H
#define DEMO_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum piece_state - what became of a piece
 * @PIECE_TO_DO: no worker has it
 * @PIECE_HELD: a worker has it
 * @PIECE_DONE: its words are counted
 */
enum piece_state {
	PIECE_TO_DO,
	PIECE_HELD,
	PIECE_DONE,
};

/**
 * struct piece - one piece of the text
 * @text: its beginning
 * @size: its size in bytes
 * @words: words in it, once it is done
 * @state: what became of it
 * @handed: how often it was handed to a worker
 * @in_word: it begins inside a word that the piece before counted
 */
struct piece {
	const char *text;
	size_t size;
	uint64_t words;
	enum piece_state state;
	unsigned int handed;
	bool in_word;
};

/**
 * struct pieces - all pieces of the text
 * @list: the pieces
 * @count: how many
 * @done: how many are done
 * @first: none before this one is to do
 */
struct pieces {
	struct piece *list;
	size_t count;
	size_t done;
	size_t first;
};

/**
 * pieces_cut() - cut a text into pieces
 * @pieces: where they go
 * @text: the text; must stay as long as the pieces
 * @size: its size in bytes
 * @most: size of the largest piece in bytes, not 0
 *
 * Return: 0 or -ENOMEM.
 */
int pieces_cut(struct pieces *pieces, const char *text, size_t size,
	       size_t most);

/**
 * pieces_take() - take the first piece that is to do
 * @pieces: the pieces
 *
 * Return: its number, and it is held now; pieces->count if there is none.
 */
size_t pieces_take(struct pieces *pieces);

/**
 * pieces_put_back() - give back a piece that is held
 * @pieces: the pieces
 * @number: its number
 */
void pieces_put_back(struct pieces *pieces, size_t number);

/**
 * pieces_finish() - a piece that is held is done
 * @pieces: the pieces
 * @number: its number
 * @words: how many words are in it
 */
void pieces_finish(struct pieces *pieces, size_t number, uint64_t words);

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
