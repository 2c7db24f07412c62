/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* A deadline as the C library and the kernel want it. */
#ifndef KIPC_SRC_MOMENT_H
#define KIPC_SRC_MOMENT_H

#include <stdint.h>
#include <time.h>

#define KIPC_NS_PER_S	1000000000ULL

/**
 * kipc_moment() - a deadline as a struct timespec of CLOCK_MONOTONIC
 * @deadline: the deadline, not KIPC_FOREVER
 *
 * Return: The same moment.
 */
static inline struct timespec kipc_moment(uint64_t deadline)
{
	return (struct timespec){
		.tv_sec = (time_t)(deadline / KIPC_NS_PER_S),
		.tv_nsec = (long)(deadline % KIPC_NS_PER_S),
	};
}

#endif /* KIPC_SRC_MOMENT_H */
