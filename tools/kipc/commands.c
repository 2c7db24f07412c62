// SPDX-License-Identifier: GPL-2.0-only
/* Commands that are listed by one --help, and found by their names. */
#include <string.h>

#include "commands.h"

void commands_list(const struct command_table *table,
		   struct argp_option *options)
{
	for (size_t i = 0; i < table->count; i++) {
		options[i].name = table->commands[i]->name;
		options[i].flags = OPTION_DOC | OPTION_NO_USAGE;
		options[i].doc = table->commands[i]->summary;
		options[i].group = 1;
	}
}

int commands_run(const struct command_table *table, const struct tool *tool,
		 int argc, char **argv)
{
	char title[48];

	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(argv[0], table->commands[i]->name))
			continue;
		snprintf(title, sizeof(title), "%s %s", table->title, argv[0]);
		argv[0] = title;
		return table->commands[i]->run(tool, argc, argv);
	}
	tool_error("'%s' is no command: see %s --help", argv[0], table->title);
	return TOOL_USAGE;
}
