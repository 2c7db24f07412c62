/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The coordinator: posts pieces of text for the workers, and adds up what they
 * report.
 *
 * Everything happens in one thread, in the handler of the published node and
 * in the callbacks of the death watches, so there are no locks. The coordinator
 * does not know who has which piece, nor need it: the kernel gives the pieces
 * out, and gives those again that were not acknowledged. A piece that is reported
 * twice counts once.
 *
 * The worker that gets the piece in the middle of the text is the victim: it is
 * asked to call when it has counted half of it, and while it waits in that call
 * it is killed. What follows is what the demonstration is about: its node dies, the
 * death notice comes, its lease ends, and the kernel delivers the piece to another
 * worker.
 */
#ifndef DEMO_COORDINATOR_H
#define DEMO_COORDINATOR_H

#include <stdbool.h>
#include <stdint.h>

#include <kipc.h>

#include "crew.h"
#include "pieces.h"
#include "queue.h"

/**
 * struct coordinator - the work and those who do it
 * @text: the text
 * @pieces: its pieces
 * @crew: the workers
 * @endpoint: the coordinator's endpoint
 * @queue: the mailbox with the pieces
 * @info: what went through that
 * @joined: how many workers joined
 * @victim: the worker that was killed; or NULL
 * @lost: the piece that the victim held
 * @redone_by: the worker that did it again; or NULL
 * @deliveries: how often the kernel had delivered it then
 * @leased: the victim had a lease of the piece when it was killed
 * @chunks_used: how many chunks somebody still had in the end, or -errno
 * @twice: reports of pieces that were done before
 * @noticed: the victim's death notice came, with its call canceled
 * @failed: something happened that should not have
 * @started: when all had joined; CLOCK_MONOTONIC nanoseconds
 * @killed: when the victim was killed, likewise
 * @ended: when the last piece was done, likewise
 */
struct coordinator {
	struct text *text;
	struct pieces pieces;
	struct crew *crew;
	struct kipc *endpoint;
	struct queue queue;
	struct kipc_mailbox_info info;
	unsigned int joined;
	struct member *victim;
	uint64_t lost;
	struct member *redone_by;
	uint64_t deliveries;
	bool leased;
	int chunks_used;
	uint64_t twice;
	bool noticed;
	bool failed;
	uint64_t started;
	uint64_t killed;
	uint64_t ended;
};

/**
 * coordinator_run() - get the pieces done by the workers
 * @coordinator: with @text and @crew, the rest 0; its pieces are to be freed
 * @name: to publish the node under
 *
 * Return: 0, or -errno after it said on stderr what went wrong.
 */
int coordinator_run(struct coordinator *coordinator, const char *name);

/**
 * coordinator_end() - see what chunks are in use, and let go of the text
 * @coordinator: after coordinator_run(), when all workers have ended
 */
void coordinator_end(struct coordinator *coordinator);

/**
 * coordinator_verdict() - whether everything happened that should have
 * @coordinator: after coordinator_run()
 *
 * Return: true if all pieces are done, and the victim's by another worker, to which
 * the kernel had delivered it a second time, and all chunks are free.
 */
bool coordinator_verdict(const struct coordinator *coordinator);

#endif
