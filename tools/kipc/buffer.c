// SPDX-License-Identifier: GPL-2.0-only
/* Memory that grows with what is read into it, up to a bound. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "buffer.h"

#define BUFFER_FIRST	((size_t)64 << 10)

/* One byte more than the bound is made room for, to see what goes beyond it */
static int grow(struct buffer *buffer, size_t most)
{
	size_t room = buffer->room ? 2 * buffer->room : BUFFER_FIRST;
	char *data;

	if (buffer->size < buffer->room)
		return 0;
	if (room > most + 1)
		room = most + 1;
	data = realloc(buffer->data, room);
	if (!data)
		return -ENOMEM;
	buffer->data = data;
	buffer->room = room;
	return 0;
}

int buffer_read(struct buffer *buffer, int fd, size_t most)
{
	int ret = grow(buffer, most);
	ssize_t size;

	if (ret < 0)
		return ret;
	size = read(fd, buffer->data + buffer->size,
		    buffer->room - buffer->size);
	if (size < 0)
		return -errno;
	buffer->size += (size_t)size;
	if (buffer->size > most)
		return -EMSGSIZE;
	return size > 0;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
