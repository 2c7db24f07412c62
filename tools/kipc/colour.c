// SPDX-License-Identifier: GPL-2.0-only
/* Colours, for terminals. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

static const char *const sequences[] = {
	[COLOUR_PLAIN] = "\033[0m",
	[COLOUR_HEAD] = "\033[1m",
	[COLOUR_SIDE] = "\033[2m",
	[COLOUR_GOOD] = "\033[32m",
	[COLOUR_BAD] = "\033[31m",
	[COLOUR_NOTE] = "\033[33m",
};

bool colour_wanted(void)
{
	const char *term = getenv("TERM");
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") &&
	       !(no && *no);
}

const char *colour(bool wanted, enum colour colour)
{
	return wanted ? sequences[colour] : "";
}
