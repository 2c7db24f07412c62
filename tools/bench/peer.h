/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A peer: one of the systems that are measured side by side, kipc among them.
 *
 * Two processes take part. The client writes a payload and sends it, the
 * server receives it into its memory and answers with the same bytes, and the
 * client receives them into its own. Every peer is driven as well as it can
 * be, with as few system calls as it allows.
 *
 * How a peer comes and goes is in session.h.
 *
 * Unless the user says otherwise, each system gets the scheduling policy under
 * which it costs least (see policy.h): SCHED_BATCH, but for Binder.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct peer;
struct chunk_ops;
struct stream_ops;

/**
 * struct peer_ops - how to drive a system
 * @name: what it is called in the results
 * @program: the program that measures it, if it is not this one (foreign.h);
 *	then there is nothing else
 * @state_size: size of its own state
 * @preempts: whether SCHED_OTHER suits it better than SCHED_BATCH
 * @setup: before the server exists: make what both processes share; may be
 *	NULL. Returns 0, or -1 with errno set.
 * @listen: in the server: prepare for clients; may be NULL; returns likewise
 * @serve: in the server: answer requests for ever
 * @connect: in the client, with the server ready; may be NULL; returns likewise
 * @roundtrip: in the client: send @request, and return where the reply is
 * @teardown: in the client, with the server gone, or after any of the steps
 *	above failed; may be NULL
 *
 * @post: in the client, for one-way messages: send @request and wait for
 *	nothing; NULL if the system has none
 * @take: in the server: receive the next one-way message and return where it
 *	is; it stays there until the next call
 *
 * @chunks: how it hands over memory; NULL if that is not measured
 * @stream: how it carries a stream of small messages; likewise
 *
 * What goes wrong in @serve, @roundtrip, @post and @take ends the process with a
 * message.
 */
struct peer_ops {
	const char *name;
	const char *program;
	size_t state_size;
	bool preempts;
	int (*setup)(struct peer *peer);
	int (*listen)(struct peer *peer);
	void (*serve)(struct peer *peer);
	int (*connect)(struct peer *peer);
	const void *(*roundtrip)(struct peer *peer);
	void (*teardown)(struct peer *peer);
	void (*post)(struct peer *peer);
	const void *(*take)(struct peer *peer);
	const struct chunk_ops *chunks;
	const struct stream_ops *stream;
};

/**
 * struct peer - a system in use
 * @ops: which one
 * @size: size of the payload in bytes
 * @window: how many messages one side may have sent that the other did not
 *	receive: 1 in round trips
 * @request: the client's payload to send; in the server, memory to receive
 *	into. It is of buffer_new(), with room before and behind it.
 * @reply: in the client, memory to receive the reply into, with the same room
 * @is_server: this process is the server
 * @state: the system's own state, all 0 at first
 */
struct peer {
	const struct peer_ops *ops;
	size_t size;
	unsigned int window;
	void *request;
	void *reply;
	bool is_server;
	void *state;
};

/*
 * What a payload takes where the system has no messages: an empty write to a
 * pipe or a stream would wake nobody.
 */
static inline size_t peer_stream_size(const struct peer *peer)
{
	return peer->size ? peer->size : 1;
}

extern const struct peer_ops peer_kipc;
extern const struct peer_ops peer_mailbox;
extern const struct peer_ops peer_chunk;
extern const struct peer_ops peer_ring;
extern const struct peer_ops peer_ring_batch;
extern const struct peer_ops peer_floor;
extern const struct peer_ops peer_binder;
extern const struct peer_ops peer_unix_stream;
extern const struct peer_ops peer_unix_seqpacket;
extern const struct peer_ops peer_unix_dgram;
extern const struct peer_ops peer_pipe;
extern const struct peer_ops peer_posix_mq;
extern const struct peer_ops peer_sysv_mq;
extern const struct peer_ops peer_eventfd;
extern const struct peer_ops peer_futex;
extern const struct peer_ops peer_iceoryx;
extern const struct peer_ops peer_zmq;

/* All that make round trips, in the order of the results; ends with NULL. */
extern const struct peer_ops *const peers[];

#endif /* BENCH_PEER_H */
