/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The coordinator: hands pieces of text to the workers that ask for them, and
 * adds up what they report.
 *
 * Everything happens in one thread, in the handler of the published node and
 * in the callbacks of the death watches, so there are no locks. A worker that
 * asks when there is nothing to hand out is not answered until there is.
 *
 * When half of the pieces are handed out, the worker that gets the next one is
 * made the victim: it is asked to call from the middle of the piece, and while
 * it waits in that call, with the piece in its pool, it is killed. What follows
 * is what the demonstration is about: its node dies, the death notice comes,
 * and the piece goes to another worker.
 */
#ifndef DEMO_COORDINATOR_H
#define DEMO_COORDINATOR_H

#include <stdbool.h>
#include <stdint.h>

#include <kipc.h>

#include "crew.h"
#include "pieces.h"

/**
 * struct coordinator - the work and those who do it
 * @pieces: the text
 * @crew: the workers
 * @endpoint: the coordinator's endpoint
 * @joined: how many workers joined
 * @victim: the worker that is to be killed, or was; or NULL
 * @lost: the piece that the victim held
 * @redone_by: the worker that did it again; or NULL
 * @noticed: the victim's death notice came, with its call canceled
 * @failed: something happened that should not have
 * @started: when all had joined; CLOCK_MONOTONIC nanoseconds
 * @killed: when the victim was killed, likewise
 * @ended: when the last piece was done, likewise
 */
struct coordinator {
	struct pieces *pieces;
	struct crew *crew;
	struct kipc *endpoint;
	unsigned int joined;
	struct member *victim;
	uint64_t lost;
	struct member *redone_by;
	bool noticed;
	bool failed;
	uint64_t started;
	uint64_t killed;
	uint64_t ended;
};

/**
 * coordinator_run() - get the pieces done by the workers
 * @coordinator: with @pieces and @crew, the rest 0
 * @name: to publish the node under
 *
 * Return: 0, or -errno after it said on stderr what went wrong.
 */
int coordinator_run(struct coordinator *coordinator, const char *name);

/**
 * coordinator_verdict() - whether everything happened that should have
 * @coordinator: after coordinator_run()
 *
 * Return: true if all pieces are done, and the victim's by another worker.
 */
bool coordinator_verdict(const struct coordinator *coordinator);

#endif
