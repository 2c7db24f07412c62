// SPDX-License-Identifier: GPL-2.0-only
/* "kipc trace" as a child, and what it printed. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "selftest.h"
#include "tracer.h"

#define INSTANCE	"/sys/kernel/tracing/instances/kipc-%d"

static void run(int output, const char *option, const char *who)
{
	const char *argv[] = { "kipc", "trace", option, who, NULL };

	dup2(output, STDOUT_FILENO);
	execvp("kipc", (char **)argv);
	_exit(127);
}

/* The tracepoint that it switches on last is on. */
static bool is_ready(pid_t pid)
{
	char path[128], text[4];

	snprintf(path, sizeof(path),
		 INSTANCE "/events/kipc/kipc_endpoint_open/enable", (int)pid);
	return file_read(path, text, sizeof(text)) > 0 && *text == '1';
}

/**
 * tracer_start() - start it, and wait until it traces
 * @tracer: to be filled in
 * @option: an option
 * @who: whom to trace; NULL for all
 */
void tracer_start(struct tracer *tracer, const char *option, const char *who)
{
	tracer->output = memfd_create("trace", MFD_CLOEXEC);
	must_errno(tracer->output);
	tracer->text = NULL;
	tracer->pid = fork();
	must_errno(tracer->pid);
	if (!tracer->pid)
		run(tracer->output, option, who);
	while (!is_ready(tracer->pid)) {
		check(!waitpid(tracer->pid, NULL, WNOHANG));
		pause_ms(20);
	}
}

/* For whoever reads why a test failed */
static void show(const char *text)
{
	size_t size;

	for (; *text; text += size + (text[size] == '\n')) {
		size = strcspn(text, "\n");
		fprintf(stderr, "# %.*s\n", (int)size, text);
	}
}

/**
 * tracer_end() - end it, and take what it printed
 * @tracer: the tracer; nothing of it may be left behind
 */
void tracer_end(struct tracer *tracer)
{
	char path[128];
	struct stat stat;
	int status;

	must_errno(kill(tracer->pid, SIGTERM));
	must_errno(waitpid(tracer->pid, &status, 0));
	check(WIFEXITED(status) && !WEXITSTATUS(status));
	snprintf(path, sizeof(path), INSTANCE, (int)tracer->pid);
	check(access(path, F_OK) < 0);
	must_errno(fstat(tracer->output, &stat));
	tracer->text = calloc(1, stat.st_size + 1);
	check(tracer->text);
	check(pread(tracer->output, tracer->text, stat.st_size, 0) ==
	      stat.st_size);
	close(tracer->output);
	show(tracer->text);
}

void tracer_free(struct tracer *tracer)
{
	free(tracer->text);
}

static bool has_all(const char *line, const char *const *texts)
{
	for (; *texts; texts++)
		if (!strstr(line, *texts))
			return false;
	return true;
}

/**
 * tracer_lines() - how many lines have some texts in them
 * @tracer: the tracer
 * @texts: the texts; NULL behind the last
 *
 * Return: how many.
 */
int tracer_lines(const struct tracer *tracer, const char *const *texts)
{
	char *copy = strdup(tracer->text);
	char *rest = copy, *line;
	int count = 0;

	check(copy);
	while ((line = strsep(&rest, "\n")))
		count += has_all(line, texts);
	free(copy);
	return count;
}
