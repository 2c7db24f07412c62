// SPDX-License-Identifier: GPL-2.0-only
/*
 * The payload has a number: that of the message, counted from the first one sent,
 * and below it the priority. All that differs between the backlogs is in tables
 * that were made before, so that the program itself costs the same with each.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "backlog.h"
#include "payload.h"

#define PRIORITIES	32768
#define PRIORITY_BITS	15

/* Prime, and so visits all priorities before one comes again. */
#define STRIDE		7919

/* Of messages that come and go; a power of two */
#define TABLE_SIZE	4096

struct backlog {
	struct queue queue;
	unsigned int priorities[TABLE_SIZE];
	/* how many messages were sent */
	uint64_t sent;
	/* the message that was received last */
	uint64_t last;
};

static void put(struct backlog *backlog, unsigned int priority)
{
	struct queue *queue = &backlog->queue;

	payload_stamp(queue->sent, queue->size,
		      ++backlog->sent << PRIORITY_BITS | priority);
	queue->ops->put(queue, queue->sent, priority);
}

/* Take one, knowing that there is one of at least this priority. */
static void take(struct backlog *backlog, unsigned int least)
{
	struct queue *queue = &backlog->queue;
	unsigned int priority = queue->ops->take(queue, queue->received);
	uint64_t number = payload_number(queue->received);

	if (priority < least || number % PRIORITIES != priority)
		errx(EXIT_FAILURE, "%s: a message of a wrong priority came",
		     queue->ops->name);
	if (backlog->last % PRIORITIES == priority && number <= backlog->last)
		errx(EXIT_FAILURE, "%s: an old message came",
		     queue->ops->name);
	backlog->last = number;
}

static void backlog_round(void *arg)
{
	struct backlog *backlog = arg;
	unsigned int priority =
		backlog->priorities[backlog->sent % TABLE_SIZE];

	put(backlog, priority);
	take(backlog, priority);
}

static unsigned int choose(enum backlog_priority priority)
{
	switch (priority) {
	case BACKLOG_HIGHEST:
		return PRIORITIES - 1;
	case BACKLOG_RANDOM:
		return (unsigned int)random() % PRIORITIES;
	default:
		return 0;
	}
}

static void fill(struct backlog *backlog, const struct backlog_options *options)
{
	unsigned int priority = 0;
	unsigned int i;

	for (i = 0; i < TABLE_SIZE; i++)
		backlog->priorities[i] = choose(options->priority);
	for (i = 0; i < options->count; i++) {
		put(backlog, priority);
		if (options->spread)
			priority = (priority + STRIDE) % PRIORITIES;
	}
}

/* Returns 0, or -1 with errno set if the queue is not to be had here. */
static int count(const struct backlog_options *options,
		 const struct series_plan *plan, struct series *series)
{
	struct backlog backlog = { .sent = 0 };

	if (queue_start(&backlog.queue, options->ops, BACKLOG_BYTES,
			options->count + 1) < 0)
		return -1;
	fill(&backlog, options);
	*series = series_count(plan, backlog_round, &backlog);
	queue_stop(&backlog.queue);
	return 0;
}

void backlog_run(const struct operation *operation, struct bench *bench,
		 const char *name, const struct backlog_options *options)
{
	struct report_row row = {
		.system = options->ops->name,
		.operation = name,
		.baseline = operation->baseline,
		.bytes = BACKLOG_BYTES,
	};

	if (count(options, &bench->plan, &row.series) < 0)
		report_missing(&bench->report, row.system, name);
	else
		report_add(&bench->report, &row);
}
