/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that show one thing, which has a name: NAME, and --json. */
#ifndef TOOL_NAMED_H
#define TOOL_NAMED_H

#include <stdbool.h>

/**
 * struct named_args - what the command line said
 * @name: the name
 * @json: print JSON
 */
struct named_args {
	const char *name;
	bool json;
};

/**
 * named_parse() - read the command line, or end the tool with an error
 * @args: where it goes
 * @doc: what --help says of the command
 * @argc: how many arguments
 * @argv: the arguments
 */
void named_parse(struct named_args *args, const char *doc, int argc,
		 char **argv);

#endif
