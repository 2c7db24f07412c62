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

/* Finds which command it is, and leaves the rest to that. */
static error_t group_parse(int key, char *arg, struct argp_state *state)
{
	int *command = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARG:
		*command = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int commands_group(const struct command_table *table,
		   struct argp_option *options, const char *doc,
		   const struct tool *tool, int argc, char **argv)
{
	const struct argp argp = {
		.options = options, .parser = group_parse,
		.args_doc = "COMMAND [ARG...]", .doc = doc,
	};
	int command = 0;

	commands_list(table, &options[1]);
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &command);
	return commands_run(table, tool, argc - command, argv + command);
}
