// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox purge: throw away what is in a mailbox. */
#include <unistd.h>

#include "mailbox.h"

static const char purge_doc[] =
	"Throw away all messages that are in the mailbox NAME, and print how many\n"
	"these were.\n"
	"\vMessages of a work queue that somebody holds stay. In a broadcast nothing\n"
	"can be thrown away for others. It takes the permission to receive.\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox purge example.box";

static error_t purge_parse(int key, char *arg, struct argp_state *state)
{
	const char **name = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*name)
			argp_usage(state);
		*name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp purge_argp = {
	.parser = purge_parse, .args_doc = "NAME", .doc = purge_doc,
};

/* In a broadcast it would only be for this process, which ends */
static int purge(int mailbox, const char *name)
{
	struct kipc_mailbox_info info;
	uint64_t purged;
	int ret;

	ret = kipc_mailbox_info(mailbox, &info);
	if (ret < 0)
		return mailbox_fail(ret, name);
	if (info.kind == KIPC_MAILBOX_BROADCAST) {
		tool_error("'%s' is a broadcast: each receiver has messages of its own",
			   name);
		return TOOL_FAILED;
	}
	ret = kipc_mailbox_purge(mailbox, &purged);
	if (ret < 0)
		return mailbox_fail(ret, name);
	printf("%llu\n", (unsigned long long)purged);
	return TOOL_OK;
}

static int purge_run(const struct tool *tool, int argc, char **argv)
{
	const char *name = NULL;
	int mailbox;
	int ret;

	argp_parse(&purge_argp, argc, argv, 0, NULL, &name);
	ret = mailbox_open(tool, name, KIPC_MAILBOX_READ, &mailbox);
	if (ret)
		return ret;
	ret = purge(mailbox, name);
	close(mailbox);
	return ret;
}

const struct command cmd_mailbox_purge = {
	.name = "purge",
	.summary = "throw away what is in a mailbox",
	.run = purge_run,
};
