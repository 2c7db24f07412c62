/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A series: the same action counted many times over.
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
	/* instructions of one round: the median of all repeats */
	double instructions;
	/* (largest - smallest repeat) / median */
	double spread;
	unsigned int repeats;
};

/* Count what one call of @round with @arg costs. */
struct series series_count(const struct series_plan *plan,
			   void (*round)(void *arg), void *arg);

#endif /* BENCH_SERIES_H */
