/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction counter.
 *
 * Under QEMU's `-icount shift=0` each executed instruction moves the guest's
 * clock on by one nanosecond, in user mode and in the kernel alike. So
 * CLOCK_MONOTONIC is the counter, and it is an exact one: the same work gives
 * the same count on any machine, however busy.
 */
#ifndef BENCH_COUNTER_H
#define BENCH_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/* How many instructions this machine executed so far. */
uint64_t counter_read(void);

/*
 * Whether the clock counts instructions here. On any other machine it counts
 * time, and nothing that is derived from it may be called an instruction.
 */
bool counter_works(void);

#endif /* BENCH_COUNTER_H */
