/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Memory that a test shares with its children, with pages before and behind it that nobody
 * may touch, and rings in it.
 */
#ifndef KIPC_TESTS_SHARING_H
#define KIPC_TESTS_SHARING_H

#include <sys/types.h>

#include "test.h"

struct sharing {
	unsigned char *memory;
	size_t size;
};

/* Zeroed; unmapped by sharing_free() */
void sharing_new(struct sharing *sharing, size_t size);
void sharing_free(struct sharing *sharing);
/* With a ring in it */
void sharing_ring(struct sharing *sharing, unsigned int producers,
		  unsigned int consumers, size_t size);
/* Attaches, which must succeed */
struct kipc_ring *sharing_attach(struct sharing *sharing,
				 enum kipc_ring_role role);

/* A child that runs a function, and exits with what that returns; 77 if its ring fails */
pid_t child_start(int (*function)(struct sharing *sharing, unsigned int number),
		  struct sharing *sharing, unsigned int number);
/* Waits for it; returns its exit code, or minus the signal that killed it */
int child_wait(pid_t child);
void child_kill(pid_t child);
/* Until it sleeps in the kernel */
void child_await_sleep(pid_t child);

/* A number that is hard to guess from the one before */
uint64_t random_next(uint64_t *state);

/*
 * A record with who wrote it, the how manieth it is, a size of its own, and bytes that all
 * follow from these. Returns the size, up to @max.
 */
size_t content_make(unsigned char *record, unsigned int writer,
		    unsigned int number, size_t max);
/* Whether it is as it was made, and who wrote which */
bool content_check(const unsigned char *record, size_t size,
		   unsigned int *writer, unsigned int *number);

#endif /* KIPC_TESTS_SHARING_H */
