/* SPDX-License-Identifier: GPL-2.0-only */
/* The file whose words are counted, in memory. */
#ifndef DEMO_TEXT_H
#define DEMO_TEXT_H

#include <stddef.h>

/**
 * struct text - the file's content
 * @data: where it is mapped; NULL if it is empty
 * @size: its size in bytes
 */
struct text {
	const char *data;
	size_t size;
};

/**
 * text_map() - map a file
 * @text: where it goes
 * @path: the file; a regular one
 *
 * Return: 0 or -errno; -EINVAL for what is no regular file.
 */
int text_map(struct text *text, const char *path);

/**
 * text_unmap() - undo text_map()
 * @text: the file
 */
void text_unmap(struct text *text);

#endif
