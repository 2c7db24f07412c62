/* SPDX-License-Identifier: GPL-2.0-only */
/* Colours, for terminals. */
#ifndef TOOL_COLOUR_H
#define TOOL_COLOUR_H

#include <stdbool.h>

/**
 * enum colour - what something is, which decides on how it looks
 * @COLOUR_PLAIN: nothing special: ends the others
 * @COLOUR_HEAD: head of a table
 * @COLOUR_SIDE: of less interest
 * @COLOUR_GOOD: as it should be
 * @COLOUR_BAD: not as it should be
 * @COLOUR_NOTE: neither, but of interest
 */
enum colour {
	COLOUR_PLAIN,
	COLOUR_HEAD,
	COLOUR_SIDE,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_NOTE,
};

/**
 * colour_wanted() - whether colours are wanted on standard output
 *
 * Return: true if it is a terminal that can do it, and NO_COLOR is not set.
 */
bool colour_wanted(void);

/**
 * colour() - how to begin it
 * @wanted: from colour_wanted()
 * @colour: what follows
 *
 * Return: a constant text to print; empty if it is not wanted.
 */
const char *colour(bool wanted, enum colour colour);

#endif
