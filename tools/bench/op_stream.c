// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small messages streaming from one process to another, on one CPU: the
 * instructions of a message, at both ends.
 *
 * The client sends a batch, all of which has room, and waits for the server to
 * have received it. The server says so through an eventfd, which costs each
 * message a thousandth of a round trip and is the same for all systems.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "foreign.h"
#include "operation.h"
#include "session.h"
#include "stream.h"

#define BATCH		1024
/* A batch is as much work as so many rounds of other operations. */
#define SCALE		64

/* Each process has its own, but for the descriptor. */
struct stream {
	struct peer *peer;
	/* the eventfd */
	int credit;
	/* of the next message */
	uint64_t number;
};

static void serve_batches(struct peer *peer, void *context)
{
	struct stream stream = *(struct stream *)context;
	const uint64_t one = 1;

	stream.peer = peer;
	for (;;) {
		peer->ops->stream->consume(peer, stream.number, BATCH);
		stream.number += BATCH;
		if (write(stream.credit, &one, sizeof(one)) != sizeof(one))
			err(EXIT_FAILURE, "eventfd: write");
	}
}

static void batch_round(void *arg)
{
	struct stream *stream = arg;
	struct peer *peer = stream->peer;
	uint64_t credit;

	peer->ops->stream->produce(peer, stream->number, BATCH);
	stream->number += BATCH;
	if (read(stream->credit, &credit, sizeof(credit)) != sizeof(credit))
		err(EXIT_FAILURE, "eventfd: read");
}

static struct series count_messages(struct stream *stream,
				    const struct series_plan *plan)
{
	struct series_plan scaled = *plan;
	struct series series;

	scaled.rounds = plan->rounds / SCALE + 1;
	scaled.warmup = plan->warmup / SCALE + 1;
	series = series_count(&scaled, batch_round, stream);
	series.median /= BATCH;
	return series;
}

static void count_here(const struct operation *operation, struct bench *bench,
		       const struct peer_ops *ops)
{
	struct report_row row = {
		.system = ops->name,
		.operation = operation->name,
		.bytes = STREAM_BYTES,
	};
	struct stream stream = { .credit = eventfd(0, EFD_CLOEXEC) };
	const struct session_options options = {
		.ops = ops,
		.size = STREAM_BYTES,
		.window = BATCH,
		.policy = bench->policy,
		.serve = serve_batches,
		.context = &stream,
	};
	struct session session;

	if (stream.credit < 0)
		err(EXIT_FAILURE, "eventfd");
	if (session_start(&session, &options) < 0) {
		report_missing(&bench->report, ops->name, operation->name);
	} else {
		stream.peer = &session.peer;
		row.series = count_messages(&stream, &bench->plan);
		session_stop(&session);
		report_add(&bench->report, &row);
	}
	close(stream.credit);
}

static void count_peer(const struct operation *operation, struct bench *bench,
		       const struct peer_ops *ops)
{
	struct report_row row = {
		.system = ops->name,
		.operation = operation->name,
		.bytes = STREAM_BYTES,
	};

	if (!foreign_measures(bench, ops, operation, STREAM_BYTES,
			      bench->plan.repeats, &row.series))
		count_here(operation, bench, ops);
	else if (row.series.repeats)
		report_add(&bench->report, &row);
}

void stream_run(const struct operation *operation, struct bench *bench)
{
	const struct peer_ops *const *ops;

	for (ops = stream_peers; *ops; ops++) {
		if (bench_wants(bench, (*ops)->name, STREAM_BYTES))
			count_peer(operation, bench, *ops);
	}
}
