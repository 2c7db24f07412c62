/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test of the kernel ABI is written with: endpoints, the simple
 * commands, and the counters that must be zero afterwards.
 *
 * The tests speak raw ioctls, so that what they test is uapi/linux/kipc.h and
 * nothing else. kipc() returns 0 or a negative errno; must() is for steps that
 * are not what is being tested, and ends the process with SIGABRT, which the
 * harness reports. must() also works in threads and in children, where the
 * harness's own ASSERT_EQ() does not.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <errno.h>
#include <fcntl.h>
#include <linux/kipc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICE		"/dev/kipc"
/* A pool that is large enough where its size does not matter */
#define POOL		65536U
#define SECOND		1000000000ULL
#define MILLISECOND	1000000ULL
#define NOBODY		65534U
#define USER		1000U

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

/* An address for the ABI's pointers, in 32 and in 64 bits */
#define PTR(p)		((__u64)(uintptr_t)(p))

/* Ends the process unless @expr is at least 0; its value otherwise */
#define must(expr) ({						\
	long must_ret = (expr);					\
								\
	if (must_ret < 0)					\
		die(__FILE__, __LINE__, #expr, must_ret);	\
	must_ret;						\
})

/* Ends the process unless @expr is true */
#define check(expr) do {					\
	if (!(expr))						\
		die(__FILE__, __LINE__, #expr, 0);		\
} while (0)

/* As must(), for what sets errno */
#define must_errno(expr)	must((expr) < 0 ? -errno : 0)

noreturn void die(const char *file, int line, const char *what, long ret);

/**
 * struct endpoint - one open of /dev/kipc
 * @fd: the file descriptor; -1 when closed
 * @pool: where its pool is mapped; NULL if it has none
 * @pool_size: size of the pool in bytes
 * @next: in the list of those that are open in this process
 */
struct endpoint {
	int fd;
	const __u8 *pool;
	size_t pool_size;
	struct endpoint *next;
};

int kipc(int fd, unsigned long command, void *arg);

void endpoint_open(struct endpoint *endpoint, size_t pool_size);
void endpoint_close(struct endpoint *endpoint);
void endpoints_close(void);

__u32 node_create(struct endpoint *owner, __u64 cookie);
__u32 node_create_watched(struct endpoint *owner, __u64 cookie);
int node_destroy(struct endpoint *owner, __u32 node);

__u32 connect_to(struct endpoint *holder, struct endpoint *owner, __u32 node,
		 __u32 rights);
int handle_dup(struct endpoint *holder, __u32 handle, __u32 rights,
	       __u32 *result);
int handle_drop(struct endpoint *holder, __u32 handle);
int handle_watch(struct endpoint *holder, __u32 handle, __u64 cookie);
int handle_unwatch(struct endpoint *holder, __u32 handle);
int notify(struct endpoint *holder, __u32 handle, __u64 bits);
int slice_free(struct endpoint *endpoint, __u64 offset);

int name_publish(struct endpoint *endpoint, const char *name, __u32 node,
		 __u32 mode);
int name_publish_handle(struct endpoint *endpoint, const char *name,
			__u32 handle, __u32 mode);
int name_unpublish(struct endpoint *endpoint, const char *name);
int name_lookup(struct endpoint *endpoint, const char *name, __u32 rights,
		__u32 *handle);
int name_wait(struct endpoint *endpoint, const char *name, __u64 deadline,
	      __u32 *handle);
int name_watch(struct endpoint *endpoint, const char *prefix, __u64 cookie);
int name_unwatch(struct endpoint *endpoint, __u64 cookie);

/**
 * struct pair - a server with a node, and a client with a handle to it
 * @server: owns @node
 * @client: holds @handle with all rights
 * @node: its cookie is COOKIE
 * @handle: of @client
 */
struct pair {
	struct endpoint server;
	struct endpoint client;
	__u32 node;
	__u32 handle;
};

#define COOKIE		0xc001c0de00000001ULL

void pair_open(struct pair *pair, size_t pool_size);
void pair_close(struct pair *pair);

void stat_get(struct endpoint *endpoint, struct kipc_stat *stat);
bool stat_same(struct endpoint *endpoint, const struct kipc_stat *before);
void wait_queued(__u64 count);

/**
 * struct live - the module's counters of live objects
 * @domains: and so on: as in /sys/kernel/debug/kipc/live
 */
struct live {
	long domains;
	long users;
	long endpoints;
	long nodes;
	long handles;
	long messages;
	long names;
	long watches;
	long pool_pages;
	long files;
	long shares;
	long mailboxes;
	long letters;
	long portions;
	long regions;
	long views;
	long holders;
	long leases;
};

int live_read(struct live *live);
int live_begin(struct live *before);
int live_end(const struct live *before);

long param_get(const char *name);
int param_set(const char *name, long value);
int file_write(const char *path, const char *text);
long file_read(const char *path, char *text, size_t size);

__u32 number_from(const char *variable, __u32 otherwise);
bool debug_kernel(void);
__u64 now(void);
__u64 after(__u64 nanoseconds);
void pause_ms(long milliseconds);

#endif /* SELFTEST_H */
