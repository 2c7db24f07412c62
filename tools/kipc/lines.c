// SPDX-License-Identifier: GPL-2.0-only
/* Lines of a file descriptor, as soon as they can be had. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"

/* Room for this much beyond the longest line, to read many short ones at once */
#define LINES_AHEAD	((size_t)64 << 10)

int lines_init(struct lines *lines, int fd, size_t longest)
{
	*lines = (struct lines){
		.fd = fd, .longest = longest, .room = longest + LINES_AHEAD,
	};
	lines->data = malloc(lines->room);
	return lines->data ? 0 : -ENOMEM;
}

/* What was not given out moves to the front */
static void make_room(struct lines *lines)
{
	size_t size = lines->end - lines->begin;

	memmove(lines->data, lines->data + lines->begin, size);
	lines->scanned -= lines->begin;
	lines->begin = 0;
	lines->end = size;
}

int lines_read(struct lines *lines)
{
	ssize_t size;

	if (lines->ended)
		return 0;
	make_room(lines);
	if (lines->end > lines->longest)
		return -EMSGSIZE;
	size = read(lines->fd, lines->data + lines->end,
		    lines->room - lines->end);
	if (size < 0)
		return -errno;
	lines->end += (size_t)size;
	lines->ended = !size;
	return 1;
}

bool lines_next(struct lines *lines, char **line, size_t *size)
{
	char *end = memchr(lines->data + lines->scanned, '\n',
			   lines->end - lines->scanned);

	*line = lines->data + lines->begin;
	if (end) {
		*size = (size_t)(end - *line);
		lines->begin += *size + 1;
		lines->scanned = lines->begin;
		return true;
	}
	*size = lines->end - lines->begin;
	lines->scanned = lines->end;
	if (!lines->ended || !*size)
		return false;
	lines->begin = lines->end;
	return true;
}

size_t lines_left(struct lines *lines)
{
	size_t count = 0, size;
	char *line;

	lines->ended = true;
	while (lines_next(lines, &line, &size))
		count++;
	return count;
}

void lines_free(struct lines *lines)
{
	free(lines->data);
	lines->data = NULL;
}
