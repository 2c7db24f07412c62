/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the fake kernel consists of. One lock protects all of it, and one
 * condition tells of every change.
 */
#ifndef KIPC_TESTS_FAKE_STATE_H
#define KIPC_TESTS_FAKE_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <linux/kipc.h>

#define ENDPOINTS_MAX	16
#define POOL_SLICES	256
#define NODES_MAX	64
#define NAMES_MAX	64
#define WATCHES_MAX	32
/* Handle h stands for node h - HANDLE_BASE: a number that is no node's */
#define HANDLE_BASE	1000

struct fake_endpoint;

/* @node: of which it is a one-way message, and whether that was received */
struct fake_slice {
	size_t offset;
	size_t size;
	__u32 node;
	bool is_received;
	bool is_wiped;
};

/* A message in a queue; calls are in the list of calls as well */
struct fake_message {
	struct fake_message *next;
	struct kipc_message message;
	__u32 node;
	struct fake_endpoint *from;
	bool is_update;
};

struct fake_handle {
	unsigned int uses;
	__u32 rights;
	bool is_watched;
	__u64 cookie;
};

/* A thread that waits for a message; the last one to come is the first to go */
struct fake_waiter {
	struct fake_waiter *next;
};

struct fake_endpoint {
	int fd;
	__u64 number;
	bool is_frozen;
	unsigned char *pool;
	size_t pool_size;
	struct fake_slice slices[POOL_SLICES];
	struct fake_message *queue;
	struct fake_waiter *waiters;
	struct fake_handle handles[NODES_MAX];
};

/* @held: its one-way messages that were received and not freed */
struct fake_node {
	struct fake_endpoint *owner;
	__u64 cookie;
	__u32 flags;
	__u32 policy;
	__s32 priority;
	unsigned int held;
};

/*
 * A call, from when it is queued until its caller has the result and its server
 * has answered. Calls that are made for it have references, too.
 */
struct fake_call {
	struct fake_call *next;
	unsigned int refs;
	__u64 token;
	struct fake_call *parent;
	__u32 depth;
	__u64 deadline;
	struct fake_endpoint *from;
	struct fake_endpoint *to;
	__u32 node;
	bool is_received;
	bool is_done;
	bool is_abandoned;
	int error;
	bool serves_nested;
	bool takes_small;
	struct fake_message *nested;
	struct kipc_call reply;
};

struct fake_name {
	char name[KIPC_NAME_MAX + 1];
	__u64 serial;
	__u32 node;
	__u32 mode;
	struct fake_endpoint *publisher;
};

struct fake_name_watch {
	struct fake_endpoint *endpoint;
	char prefix[KIPC_NAME_MAX + 1];
	__u64 cookie;
};

struct fake_freeze_watch {
	struct fake_endpoint *endpoint;
	struct fake_endpoint *owner;
	__u64 cookie;
	__u32 changes;
};

struct fake {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct fake_endpoint endpoints[ENDPOINTS_MAX];
	struct fake_node nodes[NODES_MAX];
	struct fake_name names[NAMES_MAX];
	struct fake_name_watch watches[WATCHES_MAX];
	struct fake_freeze_watch freeze_watches[WATCHES_MAX];
	struct fake_call *calls;
	__u64 last_token;
	__u64 last_serial;
	__u64 last_endpoint;
	__u32 abi_version;
	bool list_one_by_one;
	bool is_spam;
	unsigned int time_outs;
	int reply_error;
	unsigned int reply_failures;
};

extern struct fake fake;

/* What a message carries, whichever command says so */
struct fake_content {
	__u32 flags;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u32 attachment_count;
	__u32 one_way_node;
	const char *label;
	unsigned char *small;
};

/* fake_pool.c */
int fake_slice_free(struct fake_endpoint *endpoint, __u64 offset);
int fake_slice_free_with(struct fake_endpoint *endpoint, __u32 *flags,
			 __u64 offset);
void fake_slice_receive(struct fake_endpoint *endpoint, __u64 offset);
int fake_slices_free(struct fake_endpoint *endpoint, struct kipc_free *command);
bool fake_bring_small(const struct fake_content *content, __u64 *size);
int fake_bring(struct fake_endpoint *from, struct fake_endpoint *to,
	       const struct fake_content *content, __u64 *offset, __u64 *size);

/* fake_object.c */
struct fake_endpoint *fake_endpoint_find(int fd);
int fake_handle_node(struct fake_endpoint *endpoint, __u32 handle,
		     __u32 rights, __u32 *node);
__u32 fake_handle_add(struct fake_endpoint *endpoint, __u32 node, __u32 rights);
void fake_node_kill(__u32 node);
int fake_object_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		      void *argument);

/* fake_queue.c */
int fake_wait(__u64 deadline);
void fake_add(struct fake_message **queue, struct fake_message *message);
void fake_post(struct fake_endpoint *to, const struct kipc_message *message,
	       __u32 node);
void fake_unpost(struct fake_endpoint *to, struct fake_message **queue,
		 __u32 node, __u64 token);
int fake_recv(struct fake_endpoint *endpoint, struct kipc_recv *command);
int fake_recv_batch(struct fake_endpoint *endpoint,
		    struct kipc_recv_batch *command);

/* fake_message.c */
int fake_prepare(struct fake_endpoint *from, __u32 handle, __u32 *node,
		 struct fake_content *content, __u64 deadline,
		 struct kipc_message *message);
int fake_message_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		       void *argument);

/* fake_call.c */
int fake_call(struct fake_endpoint *from, struct kipc_call *command);
int fake_reply(struct fake_endpoint *endpoint,
	       const struct kipc_reply *command);
void fake_call_received(const struct fake_endpoint *to, __u64 token);
void fake_calls_fail(struct fake_endpoint *to, __u32 node);
void fake_calls_leave(const struct fake_endpoint *from);

/* fake_name.c */
void fake_names_drop(__u32 node);
void fake_publisher_drop(struct fake_endpoint *endpoint);
int fake_name_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		    void *argument);

/* fake_freeze.c */
void fake_freezer_drop(const struct fake_endpoint *endpoint);
int fake_freeze_ioctl(struct fake_endpoint *endpoint, unsigned long command,
		      void *argument);

#endif /* KIPC_TESTS_FAKE_STATE_H */
