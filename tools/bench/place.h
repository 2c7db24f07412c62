/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPU a process runs on. What it starts from then on inherits that. */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

/* Each ends the program if it fails. */
void place_on(unsigned int cpu);
void place_anywhere(void);

#endif /* BENCH_PLACE_H */
