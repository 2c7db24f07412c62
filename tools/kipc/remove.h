/* SPDX-License-Identifier: GPL-2.0-only */
/* Removing what has names: mailboxes, regions. */
#ifndef TOOL_REMOVE_H
#define TOOL_REMOVE_H

#include "tool.h"

/**
 * struct remove_kind - what is removed
 * @doc: what --help says of the command
 * @check: whether a name is of this kind: 0 or -errno
 * @fail: complains about an error that concerns a name; returns the exit status
 */
struct remove_kind {
	const char *doc;
	int (*check)(struct kipc *endpoint, const char *name);
	int (*fail)(int error, const char *name);
};

/**
 * remove_named() - run a command that removes what is called so
 * @kind: what
 * @tool: what was said before the command
 * @argc: how many arguments
 * @argv: the arguments
 *
 * Return: the exit status; of the last one that could not be removed.
 */
int remove_named(const struct remove_kind *kind, const struct tool *tool,
		 int argc, char **argv);

#endif
