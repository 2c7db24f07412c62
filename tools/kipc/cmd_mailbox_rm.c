// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox rm: remove mailboxes. */
#include <unistd.h>

#include "mailbox.h"
#include "remove.h"

static const char rm_doc[] =
	"Remove the mailboxes called NAME.\n"
	"\vThe name is gone at once; the mailbox, with what is in it, as soon as nobody\n"
	"has it open. It takes its owner, or root.\n"
	"\n"
	"If one of them cannot be removed, the others are all the same; the exit\n"
	"status is that of the last one that could not.\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox rm example.box example.work";

static int check(struct kipc *endpoint, const char *name)
{
	int mailbox = kipc_mailbox_open(endpoint, name, 0, 0, NULL);

	if (mailbox < 0)
		return mailbox;
	close(mailbox);
	return 0;
}

static int rm_run(const struct tool *tool, int argc, char **argv)
{
	static const struct remove_kind kind = {
		.doc = rm_doc, .check = check, .fail = mailbox_fail,
	};

	return remove_named(&kind, tool, argc, argv);
}

const struct command cmd_mailbox_rm = {
	.name = "rm",
	.summary = "remove mailboxes",
	.run = rm_run,
};
