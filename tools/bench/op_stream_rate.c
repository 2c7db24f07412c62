// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small messages streaming from one process to another, each of which has a CPU
 * for itself: how many arrive in a second.
 *
 * The client sends without ever being told, and counted is what the server
 * received meanwhile. Whoever is faster comes to where it waits for the other:
 * that is part of it. The systems take turns, each time with new processes.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "counter.h"
#include "foreign.h"
#include "operation.h"
#include "session.h"
#include "stream.h"

#define WINDOW		1024

#define NSEC_PER_SEC	1e9
#define WARMUP		100000000ULL /* ns */
#define TURN		200000000ULL /* ns */
/* So many messages between two looks at the clock. */
#define STEP		256

/* Each process has its own, but for what @received stands for. */
struct stream {
	struct peer *peer;
	/* of the next message */
	uint64_t number;
	/* how many the server has received; both have it mapped */
	uint64_t *received;
};

struct results {
	double rates[SERIES_REPEATS_MAX];
	/* it is not to be had here, or not wanted */
	bool out;
};

static void serve(struct peer *peer, void *context)
{
	struct stream stream = *(struct stream *)context;

	for (;;) {
		peer->ops->stream->consume(peer, stream.number, STEP);
		stream.number += STEP;
		__atomic_store_n(stream.received, stream.number,
				 __ATOMIC_RELAXED);
	}
}

static void produce_for(struct stream *stream, uint64_t time)
{
	struct peer *peer = stream->peer;
	uint64_t start = counter_read();

	do {
		peer->ops->stream->produce(peer, stream->number, STEP);
		stream->number += STEP;
	} while (counter_read() - start < time);
}

static uint64_t received_so_far(const struct stream *stream)
{
	return __atomic_load_n(stream->received, __ATOMIC_RELAXED);
}

static double measure_rate(struct stream *stream)
{
	uint64_t start, before;

	produce_for(stream, WARMUP);
	start = counter_read();
	before = received_so_far(stream);
	produce_for(stream, TURN);
	return (double)(received_so_far(stream) - before) * NSEC_PER_SEC /
	       (double)(counter_read() - start);
}

/* Messages per second, or -1 with errno set. */
static double take_turn(const struct peer_ops *ops, const struct bench *bench,
			uint64_t *received)
{
	struct stream stream = { .received = received };
	const struct session_options options = {
		.ops = ops,
		.size = STREAM_BYTES,
		.window = WINDOW,
		.policy = bench->policy,
		.apart = true,
		.serve = serve,
		.context = &stream,
	};
	struct session session;
	double rate;

	*received = 0;
	if (session_start(&session, &options) < 0)
		return -1;
	stream.peer = &session.peer;
	rate = measure_rate(&stream);
	session_stop(&session);
	return rate;
}

/* Likewise, or less than 0 with the report told. */
static double measure_turn(const struct operation *operation,
			   struct bench *bench, const struct peer_ops *ops,
			   uint64_t *received)
{
	struct series series;
	double rate;

	if (foreign_measures(bench, ops, operation, STREAM_BYTES, 1, &series))
		return series.repeats ? series.median : -1;
	rate = take_turn(ops, bench, received);
	if (rate < 0)
		report_missing(&bench->report, ops->name, operation->name);
	return rate;
}

static void measure(const struct operation *operation, struct bench *bench,
		    struct results *results, uint64_t *received)
{
	unsigned int turn, i;

	for (i = 0; stream_peers[i]; i++)
		results[i].out = !bench_wants(bench, stream_peers[i]->name,
					      STREAM_BYTES);
	for (turn = 0; turn < bench->plan.repeats; turn++) {
		for (i = 0; stream_peers[i]; i++) {
			if (results[i].out)
				continue;
			results[i].rates[turn] =
				measure_turn(operation, bench, stream_peers[i],
					     received);
			results[i].out = results[i].rates[turn] < 0;
		}
	}
}

static void add_rows(const struct operation *operation, struct bench *bench,
		     struct results *results)
{
	unsigned int i;

	for (i = 0; stream_peers[i]; i++) {
		struct report_row row = {
			.system = stream_peers[i]->name,
			.operation = operation->name,
			.bytes = STREAM_BYTES,
			.unit = UNIT_MESSAGES_PER_SECOND,
		};

		if (results[i].out)
			continue;
		row.series = series_of(results[i].rates, bench->plan.repeats);
		report_add(&bench->report, &row);
	}
}

void stream_rate_run(const struct operation *operation, struct bench *bench)
{
	uint64_t *received = mmap(NULL, sizeof(*received),
				  PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct results *results;

	results = calloc(STREAM_PEERS, sizeof(*results));
	if (received == MAP_FAILED || !results)
		err(EXIT_FAILURE, "%s", operation->name);
	measure(operation, bench, results, received);
	add_rows(operation, bench, results);
	free(results);
	munmap(received, sizeof(*received));
}
