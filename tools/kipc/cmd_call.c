// SPDX-License-Identifier: GPL-2.0-only
/* kipc call: call a named object and print its answer. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "text.h"
#include "tool.h"

static const char call_doc[] =
	"Call the object that is called NAME and print its answer.\n"
	"\vCODE says which method, a number; 0 if it is left out. DATA is the\n"
	"payload; '-' reads it from standard input. The answer's payload goes to\n"
	"standard output as it is.\n"
	"\n"
	"If there is no answer, standard error says why, and how far the call got: not\n"
	"queued or withdrawn, NAME has not seen it, and it can be tried again; received,\n"
	"it may or may not have been done; reply lost, it was answered.\n"
	"\n"
	"Exit status: 0 if the answer came with code 0; 7 if it came with another\n"
	"code, which is then told on standard error; 1, 2, 3, 4, 5 and 6 as for all\n"
	"commands (kipc --help).\n"
	"\n"
	"Examples:\n"
	"  kipc call example.echo 0 hello\n"
	"  kipc call example.sort 0 - <words >sorted\n"
	"  kipc call --wait --timeout 2.5 example.echo 7 hello\n"
	"  kipc call --exit-code example.test; echo $?";

#define CALL_POOL	((size_t)4 << 20)

/* Codes from -1 down to this are taken for -errno */
#define ERRNO_MAX	4095

static const struct argp_option call_options[] = {
	{ "timeout", 't', "SECONDS", 0, "give up after this time; 0.5 will do",
	  0 },
	{ "wait", 'w', NULL, 0,
	  "wait until NAME appears, has room, and is not frozen", 0 },
	{ "clear", 'c', NULL, 0,
	  "let DATA be wiped from NAME's memory when it is done with it", 0 },
	{ "exit-code", 'e', NULL, 0,
	  "exit with the answer's code itself, if it is 1 to 255", 0 },
	{ "pool", 'p', "SIZE", 0, "largest answer, such as 64M; 4M if not said",
	  0 },
	{ 0 }
};

/**
 * struct call_args - what the command line said
 * @name: whom to call
 * @code: which method
 * @data: payload; "-" for standard input
 * @pool: bytes of the pool
 * @timeout: nanoseconds; 0 if there is none
 * @wait: wait for the name, and for room
 * @clear: wipe the payload
 * @exit_code: exit with the reply's code
 */
struct call_args {
	const char *name;
	uint32_t code;
	const char *data;
	size_t pool;
	uint64_t timeout;
	bool wait;
	bool clear;
	bool exit_code;
};

static void parse_arg(struct call_args *args, const char *arg,
		      struct argp_state *state)
{
	uint64_t code;

	switch (state->arg_num) {
	case 0:
		args->name = arg;
		break;
	case 1:
		if (text_parse_number(arg, UINT32_MAX, &code) < 0)
			argp_error(state, "CODE must be a number up to %u, not '%s'",
				   UINT32_MAX, arg);
		args->code = (uint32_t)code;
		break;
	case 2:
		args->data = arg;
		break;
	default:
		argp_usage(state);
	}
}

static error_t call_parse(int key, char *arg, struct argp_state *state)
{
	struct call_args *args = state->input;

	switch (key) {
	case 't':
		if (text_parse_seconds(arg, &args->timeout) < 0)
			argp_error(state, "'%s' is no time in seconds", arg);
		return 0;
	case 'w':
		args->wait = true;
		return 0;
	case 'c':
		args->clear = true;
		return 0;
	case 'e':
		args->exit_code = true;
		return 0;
	case 'p':
		if (text_parse_size(arg, KIPC_POOL_MAX, &args->pool) < 0)
			argp_error(state, "'%s' is no size up to 64M", arg);
		return 0;
	case ARGP_KEY_ARG:
		parse_arg(args, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp call_argp = {
	.options = call_options, .parser = call_parse,
	.args_doc = "NAME [CODE [DATA|-]]", .doc = call_doc,
};

/* Standard input, if the payload is to be read from there */
static int read_payload(struct buffer *payload)
{
	int ret;

	do {
		ret = buffer_read(payload, STDIN_FILENO, KIPC_POOL_MAX);
	} while (ret > 0 || ret == -EINTR);
	if (ret == -EMSGSIZE)
		tool_error("standard input: more than 64 MiB, the largest pool");
	else if (ret < 0)
		tool_error("standard input: %s", strerror(-ret));
	return ret < 0 ? TOOL_FAILED : TOOL_OK;
}

static const char *how_far(unsigned int stage)
{
	switch (stage) {
	case KIPC_STAGE_RECEIVED:
		return "it may or may not have done what was asked";
	case KIPC_STAGE_REPLY_LOST:
		return "it did answer, and the answer is lost";
	default:
		return "it has not seen the call";
	}
}

static int fail_call(int error, const char *name, unsigned int stage)
{
	const char *why = strerror(-error);

	if (error == -EOWNERDEAD)
		why = "it ended before it answered";
	else if (error == -ETIMEDOUT)
		why = "no answer in time";
	else if (error == -EMSGSIZE)
		why = "the payload is larger than its pool";
	else if (error == -EAGAIN)
		why = "it has no room, or is frozen: try --wait";
	else if (error == -ELOOP)
		why = "the chain of calls is too long";
	else if (error == -EDQUOT)
		why = "your quota is used up: see kipc stat";
	tool_error("%s: %s; %s: %s", name, why, kipc_stage_name(stage),
		   how_far(stage));
	return tool_status_of(error);
}

/* Print the answer; its code decides on the exit status */
static int print_result(const struct call_args *args,
			const struct kipc_result *result)
{
	int code = result->code;

	if (result->size)
		fwrite(result->data, 1, result->size, stdout);
	if (!code)
		return TOOL_OK;
	if (code == -EMSGSIZE)
		tool_error("%s: the answer is too large: try a larger --pool",
			   args->name);
	else if (code < 0 && code >= -ERRNO_MAX)
		tool_error("%s: answered with code %d (%s)", args->name, code,
			   strerror(-code));
	else
		tool_error("%s: answered with code %d", args->name, code);
	return args->exit_code && code > 0 && code <= 255 ? code : TOOL_CODE;
}

static int call(struct kipc *endpoint, const struct call_args *args,
		const void *data, size_t size)
{
	const struct kipc_call_options options = {
		.flags = (args->wait ? KIPC_WAIT : 0) |
			 (args->clear ? KIPC_CLEAR : 0),
		.deadline = args->timeout ? kipc_deadline_ns(args->timeout) :
					    KIPC_FOREVER,
	};
	const struct iovec iov = {
		.iov_base = (void *)data, .iov_len = size,
	};
	const struct kipc_content content = { .iov = &iov, .iov_count = 1 };
	struct kipc_result result;
	uint32_t handle;
	int ret;

	ret = kipc_name_lookup(endpoint, args->name, KIPC_RIGHT_CALL,
			       args->wait ? options.deadline : KIPC_NO_WAIT,
			       &handle, NULL);
	if (ret < 0)
		return tool_fail_name(ret, args->name);
	ret = kipc_call_with(endpoint, handle, args->code, &content, &options,
			     &result);
	if (ret < 0)
		return fail_call(ret, args->name, result.stage);
	ret = print_result(args, &result);
	kipc_result_release(&result);
	return ret;
}

static int call_run(const struct tool *tool, int argc, char **argv)
{
	struct call_args args = { .pool = CALL_POOL };
	struct buffer payload = { 0 };
	struct kipc *endpoint;
	int ret;

	argp_parse(&call_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, args.pool, 0, &endpoint);
	if (ret)
		return ret;
	if (!args.data)
		ret = call(endpoint, &args, NULL, 0);
	else if (strcmp(args.data, "-"))
		ret = call(endpoint, &args, args.data, strlen(args.data));
	else
		ret = read_payload(&payload) ?:
		      call(endpoint, &args, payload.data, payload.size);
	buffer_free(&payload);
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_call = {
	.name = "call",
	.summary = "call an object and print its answer",
	.run = call_run,
};
