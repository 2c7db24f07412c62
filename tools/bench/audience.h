/* SPDX-License-Identifier: GPL-2.0-only */
/* An audience: readers who all get each message. One process has all of it. */
#ifndef BENCH_AUDIENCE_H
#define BENCH_AUDIENCE_H

#include <stddef.h>

#define AUDIENCE_READERS	16

struct audience;

/**
 * struct audience_ops - how to drive a system
 * @name: what it is called in the results
 * @state_size: size of its own state
 * @open: make it. Returns 0, or -1 with errno set.
 * @send: send a message to all readers
 * @receive: receive the next one as this reader
 * @close: end what @open made, also if that failed
 *
 * What goes wrong in @send and @receive ends the process with a message.
 */
struct audience_ops {
	const char *name;
	size_t state_size;
	int (*open)(struct audience *audience);
	void (*send)(struct audience *audience, void *data);
	void (*receive)(struct audience *audience, unsigned int reader,
			void *data);
	void (*close)(struct audience *audience);
};

/**
 * struct audience - one in use
 * @ops: of which system
 * @size: size of the payloads in bytes
 * @state: the system's own state, all 0 at first
 */
struct audience {
	const struct audience_ops *ops;
	size_t size;
	void *state;
};

/* Returns 0, or -1 with errno set if it is not to be had here. */
int audience_start(struct audience *audience, const struct audience_ops *ops,
		   size_t size);

void audience_stop(struct audience *audience);

extern const struct audience_ops audience_mailbox;
extern const struct audience_ops audience_unix_seqpacket;
extern const struct audience_ops audience_unix_dgram;

#endif /* BENCH_AUDIENCE_H */
