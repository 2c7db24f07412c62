/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A series: the same thing measured many times over.
 *
 * After a warm-up, a repeat is a number of rounds counted together, and its
 * result is the mean of one round. The result of the series is the median of
 * its repeats.
 */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <stdint.h>

#define SERIES_REPEATS_MAX	99

/* How much work a series is. */
struct series_plan {
	/* rounds before anything is counted */
	unsigned int warmup;
	/* rounds in a repeat; at least 1 */
	unsigned int rounds;
	/* how often they are repeated; 1 to SERIES_REPEATS_MAX */
	unsigned int repeats;
};

struct series {
	/* of all repeats */
	double median;
	/* (largest - smallest repeat) / median */
	double spread;
	unsigned int repeats;
};

/* What comes of these results, 1 to SERIES_REPEATS_MAX. Sorts them. */
struct series series_of(double *results, unsigned int count);

/* Count what one call of @round with @arg costs, in instructions. */
struct series series_count(const struct series_plan *plan,
			   void (*round)(void *arg), void *arg);

#endif /* BENCH_SERIES_H */
