// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox rm: remove mailboxes. */
#include <errno.h>
#include <unistd.h>

#include "mailbox.h"

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

/* The names, in argv */
struct rm_args {
	char **names;
	size_t count;
};

static error_t rm_parse(int key, char *arg, struct argp_state *state)
{
	struct rm_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARGS:
		args->names = state->argv + state->next;
		args->count = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp rm_argp = {
	.parser = rm_parse, .args_doc = "NAME...", .doc = rm_doc,
};

/* Only if it is a mailbox: names of other things are taken away alike */
static int unlink_mailbox(struct kipc *endpoint, const char *name)
{
	int mailbox = kipc_mailbox_open(endpoint, name, 0, 0, NULL);
	int ret;

	if (mailbox < 0)
		return mailbox_fail(mailbox, name);
	close(mailbox);
	ret = kipc_mailbox_unlink(endpoint, name);
	if (ret == -EPERM) {
		tool_error("permission denied for '%s': only its owner may remove it, or root",
			   name);
		return TOOL_DENIED;
	}
	return ret < 0 ? mailbox_fail(ret, name) : TOOL_OK;
}

static int rm_run(const struct tool *tool, int argc, char **argv)
{
	struct rm_args args = { 0 };
	struct kipc *endpoint;
	int status;
	int ret;

	argp_parse(&rm_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	for (size_t i = 0; i < args.count; i++) {
		status = unlink_mailbox(endpoint, args.names[i]);
		if (status)
			ret = status;
	}
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_mailbox_rm = {
	.name = "rm",
	.summary = "remove mailboxes",
	.run = rm_run,
};
