/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that wait for room (KIPC_WAIT) to send or to call. */
#ifndef PATIENT_H
#define PATIENT_H

#include "stranger.h"

/* Most messages in a queue, and a pool in which there is room for so many */
#define QUEUED_MAX	1024
#define LARGE_POOL	(1U << 20)

/**
 * struct patient - a thread that sends one message, or makes one call
 * @thread: the thread
 * @endpoint: by which
 * @calls: it calls
 * @send: what it sends with, and what came back
 * @call: the same, if it calls
 * @ret: 0 or a negative errno
 * @done: set when it has returned
 */
struct patient {
	struct thread thread;
	struct endpoint *endpoint;
	bool calls;
	struct kipc_send send;
	struct kipc_call call;
	int ret;
	int done;
};

void patient_send(struct patient *patient, struct endpoint *endpoint,
		  __u32 handle, __u32 code, size_t size);
void patient_call(struct patient *patient, struct endpoint *endpoint,
		  __u32 handle, __u32 code, size_t size);
void patient_run(struct patient *patient);
void patient_blocks(struct patient *patient);
bool patient_is_done(struct patient *patient);
void patient_done_soon(struct patient *patient);
int patient_join(struct patient *patient);

void pair_start_send(struct pair *pair, struct patient *patient, __u32 code,
		     size_t size);
void pair_start_call(struct pair *pair, struct patient *patient, __u32 code,
		     size_t size);
int pair_send(struct pair *pair, size_t size);
__u32 pair_take(struct pair *pair);
int pair_hold_all(struct pair *pair, __u64 *held, size_t size);
void pair_fill_queue(struct pair *pair);

#endif /* PATIENT_H */
