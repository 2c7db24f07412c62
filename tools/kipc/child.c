// SPDX-License-Identifier: GPL-2.0-only
/* A command that is run for its output. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kipc.h>

#include "child.h"

/* What is waited for while the command runs; fd is -1 after its event */
enum {
	EVENT_OUTPUT,
	EVENT_EXIT,
	EVENT_ABORT,
	EVENT_CANCEL,
	EVENT_COUNT,
};

/* A file descriptor to read the input from; -errno if that fails */
static int input_file(const struct child *child)
{
	const char *data = child->input;
	size_t left = child->input_size;
	int fd = memfd_create("kipc-payload", MFD_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -errno;
	for (; left; left -= (size_t)size, data += size) {
		size = write(fd, data, left);
		if (size < 0) {
			int ret = -errno;

			close(fd);
			return ret;
		}
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Signals as they were before this program touched them */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(attributes,
					POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF |
					POSIX_SPAWN_SETPGROUP);
}

static int spawn(const struct child *child, int input, int output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	error = set_attributes(&attributes);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, input,
							 STDIN_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, output,
							 STDOUT_FILENO);
	if (!error)
		error = posix_spawnp(pid, child->argv[0], &actions, &attributes,
				     child->argv, child->envp);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

/* Start the command; @output is the end of its standard output to read from */
static int start(const struct child *child, pid_t *pid, int *output)
{
	int pipes[2];
	int input;
	int ret;

	input = input_file(child);
	if (input < 0)
		return input;
	ret = pipe2(pipes, O_CLOEXEC) < 0 ? -errno : 0;
	if (ret < 0)
		goto out_close_input;
	ret = spawn(child, input, pipes[1], pid);
	close(pipes[1]);
	if (ret)
		close(pipes[0]);
	*output = pipes[0];
out_close_input:
	close(input);
	return ret;
}

static int wait_event(struct pollfd *events, uint64_t deadline)
{
	const uint64_t second = 1000000000;
	uint64_t left = kipc_deadline_remaining(deadline);
	struct timespec timeout = {
		.tv_sec = (time_t)(left / second),
		.tv_nsec = (long)(left % second),
	};
	int ret;

	if (!left)
		return -ETIMEDOUT;
	ret = ppoll(events, EVENT_COUNT, deadline == KIPC_FOREVER ? NULL :
		    &timeout, NULL);
	if (ret < 0 && errno != EINTR)
		return -errno;
	return ret > 0;
}

static int take_output(const struct child *child, struct buffer *output,
		       struct pollfd *event)
{
	int ret = buffer_read(output, event->fd, child->output_most);

	if (!ret)
		event->fd = -1;
	return ret;
}

/* Take the output until there is no more of it and the command ended */
static int collect(const struct child *child, struct buffer *output, int fd,
		   int pidfd)
{
	struct pollfd events[EVENT_COUNT] = {
		[EVENT_OUTPUT] = { .fd = fd, .events = POLLIN },
		[EVENT_EXIT] = { .fd = pidfd, .events = POLLIN },
		[EVENT_ABORT] = { .fd = child->abort_fd, .events = POLLIN },
		[EVENT_CANCEL] = { .fd = child->cancel_fd, .events = POLLIN },
	};
	int ret = 0;

	while (ret >= 0 && (events[EVENT_OUTPUT].fd >= 0 ||
			    events[EVENT_EXIT].fd >= 0)) {
		ret = wait_event(events, child->deadline);
		if (ret <= 0)
			continue;
		if (events[EVENT_ABORT].revents || events[EVENT_CANCEL].revents)
			ret = -ECANCELED;
		else if (events[EVENT_OUTPUT].revents)
			ret = take_output(child, output, &events[EVENT_OUTPUT]);
		else
			events[EVENT_EXIT].fd = -1;
	}
	return ret < 0 ? ret : 0;
}

int child_run(const struct child *child, struct buffer *output, int *status)
{
	int fd, pidfd;
	pid_t pid;
	int ret;

	ret = start(child, &pid, &fd);
	if (ret)
		return ret;
	pidfd = pidfd_open(pid, 0);
	ret = pidfd < 0 ? -errno : collect(child, output, fd, pidfd);
	if (ret < 0)
		kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	close(fd);
	return ret;
}
