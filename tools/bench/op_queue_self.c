// SPDX-License-Identifier: GPL-2.0-only
/*
 * A message that a process sends to itself, sending and receiving it: what the
 * queues themselves cost, without waking anybody and without a switch.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "operation.h"
#include "payload.h"
#include "queue.h"

static const size_t sizes[] = { 64, 4096 };

#define VERIFIED	2

struct self {
	struct queue queue;
	/* of the last message */
	uint64_t number;
};

static void pass(struct queue *queue)
{
	queue->ops->put(queue, queue->sent, 0);
	queue->ops->take(queue, queue->received);
}

static void verify(struct queue *queue)
{
	unsigned int seed;

	for (seed = 1; seed <= VERIFIED; seed++) {
		payload_fill(queue->sent, queue->size, seed);
		pass(queue);
		if (!payload_is_filled(queue->received, queue->size, seed))
			errx(EXIT_FAILURE, "%s: a message is not what was sent",
			     queue->ops->name);
	}
}

static void self_round(void *arg)
{
	struct self *self = arg;
	struct queue *queue = &self->queue;
	uint64_t number = ++self->number;

	payload_stamp(queue->sent, queue->size, number);
	pass(queue);
	if (!payload_is_stamped(queue->received, queue->size, number))
		errx(EXIT_FAILURE, "%s: an old message came",
		     queue->ops->name);
}

static void count_queue(const struct operation *operation, struct bench *bench,
			const struct queue_ops *ops, size_t size)
{
	struct report_row row = {
		.system = ops->name,
		.operation = operation->name,
		.bytes = size,
	};
	struct self self = { .number = 0 };

	if (queue_start(&self.queue, ops, size, 1) < 0) {
		report_missing(&bench->report, ops->name, operation->name);
		return;
	}
	verify(&self.queue);
	row.series = series_count(&bench->plan, self_round, &self);
	queue_stop(&self.queue);
	report_add(&bench->report, &row);
}

void queue_self_run(const struct operation *operation, struct bench *bench)
{
	const struct queue_ops *const *ops;
	size_t i;

	policy_set(bench->policy, false);
	for (ops = queues; *ops; ops++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			if (bench_wants(bench, (*ops)->name, sizes[i]))
				count_queue(operation, bench, *ops, sizes[i]);
		}
	}
}
