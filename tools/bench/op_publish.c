// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handing over a chunk of memory to a process that is blocked waiting for it: it
 * is lent, published, waited for, taken and given back.
 *
 * The two processes do so in turn, each waiting for the other's chunk once it
 * has published its own. With one CPU, and a policy under which nobody who is
 * woken preempts (policy.h), whoever has published goes on until it waits, and
 * only then does the other run. So each chunk finds its receiver blocked, and
 * there is one switch for each. What is counted is one hand-over: half of a
 * round.
 *
 * Neither side touches more of a chunk than its first 8 bytes, which are written
 * and compared, whatever its size: what the system does by itself is what
 * counts. Only the first few chunks are filled and compared as a whole. That
 * also has their pages mapped before anything is counted.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "chunk.h"
#include "foreign.h"
#include "operation.h"
#include "payload.h"
#include "session.h"

static const size_t sizes[] = { 64, 1 << 20 };

#define TOUCHED		sizeof(uint64_t)

/* In each direction: more than a system has chunks, so that all are mapped. */
#define VERIFIED	16

/* From this size on those who copy have fewer rounds, for the time they take. */
#define LARGE		16384

static const struct peer_ops *const contestants[] = {
	&peer_chunk,
	&peer_iceoryx,
	&peer_unix_stream,
	&peer_unix_seqpacket,
};

#define CONTESTANTS	(sizeof(contestants) / sizeof(*contestants))

struct exchange {
	struct peer *peer;
	/* of the last chunk in either direction */
	uint64_t number;
};

static void hand_over(struct peer *peer, uint64_t number)
{
	const struct chunk_ops *ops = peer->ops->chunks;
	void *chunk = ops->loan(peer);

	if (number <= VERIFIED)
		payload_fill(chunk, peer->size, (unsigned int)number);
	else
		payload_stamp(chunk, TOUCHED, number);
	ops->publish(peer, chunk);
}

static void receive(struct peer *peer, uint64_t number)
{
	const struct chunk_ops *ops = peer->ops->chunks;
	const void *chunk = ops->take(peer);
	bool good;

	if (number <= VERIFIED)
		good = payload_is_filled(chunk, peer->size,
					 (unsigned int)number);
	else
		good = payload_is_stamped(chunk, TOUCHED, number);
	if (!good)
		errx(EXIT_FAILURE, "%s: chunk %llu is not what was handed over",
		     peer->ops->name, (unsigned long long)number);
	if (ops->release)
		ops->release(peer, chunk);
}

static void serve(struct peer *peer, void *context)
{
	uint64_t number = 0;

	(void)context;
	for (;;) {
		receive(peer, ++number);
		hand_over(peer, number);
	}
}

static void exchange_round(void *arg)
{
	struct exchange *exchange = arg;

	hand_over(exchange->peer, ++exchange->number);
	receive(exchange->peer, exchange->number);
}

static struct series count_chunks(struct peer *peer,
				  const struct series_plan *plan)
{
	struct exchange exchange = { .peer = peer };
	struct series_plan scaled = *plan;
	struct series series;

	if (peer->ops->chunks->copies) {
		scaled.rounds = plan->rounds / (1 + peer->size / LARGE) + 1;
		scaled.warmup = plan->warmup / (1 + peer->size / LARGE);
	}
	scaled.warmup += VERIFIED;
	series = series_count(&scaled, exchange_round, &exchange);
	series.median /= 2;
	return series;
}

static void count_here(const struct operation *operation, struct bench *bench,
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
		.serve = serve,
	};
	struct session session;

	if (session_start(&session, &options) < 0) {
		report_missing(&bench->report, ops->name, operation->name);
		return;
	}
	row.series = count_chunks(&session.peer, &bench->plan);
	session_stop(&session);
	report_add(&bench->report, &row);
}

static void count_peer(const struct operation *operation, struct bench *bench,
		       const struct peer_ops *ops, size_t size)
{
	struct report_row row = {
		.system = ops->name,
		.operation = operation->name,
		.bytes = size,
	};

	if (!foreign_measures(bench, ops, operation, size, bench->plan.repeats,
			      &row.series))
		count_here(operation, bench, ops, size);
	else if (row.series.repeats)
		report_add(&bench->report, &row);
}

void publish_run(const struct operation *operation, struct bench *bench)
{
	size_t i, j;

	for (i = 0; i < CONTESTANTS; i++) {
		for (j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			if (bench_wants(bench, contestants[i]->name, sizes[j]))
				count_peer(operation, bench, contestants[i],
					   sizes[j]);
		}
	}
}
