/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The census: the open endpoints, and views of regions, of all processes whose open
 * files the caller may see; that is all of them for root, and one's own for others.
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
 * struct census_view - a view of a region, as one process has it open
 * @pid: the process
 * @region: the region's number
 * @domain: number of its domain
 * @view: the view's number in it
 * @region_size: bytes of the region
 * @resident: bytes of that in memory
 * @views: how many views the region has
 * @chunk_size: bytes of its chunks; 0 if it is not cut
 * @chunks: how many chunks it has
 * @chunks_free: how many of them are free
 * @leases: loans and leases that are had through this view
 */
struct census_view {
	pid_t pid;
	uint64_t region;
	uint64_t domain;
	uint64_t view;
	uint64_t region_size;
	uint64_t resident;
	uint64_t views;
	uint64_t chunk_size;
	uint64_t chunks;
	uint64_t chunks_free;
	uint64_t leases;
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
 * typedef census_visit_view - look at one view of one process
 * @view: the view
 * @context: as given to census_take()
 *
 * Return: 0 to go on.
 */
typedef int (*census_visit_view)(const struct census_view *view, void *context);

/**
 * struct census_visits - what to look at
 * @endpoint: called for each endpoint of each process: several times for one that
 *	several processes have open
 * @view: likewise for each view; NULL: not for these
 */
struct census_visits {
	census_visit endpoint;
	census_visit_view view;
};

/**
 * census_device() - which files are endpoints
 * @path: the device
 * @device: where its number goes
 *
 * Return: 0 or -errno.
 */
int census_device(const char *path, dev_t *device);

/**
 * census_take() - look at all endpoints, and views
 * @device: from census_device()
 * @pid: of this process only; 0 for all
 * @visits: called for each of them
 * @context: for @visits
 *
 * What cannot be seen, or goes away meanwhile, is left out.
 *
 * Errors: those of opening /proc, or, with @pid, the process's own folder
 * (EACCES, ENOENT).
 * Return: 0, -errno, or what one of @visits returned.
 */
int census_take(dev_t device, pid_t pid, const struct census_visits *visits,
		void *context);

#endif
