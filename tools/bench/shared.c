// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>

#include "shared.h"

#define PAGE	4096

/* A page for the word, and whole pages for the payload. */
static size_t lane_size(size_t payload_size)
{
	return PAGE + (payload_size + PAGE - 1) / PAGE * PAGE;
}

static void lane_init(struct shared_lane *lane, char *start, size_t size)
{
	lane->word = (uint32_t *)start;
	lane->payload = start + PAGE;
	lane->size = size;
}

int shared_init(struct shared *shared, size_t payload_size)
{
	size_t size = lane_size(payload_size);
	char *memory = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -1;
	shared->memory = memory;
	shared->memory_size = 2 * size;
	lane_init(&shared->to_server, memory, payload_size);
	lane_init(&shared->to_client, memory + size, payload_size);
	return 0;
}

void shared_deinit(struct shared *shared)
{
	if (shared->memory)
		munmap(shared->memory, shared->memory_size);
}
