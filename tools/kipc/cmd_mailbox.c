// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox: the commands on mailboxes. */
#include "commands.h"

static const struct command *const commands[] = {
	&cmd_mailbox_create, &cmd_mailbox_info, &cmd_mailbox_ls,
	&cmd_mailbox_peek, &cmd_mailbox_purge, &cmd_recv, &cmd_mailbox_rm,
	&cmd_send,
};

#define COMMANDS	ARRAY_SIZE(commands)

static const struct command_table table = {
	.title = "kipc mailbox", .commands = commands, .count = COMMANDS,
};

static const char mailbox_doc[] =
	"Make mailboxes, post messages to them, receive them, and see what is there.\n"
	"\vA mailbox is a queue of messages with a name. It stays, with what is in\n"
	"it, until it is removed, also while nobody uses it. There are three kinds:\n"
	"in a queue each message goes to one receiver; in a work queue, too, but one\n"
	"that was not acknowledged goes to another; a broadcast goes to all who\n"
	"receive.\n"
	"\n"
	"What a command does and takes: kipc help mailbox COMMAND. kipc send and kipc\n"
	"recv are short for kipc mailbox send and kipc mailbox recv.\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox create --kind work example.work\n"
	"  producer | kipc mailbox send example.work\n"
	"  kipc mailbox recv --follow example.work | consumer\n"
	"  kipc mailbox ls\n"
	"  kipc mailbox rm example.work";

/* The table above as entries of --help */
static struct argp_option mailbox_options[COMMANDS + 2] = {
	{ NULL, 0, NULL, 0, "Commands:", 1 },
};

static int mailbox_run(const struct tool *tool, int argc, char **argv)
{
	return commands_group(&table, mailbox_options, mailbox_doc, tool, argc,
			      argv);
}

const struct command cmd_mailbox = {
	.name = "mailbox",
	.summary = "make mailboxes, use them, see what is in them",
	.run = mailbox_run,
};
