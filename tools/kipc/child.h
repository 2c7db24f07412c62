/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that is run for its output.
 *
 * The input lies in a memory file that becomes the command's standard input,
 * so that nobody has to feed it, and however much it is, it cannot block the
 * reading of the output. The command is the leader of a process group of its
 * own: what ends it ends what it started, and a terminal's ^C does not reach
 * it.
 */
#ifndef TOOL_CHILD_H
#define TOOL_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/**
 * struct child - what to run, with what, and for how long
 * @argv: the command, searched for in PATH, and its arguments
 * @envp: its environment
 * @input: its standard input
 * @input_size: size of that in bytes
 * @output_most: how many bytes of output to take
 * @deadline: when to end it, as of the library
 * @abort_fd: end it when this becomes readable
 * @cancel_fd: or this; -1 if there is none
 */
struct child {
	char *const *argv;
	char *const *envp;
	const void *input;
	size_t input_size;
	size_t output_most;
	uint64_t deadline;
	int abort_fd;
	int cancel_fd;
};

/**
 * child_run() - run a command until it ended and closed its standard output
 * @child: the command
 * @output: where its standard output goes; to be freed also after an error
 * @status: where its status goes, as of waitpid(2)
 *
 * Can be called by several threads at once.
 *
 * Errors: ECANCELED (@abort_fd, @cancel_fd), EMSGSIZE (more output than @output_most),
 * ETIMEDOUT (@deadline); then the command was ended with SIGKILL. If it could
 * not be started: ENOENT, EACCES, ENOMEM, EMFILE and the like.
 * Return: 0 or -errno.
 */
int child_run(const struct child *child, struct buffer *output, int *status);

#endif
