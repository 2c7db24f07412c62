/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that are listed by one --help, and found by their names. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "tool.h"

/**
 * struct command_table - commands that stand behind the same words
 * @title: those words: "kipc", or "kipc COMMAND" for a command with commands of
 *	its own
 * @commands: the commands, sorted
 * @count: how many
 */
struct command_table {
	const char *title;
	const struct command *const *commands;
	size_t count;
};

/**
 * commands_list() - make them entries of --help
 * @table: the commands
 * @options: where they go, room for as many; below a heading of group 1
 */
void commands_list(const struct command_table *table,
		   struct argp_option *options);

/**
 * commands_run() - run one of them, or complain that there is none
 * @table: the commands
 * @tool: what was said before the command
 * @argc: how many arguments, at least one
 * @argv: the arguments; the first says which command
 *
 * Return: the exit status.
 */
int commands_run(const struct command_table *table, const struct tool *tool,
		 int argc, char **argv);

/**
 * commands_group() - run a command that has commands of its own
 * @table: these
 * @options: room for two more than there are commands; the first is a heading
 * @doc: what --help says of it
 * @tool: what was said before the command
 * @argc: how many arguments
 * @argv: the arguments
 *
 * Return: the exit status.
 */
int commands_group(const struct command_table *table,
		   struct argp_option *options, const char *doc,
		   const struct tool *tool, int argc, char **argv);

#endif
