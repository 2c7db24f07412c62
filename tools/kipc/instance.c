// SPDX-License-Identifier: GPL-2.0-only
/* A tracefs instance of one's own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instance.h"

#define INSTANCE_NAME	"kipc-%d"

/* Bytes of buffer for all CPUs, and for one */
#define BUFFER_TOTAL	((size_t)64 << 20)
#define BUFFER_LEAST	((size_t)256 << 10)
#define BUFFER_MOST	((size_t)2 << 20)

/* For how long the janitor tries, in steps of 10 ms */
#define JANITOR_TRIES	500

static int remove_by_name(const char *name)
{
	struct tracefs_instance *found = tracefs_instance_alloc(NULL, name);
	int ret;

	if (!found)
		return -ENOENT;
	ret = tracefs_instance_destroy(found) ? -errno : 0;
	tracefs_instance_free(found);
	return ret;
}

/* One that was left behind: nobody has its number any more */
static int sweep(const char *name, void *unused)
{
	int pid, end = 0;

	(void)unused;
	if (sscanf(name, INSTANCE_NAME "%n", &pid, &end) != 1 || name[end] ||
	    pid <= 0)
		return 0;
	if (pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH))
		remove_by_name(name);
	return 0;
}

/*
 * The janitor holds nothing but the other end of the leash: not the terminal, no
 * pipe, no endpoint. The files of the instance that its parent had open may be
 * closed only after the leash was.
 */
static void __attribute__((noreturn)) work_as_janitor(const char *name,
						      int leash)
{
	sigset_t all;
	char byte;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "kipc-janitor");
	setsid();
	dup2(leash, 0);
	close_range(1, ~0U, 0);
	while (read(0, &byte, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < JANITOR_TRIES; i++) {
		if (remove_by_name(name) != -EBUSY)
			break;
		usleep(10000);
	}
	_exit(0);
}

static int hire_janitor(struct instance *instance, const char *name)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	instance->janitor = fork();
	if (instance->janitor < 0) {
		int ret = -errno;

		close(ends[0]);
		close(ends[1]);
		return ret;
	}
	if (!instance->janitor) {
		close(ends[1]);
		work_as_janitor(name, ends[0]);
	}
	close(ends[0]);
	instance->leash = ends[1];
	return 0;
}

/*
 * Names of processes are not recorded: for that the kernel would look at every
 * context switch of the machine.
 */
static void prepare(struct tracefs_instance *tracefs)
{
	size_t size = BUFFER_TOTAL / (size_t)sysconf(_SC_NPROCESSORS_CONF);

	if (size < BUFFER_LEAST)
		size = BUFFER_LEAST;
	if (size > BUFFER_MOST)
		size = BUFFER_MOST;
	tracefs_instance_set_buffer_size(tracefs, size >> 10, -1);
	tracefs_instance_file_write(tracefs, "trace_clock", "mono");
	tracefs_option_disable(tracefs, TRACEFS_OPTION_RECORD_CMD);
}

int instance_new(struct instance *instance)
{
	char name[32];
	int ret;

	tracefs_set_loglevel(TEP_LOG_NONE);
	if (!tracefs_tracing_dir())
		return geteuid() ? -EACCES : -ENOENT;
	tracefs_instances_walk(sweep, NULL);
	snprintf(name, sizeof(name), INSTANCE_NAME, (int)getpid());
	ret = hire_janitor(instance, name);
	if (ret < 0)
		return ret;
	errno = ENOMEM;
	instance->tracefs = tracefs_instance_create(name);
	if (!instance->tracefs) {
		ret = -errno;
		instance_remove(instance);
		return ret;
	}
	prepare(instance->tracefs);
	return 0;
}

void instance_remove(struct instance *instance)
{
	if (instance->tracefs) {
		tracefs_instance_destroy(instance->tracefs);
		tracefs_instance_free(instance->tracefs);
	}
	close(instance->leash);
	while (waitpid(instance->janitor, NULL, 0) < 0 && errno == EINTR)
		;
}
