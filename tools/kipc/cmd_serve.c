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
	"KIPC_SENDER_PID and KIPC_SENDER_UID tell who called, and with --label\n"
	"KIPC_SENDER_LABEL as what. Codes that do not come\n"
	"from COMMAND: 127 there is no such command, 126 it cannot be run, 128 + N\n"
	"signal N ended it, negative -errno.\n"
	"\n"
	"COMMAND is killed when the caller's time is up, or when it leaves (with --jobs 1\n"
	"nobody is there to notice that). SIGINT, SIGTERM or SIGHUP\n"
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

/* Variables that tell about a call */
#define VARIABLES	4

/**
 * struct service - the arguments, and what the handler needs
 * @name: name to publish
 * @mode: who may do what with it
 * @jobs: how many commands may run at once
 * @pool: bytes of the pool
 * @label: ask for senders' security labels
 * @command: what to run
 * @abort_fd: readable once the commands are to be ended
 */
struct service {
	const char *name;
	mode_t mode;
	uint64_t jobs;
	size_t pool;
	bool label;
	char **command;
	int abort_fd;
};

static const struct argp_option serve_options[] = {
	{ "jobs", 'j', "N", 0,
	  "run up to N commands at once; 8 if not said", 0 },
	{ "label", 'l', NULL, 0,
	  "tell COMMAND the caller's security label, in KIPC_SENDER_LABEL", 0 },
	{ "mode", 'm', "MODE", 0,
	  "who may call, in octal; 0600, the owner only, if not said", 0 },
	{ "pool", 'p', "SIZE", 0,
	  "room for payloads, such as 64M; 16M if not said", 0 },
	{ 0 }
};

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
	case 'l':
		service->label = true;
		return 0;
	case 'm':
		if (text_parse_mode(arg, &service->mode) < 0)
			argp_error(state, "'%s' is no mode such as 0600", arg);
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
	char *text[VARIABLES];
	char *envp[];
};

static void environment_free(struct environment *environment)
{
	for (int i = 0; environment && i < VARIABLES; i++)
		free(environment->text[i]);
	free(environment);
}

static int set_variables(struct environment *environment,
			 const struct kipc_request *request)
{
	struct kipc_sender sender;
	char **text = environment->text;

	kipc_request_sender(request, &sender);
	if (asprintf(&text[0], "KIPC_CODE=%u", kipc_request_code(request)) < 0 ||
	    asprintf(&text[1], "KIPC_SENDER_PID=%d", (int)sender.pid) < 0 ||
	    asprintf(&text[2], "KIPC_SENDER_UID=%u",
		     (unsigned int)sender.euid) < 0 ||
	    asprintf(&text[3], "KIPC_SENDER_LABEL=%.*s",
		     (int)sender.label_size, sender.label ?: "") < 0)
		return -ENOMEM;
	for (int i = 0; i < VARIABLES; i++)
		environment->envp[i] = text[i];
	return 0;
}

/* serve_run() took variables of the same names away from this process's own */
static struct environment *environment_new(const struct kipc_request *request)
{
	struct environment *environment;
	size_t count = 0;

	while (environ[count])
		count++;
	environment = calloc(1, sizeof(*environment) +
			     (count + VARIABLES + 1) * sizeof(environ[0]));
	if (!environment)
		return NULL;
	if (set_variables(environment, request) < 0) {
		environment_free(environment);
		return NULL;
	}
	memcpy(environment->envp + VARIABLES, environ,
	       (count + 1) * sizeof(environ[0]));
	return environment;
}

/* The code that a shell would give to a command that could not be run */
static int code_of_error(int error)
{
	if (error == -ENOENT)
		return 127;
	return error == -EACCES || error == -ENOEXEC ? 126 : error;
}

static void cancel(struct kipc_request *request, void *userdata)
{
	const uint64_t one = 1;
	ssize_t size = write((int)(intptr_t)userdata, &one, sizeof(one));

	(void)request;
	(void)size;
}

/* Run it, but not for longer than the caller waits */
static int run_for_caller(struct kipc_request *request, struct child *child,
			  struct buffer *output, int *status)
{
	int ret;

	child->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (child->cancel_fd < 0)
		return -errno;
	kipc_request_on_cancel(request, cancel,
			       (void *)(intptr_t)child->cancel_fd);
	ret = child_run(child, output, status);
	kipc_request_on_cancel(request, NULL, NULL);
	close(child->cancel_fd);
	return ret;
}

/* Run the command for a call; returns the answer's code */
static int run_command(const struct service *service,
		       struct kipc_request *request, struct buffer *output)
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
	ret = run_for_caller(request, &child, output, &status);
	environment_free(environment);
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

	ret = kipc_node_new(endpoint, answer_call, service,
			    KIPC_NODE_CANCELED |
			    (service->label ? KIPC_NODE_LABEL : 0), &node);
	if (ret < 0)
		return tool_fail(ret, "serve");
	tool_stop_on_signals(endpoint, service->abort_fd);
	ret = kipc_node_publish(node, service->name, service->mode);
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
	unsetenv("KIPC_SENDER_LABEL");
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
