/* SPDX-License-Identifier: GPL-2.0-only */
/* Standard output, for what must not be lost on the way there. */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stddef.h>

/**
 * output_write() - write all of it, past all buffers of this process
 * @data: the bytes
 * @size: how many
 *
 * With a sentry: it is given up when there are news.
 *
 * Errors: EINTR (given up), and those of write(2).
 * Return: 0 or -errno; then some of it may have been written.
 */
int output_write(const void *data, size_t size);

#endif
