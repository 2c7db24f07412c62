/* SPDX-License-Identifier: GPL-2.0-only */
/* What kipc is to reach, as ratios of results, mostly. */
#ifndef BENCH_TARGETS_H
#define BENCH_TARGETS_H

#include "report.h"

/* Print each target, what was measured, and whether that is good enough. */
void targets_print(const struct report *report);

#endif /* BENCH_TARGETS_H */
