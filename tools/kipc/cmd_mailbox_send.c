// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox send, kipc send: post messages to a mailbox. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "lines.h"
#include "mailbox.h"
#include "post.h"
#include "sentry.h"
#include "text.h"

static const char send_doc[] =
	"Post TEXT to the mailbox NAME; or, without TEXT, each line of standard\n"
	"input.\n"
	"\vA line is sent, without its end, as soon as it can be read; the last one\n"
	"need not have an end. When the mailbox is full the command waits for room,\n"
	"if the mailbox was made so (kipc mailbox create --full).\n"
	"\n"
	"SIGINT, SIGTERM and SIGHUP end it. If lines that were read could not be\n"
	"sent, standard error says how many.\n"
	"\n"
	"Exit status: 0 if all was sent; 6 if there was no room in time.\n"
	"\n"
	"Examples:\n"
	"  kipc send example.box hello\n"
	"  producer | kipc send example.work\n"
	"  kipc send --raw --priority 10 example.box <picture\n"
	"  kipc send --wait --timeout 5 example.box hello";

static const struct argp_option send_options[] = {
	{ "priority", 'p', "N", 0,
	  "0, the least urgent, if not said, to 32767", 0 },
	{ "timeout", 't', "SECONDS", 0,
	  "give up when there was no room for so long; 0: do not wait", 0 },
	{ "wait", 'w', NULL, 0, "wait until the mailbox is there", 0 },
	{ "create", 'c', NULL, 0,
	  "make the mailbox, for its owner only, if it is not there", 0 },
	{ "raw", 'r', NULL, 0,
	  "all of standard input is one message, byte for byte", 0 },
	{ "bytes", 'b', NULL, 0,
	  "standard input byte for byte, as it comes, in messages of any size",
	  0 },
	{ 0 }
};

/**
 * struct send_args - what the command line said
 * @name: name of the mailbox
 * @text: the message; NULL: standard input
 * @priority: its priority
 * @timeout: as --timeout has it
 * @wait: for the mailbox
 * @create: it
 * @raw: standard input is one message
 * @bytes: standard input is no lines
 */
struct send_args {
	const char *name;
	const char *text;
	uint64_t priority;
	struct mailbox_timeout timeout;
	bool wait;
	bool create;
	bool raw;
	bool bytes;
};

static void parse_arg(struct send_args *args, const char *arg,
		      struct argp_state *state)
{
	if (!args->name)
		args->name = arg;
	else if (!args->text)
		args->text = arg;
	else
		argp_usage(state);
}

static error_t parse_flag(int key, struct send_args *args)
{
	switch (key) {
	case 'w':
		args->wait = true;
		return 0;
	case 'c':
		args->create = true;
		return 0;
	case 'r':
		args->raw = true;
		return 0;
	case 'b':
		args->bytes = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t send_parse(int key, char *arg, struct argp_state *state)
{
	struct send_args *args = state->input;

	switch (key) {
	case 'p':
		if (text_parse_number(arg, KIPC_PRIORITY_MAX,
				      &args->priority) < 0)
			argp_error(state, "'%s' is no priority from 0 to %d",
				   arg, KIPC_PRIORITY_MAX);
		return 0;
	case 't':
		mailbox_parse_timeout(&args->timeout, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		parse_arg(args, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!!args->text + args->raw + args->bytes > 1)
			argp_error(state, "TEXT, --raw and --bytes exclude each other");
		if (args->wait && args->create)
			argp_error(state, "--wait and --create exclude each other");
		return 0;
	default:
		return parse_flag(key, args);
	}
}

static const struct argp send_argp = {
	.options = send_options, .parser = send_parse,
	.args_doc = "NAME [TEXT]", .doc = send_doc,
};

static int fail_input(int error)
{
	/* Interrupted while there was nothing to send: all is well */
	if (error == -EINTR)
		return TOOL_OK;
	tool_error("standard input: %s", strerror(-error));
	return TOOL_FAILED;
}

/* Whether to read again rather than end */
static bool again(int error)
{
	return error == -EINTR && sentry_news() == SENTRY_NOTHING;
}

static int send_text(struct post *post, const char *text)
{
	return post_add(post, text, strlen(text)) ?: post_flush(post);
}

static int send_raw(struct post *post)
{
	struct buffer input = { 0 };
	int ret;

	do {
		ret = buffer_read(&input, STDIN_FILENO, post->size_max);
	} while (ret > 0 || again(ret));
	if (ret == -EMSGSIZE) {
		ret = post_too_large(post);
	} else if (ret == -EINTR) {
		tool_error("interrupted before the end of standard input: nothing was sent");
		ret = TOOL_FAILED;
	} else if (ret < 0) {
		ret = fail_input(ret);
	} else {
		ret = post_add(post, input.data, input.size) ?:
		      post_flush(post);
	}
	buffer_free(&input);
	return ret;
}

static int send_bytes(struct post *post)
{
	char *data = malloc(post->size_max);
	int ret = TOOL_OK;
	ssize_t size;

	if (!data)
		return fail_input(-ENOMEM);
	while (!ret && sentry_news() == SENTRY_NOTHING) {
		size = read(STDIN_FILENO, data, post->size_max);
		if (!size)
			break;
		if (size > 0)
			ret = post_add(post, data, (size_t)size) ?:
			      post_flush(post);
		else if (errno != EINTR)
			ret = fail_input(-errno);
	}
	free(data);
	return ret;
}

/* All lines that were read */
static int send_read(struct post *post, struct lines *lines)
{
	size_t size;
	char *line;
	int ret = TOOL_OK;

	while (!ret && lines_next(lines, &line, &size))
		ret = post_add(post, line, size);
	return ret ?: post_flush(post);
}

/* What was read and is not going to be sent */
static int report_left(struct post *post, struct lines *lines, int status)
{
	size_t left = post->count + lines_left(lines);

	if (!left)
		return status;
	tool_error("lines that were read and not sent: %zu; sent: %llu", left,
		   (unsigned long long)post->sent);
	return status ?: TOOL_FAILED;
}

static int send_lines(struct post *post)
{
	struct lines lines;
	int status = TOOL_OK;
	int ret;

	ret = lines_init(&lines, STDIN_FILENO, post->size_max);
	if (ret < 0)
		return fail_input(ret);
	while (!status) {
		ret = sentry_news() == SENTRY_NOTHING ? lines_read(&lines) :
							-EINTR;
		if (!ret || (ret < 0 && !again(ret)))
			break;
		if (ret > 0)
			status = send_read(post, &lines);
	}
	if (!status && ret == -EMSGSIZE)
		status = post_too_large(post);
	else if (!status && ret < 0)
		status = fail_input(ret);
	status = report_left(post, &lines, status);
	lines_free(&lines);
	return status;
}

static int send_to(struct post *post, const struct send_args *args)
{
	struct kipc_mailbox_info info;
	int ret;

	ret = kipc_mailbox_info(post->mailbox, &info);
	if (ret < 0)
		return mailbox_fail(ret, args->name);
	post->name = args->name;
	post->size_max = info.size_max;
	post->priority = (unsigned int)args->priority;
	post->timeout = args->timeout;
	if (args->text)
		return send_text(post, args->text);
	if (args->raw)
		return send_raw(post);
	if (args->bytes)
		return send_bytes(post);
	return send_lines(post);
}

static int open_and_send(struct kipc *endpoint, const struct send_args *args)
{
	unsigned int flags = KIPC_MAILBOX_WRITE |
			     (args->create ? KIPC_MAILBOX_CREATE : 0);
	struct post *post;
	int ret;

	post = calloc(1, sizeof(*post));
	if (!post)
		return tool_fail(-ENOMEM, args->name);
	ret = mailbox_open_or(endpoint, args->name, flags, args->wait,
			      mailbox_deadline(&args->timeout), &post->mailbox);
	if (!ret) {
		ret = send_to(post, args);
		close(post->mailbox);
	}
	free(post);
	return ret;
}

static int send_run(const struct tool *tool, int argc, char **argv)
{
	struct send_args args = { 0 };
	struct kipc *endpoint;
	int ret;

	argp_parse(&send_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = sentry_start(false);
	ret = ret < 0 ? tool_fail(ret, "signals") :
			open_and_send(endpoint, &args);
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_send = {
	.name = "send",
	.summary = "post messages to a mailbox",
	.run = send_run,
};
