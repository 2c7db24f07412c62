/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that grows with what is read into it, up to a bound. */
#ifndef TOOL_BUFFER_H
#define TOOL_BUFFER_H

#include <stddef.h>

/**
 * struct buffer - what was read so far
 * @data: the bytes; NULL as long as there are none
 * @size: how many
 * @room: how many fit
 */
struct buffer {
	char *data;
	size_t size;
	size_t room;
};

/**
 * buffer_read() - read once from a file descriptor
 * @buffer: where it goes, behind what is there
 * @fd: the file descriptor
 * @most: bytes that the buffer may hold in all
 *
 * Errors: EMSGSIZE (there is more than @most), ENOMEM, those of read(2).
 * Return: 1, 0 at the end of the file, or -errno.
 */
int buffer_read(struct buffer *buffer, int fd, size_t most);

/**
 * buffer_free() - free the memory
 * @buffer: empty after this
 */
void buffer_free(struct buffer *buffer);

#endif
