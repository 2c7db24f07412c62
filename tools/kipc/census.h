/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The census: the open endpoints of all processes whose open files the caller
 * may see; that is all of them for root, and one's own for others.
 *
 * It is taken from /proc/PID/fdinfo, so it needs no privilege of its own.
 */
#ifndef TOOL_CENSUS_H
#define TOOL_CENSUS_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct census_entry - an endpoint, as one process has it open
 * @pid: the process
 * @endpoint: the endpoint's number
 * @domain: number of its domain
 * @pool_size: bytes of its pool
 * @pool_used: bytes of that in slices
 * @nodes: nodes that it owns
 * @handles: handles in its table
 * @queued: messages that wait to be received
 * @serving: calls received and not answered
 * @abandoned: those of them whose callers have left
 * @starved: messages that found no thread waiting, since it was opened
 * @frozen: 1 if it is frozen
 */
struct census_entry {
	pid_t pid;
	uint64_t endpoint;
	uint64_t domain;
	uint64_t pool_size;
	uint64_t pool_used;
	uint64_t nodes;
	uint64_t handles;
	uint64_t queued;
	uint64_t serving;
	uint64_t abandoned;
	uint64_t starved;
	uint64_t frozen;
};

/**
 * typedef census_visit - look at one endpoint of one process
 * @entry: the endpoint
 * @context: as given to census_take()
 *
 * Return: 0 to go on.
 */
typedef int (*census_visit)(const struct census_entry *entry, void *context);

/**
 * census_device() - which files are endpoints
 * @path: the device
 * @device: where its number goes
 *
 * Return: 0 or -errno.
 */
int census_device(const char *path, dev_t *device);

/**
 * census_take() - look at all endpoints
 * @device: from census_device()
 * @pid: of this process only; 0 for all
 * @visit: called for each endpoint of each process: several times for one that
 *	several processes have open
 * @context: for @visit
 *
 * What cannot be seen, or goes away meanwhile, is left out.
 *
 * Errors: those of opening /proc, or, with @pid, the process's own folder
 * (EACCES, ENOENT).
 * Return: 0, -errno, or what @visit returned.
 */
int census_take(dev_t device, pid_t pid, census_visit visit, void *context);

#endif
