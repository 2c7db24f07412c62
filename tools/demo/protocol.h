/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What workers and the coordinator say to each other.
 *
 * The coordinator publishes one node; a worker joins with its first call, and the
 * answer brings it a mailbox, a work queue, and a view of the region with the text.
 * What comes by the mailbox are leases of pieces. The worker reads one where it is,
 * reports by a call, and acknowledges the piece when
 * the report was answered; until then the kernel would give it to another one.
 * When there is nothing left the coordinator closes its side of the mailbox, and
 * the worker goes. Nothing in a call says which worker it is from: the coordinator
 * goes by the sender's process, for which the kernel vouches.
 */
#ifndef DEMO_PROTOCOL_H
#define DEMO_PROTOCOL_H

#include <stdint.h>

/**
 * enum demo_method - code of a call to the coordinator
 * @DEMO_JOIN: "I am here"; attached: a node of the worker's, by whose death the
 *	coordinator learns of the worker's. Attached to the answer: the mailbox, open
 *	for receiving, and a view of the text, to be read
 * @DEMO_HALFWAY: "I am in the middle of this piece"; payload struct demo_result
 * @DEMO_RESULT: "this is the result of a piece"; payload struct demo_result
 */
enum demo_method {
	DEMO_JOIN = 1,
	DEMO_HALFWAY = 2,
	DEMO_RESULT = 3,
};

/**
 * struct demo_result - how many words were counted
 * @piece: in which piece
 * @words: how many
 * @deliveries: how often the kernel has delivered the piece, this time included
 */
struct demo_result {
	uint64_t piece;
	uint64_t words;
	uint64_t deliveries;
};

/**
 * struct demo_piece - a piece of text; its chunk is attached
 * @piece: its number
 * @size: its size in bytes
 * @in_word: 1 if it begins inside a word that was counted before
 * @halfway: 1 if the first worker that gets it is to make a call DEMO_HALFWAY in
 *	the middle
 */
struct demo_piece {
	uint64_t piece;
	uint64_t size;
	uint32_t in_word;
	uint32_t halfway;
};

#endif
