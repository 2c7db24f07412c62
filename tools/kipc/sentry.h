/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that looks out while the main thread waits in the kernel.
 *
 * It waits for the signals that end a command, and for the end of whoever reads
 * standard output. When one of them comes it says so, and interrupts the system
 * call that the main thread is in, and the next ones: so the news cannot come in
 * the moment before the main thread begins to wait, and be missed.
 *
 * Signals are blocked meanwhile, but for the one that interrupts: a message is
 * not lost between its receipt and the moment when it was written.
 */
#ifndef TOOL_SENTRY_H
#define TOOL_SENTRY_H

#include <stdbool.h>

/**
 * enum sentry_news - why the main thread is to stop
 * @SENTRY_NOTHING: it is not to
 * @SENTRY_SIGNAL: SIGINT, SIGTERM or SIGHUP came
 * @SENTRY_OUTPUT: nobody can read standard output any more
 */
enum sentry_news {
	SENTRY_NOTHING,
	SENTRY_SIGNAL,
	SENTRY_OUTPUT,
};

/**
 * sentry_start() - begin to look out, until the process ends
 * @output: also for the end of who reads standard output
 *
 * To be called once, by the main thread. SIGPIPE is blocked, too: a write gets
 * EPIPE.
 *
 * Return: 0 or -errno.
 */
int sentry_start(bool output);

/**
 * sentry_news() - whether to stop, to be asked after EINTR and before waiting
 *
 * Return: why; it does not change any more once it is not SENTRY_NOTHING.
 */
enum sentry_news sentry_news(void);

#endif
