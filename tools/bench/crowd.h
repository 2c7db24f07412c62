/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A crowd: many names, handles or endpoints of kipc that exist while something
 * else is counted. It lives until crowd_deinit(). The quotas in the module's
 * parameters are raised for it, and stay so.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "kipc_device.h"

/* The names of a crowd are all of this length. */
#define CROWD_NAME_SIZE		18

struct crowd {
	/* names, if it is one of names: "bench.crowd.000000" and so on */
	char (*names)[CROWD_NAME_SIZE + 1];
	/* endpoints that it consists of or belongs to */
	int *fds;
	unsigned int fd_count;
};

/* Each returns 0, or -1 with errno set; the crowd is to be deinited anyway. */

/* Publish this many names. */
int crowd_of_names(struct crowd *crowd, unsigned int count);

/* Give the endpoint @fd, which has a pool, handles to this many objects. */
int crowd_of_handles(struct crowd *crowd, unsigned int count, int fd);

/* Open this many endpoints that have a node each. */
int crowd_of_endpoints(struct crowd *crowd, unsigned int count);

void crowd_deinit(struct crowd *crowd);

#endif /* BENCH_CROWD_H */
