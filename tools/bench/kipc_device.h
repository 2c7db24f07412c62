/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/kipc by its raw ABI: what kipc as a peer and the benchmarks of kipc
 * alone have in common. All but device_open() and device_ask() end the program if they fail.
 */
#ifndef BENCH_KIPC_DEVICE_H
#define BENCH_KIPC_DEVICE_H

#include <linux/kipc.h>
#include <stddef.h>

#define KIPC_POOL_SIZE	(1024 * 1024)

/* A new endpoint without a pool; or -1, with a warning printed and errno set. */
int device_open(void);

/*
 * An ioctl by an endpoint that is there for that alone. Returns what it returns, or -1 with
 * errno set.
 */
int device_ask(unsigned long command, void *argument);

/* Map the endpoint's pool, KIPC_POOL_SIZE large. */
void *device_pool_map(int fd);

/* An ioctl that must not fail. */
void device_command(int fd, unsigned long command, void *argument,
		    const char *what);

__u32 device_node_new(int fd);

/* Give the endpoint's node a name that everybody may use. */
void device_publish(int fd, __u32 node, const char *name);

/* A handle to what has the name. */
__u32 device_lookup(int fd, const char *name);

#endif /* BENCH_KIPC_DEVICE_H */
