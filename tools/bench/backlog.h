/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backlog: messages that stay in a queue while one is sent and one received,
 * again and again. Does it cost more when there is more in the queue? It must
 * not.
 */
#ifndef BENCH_BACKLOG_H
#define BENCH_BACKLOG_H

#include <stdbool.h>

#include "operation.h"
#include "queue.h"

/* The size of the payloads */
#define BACKLOG_BYTES	64

/* Of what priority messages are. */
enum backlog_priority {
	BACKLOG_LOWEST,
	BACKLOG_HIGHEST,
	BACKLOG_RANDOM,
};

/**
 * struct backlog_options - how a backlog is to be
 * @ops: in a queue of which system
 * @count: how many messages
 * @spread: whether they have all priorities alike, or all of them the lowest
 * @priority: of those that come and go
 */
struct backlog_options {
	const struct queue_ops *ops;
	unsigned int count;
	bool spread;
	enum backlog_priority priority;
};

/*
 * Make the queue and the backlog, count what sending a message and receiving
 * one costs, and add that to the report as a result of this name. Each one
 * received must be the oldest of the highest priority.
 */
void backlog_run(const struct operation *operation, struct bench *bench,
		 const char *name, const struct backlog_options *options);

#endif /* BENCH_BACKLOG_H */
