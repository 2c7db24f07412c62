// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many round trips a pair of client and server makes in a second, and how
 * many two pairs make at the same time, which have nothing to do with each
 * other.
 *
 * Once nothing is pinned. Then the scheduler is free to let even one pair run on
 * two CPUs, and there need not be anything left for a second pair. And once each
 * pair has a CPU of its own: what two pairs lose then is what they cost each
 * other in the system under test.
 *
 * All of these take turns, so that a machine that has other work to do meanwhile
 * does not favour one of them.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.h"
#include "operation.h"
#include "place.h"
#include "session.h"

#define BYTES		64
#define PAIRS_MAX	2

#define NSEC_PER_SEC	1e9
#define TURN		200000000ULL /* ns */
/* So many round trips between two looks at the clock. */
#define BATCH		16
#define POLL		1000 /* us */

static const struct peer_ops *const contestants[] = {
	&peer_kipc,
	&peer_floor,
	&peer_unix_seqpacket,
};

#define CONTESTANTS	(sizeof(contestants) / sizeof(*contestants))

static const struct arrangement {
	const char *operation;
	unsigned int pairs;
	bool pinned;
} arrangements[] = {
	{ "pairs-1", 1, false },
	{ "pairs-2", 2, false },
	{ "pairs-1-pinned", 1, true },
	{ "pairs-2-pinned", 2, true },
};

#define ARRANGEMENTS	(sizeof(arrangements) / sizeof(*arrangements))

/* What the clients have in common with whoever started them. */
struct field {
	unsigned int ready;
	/* of each client: round trips per second; 0 if it failed */
	double rates[PAIRS_MAX];
};

static void wait_for_others(struct field *field, unsigned int pairs)
{
	__atomic_add_fetch(&field->ready, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&field->ready, __ATOMIC_RELAXED) < pairs)
		usleep(POLL);
}

static double measure_rate(struct peer *peer)
{
	uint64_t start = counter_read(), now;
	unsigned int done = 0, i;

	do {
		for (i = 0; i < BATCH; i++)
			peer->ops->roundtrip(peer);
		done += BATCH;
		now = counter_read();
	} while (now - start < TURN);
	return done * NSEC_PER_SEC / (double)(now - start);
}

/* The life of a client, which has a server of its own. */
static void run_client(const struct session_options *options,
		       const struct series_plan *plan, struct field *field,
		       unsigned int index,
		       const struct arrangement *arrangement)
{
	struct session session;
	unsigned int i;

	if (arrangement->pinned)
		place_on(index);
	if (session_start(&session, options) < 0)
		_exit(errno);
	for (i = 0; i < plan->warmup; i++)
		options->ops->roundtrip(&session.peer);
	wait_for_others(field, arrangement->pairs);
	field->rates[index] = measure_rate(&session.peer);
	session_stop(&session);
	_exit(0);
}

/* Returns 0, or an errno that a client ended with. */
static int wait_for_clients(unsigned int pairs)
{
	int status, error = 0;

	while (pairs--) {
		if (wait(&status) < 0)
			err(EXIT_FAILURE, "wait");
		if (!WIFEXITED(status))
			error = ECHILD;
		else if (WEXITSTATUS(status))
			error = WEXITSTATUS(status);
	}
	return error;
}

/* How many round trips these pairs make together, or -1 with errno set. */
static double take_turn(const struct peer_ops *ops, const struct bench *bench,
			struct field *field,
			const struct arrangement *arrangement)
{
	const struct session_options options = {
		.ops = ops,
		.size = BYTES,
		.policy = bench->policy,
	};
	double rate = 0;
	unsigned int i;

	field->ready = 0;
	for (i = 0; i < arrangement->pairs; i++) {
		pid_t client = fork();

		if (client < 0)
			err(EXIT_FAILURE, "fork");
		if (client == 0)
			run_client(&options, &bench->plan, field, i,
				   arrangement);
	}
	errno = wait_for_clients(arrangement->pairs);
	if (errno)
		return -1;
	for (i = 0; i < arrangement->pairs; i++)
		rate += field->rates[i];
	return rate;
}

static void measure(const struct operation *operation, struct bench *bench,
		    const struct peer_ops *ops, struct field *field)
{
	double rates[ARRANGEMENTS][SERIES_REPEATS_MAX];
	unsigned int turn;
	size_t i;

	for (turn = 0; turn < bench->plan.repeats; turn++) {
		for (i = 0; i < ARRANGEMENTS; i++) {
			double rate = take_turn(ops, bench, field,
						&arrangements[i]);

			if (rate < 0) {
				report_missing(&bench->report, ops->name,
					       operation->name);
				return;
			}
			rates[i][turn] = rate;
		}
	}
	for (i = 0; i < ARRANGEMENTS; i++) {
		struct report_row row = {
			.system = ops->name,
			.operation = arrangements[i].operation,
			.bytes = BYTES,
			.unit = UNIT_CALLS_PER_SECOND,
			.series = series_of(rates[i], bench->plan.repeats),
		};

		report_add(&bench->report, &row);
	}
}

void pairs_run(const struct operation *operation, struct bench *bench)
{
	struct field *field = mmap(NULL, sizeof(*field),
				   PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (field == MAP_FAILED)
		err(EXIT_FAILURE, "%s", operation->name);
	for (i = 0; i < CONTESTANTS; i++) {
		if (bench_wants(bench, contestants[i]->name, BYTES))
			measure(operation, bench, contestants[i], field);
	}
	munmap(field, sizeof(*field));
}
