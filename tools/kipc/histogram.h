/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A histogram of times: each is counted with an error of at most 2 %, however
 * short or long it is, in constant memory.
 */
#ifndef TOOL_HISTOGRAM_H
#define TOOL_HISTOGRAM_H

#include <stdint.h>

/* Steps in which each doubling is cut, and doublings: up to 18 minutes */
#define HISTOGRAM_STEPS		32
#define HISTOGRAM_DOUBLINGS	36

/**
 * struct histogram - a histogram
 * @count: how many times were added
 * @most: the longest
 * @steps: how many fell into each step
 */
struct histogram {
	uint64_t count;
	uint64_t most;
	uint32_t steps[HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS];
};

/**
 * histogram_add() - count a time
 * @histogram: zeroed in the beginning
 * @time: the time, in nanoseconds
 */
void histogram_add(struct histogram *histogram, uint64_t time);

/**
 * histogram_add_all() - count the times of another histogram
 * @histogram: to which they are added
 * @more: the other
 */
void histogram_add_all(struct histogram *histogram,
		       const struct histogram *more);

/**
 * histogram_percentile() - the time that so many percent do not exceed
 * @histogram: the histogram
 * @percent: how many
 *
 * Return: nanoseconds; 0 if there are no times.
 */
uint64_t histogram_percentile(const struct histogram *histogram,
			      unsigned int percent);

#endif
