/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in files of /proc/sys and /sys/module that limit the systems. */
#ifndef BENCH_SETTING_H
#define BENCH_SETTING_H

/*
 * Raise the number in the file to @least if it is lower.
 * Returns 0, or -1 with a warning printed and errno set.
 */
int setting_raise(const char *path, unsigned long least);

/* Returns 0, or -1 with errno set. */
int setting_write(const char *path, long number);

#endif /* BENCH_SETTING_H */
