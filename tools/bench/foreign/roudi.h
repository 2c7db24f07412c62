/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RouDi: the process that iceoryx's others get their memory and each other's
 * queues from. It takes no part in what is handed over, but it and a thread in
 * each of the others wake up now and then (about 10 times in a second of the
 * machine's clock), which is counted, too. It does not watch over the others,
 * which would wake it more often.
 */
#ifndef BENCH_ROUDI_H
#define BENCH_ROUDI_H

#include <stddef.h>

/*
 * Start it with some chunks of @size bytes, and wait until it is ready. It ends
 * with this program, which may do this once.
 * Returns 0, or -1 with a message printed and errno set.
 */
int roudi_start(size_t size);

#endif /* BENCH_ROUDI_H */
