// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream of one-way messages. What is counted is a message, at both ends.
 *
 * No sender may flood its receiver, and the systems differ in what happens if
 * it does: some let it wait, some refuse. So none of them ever gets there. The
 * client sends a window of messages and then waits for the server to have
 * received them all. The server says so through an eventfd, which is the same
 * for all systems, and whose cost is part of that of the messages.
 *
 * Each message is sent in a system call of its own, as it would be if it had
 * just come up. It is received together with others where that costs less: in
 * kipc. (recvmmsg() costs AF_UNIX more than it spares, and Binder gives the next
 * one only for the buffer of the last.) Without preemption all systems cost
 * least, Binder too.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "operation.h"
#include "payload.h"
#include "session.h"

static const size_t sizes[] = { 64, 4096 };

#define WINDOW		32

/* So many messages are filled and compared as a whole; the others stamped. */
#define VERIFIED	2

/* A window is more work than a round trip, and takes fewer for warming up. */
#define WARMUP_SHARE	8

/* Each process has its own, but for the descriptor. */
struct stream {
	struct peer *peer;
	/* the eventfd */
	int credit;
	/* of the last message */
	uint64_t number;
};

static void send_next(struct stream *stream)
{
	struct peer *peer = stream->peer;
	uint64_t number = ++stream->number;

	if (number <= VERIFIED)
		payload_fill(peer->request, peer->size, (unsigned int)number);
	else
		payload_stamp(peer->request, peer->size, number);
	peer->ops->post(peer);
}

static void receive_next(struct stream *stream)
{
	struct peer *peer = stream->peer;
	const void *payload = peer->ops->take(peer);
	uint64_t number = ++stream->number;
	bool good;

	if (number <= VERIFIED)
		good = payload_is_filled(payload, peer->size,
					 (unsigned int)number);
	else
		good = payload_is_stamped(payload, peer->size, number);
	if (!good)
		errx(EXIT_FAILURE, "%s: message %llu is not what was sent",
		     peer->ops->name, (unsigned long long)number);
}

static void serve(struct peer *peer, void *context)
{
	struct stream stream = *(struct stream *)context;
	const uint64_t one = 1;
	unsigned int i;

	stream.peer = peer;
	for (;;) {
		for (i = 0; i < WINDOW; i++)
			receive_next(&stream);
		if (write(stream.credit, &one, sizeof(one)) != sizeof(one))
			err(EXIT_FAILURE, "eventfd: write");
	}
}

static void window_round(void *arg)
{
	struct stream *stream = arg;
	uint64_t credit;
	unsigned int i;

	for (i = 0; i < WINDOW; i++)
		send_next(stream);
	if (read(stream->credit, &credit, sizeof(credit)) != sizeof(credit))
		err(EXIT_FAILURE, "eventfd: read");
}

static struct series count_messages(struct stream *stream,
				    const struct series_plan *plan)
{
	struct series_plan scaled = *plan;
	struct series series;

	scaled.rounds = (plan->rounds + WINDOW - 1) / WINDOW;
	scaled.warmup = plan->warmup / WARMUP_SHARE + 1;
	series = series_count(&scaled, window_round, stream);
	series.median /= WINDOW;
	return series;
}

static void count_peer(const struct operation *operation, struct bench *bench,
		       const struct peer_ops *ops, size_t size)
{
	struct report_row row = {
		.system = ops->name,
		.operation = operation->name,
		.bytes = size,
	};
	struct stream stream = { .credit = eventfd(0, EFD_CLOEXEC) };
	const struct session_options options = {
		.ops = ops,
		.size = size,
		.window = WINDOW,
		.policy = bench->policy == POLICY_CHEAPEST ? POLICY_BATCH :
							     bench->policy,
		.serve = serve,
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

void oneway_run(const struct operation *operation, struct bench *bench)
{
	const struct peer_ops *const *ops;
	size_t i;

	for (ops = peers; *ops; ops++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			if ((*ops)->post &&
			    bench_wants(bench, (*ops)->name, sizes[i]))
				count_peer(operation, bench, *ops, sizes[i]);
		}
	}
}
