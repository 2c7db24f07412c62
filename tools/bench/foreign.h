/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Foreign systems: those whose libraries are only to be had as shared objects,
 * while kipc-bench is static. Each has a program of its own, which is
 * kipc-bench with that system linked in instead of a name to stand for it.
 * kipc-bench runs it, on the same machine and in its turn, and takes its result.
 */
#ifndef BENCH_FOREIGN_H
#define BENCH_FOREIGN_H

#include <stddef.h>

#include "operation.h"

/*
 * Whether another program has to measure this system. Then all of it is done, and
 * @series is what came of @repeats repeats; or the report says why there is
 * nothing, and @series->repeats is 0.
 */
bool foreign_measures(struct bench *bench, const struct peer_ops *ops,
		      const struct operation *operation, size_t bytes,
		      unsigned int repeats, struct series *series);

#endif /* BENCH_FOREIGN_H */
