// SPDX-License-Identifier: GPL-2.0-only
/* A thread that looks out while the main thread waits in the kernel. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "sentry.h"
#include "tool.h"

/* What interrupts the main thread, and how often */
#define SENTRY_SIGNO	SIGUSR1
#define SENTRY_STEP_US	20000

/* Set before the thread is made, and constant then */
static pthread_t main_thread;
static int signal_fd;
static bool watch_output;

static atomic_int news;

static void interrupt(int signal)
{
	(void)signal;
}

static void *look_out(void *unused)
{
	/* No events: a pipe or a socket tells of its end without being asked */
	struct pollfd fds[2] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = watch_output ? STDOUT_FILENO : -1 },
	};

	(void)unused;
	while (poll(fds, 2, -1) <= 0)
		;
	news = fds[0].revents ? SENTRY_SIGNAL : SENTRY_OUTPUT;
	for (;;) {
		pthread_kill(main_thread, SENTRY_SIGNO);
		usleep(SENTRY_STEP_US);
	}
	return NULL;
}

int sentry_start(bool output)
{
	struct sigaction action = { .sa_handler = interrupt };
	pthread_t thread;

	main_thread = pthread_self();
	watch_output = output;
	signal_fd = tool_signal_fd();
	if (signal_fd < 0)
		return signal_fd;
	sigemptyset(&action.sa_mask);
	if (sigaction(SENTRY_SIGNO, &action, NULL) < 0)
		return -errno;
	return -pthread_create(&thread, NULL, look_out, NULL);
}

enum sentry_news sentry_news(void)
{
	return (enum sentry_news)atomic_load(&news);
}
