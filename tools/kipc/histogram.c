// SPDX-License-Identifier: GPL-2.0-only
/* A histogram of times. */
#include <assert.h>

#include "histogram.h"

#define STEPS_BITS	5
static_assert(1 << STEPS_BITS == HISTOGRAM_STEPS, "steps are a power of two");

/*
 * Times below HISTOGRAM_STEPS have a step each. From there on, the position of
 * the highest bit is the doubling, and the bits behind it are the step.
 */
static unsigned int step_of(uint64_t time)
{
	const unsigned int last = HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS - 1;
	unsigned int shift, step;

	if (time < HISTOGRAM_STEPS)
		return (unsigned int)time;
	shift = 63 - (unsigned int)__builtin_clzll(time) - STEPS_BITS;
	step = shift * HISTOGRAM_STEPS + (unsigned int)(time >> shift);
	return step < last ? step : last;
}

/* The middle of a step */
static uint64_t time_of(unsigned int step)
{
	unsigned int shift = step / HISTOGRAM_STEPS;

	if (!shift)
		return step;
	shift--;
	return ((uint64_t)(step - shift * HISTOGRAM_STEPS) << shift) +
	       ((1ULL << shift) >> 1);
}

void histogram_add(struct histogram *histogram, uint64_t time)
{
	histogram->count++;
	if (time > histogram->most)
		histogram->most = time;
	histogram->steps[step_of(time)]++;
}

void histogram_add_all(struct histogram *histogram,
		       const struct histogram *more)
{
	histogram->count += more->count;
	if (more->most > histogram->most)
		histogram->most = more->most;
	for (int i = 0; i < HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS; i++)
		histogram->steps[i] += more->steps[i];
}

uint64_t histogram_percentile(const struct histogram *histogram,
			      unsigned int percent)
{
	uint64_t left = (histogram->count * percent + 99) / 100;
	unsigned int step = 0;
	uint64_t time;

	if (!histogram->count)
		return 0;
	if (!left)
		left = 1;
	while (left > histogram->steps[step])
		left -= histogram->steps[step++];
	time = time_of(step);
	return time < histogram->most ? time : histogram->most;
}
