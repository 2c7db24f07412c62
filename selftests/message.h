/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls and messages, as the tests send and receive them. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "task.h"

int recv_flags(struct endpoint *endpoint, __u32 flags, __u64 deadline,
	       struct kipc_message *message);
int recv_now(struct endpoint *endpoint, struct kipc_message *message);
int recv_soon(struct endpoint *endpoint, struct kipc_message *message);
__u64 recv_call(struct endpoint *endpoint);

const void *payload(struct endpoint *endpoint, __u64 offset);
const struct kipc_attachment *attached(struct endpoint *endpoint, __u64 offset,
				       __u64 size, __u32 index);
const struct kipc_attachment *came(struct endpoint *endpoint,
				   const struct kipc_message *message,
				   __u32 index);
void message_free(struct endpoint *endpoint,
		  const struct kipc_message *message);
void reply_free(struct endpoint *endpoint, const struct kipc_call *call);

int call_empty(struct endpoint *endpoint, __u32 handle);
int reply_bytes(struct endpoint *endpoint, __u64 token, const void *data,
		size_t size);
int reply_empty(struct endpoint *endpoint, __u64 token);
int send_bytes(struct endpoint *endpoint, __u32 handle, const void *data,
	       size_t size);
int send_attached(struct endpoint *endpoint, __u32 handle,
		  const struct kipc_attachment *attachments, __u32 count);

void fill(void *buffer, size_t size, __u32 seed);
bool filled(const void *buffer, size_t size, __u32 seed);
__u32 next_random(__u32 *state);

/**
 * struct caller - a thread that makes one call
 * @thread: the thread
 * @endpoint: that calls
 * @call: what it calls with, and what came back
 * @ret: 0 or a negative errno
 */
struct caller {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_call call;
	int ret;
};

void caller_start(struct caller *caller, struct endpoint *endpoint,
		  __u32 handle);
void caller_run(struct caller *caller);
int caller_join(struct caller *caller);

/* The code that ends echo_serve() */
#define ECHO_STOP	0xffffffffU

void echo_serve(struct endpoint *endpoint);
void echo_stop(struct endpoint *endpoint, __u32 handle);

#endif /* MESSAGE_H */
