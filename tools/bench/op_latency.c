// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a round trip takes, one by one, with several CPUs and nothing pinned:
 * the scheduler decides where client and server run, and that is what matters.
 *
 * The systems take turns, each time with new processes, so that a machine that
 * has other work to do meanwhile does not favour one of them.
 */
#include <err.h>
#include <stdlib.h>

#include "counter.h"
#include "operation.h"
#include "payload.h"
#include "session.h"

#define BYTES	64

static const struct peer_ops *const contestants[] = {
	&peer_kipc,
	&peer_floor,
	&peer_binder,
	&peer_unix_seqpacket,
	&peer_futex,
};

#define CONTESTANTS	(sizeof(contestants) / sizeof(*contestants))

/* What of each turn is kept: the time that this share of round trips keeps to */
static const struct quantile {
	const char *operation;
	double share;
} quantiles[] = {
	{ "time-p50", 0.5 },
	{ "time-p99", 0.99 },
	{ "time-p99.9", 0.999 },
};

#define QUANTILES	(sizeof(quantiles) / sizeof(*quantiles))

struct results {
	double times[QUANTILES][SERIES_REPEATS_MAX];
	/* it is not to be had here, or not wanted */
	bool out;
};

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static void roundtrip(struct peer *peer, uint64_t number)
{
	const void *reply;

	payload_stamp(peer->request, peer->size, number);
	reply = peer->ops->roundtrip(peer);
	if (!payload_is_stamped(reply, peer->size, number))
		errx(EXIT_FAILURE, "%s: an old reply came", peer->ops->name);
}

static void time_roundtrips(struct peer *peer, const struct series_plan *plan,
			    double *samples)
{
	uint64_t number = 0, start;
	unsigned int i;

	for (i = 0; i < plan->warmup; i++)
		roundtrip(peer, ++number);
	for (i = 0; i < plan->rounds; i++) {
		start = counter_read();
		roundtrip(peer, ++number);
		samples[i] = (double)(counter_read() - start);
	}
}

/* Returns 0, or -1 with errno set. */
static int take_turn(const struct peer_ops *ops, struct bench *bench,
		     unsigned int turn, double *samples,
		     struct results *results)
{
	const struct session_options options = {
		.ops = ops,
		.size = BYTES,
		.policy = bench->policy,
	};
	unsigned int rounds = bench->plan.rounds;
	struct session session;
	size_t i;

	if (session_start(&session, &options) < 0)
		return -1;
	time_roundtrips(&session.peer, &bench->plan, samples);
	session_stop(&session);
	qsort(samples, rounds, sizeof(*samples), compare);
	for (i = 0; i < QUANTILES; i++)
		results->times[i][turn] =
			samples[(unsigned int)(quantiles[i].share * rounds)];
	return 0;
}

static void add_rows(struct bench *bench, const struct peer_ops *ops,
		     struct results *results)
{
	size_t i;

	for (i = 0; i < QUANTILES; i++) {
		struct report_row row = {
			.system = ops->name,
			.operation = quantiles[i].operation,
			.bytes = BYTES,
			.unit = UNIT_NANOSECONDS,
			.series = series_of(results->times[i],
					    bench->plan.repeats),
		};

		report_add(&bench->report, &row);
	}
}

void latency_run(const struct operation *operation, struct bench *bench)
{
	struct results *results = calloc(CONTESTANTS, sizeof(*results));
	double *samples = calloc(bench->plan.rounds, sizeof(*samples));
	unsigned int turn;
	size_t i;

	if (!results || !samples)
		err(EXIT_FAILURE, "%s", operation->name);
	for (i = 0; i < CONTESTANTS; i++)
		results[i].out = !bench_wants(bench, contestants[i]->name,
					      BYTES);
	for (turn = 0; turn < bench->plan.repeats; turn++) {
		for (i = 0; i < CONTESTANTS; i++) {
			if (results[i].out ||
			    take_turn(contestants[i], bench, turn, samples,
				      &results[i]) == 0)
				continue;
			report_missing(&bench->report, contestants[i]->name,
				       operation->name);
			results[i].out = true;
		}
	}
	for (i = 0; i < CONTESTANTS; i++) {
		if (!results[i].out)
			add_rows(bench, contestants[i], &results[i]);
	}
	free(samples);
	free(results);
}
