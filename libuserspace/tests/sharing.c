// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#define _GNU_SOURCE

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sharing.h"

#define GUARD		((size_t)65536)
#define NO_RING		77

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	perror(what);
	abort();
}

void sharing_new(struct sharing *sharing, size_t size)
{
	unsigned char *all = mmap(NULL, size + 2 * GUARD, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(all != MAP_FAILED, "mmap");
	sharing->size = size;
	sharing->memory = mmap(all + GUARD, size, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	must(sharing->memory != MAP_FAILED, "mmap");
}

void sharing_free(struct sharing *sharing)
{
	munmap(sharing->memory - GUARD, sharing->size + 2 * GUARD);
}

void sharing_ring(struct sharing *sharing, unsigned int producers,
		  unsigned int consumers, size_t size)
{
	const struct kipc_ring_options options = {
		.producers = producers,
		.consumers = consumers,
		.size = size,
	};

	sharing_new(sharing, kipc_ring_memory(&options));
	EXPECT_EQ(0, kipc_ring_init(sharing->memory, sharing->size, &options));
}

struct kipc_ring *sharing_attach(struct sharing *sharing,
				 enum kipc_ring_role role)
{
	struct kipc_ring *ring = NULL;

	if (kipc_ring_attach(sharing->memory, sharing->size, role, &ring))
		_exit(NO_RING);
	return ring;
}

pid_t child_start(int (*function)(struct sharing *sharing, unsigned int number),
		  struct sharing *sharing, unsigned int number)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	must(child >= 0, "fork");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(function(sharing, number));
	}
	return child;
}

int child_wait(pid_t child)
{
	int status;

	must(waitpid(child, &status, 0) == child, "waitpid");
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void child_kill(pid_t child)
{
	kill(child, SIGKILL);
	child_wait(child);
}

static char state_of(pid_t child)
{
	char path[32], text[256] = "";
	char *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
	file = fopen(path, "r");
	must(file && fgets(text, sizeof(text), file), path);
	fclose(file);
	end = strrchr(text, ')');
	return end ? end[2] : '?';
}

void child_await_sleep(pid_t child)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	while (state_of(child) != 'S')
		nanosleep(&moment, NULL);
}

uint64_t random_next(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33 ^ *state;
}

size_t content_make(unsigned char *record, unsigned int writer,
		    unsigned int number, size_t max)
{
	uint64_t state = (uint64_t)writer << 32 | number;
	size_t size = 8 + random_next(&state) % (max - 7);

	memcpy(record, &writer, 4);
	memcpy(record + 4, &number, 4);
	for (size_t i = 8; i < size; i++)
		record[i] = (unsigned char)(writer * 31 + number * 7 + i);
	return size;
}

bool content_check(const unsigned char *record, size_t size,
		   unsigned int *writer, unsigned int *number)
{
	if (size < 8)
		return false;
	memcpy(writer, record, 4);
	memcpy(number, record + 4, 4);
	for (size_t i = 8; i < size; i++) {
		if (record[i] !=
		    (unsigned char)(*writer * 31 + *number * 7 + i))
			return false;
	}
	return true;
}
