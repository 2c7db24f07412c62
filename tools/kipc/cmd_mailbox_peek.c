// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox peek: look at messages and leave them where they are. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mail.h"
#include "mailbox.h"
#include "text.h"

static const char peek_doc[] =
	"Print the message that would be received next from the mailbox NAME, and\n"
	"leave it there.\n"
	"\vIt takes the permission to receive. Messages that somebody holds are not\n"
	"seen, and of a broadcast those that are kept for who comes late.\n"
	"\n"
	"Output with --json, one object per line:\n"
	MAIL_JSON_DOC
	"\n"
	"Exit status: 1 also if there is no such message; with --all there need not\n"
	"be one.\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox peek example.box\n"
	"  kipc mailbox peek --index 3 example.box\n"
	"  kipc mailbox peek --all --json example.box | jq '[.priority, .size]'";

static const struct argp_option peek_options[] = {
	{ "index", 'i', "N", 0,
	  "not the next one, 0, but the one after so many", 0 },
	{ "all", 'a', NULL, 0, "all, in the order of receipt", 0 },
	{ "raw", 'r', NULL, 0, "print payloads as they are, without line ends",
	  0 },
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/**
 * struct peek_args - what the command line said
 * @name: name of the mailbox
 * @index: which message; with @all the first
 * @all: and those behind it
 * @format: how to print them
 */
struct peek_args {
	const char *name;
	uint64_t index;
	bool all;
	enum mail_format format;
};

static error_t peek_parse(int key, char *arg, struct argp_state *state)
{
	struct peek_args *args = state->input;

	switch (key) {
	case 'i':
		if (text_parse_number(arg, UINT64_MAX, &args->index) < 0)
			argp_error(state, "'%s' is no number", arg);
		return 0;
	case 'a':
		args->all = true;
		return 0;
	case 'r':
		args->format = MAIL_RAW;
		return 0;
	case TOOL_KEY_JSON:
		args->format = MAIL_JSON;
		return 0;
	case ARGP_KEY_ARG:
		if (args->name)
			argp_usage(state);
		args->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp peek_argp = {
	.options = peek_options, .parser = peek_parse,
	.args_doc = "NAME", .doc = peek_doc,
};

static int fail_peek(int error, const struct peek_args *args)
{
	switch (error) {
	case -EAGAIN:
		tool_error("'%s' is empty", args->name);
		return TOOL_FAILED;
	case -ERANGE:
		tool_error("'%s' has no message %llu: it has fewer", args->name,
			   (unsigned long long)args->index);
		return TOOL_FAILED;
	default:
		return mailbox_fail(error, args->name);
	}
}

static int peek(int mailbox, struct peek_args *args, struct mail *mail)
{
	int ret;

	for (;;) {
		ret = kipc_mailbox_peek(mailbox, args->index, mail->data,
					mail->room, &mail->about);
		if (args->all && (ret == -EAGAIN || ret == -ERANGE))
			return TOOL_OK;
		if (ret < 0)
			return fail_peek(ret, args);
		ret = mail_print(mail, args->format);
		if (ret < 0) {
			tool_error("standard output: %s", strerror(-ret));
			return TOOL_FAILED;
		}
		if (!args->all)
			return TOOL_OK;
		args->index++;
	}
}

static int peek_run(const struct tool *tool, int argc, char **argv)
{
	struct peek_args args = { 0 };
	struct kipc_mailbox_info info;
	struct mail *mail;
	int mailbox;
	int ret;

	argp_parse(&peek_argp, argc, argv, 0, NULL, &args);
	ret = mailbox_open(tool, args.name, KIPC_MAILBOX_READ, &mailbox);
	if (ret)
		return ret;
	ret = kipc_mailbox_info(mailbox, &info);
	mail = ret < 0 ? NULL : mail_new(info.size_max);
	if (mail)
		ret = peek(mailbox, &args, mail);
	else
		ret = mailbox_fail(ret ?: -ENOMEM, args.name);
	mail_free(mail);
	close(mailbox);
	return ret;
}

const struct command cmd_mailbox_peek = {
	.name = "peek",
	.summary = "look at messages and leave them where they are",
	.run = peek_run,
};
