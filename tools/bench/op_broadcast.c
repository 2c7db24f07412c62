// SPDX-License-Identifier: GPL-2.0-only
/*
 * A message for many: sent once to a mailbox that is a broadcast, or once to each
 * reader's socket. Two results come of it: sending alone, and with all readers
 * having received it.
 *
 * One process has all the files, so that nobody is woken and there is no switch.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audience.h"
#include "buffer.h"
#include "counter.h"
#include "operation.h"
#include "payload.h"

#define BYTES		32768

/* A round is as much work as so many of other operations. */
#define SCALE		16

static const struct audience_ops *const contestants[] = {
	&audience_mailbox,
	&audience_unix_seqpacket,
	&audience_unix_dgram,
};

#define CONTESTANTS	(sizeof(contestants) / sizeof(*contestants))

/* What each system came to */
struct results {
	bool counted;
	struct series sending;
	struct series all;
};

struct broadcast {
	struct audience audience;
	char *sent;
	char *received;
	/* of the last message */
	uint64_t number;
	/* instructions spent with sending */
	uint64_t sending;
};

static void receive(struct broadcast *broadcast, unsigned int reader)
{
	struct audience *audience = &broadcast->audience;

	audience->ops->receive(audience, reader, broadcast->received);
}

static void verify(struct broadcast *broadcast)
{
	struct audience *audience = &broadcast->audience;
	unsigned int i;

	payload_fill(broadcast->sent, BYTES, 1);
	audience->ops->send(audience, broadcast->sent);
	for (i = 0; i < AUDIENCE_READERS; i++) {
		memset(broadcast->received, 0, BYTES);
		receive(broadcast, i);
		if (!payload_is_filled(broadcast->received, BYTES, 1))
			errx(EXIT_FAILURE, "%s: a message is not what was sent",
			     audience->ops->name);
	}
}

static void broadcast_round(struct broadcast *broadcast)
{
	struct audience *audience = &broadcast->audience;
	uint64_t number = ++broadcast->number;
	uint64_t start;
	unsigned int i;

	payload_stamp(broadcast->sent, BYTES, number);
	start = counter_read();
	audience->ops->send(audience, broadcast->sent);
	broadcast->sending += counter_read() - start;
	for (i = 0; i < AUDIENCE_READERS; i++) {
		receive(broadcast, i);
		if (!payload_is_stamped(broadcast->received, BYTES, number))
			errx(EXIT_FAILURE, "%s: an old message came",
			     audience->ops->name);
	}
}

static void count_rounds(struct broadcast *broadcast,
			 const struct series_plan *plan,
			 struct results *results)
{
	unsigned int rounds = plan->rounds / SCALE + 1;
	double sending[SERIES_REPEATS_MAX], all[SERIES_REPEATS_MAX];
	unsigned int repeat, i;
	uint64_t start;

	for (i = 0; i < plan->warmup / SCALE; i++)
		broadcast_round(broadcast);
	for (repeat = 0; repeat < plan->repeats; repeat++) {
		broadcast->sending = 0;
		start = counter_read();
		for (i = 0; i < rounds; i++)
			broadcast_round(broadcast);
		all[repeat] = (double)(counter_read() - start) / rounds;
		sending[repeat] = (double)broadcast->sending / rounds;
	}
	results->all = series_of(all, plan->repeats);
	results->sending = series_of(sending, plan->repeats);
	results->counted = true;
}

static void count_audience(const struct operation *operation,
			   struct bench *bench, const struct audience_ops *ops,
			   struct results *results)
{
	struct broadcast broadcast = { .number = 0 };

	if (audience_start(&broadcast.audience, ops, BYTES) < 0) {
		report_missing(&bench->report, ops->name, operation->name);
		return;
	}
	broadcast.sent = buffer_new(BYTES);
	broadcast.received = buffer_new(BYTES);
	verify(&broadcast);
	count_rounds(&broadcast, &bench->plan, results);
	buffer_free(broadcast.received);
	buffer_free(broadcast.sent);
	audience_stop(&broadcast.audience);
}

static void add_row(struct bench *bench, const char *system, const char *name,
		    const struct series *series)
{
	const struct report_row row = {
		.system = system,
		.operation = name,
		.bytes = BYTES,
		.series = *series,
	};

	report_add(&bench->report, &row);
}

void broadcast_run(const struct operation *operation, struct bench *bench)
{
	struct results results[CONTESTANTS] = { 0 };
	size_t i;

	policy_set(bench->policy, false);
	for (i = 0; i < CONTESTANTS; i++) {
		if (bench_wants(bench, contestants[i]->name, BYTES))
			count_audience(operation, bench, contestants[i],
				       &results[i]);
	}
	for (i = 0; i < CONTESTANTS; i++) {
		if (results[i].counted)
			add_row(bench, contestants[i]->name, "broadcast-send",
				&results[i].sending);
	}
	for (i = 0; i < CONTESTANTS; i++) {
		if (results[i].counted)
			add_row(bench, contestants[i]->name, operation->name,
				&results[i].all);
	}
}
