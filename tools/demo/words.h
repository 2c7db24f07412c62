/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a word is, also where a text is cut in the middle of one.
 *
 * The rule is that of "LC_ALL=C wc -w" in GNU coreutils as Debian 12 has them:
 * white space separates words, and what lies between counts as a word if at
 * least one byte of it is printable ASCII.
 */
#ifndef DEMO_WORDS_H
#define DEMO_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * words_count() - count the words that begin in a piece of text
 * @text: the piece
 * @size: its size in bytes
 * @in_word: in: the piece begins inside a word that was counted before;
 *	out: it ends inside a word that is counted now
 *
 * A word begins with its first printable byte, so that the counts of adjacent
 * pieces add up.
 *
 * Return: the number of words.
 */
uint64_t words_count(const char *text, size_t size, bool *in_word);

/**
 * words_cut_inside() - whether a piece ends inside a word that is counted in it
 * @text: the piece
 * @size: its size in bytes
 * @in_word: whether it begins inside such a word
 *
 * Return: what @in_word is to be for the piece that follows.
 */
bool words_cut_inside(const char *text, size_t size, bool in_word);

#endif
