// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "roudi.h"

#define PROGRAM		"iox-roudi"
#define CONFIGURATION	"/tmp/kipc-bench-roudi.toml"
#define CHUNKS		8
/* What it prints once others may come */
#define READY		"ready"
#define PATIENCE	60000 /* ms */

static pid_t roudi;

/* One pool of chunks, and no others. */
static int write_configuration(size_t size)
{
	FILE *file = fopen(CONFIGURATION, "w");

	if (!file)
		return -1;
	fprintf(file,
		"[general]\nversion = 1\n\n[[segment]]\n\n[[segment.mempool]]\nsize = %zu\ncount = %d\n",
		size, CHUNKS);
	return fclose(file);
}

static void run(int output)
{
	int nowhere = open("/dev/null", O_WRONLY);

	/* It would outlive a client that ends with an error. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(output, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	execlp(PROGRAM, PROGRAM, "--monitoring-mode", "off", "--log-level",
	       "fatal", "--config-file", CONFIGURATION, NULL);
	_exit(EXIT_FAILURE);
}

/* Returns 0, or -1 if it ended or says nothing for too long. */
static int wait_until_ready(int output)
{
	struct pollfd poll_output = { .fd = output, .events = POLLIN };
	char text[512];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof(text) - 1) {
		if (poll(&poll_output, 1, PATIENCE) <= 0)
			return -1;
		got = read(output, text + length, sizeof(text) - 1 - length);
		if (got <= 0)
			return -1;
		length += (size_t)got;
		text[length] = '\0';
		if (strstr(text, READY))
			return 0;
	}
	return -1;
}

int roudi_start(size_t size)
{
	int output[2];

	if (write_configuration(size) < 0 || pipe(output) < 0)
		return -1;
	roudi = fork();
	if (roudi < 0)
		return -1;
	if (roudi == 0)
		run(output[1]);
	close(output[1]);
	if (wait_until_ready(output[0]) == 0)
		return 0;
	warnx("RouDi (%s) does not start", PROGRAM);
	errno = ECHILD;
	return -1;
}

/*
 * Only after all destructors of iceoryx's library, which take leave of it. Asked to
 * end, it would end the others first.
 */
__attribute__((destructor))
static void stop(void)
{
	if (roudi <= 0)
		return;
	kill(roudi, SIGKILL);
	waitpid(roudi, NULL, 0);
}
