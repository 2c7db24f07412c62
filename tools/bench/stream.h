/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream: one process produces small messages, another consumes them, and
 * neither waits for the other unless there is no room or no message.
 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stdint.h>

struct peer;
struct peer_ops;

/* What a message of a stream has. */
#define STREAM_BYTES	64

/**
 * struct stream_ops - how a system carries a stream
 * @produce: in the client: send @count messages of peer->size bytes, as if each
 *	had just come up: none waits for the next one to be sent. They are
 *	stamped (payload.h) with the numbers from @first on, and may be made in
 *	peer->request. Waits while there is no room.
 * @consume: in the server: receive the next @count messages, each in a place
 *	where the producer does not change it any more, and see to it that
 *	they are stamped with the numbers from @first on, with
 *	stream_check(). Waits while there is none.
 *
 * There is to be room for peer->window messages, at least. All messages of one
 * call come in one direction only, and what goes wrong ends the process with a
 * message. They are called for many messages at once so that the calls do not
 * count.
 */
struct stream_ops {
	void (*produce)(struct peer *peer, uint64_t first, unsigned int count);
	void (*consume)(struct peer *peer, uint64_t first, unsigned int count);
};

/* No more systems than these have streams. Ends with NULL. */
#define STREAM_PEERS	8
extern const struct peer_ops *const stream_peers[STREAM_PEERS + 1];

/* Ends the process with a message if the payload has not this number. */
void stream_check(const struct peer *peer, const void *payload,
		  uint64_t number);

#endif /* BENCH_STREAM_H */
