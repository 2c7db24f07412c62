// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "counter.h"
#include "series.h"

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

struct series series_of(double *results, unsigned int count)
{
	struct series series = { .repeats = count };

	qsort(results, count, sizeof(*results), compare);
	series.median = (results[(count - 1) / 2] + results[count / 2]) / 2;
	series.spread = (results[count - 1] - results[0]) / series.median;
	return series;
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
	double counts[SERIES_REPEATS_MAX];
	unsigned int i;

	/*
	 * Caches of objects fill, page tables are built, and the scheduler
	 * comes to see that the server is as old a process as the client.
	 */
	count_rounds(plan->warmup, round, arg);

	for (i = 0; i < plan->repeats; i++)
		counts[i] = (double)count_rounds(plan->rounds, round, arg) /
			    plan->rounds;
	return series_of(counts, plan->repeats);
}
