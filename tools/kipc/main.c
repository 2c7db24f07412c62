// SPDX-License-Identifier: GPL-2.0-only
/* kipc: names, calls, mailboxes, regions and limits of /dev/kipc on the command line. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "tool.h"

static const struct command *const commands[] = {
	&cmd_call, &cmd_freeze, &cmd_frozen, &cmd_info, &cmd_ls, &cmd_mailbox,
	&cmd_recv, &cmd_region, &cmd_send, &cmd_serve, &cmd_stat, &cmd_thaw,
	&cmd_top, &cmd_trace, &cmd_watch,
};

#define COMMANDS	ARRAY_SIZE(commands)

static const struct command_table table = {
	.title = "kipc", .commands = commands, .count = COMMANDS,
};

static const char main_doc[] =
	"Call other processes' objects over /dev/kipc, post messages to\n"
	"mailboxes, share memory, and see what is there.\n"
	"\vWhat a command does and takes: kipc help COMMAND\n"
	"\n"
	"Exit status: 0 it worked; 1 it failed; 2 wrong usage; 3 no device (the\n"
	"module is not loaded); 4 permission denied; 5 no such name; 6 time was up;\n"
	"7 an answer came, with a code that is not 0.\n"
	"\n"
	"Examples:\n"
	"  kipc serve example.upper -- tr a-z A-Z &\n"
	"  kipc ls\n"
	"  kipc call example.upper 0 hello\n"
	"  kipc mailbox create example.box\n"
	"  kipc send example.box hello\n"
	"  kipc recv example.box";

/* The table above as entries of --help, behind the options */
static struct argp_option main_options[COMMANDS + 3] = {
	{ "device", 'd', "PATH", 0, "use this device rather than /dev/kipc",
	  0 },
	{ NULL, 0, NULL, 0, "Commands:", 1 },
};

/**
 * struct main_args - what the command line said
 * @tool: options before the command
 * @command: number of the argument that is the command; 0 if there is none
 */
struct main_args {
	struct tool tool;
	int command;
};

static error_t main_parse(int key, char *arg, struct argp_state *state)
{
	struct main_args *args = state->input;

	switch (key) {
	case 'd':
		args->tool.device = arg;
		return 0;
	case ARGP_KEY_ARG:
		args->command = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp main_argp = {
	.options = main_options, .parser = main_parse,
	.args_doc = "COMMAND [ARG...]", .doc = main_doc,
};

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "kipc %s, ABI version %d\n", KIPC_VERSION,
		KIPC_ABI_VERSION);
}

/* Each command has its --help, and so have the commands of a command */
static int run_help(const struct tool *tool, int argc, char **argv)
{
	char option[] = "--help";
	char name[] = "kipc";

	if (argc > 1) {
		memmove(argv, argv + 1, (size_t)(argc - 1) * sizeof(*argv));
		argv[argc - 1] = option;
		return commands_run(&table, tool, argc, argv);
	}
	argp_help(&main_argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK,
		  name);
	return TOOL_OK;
}

int main(int argc, char **argv)
{
	struct main_args args = { .tool = { .device = "/dev/kipc" } };
	int ret;

	/* Leave the note on arguments of short options out of --help */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	argp_err_exit_status = TOOL_USAGE;
	argp_program_version_hook = print_version;
	commands_list(&table, &main_options[2]);
	argp_parse(&main_argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
	argc -= args.command;
	argv += args.command;
	if (strcmp(argv[0], "help"))
		ret = commands_run(&table, &args.tool, argc, argv);
	else
		ret = run_help(&args.tool, argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		tool_error("cannot write to standard output");
		return ret ? ret : TOOL_FAILED;
	}
	return ret;
}
