// SPDX-License-Identifier: GPL-2.0-only
/* kipc region: the commands on regions. */
#include "commands.h"

static const struct command *const commands[] = {
	&cmd_region_cat, &cmd_region_chunks, &cmd_region_create, &cmd_region_ls,
	&cmd_region_revoke, &cmd_region_rm, &cmd_region_views, &cmd_region_write,
};

#define COMMANDS	ARRAY_SIZE(commands)

static const struct command_table table = {
	.title = "kipc region", .commands = commands, .count = COMMANDS,
};

static const char region_doc[] =
	"Make regions, look into them, and see who has which part of them.\n"
	"\vA region is memory with a name, which processes map rather than copy. It\n"
	"stays, with what is in it, until it is removed, also while nobody uses it.\n"
	"What a process has of it is a view: all of it or a part, to be read, or to be\n"
	"read and written; and its owner can take views away. It can be cut into\n"
	"chunks, which messages carry and processes lease.\n"
	"\n"
	"What a command does and takes: kipc help region COMMAND.\n"
	"\n"
	"Examples:\n"
	"  kipc region create example.frame 1M\n"
	"  kipc region write example.frame <picture\n"
	"  kipc region cat example.frame | viewer\n"
	"  kipc region views example.frame\n"
	"  kipc region rm example.frame\n"
	"  kipc region create --chunk 1M example.frames 16M\n"
	"  kipc region chunks example.frames";

/* The table above as entries of --help */
static struct argp_option region_options[COMMANDS + 2] = {
	{ NULL, 0, NULL, 0, "Commands:", 1 },
};

static int region_run(const struct tool *tool, int argc, char **argv)
{
	return commands_group(&table, region_options, region_doc, tool, argc,
			      argv);
}

const struct command cmd_region = {
	.name = "region",
	.summary = "make regions, use them, see who has them",
	.run = region_run,
};
