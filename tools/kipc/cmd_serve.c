// SPDX-License-Identifier: GPL-2.0-only
/* kipc serve: answer calls with what a command prints. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "text.h"
#include "tool.h"

static const char serve_doc[] =
	"Publish NAME and answer each call to it by running COMMAND. The call's\n"
	"payload is its standard input, its standard output the answer's payload,\n"
	"and its exit status the answer's code.\n"
	"\vIn COMMAND's environment, KIPC_CODE is the call's code, and\n"
	"KIPC_SENDER_PID and KIPC_SENDER_UID tell who called. Codes that do not come\n"
	"from COMMAND: 127 there is no such command, 126 it cannot be run, 128 + N\n"
	"signal N ended it, negative -errno.\n"
	"\n"
	"COMMAND is killed when the caller's time is up. SIGINT, SIGTERM or SIGHUP\n"
	"ends the service: no more calls are taken, and those that run are finished;\n"
	"a second signal kills the commands, too.\n"
	"\n"
	"MODE is in octal, as a file's: w may call, r be told of the end, x pass on.\n"
	"\n"
	"Examples:\n"
	"  kipc serve example.upper -- tr a-z A-Z\n"
	"  kipc serve --jobs 1 --mode 0622 example.log -- tee -a log\n"
	"  kipc serve example.who -- sh -c 'echo you are $KIPC_SENDER_UID'";

#define SERVE_POOL	((size_t)16 << 20)
#define SERVE_JOBS	8
#define JOBS_MAX	1024

/**
 * struct service - the arguments, and what the handler needs
 * @name: name to publish
 * @mode: who may do what with it
 * @jobs: how many commands may run at once
 * @pool: bytes of the pool
 * @command: what to run
 * @abort_fd: readable once the commands are to be ended
 */
struct service {
	const char *name;
	uint64_t mode;
	uint64_t jobs;
	size_t pool;
	char **command;
	int abort_fd;
};

static const struct argp_option serve_options[] = {
	{ "jobs", 'j', "N", 0,
	  "run up to N commands at once; 8 if not said", 0 },
	{ "mode", 'm', "MODE", 0,
	  "who may call, in octal; 0600, the owner only, if not said", 0 },
	{ "pool", 'p', "SIZE", 0,
	  "room for payloads, such as 64M; 16M if not said", 0 },
	{ 0 }
};

static void parse_mode(struct service *service, const char *text,
		       struct argp_state *state)
{
	char *end;

	service->mode = strtoul(text, &end, 8);
	if (end == text || *end || service->mode > 0777)
		argp_error(state, "'%s' is no mode such as 0600", text);
}

/* NAME, and what follows it is the command, options and all */
static void parse_arg(struct service *service, char *arg,
		      struct argp_state *state)
{
	if (!service->name) {
		service->name = arg;
		return;
	}
	service->command = &state->argv[state->next - 1];
	state->next = state->argc;
}

static error_t serve_parse(int key, char *arg, struct argp_state *state)
{
	struct service *service = state->input;

	switch (key) {
	case 'j':
		if (text_parse_number(arg, JOBS_MAX, &service->jobs) < 0 ||
		    !service->jobs)
			argp_error(state, "'%s' is no number from 1 to %d", arg,
				   JOBS_MAX);
		return 0;
	case 'm':
		parse_mode(service, arg, state);
		return 0;
	case 'p':
		if (text_parse_size(arg, KIPC_POOL_MAX, &service->pool) < 0)
			argp_error(state, "'%s' is no size up to 64M", arg);
		return 0;
	case ARGP_KEY_ARG:
		parse_arg(service, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (!service->command)
			argp_error(state, "NAME and COMMAND are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp serve_argp = {
	.options = serve_options, .parser = serve_parse,
	.args_doc = "NAME -- COMMAND [ARG...]", .doc = serve_doc,
};

/**
 * struct environment - of one command
 * @text: variables that tell about the call
 * @envp: those, and this process's own behind them
 */
struct environment {
	char text[3][32];
	char *envp[];
};

/* serve_run() took variables of the same names away from this process's own */
static struct environment *environment_new(const struct kipc_request *request)
{
	struct environment *environment;
	struct kipc_sender sender;
	size_t count = 0;

	while (environ[count])
		count++;
	environment = malloc(sizeof(*environment) +
			     (count + 4) * sizeof(environ[0]));
	if (!environment)
		return NULL;
	kipc_request_sender(request, &sender);
	snprintf(environment->text[0], sizeof(environment->text[0]),
		 "KIPC_CODE=%u", kipc_request_code(request));
	snprintf(environment->text[1], sizeof(environment->text[1]),
		 "KIPC_SENDER_PID=%d", (int)sender.pid);
	snprintf(environment->text[2], sizeof(environment->text[2]),
		 "KIPC_SENDER_UID=%u", (unsigned int)sender.euid);
	for (size_t i = 0; i < 3; i++)
		environment->envp[i] = environment->text[i];
	memcpy(environment->envp + 3, environ, (count + 1) * sizeof(environ[0]));
	return environment;
}

/* The code that a shell would give to a command that could not be run */
static int code_of_error(int error)
{
	if (error == -ENOENT)
		return 127;
	return error == -EACCES || error == -ENOEXEC ? 126 : error;
}

/* Run the command for a call; returns the answer's code */
static int run_command(const struct service *service,
		       const struct kipc_request *request,
		       struct buffer *output)
{
	struct environment *environment = environment_new(request);
	struct child child = {
		.argv = service->command,
		.input = kipc_request_data(request),
		.input_size = kipc_request_size(request),
		.output_most = KIPC_POOL_MAX,
		.deadline = kipc_request_deadline(request),
		.abort_fd = service->abort_fd,
	};
	int status;
	int ret;

	if (!environment)
		return -ENOMEM;
	child.envp = environment->envp;
	ret = child_run(&child, output, &status);
	free(environment);
	if (ret < 0) {
		tool_error("%s: %s", service->command[0],
			   ret == -EMSGSIZE ? "too much output" :
			   strerror(-ret));
		buffer_free(output);
		return code_of_error(ret);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static int answer_call(struct kipc_request *request, void *userdata)
{
	const struct service *service = userdata;
	struct buffer output = { 0 };
	struct kipc_content content;
	struct iovec iov;
	int code;
	int ret;

	if (kipc_request_kind(request) != KIPC_MSG_CALL)
		return 0;
	code = run_command(service, request, &output);
	iov.iov_base = output.data;
	iov.iov_len = output.size;
	content = (struct kipc_content){ .iov = &iov, .iov_count = 1 };
	ret = kipc_request_replyv(request, code, &content, KIPC_REPLY_NOW);
	if (ret == -EMSGSIZE || ret == -EAGAIN)
		tool_error("%s: an answer of %zu bytes does not fit the caller's pool",
			   service->name, output.size);
	buffer_free(&output);
	return ret;
}

static int serve(struct kipc *endpoint, struct service *service)
{
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(endpoint, answer_call, service, 0, &node);
	if (ret < 0)
		return tool_fail(ret, "serve");
	tool_stop_on_signals(endpoint, service->abort_fd);
	ret = kipc_node_publish(node, service->name, (mode_t)service->mode);
	if (ret < 0)
		return tool_fail_name(ret, service->name);
	ret = kipc_serve(endpoint, (unsigned int)service->jobs);
	return ret < 0 ? tool_fail(ret, "serve") : TOOL_OK;
}

static int serve_run(const struct tool *tool, int argc, char **argv)
{
	struct service service = {
		.mode = 0600, .jobs = SERVE_JOBS, .pool = SERVE_POOL,
	};
	struct kipc *endpoint;
	int ret;

	argp_parse(&serve_argp, argc, argv, ARGP_IN_ORDER, NULL, &service);
	unsetenv("KIPC_CODE");
	unsetenv("KIPC_SENDER_PID");
	unsetenv("KIPC_SENDER_UID");
	ret = tool_open(tool, service.pool, 0, &endpoint);
	if (ret)
		return ret;
	service.abort_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (service.abort_fd < 0)
		ret = tool_fail(-errno, "eventfd");
	else
		ret = serve(endpoint, &service);
	kipc_close(endpoint);
	close(service.abort_fd);
	return ret;
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = "answer calls by running a command",
	.run = serve_run,
};
