// SPDX-License-Identifier: GPL-2.0-only
/* Ending kipc_serve(), or another loop, by a signal. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tool.h"

/* For the signal handler; set before it is installed, constant then */
static struct kipc *serving;
static int second_fd;

static atomic_int stopping;

static void stop(int signal)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)signal;
	if (!stopping)
		kipc_serve_stop(serving);
	else if (second_fd >= 0 && write(second_fd, &one, sizeof(one)) < 0)
		_exit(TOOL_FAILED);
	stopping = 1;
	errno = saved;
}

/* A signal that the parent chose to be ignored, as nohup does, stays ignored */
static void stop_on(int signal, const struct sigaction *action)
{
	struct sigaction old;

	sigaction(signal, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(signal, action, NULL);
}

void tool_stop_on_signals(struct kipc *endpoint, int abort_fd)
{
	struct sigaction action = { .sa_handler = stop };

	serving = endpoint;
	second_fd = abort_fd;
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaddset(&action.sa_mask, SIGHUP);
	stop_on(SIGINT, &action);
	stop_on(SIGTERM, &action);
	stop_on(SIGHUP, &action);
}

/* Add a signal, unless the parent chose it to be ignored */
static void add_signal(sigset_t *set, int signal)
{
	struct sigaction old;

	sigaction(signal, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaddset(set, signal);
}

int tool_signal_fd(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	add_signal(&set, SIGINT);
	add_signal(&set, SIGTERM);
	add_signal(&set, SIGHUP);
	add_signal(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void tool_end_by_pipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
