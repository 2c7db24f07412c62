// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "counter.h"
#include "series.h"

static int compare_counts(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static uint64_t count_rounds(unsigned int rounds, void (*round)(void *arg),
			     void *arg)
{
	uint64_t start = counter_read();
	unsigned int i;

	for (i = 0; i < rounds; i++)
		round(arg);
	return counter_read() - start;
}

struct series series_count(const struct series_plan *plan,
			   void (*round)(void *arg), void *arg)
{
	struct series series = { .repeats = plan->repeats };
	uint64_t counts[SERIES_REPEATS_MAX];
	double median;
	unsigned int i;

	/*
	 * Caches of objects fill, page tables are built, and the scheduler
	 * comes to see that the server is as old a process as the client.
	 */
	count_rounds(plan->warmup, round, arg);

	for (i = 0; i < plan->repeats; i++)
		counts[i] = count_rounds(plan->rounds, round, arg);
	qsort(counts, plan->repeats, sizeof(*counts), compare_counts);

	median = (double)(counts[(plan->repeats - 1) / 2] +
			  counts[plan->repeats / 2]) / 2;
	series.instructions = median / plan->rounds;
	series.spread = (double)(counts[plan->repeats - 1] - counts[0]) / median;
	return series;
}
