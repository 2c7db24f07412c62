/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What workers and the coordinator say to each other.
 *
 * The coordinator publishes one node; a worker joins with its first call, and
 * then asks for a piece of text and reports the one before in the same call,
 * until it is told that there is no more. Nothing in a call says which worker
 * it is from: the coordinator goes by the sender's process, for which the
 * kernel vouches.
 */
#ifndef DEMO_PROTOCOL_H
#define DEMO_PROTOCOL_H

#include <stdint.h>

/* No piece has this number */
#define DEMO_NO_PIECE	UINT64_MAX

/* Largest piece of text, in bytes; several of them fit a worker's pool */
#define DEMO_PIECE_MAX	((size_t)256 << 10)

/**
 * enum demo_method - code of a call to the coordinator
 * @DEMO_JOIN: "I am here"; attached: a node of the worker's, by whose death the
 *	coordinator learns of the worker's
 * @DEMO_NEXT: "this is the result of my last piece; give me another"; payload
 *	struct demo_result; the answer is a struct demo_piece and then the text,
 *	or its code is DEMO_NO_MORE
 * @DEMO_HALFWAY: "I am in the middle of this piece"; payload struct demo_result
 */
enum demo_method {
	DEMO_JOIN = 1,
	DEMO_NEXT = 2,
	DEMO_HALFWAY = 3,
};

/* Code of an answer: all pieces are done, the worker can go */
#define DEMO_NO_MORE	1

/**
 * struct demo_result - how many words were counted
 * @piece: in which piece; DEMO_NO_PIECE: in none so far
 * @words: how many
 */
struct demo_result {
	uint64_t piece;
	uint64_t words;
};

/**
 * struct demo_piece - what precedes a piece's text
 * @piece: its number
 * @in_word: 1 if it begins inside a word that was counted before
 * @halfway: 1 if the worker is to make a call DEMO_HALFWAY in the middle
 */
struct demo_piece {
	uint64_t piece;
	uint32_t in_word;
	uint32_t halfway;
};

#endif
