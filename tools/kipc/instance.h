/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracefs instance of one's own: a buffer into which only what this process
 * asked for is traced. It disturbs nobody else's tracing, and nobody disturbs
 * it.
 *
 * It is called kipc-PID and goes with its process: removed by
 * instance_remove(), or, if the process is killed before that, by a janitor, a
 * child that waits for the process's end. If both are killed at once the next
 * instance_new() of anybody finds it and removes it.
 */
#ifndef TOOL_INSTANCE_H
#define TOOL_INSTANCE_H

#include <stddef.h>
#include <sys/types.h>

#include <tracefs.h>

/**
 * struct instance - a tracefs instance
 * @tracefs: for libtracefs
 * @janitor: the child
 * @leash: file descriptor whose end tells the janitor to work
 */
struct instance {
	struct tracefs_instance *tracefs;
	pid_t janitor;
	int leash;
};

/**
 * instance_new() - make an instance in which nothing is traced yet
 * @instance: to be filled in
 *
 * Its clock is CLOCK_MONOTONIC.
 *
 * Errors: EACCES (not for this user), ENOENT (no tracefs), ENOMEM, and what
 * fork(2) and mkdir(2) say.
 * Return: 0 or -errno.
 */
int instance_new(struct instance *instance);

/**
 * instance_remove() - remove it with all that it traced
 * @instance: no file of which is open any more
 */
void instance_remove(struct instance *instance);

#endif
