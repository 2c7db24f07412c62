/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands on regions share. */
#ifndef TOOL_REGION_H
#define TOOL_REGION_H

#include "tool.h"

/**
 * region_fail() - complain about an error that concerns a region's name
 * @error: -errno
 * @name: the name
 *
 * Return: the exit status for it.
 */
int region_fail(int error, const char *name);

/**
 * region_open() - open one by its name, or say why that is not possible
 * @tool: where the device is
 * @name: its name
 * @flags: KIPC_REGION_READ, KIPC_REGION_WRITE, KIPC_REGION_OWN
 * @view: where the descriptor goes
 *
 * Return: TOOL_OK, or the exit status.
 */
int region_open(const struct tool *tool, const char *name, unsigned int flags,
		int *view);

/**
 * struct region_span - a part of a region, mapped
 * @name: of which region
 * @memory: where it is, in whole
 * @total: the size of that
 * @offset: where the part begins
 * @size: its bytes
 */
struct region_span {
	const char *name;
	void *memory;
	size_t total;
	size_t offset;
	size_t size;
};

/**
 * region_map() - map a region, or say why that is not possible
 * @tool: where the device is
 * @span: with @name, and @offset; with @size, unless that is 0: up to the end
 * @flags: as for region_open()
 *
 * Return: TOOL_OK, or the exit status.
 */
int region_map(const struct tool *tool, struct region_span *span,
	       unsigned int flags);

/**
 * region_at() - where in memory a part begins
 * @span: the part, mapped
 *
 * Return: its address.
 */
static inline char *region_at(const struct region_span *span)
{
	return (char *)span->memory + span->offset;
}

#endif
