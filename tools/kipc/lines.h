/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a file descriptor, as soon as they can be had.
 *
 * lines_read() reads what is there, and lines_next() then gives the lines that
 * are complete, until there is none: so no line waits for the next one. At the end
 * of the file what is left is a line, too.
 */
#ifndef TOOL_LINES_H
#define TOOL_LINES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct lines - what was read
 * @fd: from where
 * @longest: longest line in bytes, without its end
 * @data: the bytes; those from @begin to @end were not given out yet
 * @room: how many fit
 * @begin: see @data
 * @end: see @data
 * @scanned: there is no line end before this
 * @ended: the end of the file was read
 */
struct lines {
	int fd;
	size_t longest;
	char *data;
	size_t room;
	size_t begin;
	size_t end;
	size_t scanned;
	bool ended;
};

/**
 * lines_init() - make room
 * @lines: gets it
 * @fd: from where to read
 * @longest: longest line in bytes
 *
 * Return: 0 or -ENOMEM.
 */
int lines_init(struct lines *lines, int fd, size_t longest);

/**
 * lines_read() - read once; all complete lines must have been given out
 * @lines: the lines
 *
 * Errors: EMSGSIZE (the line that has begun is longer than the longest one), and
 * those of read(2).
 * Return: 1; 0 if the end of the file was read before; or -errno.
 */
int lines_read(struct lines *lines);

/**
 * lines_next() - the next line
 * @lines: the lines
 * @line: where it goes; valid until the next lines_read()
 * @size: and its size in bytes, without its end. It can be longer than the
 *	longest.
 *
 * Return: whether there was one.
 */
bool lines_next(struct lines *lines, char **line, size_t *size);

/**
 * lines_left() - count, and forget, what was read and not given out
 * @lines: the lines
 *
 * Return: how many lines; one whose end was not read counts.
 */
size_t lines_left(struct lines *lines);

/**
 * lines_free() - free the memory
 * @lines: the lines
 */
void lines_free(struct lines *lines);

#endif
