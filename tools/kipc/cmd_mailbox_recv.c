// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox recv, kipc recv: receive messages and print them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mail.h"
#include "mailbox.h"
#include "sentry.h"
#include "text.h"

static const char recv_doc[] =
	"Wait for a message in the mailbox NAME, receive it, and print it.\n"
	"\vA message is printed with a line end behind it, at once. What came from a\n"
	"work queue is acknowledged when it was written to standard output; if that\n"
	"fails, it is given back, for another receiver. If standard output is a pipe\n"
	"whose reader ended, nothing more is received.\n"
	"\n"
	"With --follow the command ends with exit status 0 on SIGINT, SIGTERM and\n"
	"SIGHUP, and when the mailbox is empty and nobody can send to it any more.\n"
	"\n"
	"Output with --json, one object per line:\n"
	MAIL_JSON_DOC
	"\n"
	"Exit status: 1 also if what was received could not be written; 6 if there\n"
	"was no message in time.\n"
	"\n"
	"Examples:\n"
	"  kipc recv example.box\n"
	"  kipc recv --follow example.work | consumer\n"
	"  kipc recv --all --raw example.box >all\n"
	"  kipc recv --timeout 5 --json example.box | jq -r .text";

#define KEY_MIN_PRIORITY	256

static const struct argp_option recv_options[] = {
	{ "count", 'n', "N", 0, "receive N messages rather than one", 0 },
	{ "follow", 'f', NULL, 0, "go on until interrupted", 0 },
	{ "all", 'a', NULL, 0, "what is there already, and no more", 0 },
	{ "timeout", 't', "SECONDS", 0,
	  "give up when no message came for so long; 0: do not wait", 0 },
	{ "min-priority", KEY_MIN_PRIORITY, "N", 0,
	  "only messages of at least this priority", 0 },
	{ "wait", 'w', NULL, 0, "wait until the mailbox is there", 0 },
	{ "raw", 'r', NULL, 0, "print payloads as they are, without line ends",
	  0 },
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

/**
 * struct receiver - the arguments, and what is needed to receive
 * @name: name of the mailbox
 * @count: how many messages
 * @follow: as many as come
 * @all: as many as are there
 * @wait: for the mailbox
 * @timeout: as --timeout has it
 * @priority_min: the least priority
 * @format: how to print
 * @endpoint: an endpoint, for attachments
 * @mailbox: the mailbox
 * @mail: the last message
 */
struct receiver {
	const char *name;
	uint64_t count;
	bool follow;
	bool all;
	bool wait;
	struct mailbox_timeout timeout;
	uint64_t priority_min;
	enum mail_format format;
	struct kipc *endpoint;
	int mailbox;
	struct mail *mail;
};

static error_t parse_format(int key, struct receiver *receiver)
{
	switch (key) {
	case 'r':
		receiver->format = MAIL_RAW;
		return 0;
	case TOOL_KEY_JSON:
		receiver->format = MAIL_JSON;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t recv_parse(int key, char *arg, struct argp_state *state)
{
	struct receiver *receiver = state->input;

	switch (key) {
	case 'n':
		if (text_parse_number(arg, UINT64_MAX, &receiver->count) < 0 ||
		    !receiver->count)
			argp_error(state, "'%s' is no number from 1 on", arg);
		return 0;
	case 'f':
		receiver->follow = true;
		return 0;
	case 'a':
		receiver->all = true;
		return 0;
	case 'w':
		receiver->wait = true;
		return 0;
	case 't':
		mailbox_parse_timeout(&receiver->timeout, arg, state);
		return 0;
	case KEY_MIN_PRIORITY:
		if (text_parse_number(arg, KIPC_PRIORITY_MAX,
				      &receiver->priority_min) < 0)
			argp_error(state, "'%s' is no priority from 0 to %d",
				   arg, KIPC_PRIORITY_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (receiver->name)
			argp_usage(state);
		receiver->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (receiver->follow + receiver->all + !!receiver->count > 1)
			argp_error(state, "--count, --follow and --all exclude each other");
		return 0;
	default:
		return parse_format(key, receiver);
	}
}

static const struct argp recv_argp = {
	.options = recv_options, .parser = recv_parse,
	.args_doc = "NAME", .doc = recv_doc,
};

/* There is no next message: whether that is how it had to end */
static int end(const struct receiver *receiver, int error)
{
	const char *name = receiver->name;

	switch (error) {
	case -EINTR:
		if (sentry_news() == SENTRY_OUTPUT)
			tool_error("nobody reads standard output: no more is received from '%s'",
				   name);
		else if (!receiver->follow)
			tool_error("interrupted before there was a message in '%s'",
				   name);
		return sentry_news() == SENTRY_SIGNAL && receiver->follow ?
		       TOOL_OK : TOOL_FAILED;
	case -EPIPE:
		if (receiver->follow || receiver->all)
			return TOOL_OK;
		tool_error("'%s' is empty, and nobody can send to it any more",
			   name);
		return TOOL_FAILED;
	case -EAGAIN:
		if (receiver->all)
			return TOOL_OK;
		tool_error("no message in '%s'", name);
		return TOOL_TIMEOUT;
	case -ETIMEDOUT:
		tool_error("no message in '%s' in time", name);
		return TOOL_TIMEOUT;
	case -EINVAL:
		tool_error("'%s' is a broadcast, which has no priorities",
			   name);
		return TOOL_FAILED;
	default:
		return mailbox_fail(error, name);
	}
}

/* It could not be written: who else may get it */
static int undo(const struct receiver *receiver, int error)
{
	uint64_t token = receiver->mail->about.token;
	const char *why = error == -EINTR ? "interrupted" : strerror(-error);

	if (!token)
		tool_error("standard output: %s: message %llu is lost", why,
			   (unsigned long long)receiver->mail->about.sequence);
	else if (kipc_mailbox_give_back(receiver->mailbox, token) < 0)
		tool_error("standard output: %s: the message's lease has ended",
			   why);
	else
		tool_error("standard output: %s: the message was given back",
			   why);
	return TOOL_FAILED;
}

/* Print the message, and only then is it done */
static int finish(const struct receiver *receiver)
{
	const struct kipc_mail *about = &receiver->mail->about;
	uint64_t token = about->token;
	int ret = mail_print(receiver->mail, receiver->format);

	if (ret < 0)
		return undo(receiver, ret);
	ret = token ? kipc_mailbox_ack(receiver->mailbox, token) : 0;
	if (ret == -ENXIO) {
		tool_error("message %llu took longer than its lease: another receiver gets it, too",
			   (unsigned long long)about->sequence);
		return TOOL_FAILED;
	}
	return ret < 0 ? mailbox_fail(ret, receiver->name) : TOOL_OK;
}

static int receive(const struct receiver *receiver)
{
	uint64_t deadline = receiver->all ? KIPC_NO_WAIT :
			    mailbox_deadline(&receiver->timeout);
	int ret = -EINTR;

	while (ret == -EINTR && sentry_news() == SENTRY_NOTHING)
		ret = mail_receive(receiver->mail, receiver->mailbox,
				   receiver->endpoint,
				   (unsigned int)receiver->priority_min,
				   deadline);
	return ret;
}

static int receive_all(const struct receiver *receiver)
{
	bool endless = receiver->follow || receiver->all;
	uint64_t count = receiver->count ?: 1;
	int ret;

	while (endless || count--) {
		ret = receive(receiver);
		if (ret < 0)
			return end(receiver, ret);
		ret = finish(receiver);
		if (ret)
			return ret;
	}
	return TOOL_OK;
}

static int receive_from(struct receiver *receiver)
{
	struct kipc_mailbox_info info;
	int ret;

	ret = mailbox_open_or(receiver->endpoint, receiver->name,
			      KIPC_MAILBOX_READ, receiver->wait,
			      mailbox_deadline(&receiver->timeout),
			      &receiver->mailbox);
	if (ret)
		return ret;
	ret = kipc_mailbox_info(receiver->mailbox, &info);
	if (!ret) {
		receiver->mail = mail_new(info.size_max);
		ret = receiver->mail ? 0 : -ENOMEM;
	}
	ret = ret < 0 ? mailbox_fail(ret, receiver->name) :
			receive_all(receiver);
	mail_free(receiver->mail);
	close(receiver->mailbox);
	return ret;
}

static int recv_run(const struct tool *tool, int argc, char **argv)
{
	struct receiver receiver = { 0 };
	int ret;

	argp_parse(&recv_argp, argc, argv, 0, NULL, &receiver);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &receiver.endpoint);
	if (ret)
		return ret;
	ret = sentry_start(true);
	ret = ret < 0 ? tool_fail(ret, "signals") : receive_from(&receiver);
	kipc_close(receiver.endpoint);
	return ret;
}

const struct command cmd_recv = {
	.name = "recv",
	.summary = "receive messages from a mailbox",
	.run = recv_run,
};
