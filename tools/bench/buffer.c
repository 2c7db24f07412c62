// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

void *buffer_new(size_t size)
{
	void *start = aligned_alloc(BUFFER_HEADROOM,
				    BUFFER_HEADROOM + size + 1);

	if (!start)
		err(EXIT_FAILURE, "buffer");
	memset(start, 0, BUFFER_HEADROOM + size + 1);
	return (char *)start + BUFFER_HEADROOM;
}

void buffer_free(void *buffer)
{
	if (buffer)
		free((char *)buffer - BUFFER_HEADROOM);
}
