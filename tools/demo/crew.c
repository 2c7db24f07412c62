// SPDX-License-Identifier: GPL-2.0-only
/* The worker processes, as the coordinator sees them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"
#include "worker.h"

/* In the child: end with the parent, even if it ended already */
static void work(pid_t parent, const char *name)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	_exit(worker_run(name));
}

int crew_start(struct crew *crew, unsigned int count, const char *name)
{
	pid_t parent = getpid();
	pid_t pid;

	crew->count = 0;
	crew->members = calloc(count, sizeof(*crew->members));
	if (!crew->members)
		return -ENOMEM;
	fflush(NULL);
	while (crew->count < count) {
		pid = fork();
		if (pid < 0)
			return -errno;
		if (!pid)
			work(parent, name);
		crew->members[crew->count] = (struct member){
			.number = crew->count + 1,
			.pid = pid,
		};
		crew->count++;
	}
	return 0;
}

struct member *crew_find(const struct crew *crew, pid_t pid)
{
	for (unsigned int i = 0; i < crew->count; i++) {
		if (crew->members[i].pid == pid)
			return &crew->members[i];
	}
	return NULL;
}

struct member *crew_find_handle(const struct crew *crew, uint32_t handle)
{
	for (unsigned int i = 0; i < crew->count; i++) {
		if (crew->members[i].handle == handle)
			return &crew->members[i];
	}
	return NULL;
}

unsigned int crew_alive(const struct crew *crew)
{
	unsigned int alive = 0;

	for (unsigned int i = 0; i < crew->count; i++)
		alive += crew->members[i].state != MEMBER_DEAD;
	return alive;
}

static bool ended_well(const struct member *member, bool killed)
{
	int status;

	while (waitpid(member->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	if (killed)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

bool crew_end(const struct crew *crew, const struct member *victim)
{
	bool well = true;

	for (unsigned int i = 0; i < crew->count; i++) {
		const struct member *member = &crew->members[i];

		well &= ended_well(member, member == victim);
	}
	return well;
}

void crew_free(struct crew *crew)
{
	free(crew->members);
	crew->members = NULL;
}
