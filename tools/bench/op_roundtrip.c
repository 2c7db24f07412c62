// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "operation.h"
#include "payload.h"
#include "session.h"

static const size_t sizes[] = { 0, 64, 4096, 65536 };

/* From this size on there are fewer rounds, for the time they take. */
#define LARGE		16384

struct echo {
	struct peer *peer;
	uint64_t number;
};

static void echo_round(void *arg)
{
	struct echo *echo = arg;
	struct peer *peer = echo->peer;
	const void *reply;

	echo->number++;
	payload_stamp(peer->request, peer->size, echo->number);
	reply = peer->ops->roundtrip(peer);
	if (!payload_is_stamped(reply, peer->size, echo->number))
		errx(EXIT_FAILURE, "%s: an old reply came", peer->ops->name);
}

/* Two payloads, so that one left over from before is found out. */
static void verify(struct peer *peer)
{
	unsigned int seed;
	const void *reply;

	for (seed = 1; seed <= 2; seed++) {
		payload_fill(peer->request, peer->size, seed);
		reply = peer->ops->roundtrip(peer);
		if (!payload_is_filled(reply, peer->size, seed))
			errx(EXIT_FAILURE, "%s: a reply of %zu bytes is wrong",
			     peer->ops->name, peer->size);
	}
}

struct series roundtrip_count(struct peer *peer, const struct series_plan *plan)
{
	struct echo echo = { .peer = peer };
	struct series_plan scaled = *plan;

	scaled.rounds = plan->rounds / (1 + peer->size / LARGE);
	if (!scaled.rounds)
		scaled.rounds = 1;
	verify(peer);
	return series_count(&scaled, echo_round, &echo);
}

static void count_peer(const struct operation *operation, struct bench *bench,
		       const struct peer_ops *ops, size_t size)
{
	struct report_row row = {
		.system = ops->name,
		.operation = operation->name,
		.bytes = size,
	};
	const struct session_options options = {
		.ops = ops,
		.size = size,
		.policy = bench->policy,
	};
	struct session session;

	if (session_start(&session, &options) < 0) {
		report_missing(&bench->report, ops->name, operation->name);
		return;
	}
	row.series = roundtrip_count(&session.peer, &bench->plan);
	session_stop(&session);
	report_add(&bench->report, &row);
}

void roundtrip_run(const struct operation *operation, struct bench *bench)
{
	const struct peer_ops *const *ops;
	size_t i;

	for (ops = peers; *ops; ops++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			if (bench_wants(bench, (*ops)->name, sizes[i]))
				count_peer(operation, bench, *ops, sizes[i]);
		}
	}
}
