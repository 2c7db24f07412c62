// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Who has a place in shared memory, and whether he still lives. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer.h"

/* A mark, from its lowest bit on. Linux has no PIDs of more than 22 bits. */
#define PID_BITS	22
#define SPACE_BITS	18
#define START_BITS	24

#define BITS(count)	((1ULL << (count)) - 1)
#define START_FIELD	22

static pid_t pid_of(uint64_t mark)
{
	return (pid_t)(mark & BITS(PID_BITS));
}

static uint64_t space_of(uint64_t mark)
{
	return (mark >> PID_BITS) & BITS(SPACE_BITS);
}

static uint64_t start_of(uint64_t mark)
{
	return mark >> (PID_BITS + SPACE_BITS);
}

/* Ticks from boot to the start of a process, or 0 if that cannot be known */
static uint64_t read_start(pid_t pid)
{
	char path[32], text[1024];
	ssize_t size;
	char *field;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	/* The second field is a name, which may have anything in it but a 0 byte. */
	field = strrchr(text, ')');
	for (int i = 2; field && i < START_FIELD; i++)
		field = strchr(field + 1, ' ');
	return field ? strtoull(field + 1, NULL, 10) & BITS(START_BITS) : 0;
}

/* The PID namespace, or 0 if that cannot be known */
static uint64_t read_space(void)
{
	struct stat status;

	if (stat("/proc/self/ns/pid", &status))
		return 0;
	return status.st_ino & BITS(SPACE_BITS);
}

uint64_t kipc_peer_self(void)
{
	pid_t pid = getpid();

	return ((uint64_t)pid & BITS(PID_BITS)) | read_space() << PID_BITS |
	       read_start(pid) << (PID_BITS + SPACE_BITS);
}

bool kipc_peer_same_process(uint64_t mark)
{
	return pid_of(mark) == getpid();
}

/* Whether there is a process with this PID that has not exited, reaped or not */
static bool runs(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	bool exited;

	if (fd < 0)
		return errno != ESRCH && (!kill(pid, 0) || errno != ESRCH);
	exited = poll(&pollfd, 1, 0) > 0 && pollfd.revents & POLLIN;
	close(fd);
	return !exited;
}

static bool lives(uint64_t mark, uint64_t self, bool strangers)
{
	uint64_t start;

	/* Without /proc it is not even known who is a stranger. */
	if (space_of(mark) != space_of(self) || !space_of(self))
		return strangers;
	/* No process has PID 0, but functions take it for the caller. */
	if (!pid_of(mark) || !runs(pid_of(mark)))
		return false;
	start = read_start(pid_of(mark));
	return !start || !start_of(mark) || start == start_of(mark);
}

/* Pairs with those who look: what was done before is seen by who sees the place */
static bool exchange(uint64_t *place, uint64_t from, uint64_t to)
{
	return __atomic_compare_exchange_n(place, &from, to, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static int claim_free(uint64_t *places, unsigned int count, uint64_t self)
{
	for (unsigned int i = 0; i < count; i++) {
		if (exchange(&places[i], 0, self))
			return (int)i;
	}
	return -EBUSY;
}

int kipc_peer_claim(uint64_t *places, unsigned int count, uint64_t self)
{
	int ret = claim_free(places, count, self);

	if (ret != -EBUSY)
		return ret;
	kipc_peer_count(places, count, self, true);
	return claim_free(places, count, self);
}

void kipc_peer_leave(uint64_t *place, uint64_t self)
{
	exchange(place, self, 0);
}

bool kipc_peer_any(uint64_t *places, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		/* Pairs with exchange(). */
		if (__atomic_load_n(&places[i], __ATOMIC_SEQ_CST))
			return true;
	}
	return false;
}

unsigned int kipc_peer_count(uint64_t *places, unsigned int count,
			     uint64_t self, bool strangers)
{
	unsigned int living = 0;
	uint64_t mark;

	for (unsigned int i = 0; i < count; i++) {
		/* Pairs with exchange(). */
		mark = __atomic_load_n(&places[i], __ATOMIC_SEQ_CST);
		if (!mark)
			continue;
		if (lives(mark, self, strangers))
			living++;
		else
			exchange(&places[i], mark, 0);
	}
	return living;
}
